// The program under test: `vesper demo` as a child process with a folder of
// its own, which may be killed and started again.
import { spawn, execFile, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** VESPER names another build of the program. */
const program = process.env["VESPER"] ?? fileURLToPath(new URL("../../bin/vesper", import.meta.url));
const START_MS = 45_000;

/** The line that the demo prints. */
export interface Links {
  url: string;
  session: string;
  facilitator: string;
  participants: string[];
  console: string;
  api_token: string;
}

export class House {
  links!: Links;
  private child: ChildProcessWithoutNullStreams | undefined;
  private said = "";

  private constructor(
    readonly data: string,
    private readonly listen: string,
    private readonly bots: number,
  ) {}

  /** Starts a demo that nobody else uses. */
  static async open(bots = 0): Promise<House> {
    const data = await mkdtemp(join(tmpdir(), "vesper-e2e-"));
    const house = new House(data, `127.0.0.1:${await freePort()}`, bots);
    await house.start();
    return house;
  }

  /** Starts the program on the same folder and the same port. */
  async start(): Promise<void> {
    const child = spawn(program, [
      "demo", "--json", "--listen", this.listen, "--data", this.data, "--bots", String(this.bots), "--log", "info",
    ]);
    this.child = child;
    child.stderr.on("data", (text: Buffer) => (this.said += text.toString()));
    this.links = await new Promise<Links>((resolve, reject) => {
      let line = "";
      const late = setTimeout(() => reject(new Error(`the demo is not ready after ${START_MS} ms:\n${this.log}`)), START_MS);
      child.stdout.on("data", (text: Buffer) => {
        line += text.toString();
        if (!line.includes("\n")) return;
        clearTimeout(late);
        resolve(JSON.parse(line) as Links);
      });
      child.on("error", reject);
      child.on("exit", (code, signal) => {
        clearTimeout(late);
        reject(new Error(`the demo ended (${code ?? signal}):\n${this.log}`));
      });
    });
  }

  /** What the program has logged. */
  get log(): string {
    return this.said.slice(-4000);
  }

  /** Ends the program; SIGKILL leaves it no time for a last word. Returns when it is gone. */
  async stop(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.on("exit", () => resolve()));
    child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), 8000);
    await gone;
    clearTimeout(late);
  }

  async close(): Promise<void> {
    await this.stop("SIGTERM");
    await rm(this.data, { recursive: true, force: true });
  }

  /** Asks the HTTP interface as the clinic's own service. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { url, api_token: token } = this.links;
    const response = await fetch(`${url}/api/v1${path}`, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${init.method ?? "GET"} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  async read<T>(path: string): Promise<T> {
    return (await (await this.fetch(path)).json()) as T;
  }

  async create<T = { id: string }>(path: string, body: object = {}): Promise<T> {
    const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    return (await (await this.fetch(path, init)).json()) as T;
  }

  /** Runs another command of the program. */
  run(...args: string[]): Promise<{ code: number; output: string }> {
    return new Promise((resolve) => {
      execFile(program, args, (error, out, err) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ code, output: out + err });
      });
    });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
