// docs/protocol.md is the contract: every example decodes, and no message of
// ours lacks an example.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { clientMessages, decodeClient } from "./client.ts";
import { bodies } from "./http.ts";
import { decodeServer, serverMessages } from "./server.ts";

const page = readFileSync(`${process.cwd()}/../docs/protocol.md`, "utf8");

function examples(kind: string): string[] {
  return [...page.matchAll(/^```json (\w+)\n([\s\S]*?)^```/gm)]
    .filter((m) => m[1] === kind)
    .map((m) => m[2] ?? "");
}

function typesOf(texts: string[]): string[] {
  return [...new Set(texts.map((t) => (JSON.parse(t) as { type: string }).type))].sort();
}

describe("docs/protocol.md", () => {
  test.each(examples("client"))("client example decodes: %s", (text) => {
    const { id, ...rest } = JSON.parse(text) as { id?: number };
    expect(id === undefined || id > 0).toBe(true);
    // No field of an example is unknown to us.
    expect(decodeClient(text)).toEqual(rest);
  });

  test.each(examples("server"))("server example decodes: %s", (text) => {
    expect(decodeServer(text)).toEqual(JSON.parse(text));
  });

  test("every message has an example", () => {
    expect(typesOf(examples("client"))).toEqual(Object.keys(clientMessages).sort());
    expect(typesOf(examples("server"))).toEqual(Object.keys(serverMessages).sort());
  });

  test.each(examples("http"))("HTTP example decodes: %s", (text) => {
    const value = JSON.parse(text) as unknown;
    const whole = Object.entries(bodies).filter(([, decode]) => {
      try {
        expect(decode(value, "body")).toEqual(value);
        return true;
      } catch {
        return false;
      }
    });
    expect(whole.map(([name]) => name)).toHaveLength(1);
  });

  test("unknown fields are ignored, unknown types are no error", () => {
    expect(decodeServer('{"type":"ok","id":3,"new":1}')).toEqual({ type: "ok", id: 3 });
    expect(decodeServer('{"type":"weather"}')).toBeUndefined();
    expect(() => decodeServer('{"type":"ok","id":"3"}')).toThrow("a number expected");
    expect(() => decodeServer("[]")).toThrow("an object expected");
  });
});
