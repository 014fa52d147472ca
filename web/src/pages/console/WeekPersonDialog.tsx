// One person's week: day by day, rule by rule, and what is proposed for billing.
import { Link } from "wouter";
import { many, type WeekLine, type WeekPerson, type WeekSession } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { flagWords } from "./flags.ts";
import { useSentence } from "./sentences.ts";
import css from "./Console.module.css";

export function WeekPersonDialog({ person, zone, onClose }: { person: WeekPerson; zone: string; onClose(): void }) {
  const { t, date, hours } = useConsoleWords();
  const say = useSentence();
  const days = many(person.days);
  const rules = many(person.rules);
  return (
    <Dialog title={person.legal_name} onClose={onClose} actions={<Button onClick={onClose}>{t("close")}</Button>}>
      <p>{person.stands ? say(person.stands) : t("week.of", { attended: hours(person.attended_minutes), prescribed: person.prescribed_minutes ? hours(person.prescribed_minutes) : "–" })}</p>
      <p><Link href={`/console/people/${person.person}`}>{t("week.open.person", { name: person.legal_name })}</Link></p>
      <h3>{t("week.sessions")}</h3>
      <ul className={css["list"]}>{many(person.sessions).map((s) => <Session key={s.session} session={s} zone={zone} />)}</ul>
      {days.length > 0 && (
        <>
          <h3>{t("week.bydays")}</h3>
          <ul className={css["list"]}>
            {days.map((d) => <li key={d.date}>{date(d.date)}: {hours(d.minutes)}, {t("week.services", { n: many(d.services).length })}{d.at_least_3h && ` · ${t("week.threehours")}`}</li>)}
          </ul>
        </>
      )}
      <WhereToMakeUp person={person} zone={zone} />
      {rules.length > 0 && (
        <>
          <h3>{t("week.rules")}</h3>
          <ul className={css["list"]}>
            {rules.map((r, i) => <li key={i}><span className={r.ok ? css["live"] : css["warn"]}>{t(r.ok ? "week.rule.ok" : r.open ? "week.rule.open" : "week.rule.not")}</span> {say(r)}</li>)}
          </ul>
        </>
      )}
      <Lines person={person} />
    </Dialog>
  );
}

function Session({ session: s, zone }: { session: WeekSession; zone: string }) {
  const words = useConsoleWords();
  const { t, date, hours } = words;
  const planned = s.status === "planned";
  return (
    <li>
      <Link href={`/console/sessions/${s.session}`}>{date(s.start, zone)}, {s.title}</Link>
      <p className={css["soft"]}>
        {[
          ...(s.status === "" ? [] : [t(`status.${s.status}`)]), ...(s.minutes === null ? [] : [hours(s.minutes)]), ...many(s.flags).map((f) => flagWords(f, {}, words)),
          ...(s.signed || planned ? [] : [t("week.notsigned")]),
        ].join(" · ")}
      </p>
    </li>
  );
}

/** By when and where missing hours can be made up, or that they can't. */
function WhereToMakeUp({ person, zone }: { person: WeekPerson; zone: string }) {
  const { t, date, hours, time } = useConsoleWords();
  if (!person.missing_minutes) return null;
  const offers = many(person.make_up);
  return (
    <>
      <h3>{t("week.makeup")}</h3>
      {offers.length === 0 ? <p>{t("week.makeup.none")}</p> : (
        <ul className={css["list"]}>
          {offers.map((m) => (
            <li key={m.session}>
              <Link href={`/console/sessions/${m.session}`}>{date(m.start, zone)}, {time(m.start, zone)}, {m.title}</Link>
              <p className={css["soft"]}>{[hours(m.minutes), t(m.seated ? "week.makeup.seated" : "week.makeup.noseat")].join(" · ")}</p>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Lines({ person }: { person: WeekPerson }) {
  const { t } = useConsoleWords();
  const lines = many(person.lines);
  return (
    <>
      <h3>{person.payer ? t("lines.head.of", { payer: person.payer_name || person.payer }) : t("lines.head")}</h3>
      <p className={css["nag"]}>{t("lines.proposed")}</p>
      {lines.length === 0 ? <p>{t(person.payer ? "lines.none" : "lines.nopayer")}</p> : (
        <ul className={css["lines"]} aria-label={t("lines.head")}>{lines.map((line, i) => <Line key={i} line={line} person={person} />)}</ul>
      )}
    </>
  );
}

function Line({ line, person }: { line: WeekLine; person: WeekPerson }) {
  const { t, date, hours } = useConsoleWords();
  const say = useSentence();
  // A reason that is a rule says which; the rule itself says it with its numbers.
  const why = many(line.reasons).map((reason) => {
    const failed = reason.sentence_key === "line.rule" ? many(person.rules).find((r) => r.id === reason.values?.["rule"] && !r.ok) : undefined;
    return failed ? `${say(reason)} ${say(failed)}` : say(reason);
  });
  // Rules that are not met that day, and hold nothing back.
  const unmet = many(person.rules).filter((r) => !r.ok && !r.open && !r.blocks && r.date === line.date).map((r) => `${t("week.rule.not")} ${say(r)}`);
  const facts = [
    line.modifier ? t("lines.modifier", { code: line.modifier }) : t("lines.nomodifier"),
    t("lines.units", { n: line.units }),
    line.place_of_service ? t("lines.place", { code: line.place_of_service }) : t("lines.noplace"),
    hours(line.minutes),
    ...(line.audio_only_minutes ? [t("lines.audio", { minutes: hours(line.audio_only_minutes) })] : []),
  ];
  return (
    <li>
      <p>
        <strong>{line.code ? t("lines.code", { code: line.code }) : t("lines.nocode")}</strong>, {date(line.date)}{" "}
        <span className={line.blocked || unmet.length > 0 ? css["warn"] : css["live"]}>{t(line.blocked ? "lines.blocked" : unmet.length > 0 ? "lines.unmet" : "lines.ready")}</span>
      </p>
      <p className={css["soft"]}>{facts.join(" · ")}</p>
      {[...why, ...unmet, ...many(line.notes).map(say)].map((said) => <p key={said}>{said}</p>)}
    </li>
  );
}
