// The desk of somebody who is signed in, and the watch over its being used.
import { Idle } from "../../call/idle.ts";
import { Office } from "../../protocol/office.ts";
import { allows, type Desk, type Who } from "./desk.tsx";

/** An answer about the end of a sign-in is not waited for longer. */
const ANSWER_MS = 5_000;

/** What other tabs of the same sign-in are told. */
export interface Told {
  used(): void;
  over(why: string): void;
}

/** leave is called once, with a code that says why. ended is for an end that another tab tells of. */
export function openDesk(who: Who, leave: (why: string) => void, told: Told): { desk: Desk; idle: Idle; ended(why: string): void } {
  let here = true;
  const ended = (why: string): void => {
    if (!here) return;
    here = false;
    leave(why);
  };
  const left = (why: string): void => {
    if (here) told.over(why);
    ended(why);
  };
  const office: Office = new Office(who.token, left, "", () => idle.own());
  const idle: Idle = new Idle({
    keep: () => void office.get("/staff/me").catch(() => undefined),
    alive: async () => {
      const scope = new AbortController();
      const late = setTimeout(() => scope.abort(), ANSWER_MS);
      try {
        await office.get("/staff/me", { signal: scope.signal });
        return true;
      } catch {
        return false;
      } finally {
        clearTimeout(late);
      }
    },
    over: () => left("signed_out"),
    used: () => told.used(),
  });
  const signOut = (): void => {
    void office.post("/staff/signout").catch(() => undefined);
    left("left");
  };
  return { desk: { office, who, may: (what) => allows(who.roles, what), signOut }, idle, ended };
}
