import { Link } from "wouter";
import { sessions } from "../../protocol/records.ts";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useWords } from "../../words/words.tsx";
import { useRead } from "./useRead.ts";
import css from "./Console.module.css";

export function SessionList({ token, onSignedOut }: { token: string; onSignedOut(): void }) {
  const { t, day, time } = useWords();
  const [reading, again] = useRead(token, "/api/v1/sessions", sessions, onSignedOut);
  if (reading.kind === "asking") return <p role="status">{t("loading")}</p>;
  if (reading.kind === "failed") {
    return <Notice look="clay" action={<Button size="small" onClick={again}>{t("retry")}</Button>}>{t("console.failed")}</Notice>;
  }
  // The newest first: what was held is what is looked for.
  const all = [...reading.value.sessions].sort((a, b) => b.start.localeCompare(a.start));
  return (
    <section className={css["stack"]}>
      <h1 className={css["head"]}>{t("console.head")}</h1>
      {all.length === 0 && <p>{t("console.empty")}</p>}
      {all.length > 0 && (
        <div className={css["scroll"]} role="region" aria-label={t("console.head")} tabIndex={0}>
          <table className={css["table"]}>
            <thead>
              <tr>
                <th scope="col">{t("console.date")}</th>
                <th scope="col">{t("console.session")}</th>
                <th scope="col">{t("console.time")}</th>
                <th scope="col">{t("console.status")}</th>
              </tr>
            </thead>
            <tbody>
              {all.map((s) => (
                <tr key={s.id}>
                  <td>{day(s.start, s.zone)}</td>
                  <th scope="row">
                    <Link href={`/console/sessions/${s.id}`}>{s.title || t("console.session")}</Link>
                  </th>
                  <td className={css["number"]}>{t("console.interval", { start: time(s.start, s.zone), end: time(s.end, s.zone) })}</td>
                  <td>
                    <span className={s.status === "open" ? css["live"] : css["soft"]}>{t(`console.${s.status}`)}</span>
                    {s.final && <span className={css["soft"]}> · {t("console.final")}</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
