import { expect, test } from "vitest";
import { invitation } from "../../../test/fake.ts";
import { missing } from "./Form.tsx";
import { nextLook } from "./useInvitation.ts";

const full = { name: "Ana", place: "home" as const, address: "", phone: "1", accepted: true };

test("Join is ready when name, place, number and rules are", () => {
  expect(missing(full)).toEqual([]);
  expect(missing({ ...full, name: " ", place: "", phone: "", accepted: false })).toEqual(["name", "place", "phone", "rules"]);
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
