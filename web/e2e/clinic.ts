// A clinic that has just been installed: `vesper admin` makes it, `vesper
// serve` runs it, and nobody but its administrator knows of it.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** VESPER names another build of the program. */
const program = process.env["VESPER"] ?? fileURLToPath(new URL("../../bin/vesper", import.meta.url));
const START_MS = 45_000;

interface Made { host?: string; others?: string[]; configure?: (ids: readonly string[]) => string }

export class FreshClinic {
  private said = "";
  private child: ChildProcess | undefined;

  private constructor(
    private readonly data: string,
    private readonly env: NodeJS.ProcessEnv,
    /** Each signs the administrator of one clinic in, once. */
    readonly consoles: readonly string[],
    readonly ids: readonly string[],
    private readonly file: string | undefined,
  ) {}

  /** Where people reach it. */
  get url(): string {
    return new URL(this.console).origin;
  }

  /**
   * others are further clinics of the same install. Under a host name there are
   * passkeys. configure makes a configuration file's text of the clinics' ids.
   */
  static async open(name: string, zone: string, { host, others = [], configure }: Made = {}): Promise<FreshClinic> {
    const data = await mkdtemp(join(tmpdir(), "vesper-clinic-"));
    const port = await freePort();
    const env = {
      ...process.env, VESPER_DATA: join(data, "records"), VESPER_LISTEN: `127.0.0.1:${port}`, ...(host && { VESPER_URL: `http://${host}:${port}` }),
    };
    const links: string[] = [];
    const ids: string[] = [];
    for (const each of [name, ...others]) {
      const id = await run(env, "admin", "clinic", "--zone", zone, each);
      ids.push(id);
      links.push(await run(env, "admin", "invite", "--clinic", id, "--role", "admin", "Morgan Lee"));
    }
    const file = configure && join(data, "vesper.yaml");
    if (file !== undefined) await writeFile(file, configure?.(ids) ?? "");
    const clinic = new FreshClinic(data, env, links, ids, file);
    await clinic.serve();
    return clinic;
  }

  /** Signs the administrator in, once. */
  get console(): string {
    return this.consoles[0] ?? "";
  }

  private serve(): Promise<void> {
    const child = spawn(program, ["serve", ...(this.file === undefined ? [] : ["--config", this.file])], { env: this.env });
    this.child = child;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`the server is not ready after ${START_MS} ms:\n${this.log}`)), START_MS);
      child.stderr.on("data", (text: Buffer) => (this.said += text.toString()));
      child.stdout.on("data", (text: Buffer) => {
        if (!text.toString().includes("Vesper serves")) return;
        clearTimeout(late);
        resolve();
      });
      child.on("error", reject);
      child.on("exit", (code, signal) => {
        clearTimeout(late);
        reject(new Error(`the server ended (${code ?? signal}):\n${this.log}`));
      });
    });
  }

  /** What the program has logged. */
  get log(): string {
    return this.said.slice(-4000);
  }

  async close(): Promise<void> {
    const { child } = this;
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise<void>((resolve) => child.on("exit", () => resolve()));
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 8000);
      await gone;
      clearTimeout(late);
    }
    await rm(this.data, { recursive: true, force: true });
  }
}

/** What a command of the program prints. */
function run(env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env }, (error, out, err) => {
      if (error) reject(new Error(`vesper ${args[0]} ${args[1]}: ${err}`));
      else resolve(out.trim());
    });
  });
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
