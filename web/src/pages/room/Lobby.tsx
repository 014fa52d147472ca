// Waiting. Nothing of the room is here, because the server sends nothing.
import { Button } from "../../ui/Button.tsx";
import { useCall, useCallState } from "../../ui/CallContext.tsx";
import { Check } from "../../ui/Check.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Page, Saying, useBeginHere } from "../../ui/Page.tsx";
import { useNow } from "../../ui/useNow.ts";
import { useWords } from "../../words/words.tsx";
import css from "./Lobby.module.css";

export function Lobby() {
  const { t, time } = useWords();
  const call = useCall();
  const session = useCallState((s) => s.session);
  const away = useCallState((s) => s.line === "lost");
  const now = useNow(15_000);
  const head = useBeginHere();
  const begun = session !== undefined && now >= Date.parse(session.start);
  return (
    <Page title="title.lobby" clinic={session?.clinic}>
      <div className={css["lobby"]}>
        <div className={css["words"]}>
          <div className={css["window"]} aria-hidden="true" />
          <h1 ref={head} tabIndex={-1} className={css["head"]}>{t("lobby.text")}</h1>
          <p>{t("lobby.calm")}</p>
          {session && (
            <p className={css["soft"]}>
              {t(begun ? "lobby.since" : "lobby.starts", { time: time(session.start) })}
            </p>
          )}
          {away && <Notice look="lamp" icon="moon">{t("room.reconnecting")}</Notice>}
        </div>
        <div className={css["side"]}>
          <Check />
          <Button look="quiet" icon="leave" onClick={() => call.leave()}>{t("room.leave")}</Button>
        </div>
      </div>
    </Page>
  );
}

export function Connecting() {
  const { t } = useWords();
  return (
    <Page title="title.lobby">
      <Saying head={t("lobby.connecting")} />
    </Page>
  );
}

export function SecondDevice() {
  const { t } = useWords();
  const clinic = useCallState((s) => s.session?.clinic);
  return (
    <Page title="title.lobby" clinic={clinic}>
      <Saying head={t("second.head")}>
        <p role="status">{t("second.text")}</p>
      </Saying>
    </Page>
  );
}
