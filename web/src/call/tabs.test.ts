import { expect, test, vi } from "vitest";
import { Tabs, type Heard } from "./tabs.ts";

function tab(scope = new AbortController()) {
  const tabs = new Tabs();
  tabs.open(scope.signal);
  return { tabs, close: () => scope.abort() };
}

const deaf = (): Heard => ({ used: vi.fn(), over: vi.fn() });

test("a new tab gets what an open one holds, and nothing after the last is gone", async () => {
  const [first, second] = [tab(), tab()];
  expect(await second.tabs.ask()).toBeUndefined(); // nobody is signed in
  const release = first.tabs.hold("m", "sign-in", deaf());
  expect(await second.tabs.ask()).toBe("sign-in");
  second.tabs.hold("m", "sign-in", deaf());
  release();
  const third = tab();
  expect(await third.tabs.ask()).toBe("sign-in");
  first.close();
  second.close();
  expect(await third.tabs.ask()).toBeUndefined();
  third.close();
});

test("use and the end are of the same sign-in alone", async () => {
  const [one, same, other] = [tab(), tab(), tab()];
  const [heardSame, heardOther] = [deaf(), deaf()];
  one.tabs.hold("m", "a", deaf());
  same.tabs.hold("m", "a", heardSame);
  other.tabs.hold("n", "b", heardOther);
  one.tabs.used("m");
  one.tabs.over("m", "left");
  await vi.waitFor(() => expect(heardSame.over).toHaveBeenCalledExactlyOnceWith("left"));
  expect(heardSame.used).toHaveBeenCalledOnce();
  expect(await one.tabs.ask()).toBeDefined(); // whatever was sent before has arrived
  expect(heardOther.used).not.toHaveBeenCalled();
  expect(heardOther.over).not.toHaveBeenCalled();
  for (const { close } of [one, same, other]) close();
});
