// The way into the console: what another tab has, a link, an identity provider
// that sends back here, or a passkey; then the choice of a clinic, and the page
// that was asked for.
import { useCallback, useEffect, useState } from "react";
import { useLocation } from "wouter";
import { Refusal, signIn } from "../../protocol/api.ts";
import type { ClinicChoice, SignedIn } from "../../protocol/http.ts";
import { beginPasskeySignIn, signInByPasskey } from "../../protocol/staff.ts";
import { takeFragment, type Memory } from "../../call/storage.ts";
import type { Tabs } from "../../call/tabs.ts";
import type { Who } from "./desk.tsx";
import { provePasskey } from "./passkeys.ts";

export type Entrance =
  | { at: "asking" }
  /** Nobody is signed in; why is a code. */
  | { at: "out"; why?: string }
  | { at: "choosing"; secret: string; choices: readonly ClinicChoice[] }
  /** byLink: just now, by a one-time link. */
  | { at: "in"; who: Who; byLink: boolean };

export interface Door {
  entrance: Entrance;
  choose(clinic: string): void;
  withPasskey(): Promise<void>;
  /** Forgets who was signed in. */
  leave(why: string): void;
}

function read(kept: string | undefined): Who | undefined {
  try {
    const who = JSON.parse(kept ?? "null") as Who | null;
    return who ?? undefined;
  } catch {
    return undefined;
  }
}

/** What a redirect left in the address. */
function problemIn(search: string): string | undefined {
  return new URLSearchParams(search).get("problem") ?? undefined;
}

function begin(memory: Memory): Entrance {
  const why = problemIn(window.location.search);
  if (why !== undefined) return { at: "out", why };
  const who = read(memory.get("token"));
  return who ? { at: "in", who, byLink: false } : { at: "asking" };
}

// A staff link may be good for one exchange only, and React may ask twice.
let exchange: { secret: string; answer: Promise<SignedIn> } | undefined;

function exchanged(secret: string): Promise<SignedIn> {
  if (exchange?.secret !== secret) exchange = { secret, answer: signIn(secret) };
  return exchange.answer;
}

export function useEntrance(memory: Memory, given: string | undefined, tabs: Tabs): Door {
  const [, navigate] = useLocation();
  const [secret, setSecret] = useState(given);
  const [entrance, setEntrance] = useState<Entrance>(() => (given === undefined ? begin(memory) : { at: "asking" }));

  const answered = useCallback((answer: SignedIn, used: string, byLink: boolean): void => {
    const { token, clinic, name, zone, person, roles, choices = [], to } = answer;
    setSecret(undefined);
    exchange = undefined;
    if (choices.length > 0) return setEntrance({ at: "choosing", secret: answer.secret ?? used, choices });
    const who: Who = { token, clinic, name, mark: crypto.randomUUID(), ...(zone && { zone }), ...(person && { person }), ...(roles && { roles }) };
    memory.set("token", JSON.stringify(who));
    if (to?.startsWith("/console")) navigate(to, { replace: true });
    setEntrance({ at: "in", who, byLink: byLink && !to });
  }, [memory, navigate]);

  const leave = useCallback((why: string): void => {
    memory.set("token", undefined);
    exchange = undefined;
    setSecret(undefined);
    setEntrance({ at: "out", why });
  }, [memory]);

  useEffect(() => {
    if (secret === undefined) return;
    let wanted = true;
    exchanged(secret).then(
      (answer) => wanted && answered(answer, secret, true),
      (error: unknown) => wanted && leave(codeOf(error)),
    );
    return () => {
      wanted = false;
    };
  }, [secret, answered, leave]);

  useEffect(() => {
    const scope = new AbortController();
    tabs.open(scope.signal);
    return () => scope.abort();
  }, [tabs]);

  // A new tab has no sign-in of its own, but another tab may.
  const [alone, setAlone] = useState(given === undefined && entrance.at === "asking");
  useEffect(() => {
    if (!alone) return;
    let wanted = true;
    void tabs.ask().then((kept) => {
      if (!wanted) return;
      setAlone(false);
      const who = read(kept);
      if (who) memory.set("token", JSON.stringify(who));
      setEntrance((now) => (now.at !== "asking" ? now : who ? { at: "in", who, byLink: false } : { at: "out" }));
    });
    return () => {
      wanted = false;
    };
  }, [alone, tabs, memory]);

  // Another link may be opened in the same tab.
  useEffect(() => {
    const scope = new AbortController();
    window.addEventListener("hashchange", () => {
      const next = takeFragment();
      if (next === undefined) return;
      setAlone(false);
      setEntrance({ at: "asking" });
      setSecret(next);
    }, { signal: scope.signal });
    return () => scope.abort();
  }, []);

  useEffect(() => {
    if (problemIn(window.location.search) !== undefined) navigate(window.location.pathname, { replace: true });
  }, [navigate]);

  return {
    entrance,
    leave,
    choose: (clinic) => {
      if (entrance.at !== "choosing") return;
      const { secret: used } = entrance;
      signIn(used, clinic).then((answer) => answered(answer, used, false), (error: unknown) => leave(lateOr(codeOf(error))));
    },
    withPasskey: () => beginPasskeySignIn().then(provePasskey).then(signInByPasskey)
      .then((answer) => answered(answer, "", false), (error: unknown) => leave(codeOf(error))),
  };
}

function codeOf(error: unknown): string {
  return error instanceof Refusal ? error.code : "internal";
}

/** Who chose too late holds a secret that is no longer known. */
function lateOr(code: string): string {
  return code === "link_unknown" ? "signin_late" : code;
}
