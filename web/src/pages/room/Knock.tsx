// Somebody is in the lobby: staff hear it once, politely, and see it while the
// board is closed.
import { useEffect, useRef, useState } from "react";
import { ready } from "../../call/board.ts";
import type { BoardRow } from "../../protocol/nouns.ts";
import { Button } from "../../ui/Button.tsx";
import { useCall, useCallState } from "../../ui/CallContext.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useWords } from "../../words/words.tsx";

const none: readonly BoardRow[] = [];

/** Names who came since the last time. */
function useNewcomers(waiting: readonly BoardRow[]): string {
  const { t } = useWords();
  const known = useRef(new Set<string>());
  const [said, setSaid] = useState("");
  useEffect(() => {
    const fresh = waiting.filter((r) => !known.current.has(r.participant));
    known.current = new Set(waiting.map((r) => r.participant));
    const [only] = fresh;
    if (!only) return;
    setSaid(fresh.length === 1 ? t("board.knock", { name: only.name }) : t("board.knocks", { n: fresh.length }));
  }, [waiting, t]);
  return said;
}

export function Knock({ boardOpen }: { boardOpen: boolean }) {
  const { t } = useWords();
  const call = useCall();
  const board = useCallState((s) => s.board ?? none);
  const waiting = board.filter((r) => r.state === "lobby");
  const said = useNewcomers(waiting);
  const [only] = waiting;
  return (
    <>
      <p className="unseen" role="status">{said}</p>
      {!boardOpen && only && (
        <Notice quiet look="lamp" icon="door"
          action={
            waiting.length === 1 ? (
              <Button size="small" look="lamp" short={t("board.admit.short")} onClick={() => call.about("admit", only.participant)}>
                {t("board.admit", { name: only.name })}
              </Button>
            ) : (
              <Button size="small" look="lamp" disabled={ready(board).length === 0} onClick={() => call.room("admit_all")}>
                {t("board.admit.all")}
              </Button>
            )
          }>
          {waiting.length === 1 ? t("board.knock", { name: only.name }) : t("board.knocks", { n: waiting.length })}
        </Notice>
      )}
    </>
  );
}
