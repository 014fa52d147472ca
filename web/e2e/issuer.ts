// The small authorization server of the Go tests as a process of its own: an
// identity provider, and a record system that launches sessions.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface User { claims: Record<string, unknown>; context?: Record<string, unknown>; wrong_key?: boolean }

export class Issuer {
  private constructor(readonly url: string, private readonly child: ChildProcess, private readonly dir: string) {}

  static async open(): Promise<Issuer> {
    const dir = await mkdtemp(join(tmpdir(), "vesper-issuer-"));
    const program = join(dir, "issuer");
    await promisify(execFile)("go", ["build", "-o", program, "./auth/authtest/standalone"], { cwd: root });
    const child = spawn(program);
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.once("data", (line: Buffer) => resolve(line.toString().trim()));
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`the issuer ended (${code})`)));
    });
    return new Issuer(url, child, dir);
  }

  /** From now on this user approves whatever is asked. */
  async is(user: User): Promise<void> {
    const answer = await fetch(`${this.url}/user`, { method: "PUT", body: JSON.stringify(user) });
    if (!answer.ok) throw new Error(`the issuer says ${answer.status}`);
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    await gone;
    await rm(this.dir, { recursive: true, force: true });
  }
}
