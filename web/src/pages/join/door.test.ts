import { expect, test } from "vitest";
import { invitation } from "../../../test/fake.ts";
import { missing, prefilled, request, type Answers } from "./answers.ts";
import { nextLook } from "./useInvitation.ts";

const full: Answers = { ...prefilled(invitation), accepted: true };
const nobody = { name: "", phone: "" };

test("Join is ready when name, place, number and rules are", () => {
  expect(missing(full, invitation)).toEqual([]);
  expect(missing({ ...full, name: " ", place: "", phone: "", accepted: false }, invitation)).toEqual(["name", "place", "phone", "rules"]);
});

test("what the clinic needs is open until it is given", () => {
  const strict = {
    asks: { address: "elsewhere" as const, address_needed: true, emergency: true, emergency_needed: true, consent_needed: true },
    consent: { version: "1", text: { en: ["By video."] } },
  };
  const bare = { ...full, emergency: nobody, consented: false };
  expect(missing(bare, strict)).toEqual(["emergency", "consent"]);
  expect(missing({ ...bare, place: "elsewhere" }, strict)).toEqual(["address", "emergency", "consent"]);
  const lax = { ...strict, asks: { ...strict.asks, address_needed: false, emergency_needed: false, consent_needed: false } };
  expect(missing({ ...bare, place: "elsewhere" }, lax)).toEqual([]);
});

test("rules accepted in this version are ticked, those of an older one are not", () => {
  const at = "2026-11-20T22:00:00Z";
  expect(prefilled({ ...invitation, accepted: { version: "1", at } }).accepted).toBe(true);
  expect(prefilled({ ...invitation, accepted: { version: "0", at } }).accepted).toBe(false);
});

test("the request holds what was asked and said, and nothing empty", () => {
  const scale = { id: "s", question: {}, low: {}, high: {} };
  const asked = { ...invitation, scales: [scale, { ...scale, id: "t" }] };
  const address = { line: " 12 Elm St ", city: "", state: "NY", zip: "" };
  const said = { ...full, place: "elsewhere" as const, address, emergency: nobody, scales: { s: 0 } };
  expect(request("x", said, asked, "es")).toEqual({
    secret: "x", rules: "1", language: "es",
    door: { name: "Ana R.", place: "elsewhere", phone: "+1 555 0100", address: { line: "12 Elm St", state: "NY" } },
    answers: [{ scale: "s", value: 0 }, { scale: "t", value: null }],
  });
  expect(request("x", { ...said, place: "home" }, asked, "en")?.door).not.toHaveProperty("address");
});

test("an early page asks again when the door opens, at least every half minute", () => {
  const now = Date.parse("2026-11-23T21:00:00Z");
  const early = (opensIn: number) => ({
    kind: "open" as const,
    invitation: {
      ...invitation, status: "early" as const, now: new Date(now).toISOString(),
      session: { ...(invitation.session ?? never()), door_opens: new Date(now + opensIn).toISOString() },
    },
  });
  expect(nextLook(early(3_600_000))).toBe(30_000);
  expect(nextLook(early(12_000))).toBe(12_000);
  expect(nextLook(early(-5))).toBe(1000);
});

test("out of reach is asked again, a refusal is not", () => {
  expect(nextLook({ kind: "refused", code: "offline" })).toBe(4000);
  expect(nextLook({ kind: "refused", code: "link_unknown" })).toBeUndefined();
  expect(nextLook({ kind: "open", invitation })).toBeUndefined();
});

function never(): never {
  throw new Error("the fixture has a session");
}
