// The attendance of one session: the rows that every export is made of.
import { useState } from "react";
import { download } from "../../protocol/api.ts";
import { attendance, type Attendance } from "../../protocol/records.ts";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useWords } from "../../words/words.tsx";
import { AttendanceTable } from "./AttendanceTable.tsx";
import { useRead } from "./useRead.ts";
import css from "./Console.module.css";

interface PageProps {
  token: string;
  id: string;
  onSignedOut(): void;
}

export function AttendancePage({ token, id, onSignedOut }: PageProps) {
  const { t } = useWords();
  const path = `/api/v1/sessions/${encodeURIComponent(id)}/attendance`;
  const [reading, again] = useRead(token, path, attendance, onSignedOut);
  if (reading.kind === "asking") return <p role="status">{t("loading")}</p>;
  if (reading.kind === "failed") {
    return <Notice look="clay" action={<Button size="small" onClick={again}>{t("retry")}</Button>}>{t("console.failed")}</Notice>;
  }
  return <Sheet token={token} sheet={reading.value} again={again} />;
}

function Sheet({ token, sheet, again }: { token: string; sheet: Attendance; again(): void }) {
  const { t, day, time } = useWords();
  const [failed, setFailed] = useState(false);
  const { session, final } = sheet;
  const get = async (what: "attendance.csv" | "evidence", fallback: string): Promise<void> => {
    setFailed(false);
    try {
      const { blob, name } = await download(token, `/api/v1/sessions/${encodeURIComponent(session.id)}/${what}`);
      save(blob, name ?? fallback);
    } catch {
      setFailed(true);
    }
  };
  return (
    <section className={css["stack"]}>
      <h1 className={css["head"]}>{session.title || t("console.session")}</h1>
      <p className={css["when"]}>
        {day(session.start, session.zone)},{" "}
        {t("console.interval", { start: time(session.start, session.zone), end: time(session.end, session.zone) })}
        {" · "}
        {t(`console.${session.status}`)}
        {" · "}
        {final ? t("console.final") : t("console.notfinal")}
      </p>
      <div className={css["actions"]}>
        <Button icon="download" onClick={() => void get("attendance.csv", "attendance.csv")}>{t("console.csv")}</Button>
        <Button icon="download" onClick={() => void get("evidence", "evidence.json")}>{t("console.evidence")}</Button>
        {!final && <Button look="quiet" onClick={again}>{t("console.refresh")}</Button>}
      </div>
      {failed && <Notice look="clay">{t("console.failed")}</Notice>}
      <h2 className="unseen">{t("console.attendance")}</h2>
      {sheet.records.length === 0 ? <p>{t("console.none")}</p> : <AttendanceTable sheet={sheet} />}
      <p className={css["notice"]} lang="en">{sheet.notice}</p>
    </section>
  );
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
