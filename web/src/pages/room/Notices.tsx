// What the person should know now, one sentence each, under the head of the room.
import { useEffect, useState } from "react";
import { isStaff } from "../../protocol/nouns.ts";
import { useCallState } from "../../ui/CallContext.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useWords } from "../../words/words.tsx";
import { refusalWords } from "./refusals.ts";
import { SoundOn } from "./Voices.tsx";
import css from "./Room.module.css";

const SHOWN_MS = 6000;
const none: readonly string[] = [];

/** A refusal, for as long as it takes to read it. */
function Refused() {
  const { t } = useWords();
  const notice = useCallState((s) => s.notice);
  const [seen, setSeen] = useState(0);
  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(() => setSeen(notice.n), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  if (!notice || notice.n <= seen) return null;
  return <Notice look="clay">{t(refusalWords(notice.code))}</Notice>;
}

/** Whose turn it is, in order. */
function Hands() {
  const { t } = useWords();
  const hands = useCallState((s) => s.room?.hands ?? none);
  const people = useCallState((s) => s.participants);
  const names = hands.map((id) => people.find((p) => p.id === id)?.name).filter((n) => n !== undefined);
  if (names.length === 0) return null;
  return <Notice icon="hand">{t("room.hands", { names: names.join(", ") })}</Notice>;
}

/** Says once that the connection is back. */
function Back({ away }: { away: boolean }) {
  const { t } = useWords();
  const [was, setWas] = useState(false);
  if (away && !was) setWas(true);
  return <p className="unseen" role="status">{was && !away ? t("room.back") : ""}</p>;
}

export function Notices() {
  const { t } = useWords();
  const away = useCallState((s) => s.line === "lost" || s.media === "lost");
  const held = useCallState((s) => s.room?.held === true);
  const muted = useCallState((s) => s.you?.muted === true && s.you.muted_by === "staff");
  const dark = useCallState((s) => s.you?.camera_off === true && s.you.camera_off_by === "staff");
  const staff = useCallState((s) => s.you !== undefined && isStaff(s.you.role));
  const alone = useCallState((s) => s.participants.length === 1);
  return (
    <div className={css["notices"]}>
      <Back away={away} />
      {away && <Notice look="lamp" icon="moon">{t("room.reconnecting")}</Notice>}
      {held && <Notice look="lamp" icon="moon">{t("room.held")}</Notice>}
      {muted && <Notice icon="microphone-off">{t("room.muted.staff")}</Notice>}
      {dark && <Notice icon="camera-off">{t("room.camera.staff")}</Notice>}
      {alone && !away && <Notice>{t("room.alone")}</Notice>}
      {staff && <Hands />}
      <SoundOn />
      <Refused />
    </div>
  );
}
