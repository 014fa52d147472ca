// Somebody's own evening as the server tells it. After the end the minutes are
// asked once more, for by then they are final.
import { useCallback, useEffect, useState } from "react";
import { readAfter } from "../../protocol/api.ts";
import type { After, Answer } from "../../protocol/door.ts";

const AGAIN_MS = 3000;

export interface Told {
  /** Absent until it is known, and if it can't be. */
  after: After | undefined;
  /** Keeps the answers; false if they did not get through. */
  answer(answers: Answer[]): Promise<boolean>;
}

export function useAfter(secret: string | undefined, ended: boolean): Told {
  const [after, setAfter] = useState<After>();
  useEffect(() => {
    if (secret === undefined) return;
    const scope = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (more: boolean): Promise<void> => {
      try {
        const told = await readAfter({ secret, answers: [] }, scope.signal);
        if (scope.signal.aborted) return;
        setAfter(told);
        if (more && told.tonight && !told.tonight.final) timer = setTimeout(() => void ask(false), AGAIN_MS);
      } catch {
        // The goodbye stands without it.
      }
    };
    void ask(ended);
    return () => {
      scope.abort();
      clearTimeout(timer);
    };
  }, [secret, ended]);
  const answer = useCallback(async (answers: Answer[]): Promise<boolean> => {
    if (secret === undefined) return false;
    try {
      setAfter(await readAfter({ secret, answers }));
      return true;
    } catch {
      return false;
    }
  }, [secret]);
  return { after, answer };
}
