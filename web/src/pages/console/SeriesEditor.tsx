// Makes or changes a series: days and times in, the next dates beside them.
import { useEffect, useState, type FormEvent } from "react";
import { useLocation } from "wouter";
import { many, type Program, type Series } from "../../protocol/clinic.ts";
import type { Refusal } from "../../protocol/api.ts";
import { Button } from "../../ui/Button.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { dateIn } from "./dates.ts";
import { Loaded, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { bodyOf, draftOf, emptyDraft, type Draft } from "./series.ts";
import { AboutFields, DayFields, EndFields, MoreFields, PartFields } from "./SeriesFields.tsx";
import { SeriesPreview, usePreview } from "./SeriesPreview.tsx";
import { Go, Head } from "./Shell.tsx";
import css from "./Console.module.css";

export function SeriesEditor({ id }: { id?: string }) {
  const { t } = useConsoleWords();
  const { who } = useDesk();
  const programs = useRead<{ programs: Program[] | null }>("programs", "/programs");
  const stored = useRead<Series>("series", "/series/{id}", { path: { id: id ?? "" } }, id !== undefined);
  const back = id === undefined ? { href: "/console/calendar", label: t("calendar.head") } : { href: `/console/series/${id}`, label: t("series.back") };
  return (
    <>
      <Head title={t(id === undefined ? "series.new" : "series.edit")} back={back} />
      <Loaded of={programs}>
        {(got) => id === undefined
          ? <Form programs={many(got.programs)} initial={emptyDraft(who.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone, dateIn(who.zone))} />
          : <Loaded of={stored}>{(s) => <Form programs={many(got.programs)} initial={draftOf(s)} id={id} sequence={s.sequence} />}</Loaded>}
      </Loaded>
    </>
  );
}

/** Changes the draft; given to every group of fields. */
export type Change = (part: Partial<Draft>) => void;

export interface FieldsProps {
  draft: Draft;
  change: Change;
  refusal: Refusal | undefined;
}

function Form({ programs, initial, id, sequence }: { programs: readonly Program[]; initial: Draft; id?: string; sequence?: number }) {
  const { t } = useConsoleWords();
  const [, go] = useLocation();
  const [draft, setDraft] = useState<Draft>(() => ({ ...initial, program: initial.program || (programs[0]?.id ?? "") }));
  const [missing, setMissing] = useState(false);
  const preview = usePreview(draft);
  const save = useSend(async (office, d: Draft) => {
    const program = d.program || (await office.post<{ id: string }>("/programs", { body: { name: d.newProgram.trim() } })).id;
    const body = { ...bodyOf(d), program };
    if (id === undefined) return (await office.post<{ id: string }>("/series", { body })).id;
    await office.put("/series/{id}", { path: { id }, body: { ...body, sequence } });
    return id;
  }, ["programs", "series", "sessions", "week"]);
  const change: Change = (part) => {
    setDraft((d) => ({ ...d, ...part }));
    save.clear();
  };
  // What the form itself can see to be missing; the rest is the server's to say.
  const open = [
    draft.title.trim() === "" && t("series.title"),
    draft.program === "" && draft.newProgram.trim() === "" && t("series.program"),
    bodyOf(draft) === undefined && t("series.dates"),
  ].filter((word): word is string => typeof word === "string");
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setMissing(open.length > 0);
    if (open.length > 0 || save.busy) return;
    const made = await save.run(draft);
    if (made !== undefined) go(`/console/series/${made}`);
  };
  useEffect(() => {
    if (open.length === 0) setMissing(false);
  }, [open.length]);
  const refusal = save.refusal ?? preview.refusal;
  const fields: FieldsProps = { draft, change, refusal };
  return (
    <form className={css["editor"]} onSubmit={(e) => void submit(e)} noValidate>
      <div className={css["fields"]}>
        <AboutFields {...fields} programs={programs} />
        <DayFields {...fields} />
        <PartFields {...fields} />
        <EndFields {...fields} />
        <MoreFields {...fields} />
        {missing && <p role="alert" className={css["missing"]}>{t("form.missing", { fields: open.join(", ") })}</p>}
        <Refused refusal={save.refusal} />
        <div className={css["actions"]}>
          <Button type="submit" look="lamp" aria-disabled={save.busy}>{t(id === undefined ? "series.save.new" : "series.save")}</Button>
          <Go href={id === undefined ? "/console/calendar" : `/console/series/${id}`}>{t("cancel")}</Go>
        </div>
      </div>
      <SeriesPreview draft={draft} change={change} preview={preview} />
    </form>
  );
}
