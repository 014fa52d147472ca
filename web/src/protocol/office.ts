// The console's calls, with the staff token. A refusal is a Refusal with a
// stable code and the fields that were wrong; a network that is not there is
// one with the code "offline".
import createClient, { type Client } from "openapi-fetch";
import type { paths } from "./api.gen.ts";
import { Refusal, type FieldFault } from "./api.ts";
import { problem } from "./http.ts";

type Method = "get" | "post" | "put" | "patch" | "delete";

/** The addresses that the server has for a method, as its description says. */
type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, object> ? (P extends `/api/v1${infer Rest}` ? Rest : never) : never;
}[keyof paths];

/** What a call takes: values of the path and the query, and a body. */
export interface Asked {
  path?: Record<string, string>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  signal?: AbortSignal;
}

const faults: Record<number, string> = { 401: "token_invalid", 403: "not_allowed", 404: "not_there" };

/** Takes a problem (RFC 9457) apart; what is none still becomes a Refusal. */
export function refusalOf(status: number, body: unknown): Refusal {
  try {
    const p = problem(body, "problem");
    const fields: FieldFault[] = (p.errors ?? []).map((e) => ({ field: e.location.replace(/^body\.?/, ""), message: e.message }));
    return new Refusal(p.code, p.detail, p.opens, fields.map((f) => f.field), fields);
  } catch {
    return new Refusal(faults[status] ?? "internal", "");
  }
}

export type ReadPath = PathOf<"get">;

export class Office {
  private readonly client: Client<Record<string, never>>;

  /**
   * signedOut is told the code of a token that is no longer good. origin is
   * this page's own. own says whether a call that goes out now was caused by
   * the person; what the page asks by itself does not keep a sign-in alive.
   */
  constructor(
    token: string,
    private readonly signedOut: (code: string) => void,
    origin = "",
    private readonly own: () => boolean = () => true,
  ) {
    this.client = createClient({
      baseUrl: origin,
      headers: { Authorization: `Bearer ${token}` },
      cache: "no-store",
      credentials: "omit",
      // Looked up at each call: the page may be given another one.
      fetch: (request) => globalThis.fetch(request),
    });
  }

  get<T>(path: PathOf<"get">, asked: Asked = {}): Promise<T> {
    return this.ask<T>("get", path, asked);
  }

  /** Every POST has a key of its own: one that is repeated on the way does its work once. */
  post<T = unknown>(path: PathOf<"post">, asked: Asked = {}): Promise<T> {
    return this.ask<T>("post", path, asked);
  }

  put<T = unknown>(path: PathOf<"put">, asked: Asked = {}): Promise<T> {
    return this.ask<T>("put", path, asked);
  }

  patch<T = unknown>(path: PathOf<"patch">, asked: Asked = {}): Promise<T> {
    return this.ask<T>("patch", path, asked);
  }

  delete<T = unknown>(path: PathOf<"delete">, asked: Asked = {}): Promise<T> {
    return this.ask<T>("delete", path, asked);
  }

  /** A file, and the name that the server gave it. */
  async file(path: PathOf<"get">, asked: Asked = {}): Promise<{ blob: Blob; name: string | undefined }> {
    const { data, response } = await this.call("get", path, asked, "blob");
    const name = /filename="?([^";]+)"?/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
    return { blob: data as Blob, name };
  }

  private async ask<T>(method: Method, path: string, asked: Asked): Promise<T> {
    return (await this.call(method, path, asked, "json")).data as T;
  }

  private async call(method: Method, path: string, { path: values, query, body, signal }: Asked, parseAs: "json" | "blob") {
    const init = {
      params: { path: values, query },
      ...(body !== undefined && { body }),
      headers: {
        ...(method === "post" && { "Idempotency-Key": crypto.randomUUID() }),
        ...(!this.own() && { "X-Vesper-Background": "1" }),
      },
      ...(signal && { signal }),
      parseAs,
    };
    let answer: { data?: unknown; error?: unknown; response: Response };
    try {
      answer = await this.client.request(method, `/api/v1${path}` as never, init as never);
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new Refusal("offline", "The server can't be reached.");
    }
    if (answer.response.ok) return answer;
    const refusal = refusalOf(answer.response.status, answer.error);
    if (refusal.code === "token_invalid" || refusal.code === "signed_out") this.signedOut(refusal.code);
    throw refusal;
  }
}
