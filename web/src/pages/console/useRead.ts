// Reads one thing with the staff token, again when asked.
import { useCallback, useEffect, useState } from "react";
import { read, Refusal } from "../../protocol/api.ts";
import type { Decoder } from "../../protocol/decode.ts";

export type Reading<T> =
  | { kind: "asking" }
  | { kind: "here"; value: T }
  | { kind: "failed"; code: string };

export function useRead<T>(token: string, path: string, decode: Decoder<T>, onSignedOut: () => void) {
  const [reading, setReading] = useState<Reading<T>>({ kind: "asking" });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const scope = new AbortController();
    read(token, path, decode, scope.signal).then(
      (value) => setReading({ kind: "here", value }),
      (error: unknown) => {
        if (scope.signal.aborted) return;
        const code = error instanceof Refusal ? error.code : "internal";
        if (code === "signed_out" || code === "token_invalid") onSignedOut();
        else setReading({ kind: "failed", code });
      },
    );
    return () => scope.abort();
    // A new onSignedOut is no reason to read again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [token, path, decode, round]);
  return [reading, useCallback(() => setRound((r) => r + 1), [])] as const;
}
