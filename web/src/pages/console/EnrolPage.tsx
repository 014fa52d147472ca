// Several people at once: a list is typed or pasted, looked over, and enrolled
// together or not at all.
import { useMemo, useState, type FormEvent } from "react";
import { Link, useSearch } from "wouter";
import { many, type Series } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Area, Group, Input, Select } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Loaded, Refused, useRead, useSend } from "./desk.tsx";
import { usePersons } from "./paged.tsx";
import { newcomers, rowFaults, type Newcomer } from "./enrol.ts";
import { minutesFrom } from "./hours.ts";
import { Go, Head } from "./Shell.tsx";
import css from "./Console.module.css";

interface Enrolment {
  people: readonly Newcomer[];
  series: string;
  minutes: number;
  from: string;
}

function Faults({ of }: { of: readonly string[] }) {
  return of.map((fault) => <p key={fault} className={css["fault"]}>{fault}</p>);
}

export function EnrolPage() {
  const { t } = useConsoleWords();
  const wanted = new URLSearchParams(useSearch()).get("series") ?? "";
  const series = useRead<{ series: Series[] | null }>("series", "/series");
  return (
    <>
      <Head title={t("enrol.head")} lead={t("enrol.lead")} back={{ href: "/console/people", label: t("people.head") }} />
      <Loaded of={series}>{(got) => <Form all={many(got.series)} wanted={wanted} />}</Loaded>
    </>
  );
}

function Form({ all, wanted }: { all: readonly Series[]; wanted: string }) {
  const { t } = useConsoleWords();
  const [text, setText] = useState("");
  const [series, setSeries] = useState(wanted || (all[0]?.id ?? ""));
  const [hours, setHours] = useState("");
  const [from, setFrom] = useState("");
  const [enrolled, setEnrolled] = useState<number>();
  const persons = usePersons();
  const taken = useMemo(() => many(persons.data?.persons).map((p) => p.display_name), [persons.data]);
  const read = useMemo(() => newcomers(text, taken), [text, taken]);
  const save = useSend(async (office, e: Enrolment) => {
    const people = e.people.map((p) => ({
      kind: "client", legal_name: p.legal_name, display_name: p.display_name, email: p.email, phone: p.phone,
      ...(e.series !== "" && { series: [e.series], role: "participant", prescribed_minutes: e.minutes, ...(e.from !== "" && { from: e.from }) }),
    }));
    await office.post("/persons/bulk", { body: { persons: people } });
    return e.people.length;
  }, ["persons", "seats", "series", "week"]);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (read.length === 0 || save.busy) return;
    const done = await save.run({ people: read, series, minutes: minutesFrom(hours), from });
    if (done === undefined) return;
    setEnrolled(done);
    setText("");
  };
  const change = (next: string): void => {
    setText(next);
    setEnrolled(undefined);
    save.clear();
  };
  const faults = rowFaults(save.refusal);
  const wrong = read.filter((_, i) => faults(i).length > 0).length;
  const title = all.find((s) => s.id === series)?.title;
  return (
    <form className={css["narrow"]} onSubmit={(e) => void submit(e)} noValidate>
      <Area label={t("enrol.people")} hint={t("enrol.people.hint")} rows={11} value={text} onValue={change} autoComplete="off" spellCheck={false} />
      <Group label={t("enrol.where")}>
        <Select label={t("calendar.series.one")} value={series} onValue={setSeries}
          options={[...all.map((s) => ({ value: s.id, label: s.title })), { value: "", label: t("enrol.noseries") }]} />
        {series !== "" && (
          <div className={css["pair"]}>
            <Input label={t("seat.hours")} hint={t("seat.hours.hint")} inputMode="decimal" value={hours} onValue={setHours} />
            <Input type="date" label={t("seat.from")} value={from} onValue={setFrom} />
          </div>
        )}
      </Group>
      <div>
        <h2 className={css["subtitle"]}>{t("enrol.preview")}</h2>
        <p role="status">{t("enrol.count", { n: read.length })}</p>
        {read.length > 0 && (
          <div className={css["scroll"]} role="region" aria-label={t("enrol.preview")} tabIndex={0}>
            <table className={css["table"]}>
              <thead>
                <tr>{(["legal", "display", "email", "phone"] as const).map((c) => <th key={c} scope="col">{t(`person.${c}`)}</th>)}</tr>
              </thead>
              <tbody>
                {read.map((p, i) => (
                  <tr key={i}>
                    <th scope="row">{p.legal_name || t("enrol.noname")}<Faults of={faults(i, "legal_name", "")} /></th>
                    <td>{p.display_name}<Faults of={faults(i, "display_name")} /></td>
                    <td>{p.email || "–"}<Faults of={faults(i, "email")} /></td>
                    <td>{p.phone || "–"}<Faults of={faults(i, "phone")} /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
      {wrong > 0 ? <div role="alert"><Notice look="clay" quiet>{t("enrol.wrong", { n: wrong })}</Notice></div> : <Refused refusal={save.refusal} />}
      {enrolled !== undefined && (
        <Notice look="leaf" action={series !== "" && <Link href={`/console/series/${series}`}>{t("enrol.see")}</Link>}>
          {title && series !== "" ? t("enrol.done.series", { n: enrolled, series: title }) : t("enrol.done", { n: enrolled })}
        </Notice>
      )}
      <div className={css["actions"]}>
        <Button type="submit" look="lamp" aria-disabled={read.length === 0 || save.busy}>{t("enrol.button", { n: read.length })}</Button>
        <Go href="/console/people">{t("people.head")}</Go>
      </div>
    </form>
  );
}
