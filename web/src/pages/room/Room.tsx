// The room: the people, one's own controls, and for staff the board beside it.
import { useRef, useState } from "react";
import { isStaff } from "../../protocol/nouns.ts";
import { Button } from "../../ui/Button.tsx";
import { useCallState } from "../../ui/CallContext.tsx";
import { useBeginHere, useTitle } from "../../ui/Page.tsx";
import { useWords } from "../../words/words.tsx";
import { BESIDE, Board } from "./Board.tsx";
import { Controls } from "./Controls.tsx";
import { Gallery } from "./Gallery.tsx";
import { Knock } from "./Knock.tsx";
import { Notices } from "./Notices.tsx";
import { SegmentBar } from "./SegmentBar.tsx";
import { Voices } from "./Voices.tsx";
import css from "./Room.module.css";

export function Room() {
  const { t } = useWords();
  useTitle("title.room");
  const staff = useCallState((s) => s.you !== undefined && isStaff(s.you.role));
  const people = useCallState((s) => s.participants.length);
  const waiting = useCallState((s) => s.board?.filter((r) => r.state === "lobby").length ?? 0);
  const clinic = useCallState((s) => s.session?.clinic);
  const locked = useCallState((s) => s.room?.locked === true);
  const [open, setOpen] = useState(() => window.matchMedia(BESIDE).matches);
  const board = staff && open;
  const head = useBeginHere();
  const toggle = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setOpen(false);
    toggle.current?.focus();
  };
  return (
    <div className={css["room"]} data-board={board ? "" : undefined}>
      <header className={css["header"]}>
        <h1 ref={head} tabIndex={-1} className={css["clinic"]}>
          <span className="unseen">{t("room.in")} </span>
          {clinic}
        </h1>
        <SegmentBar />
        <p className={css["soft"]}>
          {t("room.people.count", { n: people })}
          {locked && ` · ${t("room.locked")}`}
        </p>
      </header>
      <main className={css["main"]}>
        <Notices />
        {staff && <Knock boardOpen={board} />}
        <Gallery />
      </main>
      {board && <Board onClose={close} />}
      <Controls
        board={
          staff && (
            <Button ref={toggle} stacked icon="board" look="quiet" lit={!board && waiting > 0} aria-expanded={board}
              onClick={() => setOpen(!open)}>
              {t("board")}
            </Button>
          )
        }
      />
      <Voices />
    </div>
  );
}
