// The desk of somebody who is signed in, and the watch over its being used.
import { Idle } from "../../call/idle.ts";
import { Office } from "../../protocol/office.ts";
import { allows, type Desk, type Who } from "./desk.tsx";

/** An answer about the end of a sign-in is not waited for longer. */
const ANSWER_MS = 5_000;

/** leave is called once, with a code that says why. */
export function openDesk(who: Who, leave: (why: string) => void): { desk: Desk; idle: Idle } {
  let here = true;
  const left = (why: string): void => {
    if (!here) return;
    here = false;
    leave(why);
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
  });
  const signOut = (): void => {
    void office.post("/staff/signout").catch(() => undefined);
    left("left");
  };
  return { desk: { office, who, may: (what) => allows(who.roles, what), signOut }, idle };
}
