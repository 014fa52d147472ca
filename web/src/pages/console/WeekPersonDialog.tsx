// One person's week: day by day, rule by rule.
import { Link } from "wouter";
import { many, type WeekPerson } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { flagWords } from "./flags.ts";
import { useSentence } from "./sentences.ts";
import css from "./Console.module.css";

export function WeekPersonDialog({ person, zone, onClose }: { person: WeekPerson; zone: string; onClose(): void }) {
  const words = useConsoleWords();
  const say = useSentence();
  const { t, date, hours } = words;
  return (
    <Dialog title={person.legal_name} onClose={onClose} actions={<Button onClick={onClose}>{t("close")}</Button>}>
      <p>{t("week.of", { attended: hours(person.attended_minutes), prescribed: person.prescribed_minutes ? hours(person.prescribed_minutes) : "–" })}</p>
      <h3>{t("week.sessions")}</h3>
      <ul className={css["list"]}>
        {many(person.sessions).map((s) => (
          <li key={s.session}>
            <Link href={`/console/sessions/${s.session}`}>{date(s.start, zone)}, {s.title}</Link>
            <p className={css["soft"]}>
              {[
                ...(s.status === "" ? [] : [t(`status.${s.status}`)]), ...(s.minutes === null ? [] : [hours(s.minutes)]), ...many(s.flags).map((f) => flagWords(f, {}, words)),
                ...(s.signed ? [] : [t("week.notsigned")]),
              ].join(" · ")}
            </p>
          </li>
        ))}
      </ul>
      {many(person.days).length > 0 && (
        <>
          <h3>{t("week.bydays")}</h3>
          <ul className={css["list"]}>
            {many(person.days).map((d) => (
              <li key={d.date}>{date(d.date)}: {hours(d.minutes)}, {t("week.services", { n: many(d.services).length })}{d.at_least_3h && ` · ${t("week.threehours")}`}</li>
            ))}
          </ul>
        </>
      )}
      {many(person.make_up).length > 0 && (
        <>
          <h3>{t("week.makeup")}</h3>
          <ul className={css["list"]}>
            {many(person.make_up).map((m) => <li key={m.session}><Link href={`/console/sessions/${m.session}`}>{date(m.start, zone)}</Link></li>)}
          </ul>
        </>
      )}
      {many(person.rules).length > 0 && (
        <>
          <h3>{t("week.rules")}</h3>
          <ul className={css["list"]}>
            {many(person.rules).map((r) => <li key={r.id}><span className={r.ok ? css["live"] : css["warn"]}>{t(r.ok ? "week.rule.ok" : r.open ? "week.rule.open" : "week.rule.not")}</span> {say(r)}</li>)}
          </ul>
        </>
      )}
    </Dialog>
  );
}
