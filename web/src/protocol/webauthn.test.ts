import { afterEach, expect, test, vi } from "vitest";
import { making, proving, providerPage } from "./staff.ts";
import { answerJSON, bytesFrom, creationOptions, requestOptions, textFrom } from "./webauthn.ts";

afterEach(() => vi.unstubAllGlobals());

const bytes = (...values: number[]): ArrayBuffer => Uint8Array.from(values).buffer;
const read = (source: BufferSource | undefined): number[] => [...new Uint8Array(source as ArrayBuffer)];

test.each([[[]], [[0]], [[251, 255]], [[1, 2, 3]], [[255, 239, 190, 0, 62]]])("%j as base64url and back", (values) => {
  const text = textFrom(bytes(...values));
  expect(text).toMatch(/^[\w-]*$/);
  expect(text).toBe(Buffer.from(values).toString("base64url"));
  expect(read(bytesFrom(text))).toEqual(values);
});

// As the server writes them.
const made = {
  id: "c1",
  options: {
    publicKey: {
      rp: { name: "groups.example", id: "groups.example" },
      user: { name: "Morgan", displayName: "Morgan", id: "AQID" },
      challenge: "-_8",
      pubKeyCredParams: [{ type: "public-key", alg: -7 }],
      timeout: 300000,
      excludeCredentials: [{ type: "public-key", id: "BAU", transports: ["internal"] }],
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      attestation: "none",
    },
  },
};
const asked = { id: "c2", options: { publicKey: { challenge: "-_8", timeout: 300000, rpId: "groups.example", userVerification: "required" } } };

test("a browser that can't read the options itself is helped", () => {
  vi.stubGlobal("PublicKeyCredential", () => undefined);
  const { options } = making(made, "making");
  const create = creationOptions(options.publicKey);
  expect(read(create.challenge)).toEqual([251, 255]);
  expect(read(create.user.id)).toEqual([1, 2, 3]);
  expect(create.user.displayName).toBe("Morgan");
  expect(create.excludeCredentials?.map((c) => [c.type, read(c.id), c.transports])).toEqual([["public-key", [4, 5], ["internal"]]]);
  expect(create.authenticatorSelection).toEqual({ residentKey: "required", userVerification: "required" });
  const get = requestOptions(proving(asked, "proving").options.publicKey);
  expect(read(get.challenge)).toEqual([251, 255]);
  expect(get.allowCredentials).toEqual([]);
  expect(get.rpId).toBe("groups.example");
});

test("a browser that can is left to do it", () => {
  const parse = vi.fn((json: object) => json);
  vi.stubGlobal("PublicKeyCredential", { parseCreationOptionsFromJSON: parse, parseRequestOptionsFromJSON: parse });
  creationOptions(making(made, "making").options.publicKey);
  requestOptions(proving(asked, "proving").options.publicKey);
  expect(parse.mock.calls.map(([json]) => json)).toEqual([made.options.publicKey, asked.options.publicKey]);
});

test("answers are written as the standard has them", () => {
  const credential = (response: object) => ({ id: "BAU", rawId: bytes(4, 5), type: "public-key", authenticatorAttachment: null, response }) as unknown as PublicKeyCredential;
  expect(answerJSON(credential({ clientDataJSON: bytes(1), attestationObject: bytes(2), getTransports: () => ["internal"] }))).toEqual({
    id: "BAU", rawId: "BAU", type: "public-key", clientExtensionResults: {},
    response: { clientDataJSON: "AQ", attestationObject: "Ag", transports: ["internal"] },
  });
  expect(answerJSON(credential({ clientDataJSON: bytes(1), authenticatorData: bytes(2), signature: bytes(3), userHandle: bytes(1, 2, 3) }))).toEqual({
    id: "BAU", rawId: "BAU", type: "public-key", clientExtensionResults: {},
    response: { clientDataJSON: "AQ", authenticatorData: "Ag", signature: "Aw", userHandle: "AQID" },
  });
  const own = { ...credential({}), toJSON: () => ({ id: "own" }) } as unknown as PublicKeyCredential;
  expect(answerJSON(own)).toEqual({ id: "own" });
});

test("a provider's page comes back to a page of the console", () => {
  expect(providerPage("clinic-idp", "/console/week/2026-11-20")).toBe("/api/v1/oidc/clinic-idp/start?to=%2Fconsole%2Fweek%2F2026-11-20");
});
