import { expect, test } from "vitest";
import type { Participant, Session, You } from "../protocol/nouns.ts";
import type { Welcome } from "../protocol/server.ts";
import { endingOf, over, reduce, start, welcomed, type CallState } from "./state.ts";

const you: You = { participant: "me", name: "Ana", role: "participant", state: "lobby", muted: false, camera_off: false, hand: false };
const session: Session = {
  id: "s", clinic: "C", start: "2026-11-23T22:30:00Z", end: "2026-11-24T01:00:00Z",
  door_opens: "2026-11-23T22:00:00Z", zone: "America/New_York", segments: [],
};
const welcome: Welcome = {
  type: "welcome", now: "2026-11-23T22:20:01.250Z", you, session, resume: "r", version: 1, slots: { audio: 1, video: 1 },
};
const room = { locked: false, held: false, segment: 0, hands: [] };
const person = (id: string): Participant => ({ id, name: id, role: "participant", state: "present", muted: false, camera: true });

function inside(): CallState {
  const admitted = reduce(welcomed(start, welcome), { type: "you", version: 2, you: { ...you, state: "admitted" } });
  return reduce(admitted, { type: "state", version: 3, room, participants: [person("a"), person("me")], board: [] });
}

test("the way in", () => {
  expect(welcomed(start, welcome).phase).toBe("lobby");
  expect(welcomed(start, { ...welcome, you: { ...you, state: "second_device" } }).phase).toBe("second_device");
  expect(inside().phase).toBe("room");
});

test("people keep their order, newcomers come last", () => {
  let state = reduce(inside(), { type: "participant", version: 4, participant: person("b") });
  state = reduce(state, { type: "participant", version: 5, participant: { ...person("a"), muted: true } });
  expect(state.participants.map((p) => `${p.id}${p.muted ? " muted" : ""}`)).toEqual(["a muted", "me", "b"]);
  state = reduce(state, { type: "gone", version: 6, participant: "a" });
  expect(state.participants.map((p) => p.id)).toEqual(["me", "b"]);
});

test("back in the lobby nothing of the room is left", () => {
  const state = reduce(inside(), { type: "you", version: 9, you });
  expect(state.phase).toBe("lobby");
  expect(state.participants).toEqual([]);
  expect(state).not.toHaveProperty("room");
  expect(state).not.toHaveProperty("board");
});

test("a full state replaces the old one, also the board", () => {
  const state = reduce(inside(), { type: "state", version: 9, room, participants: [person("me")] });
  expect(state.participants.map((p) => p.id)).toEqual(["me"]);
  expect(state).not.toHaveProperty("board");
});

test("the end forgets the room and says why", () => {
  const state = over(inside(), "removed");
  expect(state).toMatchObject({ phase: "over", ending: "removed", participants: [] });
  expect(endingOf("room_ended")).toBe("ended");
  expect(endingOf("something new")).toBe("expired");
});

test("answers and levels change nothing", () => {
  const state = inside();
  expect(reduce(state, { type: "ok", id: 1 })).toBe(state);
  expect(reduce(state, { type: "speakers", speakers: [] })).toBe(state);
});
