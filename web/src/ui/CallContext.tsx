// The bridge from the call to the pages: one hook that reads a part of its
// state, one that gives the call itself.
import { createContext, useContext, type ReactNode } from "react";
import { useStore } from "zustand";
import type { Call } from "../call/call.ts";
import type { CallState } from "../call/state.ts";

const Context = createContext<Call | undefined>(undefined);

export function CallProvider({ call, children }: { call: Call; children: ReactNode }) {
  return <Context value={call}>{children}</Context>;
}

export function useCall(): Call {
  const call = useContext(Context);
  if (!call) throw new Error("useCall outside CallProvider");
  return call;
}

/** Renders again only when what it selects changes. */
export function useCallState<T>(select: (state: CallState) => T): T {
  return useStore(useCall().store, select);
}
