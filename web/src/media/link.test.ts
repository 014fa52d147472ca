import { expect, test, vi } from "vitest";
import type { SlotCount } from "../protocol/server.ts";
import { Link, type LinkOptions } from "./link.ts";
import type { Peer } from "./peer.ts";

/** A connection whose path is up once it was answered, unless it is told otherwise. */
class FakePeer implements Peer {
  readonly streams = new Map<string, MediaStream>();
  readonly sent: Record<string, unknown> = {};
  offers: boolean[] = [];
  answered = 0;
  works = true;
  refusesAnswer = false;
  closed = false;
  proofs = 0;
  silent = false;
  constructor(readonly counts: SlotCount) {}
  offer(restart: boolean): Promise<string> {
    this.offers.push(restart);
    return Promise.resolve("offer");
  }
  answer(): Promise<void> {
    if (this.refusesAnswer) return Promise.reject(new Error("another process"));
    this.answered++;
    return Promise.resolve();
  }
  send(kind: string, track: MediaStreamTrack | null): Promise<void> {
    this.sent[kind] = track;
    return Promise.resolve();
  }
  proof(): Promise<string> {
    return Promise.resolve(String(this.silent ? 0 : this.proofs++));
  }
  connected(): boolean {
    return this.works && this.answered > 0;
  }
  close(): void {
    this.closed = true;
  }
}

const counts = { audio: 2, video: 3 };

function house(options: Partial<LinkOptions> = {}) {
  const peers: FakePeer[] = [];
  let shape: (peer: FakePeer) => void = () => undefined;
  const link = new Link({
    negotiate: () => Promise.resolve("answer"),
    changed: () => undefined,
    answered: () => undefined,
    makePeer: (c) => {
      const peer = new FakePeer(c);
      shape(peer);
      peers.push(peer);
      return peer;
    },
    // Time passes as fast as it can, but in turns.
    wait: (_ms, signal) => new Promise((resolve) => setTimeout(resolve, signal.aborted ? 0 : 1)),
    ...options,
  });
  return { link, peers, shape: (f: (peer: FakePeer) => void) => (shape = f) };
}

const up = (link: Link) => vi.waitFor(() => expect(link.state).toBe("up"));
const track = { kind: "audio" } as MediaStreamTrack;

test("the prepared offer is the one that is sent", async () => {
  const { link, peers } = house();
  await link.prepare(counts);
  link.connect(counts, false);
  await up(link);
  expect(peers).toHaveLength(1);
  expect(peers[0]?.offers).toEqual([false, false]);
  link.close();
});

test("other counts of slots need another connection", async () => {
  const { link, peers } = house();
  await link.prepare({ audio: 8, video: 12 });
  link.connect(counts, false);
  await up(link);
  expect(peers.map((p) => p.counts)).toEqual([{ audio: 8, video: 12 }, counts]);
  expect(peers[0]?.closed).toBe(true);
  link.close();
});

test("nothing is sent before admission", async () => {
  const { link, peers } = house();
  link.setTrack("audio", track);
  link.connect(counts, false);
  await up(link);
  expect(peers[0]?.sent).toEqual({ audio: null, video: null });
  link.activate(true);
  await vi.waitFor(() => expect(peers[0]?.sent["audio"]).toBe(track));
  link.activate(false);
  await vi.waitFor(() => expect(peers[0]?.sent["audio"]).toBeNull());
  link.close();
});

test("what the server has kept is restarted", async () => {
  const { link, peers } = house();
  link.connect(counts, false);
  await up(link);
  link.pause();
  link.connect(counts, true);
  await vi.waitFor(() => expect(peers[0]?.offers).toEqual([false, true]));
  await up(link);
  expect(peers).toHaveLength(1);
  link.close();
});

test("what the server has not kept is made anew", async () => {
  const { link, peers } = house();
  link.connect(counts, false);
  await up(link);
  link.pause();
  link.connect(counts, false);
  await vi.waitFor(() => expect(peers).toHaveLength(2));
  await up(link);
  expect(peers[1]?.offers).toEqual([false]);
  link.close();
});

test("an answer that does not fit leads to a new connection, with the tracks", async () => {
  const { link, peers } = house();
  link.setTrack("audio", track);
  link.activate(true);
  link.connect(counts, false);
  await up(link);
  const [first] = peers;
  if (first) first.refusesAnswer = true;
  link.pause();
  link.connect(counts, true);
  await vi.waitFor(() => expect(peers).toHaveLength(2));
  await up(link);
  expect(peers[1]?.sent["audio"]).toBe(track);
  expect(first?.closed).toBe(true);
  link.close();
});

test("a restart that brings no path leads to a new connection", async () => {
  const { link, peers } = house();
  link.connect(counts, false);
  await up(link);
  const [first] = peers;
  if (first) first.works = false;
  link.pause();
  link.connect(counts, true);
  await vi.waitFor(() => expect(peers).toHaveLength(2));
  await up(link);
  link.close();
});

test("a path that falls silent is restarted", async () => {
  const { link, peers } = house();
  link.connect(counts, false);
  await up(link);
  const [first] = peers;
  if (first) first.silent = true;
  await vi.waitFor(() => expect(first?.offers).toContain(true), { timeout: 3000 });
  link.close();
});

test("without a line nothing is offered", async () => {
  const negotiate = vi.fn(() => Promise.reject(new Error("lost")));
  const { link } = house({ negotiate });
  link.connect(counts, false);
  await vi.waitFor(() => expect(negotiate).toHaveBeenCalled());
  link.pause();
  await new Promise((r) => setTimeout(r, 20));
  const calls = negotiate.mock.calls.length;
  await new Promise((r) => setTimeout(r, 20));
  expect(negotiate.mock.calls.length).toBe(calls);
  link.close();
});
