// Going in: asks for the ticket, and tries again by itself where waiting is all
// that helps.
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import type { Memory } from "../../call/storage.ts";
import { Refusal } from "../../protocol/api.ts";
import type { TicketRequest } from "../../protocol/http.ts";
import { useCall } from "../../ui/CallContext.tsx";
import { againIn } from "./useInvitation.ts";

export interface Failed {
  code: string;
  /** incomplete: which details. */
  fields: readonly string[];
  /** When it is tried again, on this device's clock. */
  again?: number;
}

export interface Entry {
  busy: boolean;
  failed: Failed | undefined;
  enter(given: TicketRequest): void;
  /** Something was changed: nothing goes in behind the person's back. */
  hold(): void;
}

export function useEntry(memory: Memory): Entry {
  const call = useCall();
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<Failed>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const enter = async (given: TicketRequest): Promise<void> => {
    clearTimeout(timer.current);
    setBusy(true);
    try {
      await call.enter(given);
      memory.set("draft", undefined);
      navigate("/room");
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal("internal", "");
      const wait = refusal.code === "internal" ? undefined : againIn(refusal);
      setBusy(false);
      setFailed({ code: refusal.code, fields: refusal.fields, ...(wait !== undefined && { again: Date.now() + wait }) });
      if (wait !== undefined) timer.current = setTimeout(() => void enter(given), wait);
    }
  };
  return {
    busy,
    failed,
    enter: (given) => void enter(given),
    hold: () => {
      clearTimeout(timer.current);
      setFailed(undefined);
    },
  };
}
