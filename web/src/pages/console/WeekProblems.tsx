// What is wrong with a week: groups that open, each line with the one thing
// that helps.
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { many, type Week, type WeekPerson } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { useDesk } from "./desk.tsx";
import { useSentence } from "./sentences.ts";
import { Part } from "./Shell.tsx";
import { grouped, RUNNING, type ProblemGroup, type ProblemItem, type ProblemKind } from "./problems.ts";
import css from "./Console.module.css";

/** So many lines are shown without being asked for. */
const OPEN_LINES = 5;

interface Shown { week: Week; show(person: WeekPerson): void }

export function WeekProblems({ week, show }: Shown) {
  const { t } = useConsoleWords();
  const say = useSentence();
  const groups = grouped(week, say);
  const count = groups.reduce((n, group) => n + group.items.length, 0);
  const on = many(week.problems).some((p) => p.code === RUNNING);
  return (
    <>
      {count === 0 ? <p className={css["calm"]}>{t("week.noproblems")}</p> : (
        <Part title={t("week.problems", { n: count })}>
          <div className={css["groups"]}>{groups.map((group) => <Group key={group.kind} group={group} week={week} show={show} />)}</div>
        </Part>
      )}
      {on && <p className={css["soft"]}>{t("week.running")}</p>}
    </>
  );
}

function Group({ group, week, show }: Shown & { group: ProblemGroup }) {
  const { t } = useConsoleWords();
  const [open, setOpen] = useState(group.items.length <= OPEN_LINES);
  // On paper all of it is there.
  useEffect(() => {
    const scope = new AbortController();
    window.addEventListener("beforeprint", () => setOpen(true), { signal: scope.signal });
    return () => scope.abort();
  }, []);
  const { kind, items } = group;
  return (
    <details className={css["group"]} open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{t(`problems.${kind}`, { n: items.length })}</summary>
      {kind === "unsigned" && <p className={css["soft"]}>{t("week.unsigned.why")}</p>}
      <ul>
        {items.map((item) => <Line key={item.person ?? item.session ?? item.said.join()} item={item} kind={kind} week={week} show={show} />)}
      </ul>
    </details>
  );
}

function Line({ item, kind, week, show }: Shown & { item: ProblemItem; kind: ProblemKind }) {
  const { date } = useConsoleWords();
  const person = many(week.people).find((p) => p.person === item.person);
  const evening = kind === "unsigned" ? many(week.unsigned).find((s) => s.session === item.session) : undefined;
  return (
    <li>
      <div>
        {person && <strong>{person.legal_name}</strong>}
        {evening ? <p>{evening.title}, {date(evening.date)}</p> : item.said.map((said) => <p key={said}>{said}</p>)}
      </div>
      <Help item={item} kind={kind} person={person} show={show} evening={evening ? `${evening.title}, ${date(evening.date)}` : (item.said[0] ?? "")} />
    </li>
  );
}

interface HelpProps extends Pick<Shown, "show"> {
  item: ProblemItem;
  kind: ProblemKind;
  person: WeekPerson | undefined;
  /** What a link goes to, for those who listen. */
  evening: string;
}

function Help({ item, kind, person, show, evening }: HelpProps) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  if (person && kind === "unknown") return <Link href={`/console/people/${person.person}`} className={css["help"]}>{t("week.open.person", { name: person.legal_name })}</Link>;
  if (person) return <Button size="small" short={t("week.details")} className={css["screen"]} onClick={() => show(person)}>{t("week.details.of", { name: person.legal_name })}</Button>;
  if (item.session === undefined) return null;
  const words = kind === "unsigned" && may("sign") ? t("week.sign") : t("week.open.session");
  return <Link href={`/console/sessions/${item.session}`} className={css["help"]} aria-label={`${words}: ${evening}`}>{words}</Link>;
}
