import { expect, test } from "vitest";
import { loudness } from "./meter.ts";
import { pictures } from "./slots.ts";

const stream = (id: string) => ({ id }) as MediaStream;

test("a slot shows its person; an empty one nobody", () => {
  const streams = new Map([["3", stream("a")], ["4", stream("b")], ["5", stream("c")]]);
  const got = pictures([
    { mid: "3", kind: "video", participant: "p1", generation: 1 },
    { mid: "4", kind: "video", participant: "", generation: 2 },
    { mid: "5", kind: "screen", participant: "p1", generation: 1 },
    { mid: "9", kind: "video", participant: "p2", generation: 1 },
    { mid: "1", kind: "audio", participant: "p3", generation: 1 },
  ], streams);
  expect(got.video).toEqual({ p1: stream("a") });
  expect(got.screen).toEqual({ p1: stream("c") });
});

test("loudness is 0 in silence and 1 at full scale", () => {
  expect(loudness(new Float32Array(64))).toBe(0);
  expect(loudness(new Float32Array(64).fill(1))).toBe(1);
});
