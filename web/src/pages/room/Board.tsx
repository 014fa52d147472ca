// The board: staff see who waits, who is here and who is missing, and act with
// one press each. Only what can't be taken back asks.
import { useEffect, useRef, useState } from "react";
import { groups, ready } from "../../call/board.ts";
import { Button } from "../../ui/Button.tsx";
import { useCall, useCallState } from "../../ui/CallContext.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { useNow } from "../../ui/useNow.ts";
import { useWords } from "../../words/words.tsx";
import type { BoardRow } from "../../protocol/nouns.ts";
import { AddGuest, Handing, type Handed } from "./Handing.tsx";
import { refusalOf } from "./refusals.ts";
import { Row } from "./Row.tsx";
import css from "./Board.module.css";

const none: readonly BoardRow[] = [];

/** Where there is room for gallery and board side by side. */
export const BESIDE = "(min-width: 62rem)";

export function Board({ onClose }: { onClose(): void }) {
  const { t, locale } = useWords();
  const board = useCallState((s) => s.board ?? none);
  const session = useCallState((s) => s.session);
  const now = useNow();
  const [removing, setRemoving] = useState<BoardRow>();
  const [adding, setAdding] = useState(false);
  const [handed, hand, putAway] = useHanding();
  const call = useCall();
  // As a sheet over the room it was opened on purpose: the focus goes there.
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!window.matchMedia(BESIDE).matches) head.current?.focus();
  }, []);
  const all = groups(board, session ? Date.parse(session.start) : 0, now, locale);
  return (
    <aside className={css["board"]} aria-label={t("board")}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !removing && !adding && !handed && !window.matchMedia(BESIDE).matches) onClose();
      }}>
      <div className={css["head"]}>
        <h2 ref={head} tabIndex={-1}>{t("board")}</h2>
        <Button size="small" look="quiet" icon="close" onClick={onClose}>{t("board.close")}</Button>
      </div>
      <RoomActions onGuest={() => setAdding(true)} />
      <div className={css["groups"]}>
        {all.length === 0 && <p className={css["soft"]}>{t("board.empty")}</p>}
        {all.map(({ standing, rows }) => (
          <section key={standing} className={css[standing]} aria-label={t(`board.${standing}`)}>
            <h3 className={css["standing"]}>
              {t(`board.${standing}`)} <span className={css["count"]}>{rows.length}</span>
            </h3>
            <ul>
              {rows.map((row) => (
                <Row key={row.participant} row={row} standing={standing} now={now} onRemove={() => setRemoving(row)}
                  onLink={() => hand(row.name, call.freshLink(row.participant), () => call.sendLink(row.participant))} />
              ))}
            </ul>
          </section>
        ))}
      </div>
      {adding && (
        <AddGuest onClose={() => setAdding(false)} onName={(name) => {
          setAdding(false);
          hand(name, call.seatGuest(name));
        }} />
      )}
      {handed && <Handing handed={handed} onClose={putAway} />}
      {removing && (
        <Dialog role="alertdialog" title={t("remove.head", { name: removing.name })} onClose={() => setRemoving(undefined)}
          actions={
            <>
              <Button onClick={() => setRemoving(undefined)}>{t("cancel")}</Button>
              <Button look="clay" onClick={() => {
                call.about("remove", removing.participant);
                setRemoving(undefined);
              }}>
                {t("remove.button")}
              </Button>
            </>
          }>
          <p>{t("remove.text", { name: removing.name })}</p>
        </Dialog>
      )}
    </aside>
  );
}

/** A link that is being made, or shown. */
function useHanding(): [Handed | undefined, (name: string, made: Promise<string>, send?: () => Promise<void>) => void, () => void] {
  const [shown, setShown] = useState<Handed>();
  const hand = (name: string, made: Promise<string>, send?: () => Promise<void>): void => {
    const waiting: Handed = { name };
    const settle = (done: Handed): void => setShown((now) => (now === waiting ? done : now));
    setShown(waiting);
    made.then(
      (url) => settle(send ? { name, url, send } : { name, url }),
      (error: unknown) => settle({ name, code: refusalOf(error) }),
    );
  };
  return [shown, hand, () => setShown(undefined)];
}

/** What concerns everybody. */
function RoomActions({ onGuest }: { onGuest(): void }) {
  const { t } = useWords();
  const call = useCall();
  const waiting = useCallState((s) => ready(s.board ?? none).length);
  const locked = useCallState((s) => s.room?.locked === true);
  const segment = useCallState((s) => s.room?.segment ?? -1);
  const parts = useCallState((s) => s.session?.segments.length ?? 0);
  const [ending, setEnding] = useState(false);
  return (
    <div className={css["actions"]}>
      <Button size="small" look={waiting > 0 ? "lamp" : "plain"} disabled={waiting === 0} onClick={() => call.room("admit_all")}>
        {t("board.admit.all")}
      </Button>
      <Button size="small" icon="lock" lit={locked} onClick={() => call.room(locked ? "unlock" : "lock")}>
        {locked ? t("board.unlock") : t("board.lock")}
      </Button>
      <Button size="small" disabled={segment + 1 >= parts} onClick={() => call.segment(segment + 1)}>
        {t("segment.next")}
      </Button>
      <Button size="small" onClick={onGuest}>{t("board.guest")}</Button>
      <Button size="small" onClick={() => setEnding(true)}>{t("board.end")}</Button>
      {ending && (
        <Dialog role="alertdialog" title={t("end.head")} onClose={() => setEnding(false)}
          actions={
            <>
              <Button onClick={() => setEnding(false)}>{t("cancel")}</Button>
              <Button look="clay" onClick={() => {
                call.room("end");
                setEnding(false);
              }}>
                {t("end.button")}
              </Button>
            </>
          }>
          <p>{t("end.text")}</p>
        </Dialog>
      )}
    </div>
  );
}
