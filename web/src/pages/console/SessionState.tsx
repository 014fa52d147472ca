import type { SessionSummary } from "../../protocol/records.ts";
import { useConsoleWords } from "../../words/console.tsx";
import css from "./Console.module.css";

/** Planned, running, ended or cancelled; and whether its rows still change. */
export function SessionState({ session }: { session: Pick<SessionSummary, "status" | "final"> }) {
  const { t } = useConsoleWords();
  return (
    <>
      <span className={session.status === "open" ? css["live"] : css["soft"]}>{t(`console.${session.status}`)}</span>
      {session.final && <span className={css["soft"]}> · {t("console.final")}</span>}
    </>
  );
}
