// The fields of a series, group by group.
import { useState } from "react";
import { partKinds, seriesKinds, type Part, type Program } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Choices, Group, Input, Select, Toggles } from "../../ui/Fields.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { later } from "./dates.ts";
import { faultOf } from "./desk.tsx";
import type { FieldsProps } from "./SeriesEditor.tsx";
import { minutesOf, ruleOf, weekdays, type Ends } from "./series.ts";
import css from "./Console.module.css";

export function AboutFields({ draft, change, refusal, programs }: FieldsProps & { programs: readonly Program[] }) {
  const { t } = useConsoleWords();
  return (
    <Group label={t("series.about")}>
      <Input label={t("series.title")} hint={t("series.title.hint")} value={draft.title} maxLength={120} required
        onValue={(title) => change({ title })} fault={faultOf(refusal, "title")} />
      {programs.length > 0 && (
        <Select label={t("series.program")} value={draft.program} onValue={(program) => change({ program })} fault={faultOf(refusal, "program")}
          options={[...programs.map((p) => ({ value: p.id, label: p.name })), { value: "", label: t("series.program.new") }]} />
      )}
      {draft.program === "" && (
        <Input label={t("series.program.name")} hint={t("series.program.hint")} value={draft.newProgram} maxLength={120} required
          onValue={(newProgram) => change({ newProgram })} fault={faultOf(refusal, "name")} />
      )}
      <Select label={t("series.kind")} value={draft.kind} onValue={(kind) => change({ kind })} fault={faultOf(refusal, "kind")}
        options={seriesKinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
        {...(draft.kind === "alumni" && { hint: t("kind.alumni.hint") })} />
    </Group>
  );
}

export function DayFields({ draft, change, refusal }: FieldsProps) {
  const { t } = useConsoleWords();
  return (
    <Group label={t("series.when")}>
      {draft.custom === undefined ? (
        <>
          <Toggles label={t("series.days")} chosen={draft.days} onChosen={(days) => change({ days })} fault={faultOf(refusal, "rule")}
            options={weekdays.map((value) => ({ value, label: t(`weekday.${value}`) }))} />
          <Select label={t("series.every")} value={String(draft.every)} onValue={(every) => change({ every: Number(every) })}
            options={[1, 2, 3, 4].map((n) => ({ value: String(n), label: t("series.every.n", { n }) }))} />
        </>
      ) : (
        <Input label={t("series.rule")} hint={t("series.rule.custom")} value={draft.custom} onValue={(custom) => change({ custom })} fault={faultOf(refusal, "rule")} />
      )}
      <div className={css["pair"]}>
        <Input type="date" label={t("series.from")} value={draft.from} onValue={(from) => change({ from })} fault={faultOf(refusal, "start")} required />
        <Input type="time" label={t("series.clock")} value={draft.clock} onValue={(clock) => change({ clock })} required />
      </div>
    </Group>
  );
}

export function PartFields({ draft, change, refusal }: FieldsProps) {
  const { t, hours, time } = useConsoleWords();
  const set = (i: number, part: Partial<Part>): void => change({ parts: draft.parts.map((p, n) => (n === i ? { ...p, ...part } : p)) });
  const add = (part: Part): void => change({ parts: [...draft.parts, part] });
  const total = minutesOf(draft.parts);
  const clock = `2026-01-01T${later(draft.clock || "00:00", total)}`;
  return (
    <Group label={t("series.parts")} hint={t("series.parts.hint")} fault={faultOf(refusal, "template")}>
      {draft.parts.map((part, i) => (
        <div key={i} role="group" aria-label={t("series.part.n", { n: i + 1 })} className={css["part"]}>
          <Select label={t("series.part.kind")} value={part.kind} onValue={(kind) => set(i, { kind })}
            options={partKinds.map((value) => ({ value, label: t(`segment.${value}` as "segment.group") }))} />
          <Input type="number" label={t("series.part.minutes")} min={1} max={720} inputMode="numeric" value={Number.isFinite(part.minutes) ? String(part.minutes) : ""}
            onValue={(text) => set(i, { minutes: text === "" ? Number.NaN : Math.round(Number(text)) })} fault={faultOf(refusal, `template[${i}]`)} />
          {draft.parts.length > 1 && (
            <Button look="quiet" size="small" icon="close" short={t("remove")} onClick={() => change({ parts: draft.parts.filter((_, n) => n !== i) })}>
              {t("series.part.remove", { n: i + 1 })}
            </Button>
          )}
        </div>
      ))}
      <div className={css["actions"]}>
        <Button size="small" onClick={() => add({ kind: "education", minutes: 60 })}>{t("series.part.add")}</Button>
        <Button size="small" onClick={() => add({ kind: "break", minutes: 10 })}>{t("series.part.break")}</Button>
      </div>
      <p role="status" className={css["soft"]}>{t("series.total", { total: hours(total), end: time(clock) })}</p>
    </Group>
  );
}

export function EndFields({ draft, change, refusal }: FieldsProps) {
  const { t } = useConsoleWords();
  if (draft.custom !== undefined) return null;
  const options = (["until", "count", "never"] as const satisfies readonly Ends[]).map((value) => ({ value, label: t(`series.ends.${value}`) }));
  return (
    <Group label={t("series.ends")}>
      <Choices label={t("series.ends.how")} name="ends" value={draft.ends} options={options} onValue={(ends) => change({ ends })} />
      {draft.ends === "until" && (
        <Input type="date" label={t("series.until")} value={draft.until} onValue={(until) => change({ until })} fault={faultOf(refusal, "rule")} />
      )}
      {draft.ends === "count" && (
        <Input type="number" label={t("series.count")} min={1} inputMode="numeric" value={draft.count} onValue={(count) => change({ count })} fault={faultOf(refusal, "rule")} />
      )}
    </Group>
  );
}

const zones: readonly string[] = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];

export function MoreFields({ draft, change, refusal }: FieldsProps) {
  const { t } = useConsoleWords();
  const [date, setDate] = useState("");
  const skip = (): void => {
    if (date === "" || draft.except.includes(date)) return;
    change({ except: [...draft.except, date].sort() });
    setDate("");
  };
  const known = zones.includes(draft.zone) ? zones : [draft.zone, ...zones];
  return (
    <Group label={t("series.more")}>
      <div className={css["part"]}>
        <Input type="date" label={t("series.skip")} hint={t("series.skip.hint")} value={date} onValue={setDate} fault={faultOf(refusal, "except")} />
        <Button size="small" onClick={skip}>{t("series.skip.add")}</Button>
      </div>
      <Input type="number" label={t("series.capacity")} hint={t("series.capacity.hint")} min={1} inputMode="numeric" value={draft.capacity}
        onValue={(capacity) => change({ capacity })} fault={faultOf(refusal, "capacity")} />
      <Select label={t("series.zone")} value={draft.zone} onValue={(zone) => change({ zone })} fault={faultOf(refusal, "zone")}
        options={known.map((value) => ({ value, label: value.replaceAll("_", " ") }))} />
      <p className={css["soft"]}>{t("series.rule")}: <code>{ruleOf(draft) ?? "…"}</code></p>
    </Group>
  );
}
