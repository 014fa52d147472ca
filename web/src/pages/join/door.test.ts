import { expect, test } from "vitest";
import { invitation, thorough } from "../../../test/fake.ts";
import { addressLine, addressOf, faults, missing, prefilled, request, type Answers } from "./answers.ts";
import { openIn, reached, shapeOf, stepOf, stepsOf } from "./steps.ts";
import { restored } from "./useAnswers.ts";
import { againIn, nextLook } from "./useInvitation.ts";

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
  const said = { ...full, place: "elsewhere" as const, addresses: { ...full.addresses, elsewhere: address }, emergency: nobody, scales: { s: 0 } };
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

test("at home is the address that was home, also after an evening elsewhere", () => {
  const home = { line: "4 Oak St", city: "Fargo", state: "north dakota", zip: "58102" };
  const known = prefilled({ ...thorough, home });
  expect(addressLine(addressOf(known))).toBe("12 Elm Street, Albany, NY 12207");
  expect(addressLine(addressOf({ ...known, place: "home" }))).toBe("4 Oak St, Fargo, ND 58102");
  expect(addressLine(addressOf({ ...prefilled(thorough), place: "home" }))).toBe("");
});

test("what can't be right is found where it is asked", () => {
  const address = { line: "12 Elm St", city: "Albany", state: "NY", zip: "1220" };
  const said = { ...full, place: "elsewhere" as const, addresses: { ...full.addresses, elsewhere: address }, phone: "no", emergency: { name: "R", phone: "911" } };
  expect(faults(said, invitation)).toEqual(["zip", "phone", "emergency"]);
  expect(faults({ ...said, place: "home", phone: "" }, { asks: { ...invitation.asks, emergency: false } })).toEqual([]);
});

const { accepted: _before, ...unaccepted } = thorough;
const newcomer = { ...unaccepted, prefill: { name: "Ana R.", place: "" as const, phone: "" } };

test("who has been here looks once; who has not is asked step by step where much is asked", () => {
  const little = { ...invitation, prefill: newcomer.prefill };
  expect([shapeOf(thorough), shapeOf(invitation), shapeOf(little), shapeOf(newcomer)]).toEqual(["again", "again", "short", "steps"]);
  expect(shapeOf({ ...little, asks: { ...little.asks, address: "always" } })).toBe("steps");
});

test("steps: one question each, none beyond what is open", () => {
  const asked = newcomer;
  const steps = stepsOf(asked);
  expect(steps.map((s) => s.ask)).toEqual(["name", "place", "phone", "emergency", "scale", "scale", "consent", "rules"]);
  const said = prefilled(asked);
  expect([reached(0, steps, said, asked), reached(7, steps, said, asked)]).toEqual([0, 1]);
  const placed = { ...said, place: "home" as const, phone: "12" };
  expect(openIn({ ask: "place" }, { ...placed, place: "elsewhere" }, asked)).toEqual(["address"]);
  expect(reached(7, steps, placed, asked)).toBe(2);
  const all = { ...placed, phone: "701 555 0100", emergency: { name: "R", phone: "701 555 0101" }, consented: true, accepted: true };
  expect(reached(9, steps, all, asked)).toBe(7);
  expect(["door.address.zip", "door.phone", "door.emergency.name", "rules", "scales"].map((f) => stepOf(f, steps))).toEqual([1, 2, 3, 7, -1]);
});

test("a reload finds what was typed, of this evening only", () => {
  const answers = { ...full, name: "Ana Ruiz" };
  const kept = (key: string): string => JSON.stringify({ key, answers });
  expect(restored(kept(`${invitation.session?.id}/1`), invitation)).toEqual(answers);
  for (const other of [kept("another/1"), kept(`${invitation.session?.id}/2`), "{", "7", undefined]) {
    expect(restored(other, invitation)).toEqual(prefilled(invitation));
  }
});

test("too many tries: as long as the server says, and then again", () => {
  expect(againIn({ code: "slow_down", after: 12 })).toBe(12_000);
  expect(againIn({ code: "slow_down" })).toBe(5000);
  expect(nextLook({ kind: "refused", code: "slow_down", after: 3 })).toBe(3000);
  expect([againIn({ code: "offline" }), againIn({ code: "removed" })]).toEqual([4000, undefined]);
});

test("out of reach is asked again, a refusal is not", () => {
  expect(nextLook({ kind: "refused", code: "offline" })).toBe(4000);
  expect(nextLook({ kind: "refused", code: "link_unknown" })).toBeUndefined();
  expect(nextLook({ kind: "open", invitation })).toBeUndefined();
});

function never(): never {
  throw new Error("the fixture has a session");
}
