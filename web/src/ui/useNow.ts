import { useEffect, useState } from "react";
import { now } from "../call/clock.ts";
import { useCallState } from "./CallContext.tsx";

/** The server's time, again every so many milliseconds. */
export function useNow(every = 5000): number {
  const clock = useCallState((s) => s.clock);
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), every);
    return () => clearInterval(timer);
  }, [every]);
  return now(clock);
}
