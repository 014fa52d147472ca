import { expect, test } from "vitest";
import { running } from "../../../test/clinic.ts";
import { attendance } from "../../../test/records.ts";
import { consoleEn } from "../../words/console.en.ts";
import { missed, soFar } from "./ReviewTable.tsx";
import { standing } from "./SessionState.tsx";

const { session } = attendance;
const now = Date.parse("2026-11-20T23:00:00Z");

test("an evening stands somewhere between plan and signature, in words", () => {
  const at = (part: object): string => standing({ ...session, ...part }, now);
  expect(at({ status: "scheduled" })).toBe("scheduled");
  expect(standing({ ...session, status: "scheduled" }, now + 86_400_000)).toBe("unopened");
  expect(at({ status: "open", final: false })).toBe("open");
  expect(at({ status: "ended", final: false })).toBe("closing");
  expect(at({ status: "ended", final: true })).toBe("unsigned");
  expect(at({ status: "ended", final: true, signed: true })).toBe("signed");
  expect(at({ status: "cancelled" })).toBe("cancelled");
  expect(consoleEn["state.unsigned"]).toBe("Over. Not signed yet.");
});

test("nobody is absent while the evening runs", () => {
  const records = running.records ?? [];
  expect(records.map((r) => soFar(r, running.session))).toEqual(["here", "not_yet", "door", "here"]);
  expect(records.filter(missed).map((r) => r.display_name)).toEqual(["Luis M.", "Tom W."]);
  const [ana] = records;
  if (!ana) throw new Error("nobody");
  expect(soFar({ ...ana, intervals: [{ start: session.start, end: session.end }] }, running.session)).toBe("away");
  expect(soFar({ status: "excused", intervals: [] }, running.session)).toBe("excused");
  expect(soFar({ status: "not_yet", intervals: [] }, { status: "scheduled" })).toBe("expected");
});
