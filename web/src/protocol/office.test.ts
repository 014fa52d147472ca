import { afterEach, expect, test, vi } from "vitest";
import { Refusal } from "./api.ts";
import { Office } from "./office.ts";

afterEach(() => vi.unstubAllGlobals());

/** Answers every request with this, and keeps what was asked. */
function answering(status: number, body: unknown): Request[] {
  const asked: Request[] = [];
  vi.stubGlobal("location", new URL("http://clinic.test/console"));
  vi.stubGlobal("fetch", (request: Request) => {
    asked.push(request);
    return Promise.resolve(new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } }));
  });
  return asked;
}

const office = (signedOut = (): void => undefined) => new Office("secret", signedOut, "http://clinic.test");

test("values of the path are encoded, the token goes with it, each POST has its key", async () => {
  const asked = answering(200, { id: "s" });
  const made = await office().post<{ id: string }>("/series/{id}/skip", { path: { id: "a/b" }, body: { date: "2026-11-26" } });
  expect(made.id).toBe("s");
  const [request] = asked;
  expect(request?.url).toBe("http://clinic.test/api/v1/series/a%2Fb/skip");
  expect(request?.headers.get("Authorization")).toBe("Bearer secret");
  expect(request?.headers.get("Idempotency-Key")).toMatch(/^[0-9a-f-]{36}$/);
  expect(await request?.json()).toEqual({ date: "2026-11-26" });
});

test("a problem names its fields without the body before them", async () => {
  answering(422, { title: "", status: 422, code: "invalid", detail: "Look again.", errors: [{ location: "body.template[0].minutes", message: "Too long." }] });
  const refusal = await office().get("/series").catch((e: unknown) => e);
  expect(refusal).toBeInstanceOf(Refusal);
  expect((refusal as Refusal).faults).toEqual([{ field: "template[0].minutes", message: "Too long." }]);
});

test("a token that is no longer good signs out", async () => {
  answering(401, {});
  const out = vi.fn();
  await expect(office(out).get("/week")).rejects.toMatchObject({ code: "token_invalid" });
  expect(out).toHaveBeenCalledOnce();
});

test("what the page asks by itself is marked, and the person's own is not", async () => {
  const asked = answering(200, {});
  let own = false;
  const page = new Office("secret", () => undefined, "http://clinic.test", () => own);
  await page.get("/week");
  own = true;
  await page.post("/staff/signout");
  expect(asked.map((request) => request.headers.get("X-Vesper-Background"))).toEqual(["1", null]);
});

test("a network that is away is offline", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
  await expect(office().get("/week")).rejects.toMatchObject({ code: "offline" });
});
