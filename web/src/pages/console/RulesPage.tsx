// By what an evening and a week are judged: the clinic's thresholds, and what
// each payer asks. Every change is a new version; what was judged stays judged.
import { useState, type FormEvent } from "react";
import { many, type Thresholds } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Group, Input, Select, Tick } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { faultOf, Loaded, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { PayerForm } from "./PayerForm.tsx";
import { newestSets, type PayerSet } from "./payers.ts";
import { Head, Part } from "./Shell.tsx";
import css from "./Console.module.css";

export function RulesPage() {
  const { t } = useConsoleWords();
  const rules = useRead<Thresholds>("rules", "/rules");
  return (
    <>
      <Head title={t("rules.head")} lead={t("rules.lead")} />
      <Part title={t("rules.thresholds")}>
        <Loaded of={rules}>{(got) => <ThresholdForm key={got.version} rules={got} />}</Loaded>
      </Part>
      <Payers />
    </>
  );
}

const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

function ThresholdForm({ rules }: { rules: Thresholds }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const [draft, setDraft] = useState(rules);
  const [saved, setSaved] = useState(false);
  const save = useSend(async (office, { version, ...body }: Thresholds) => {
    await office.post("/rules", { body });
    setSaved(true);
    return version;
  }, ["rules", "week"]);
  const change = (part: Partial<Thresholds>): void => {
    setDraft((d) => ({ ...d, ...part }));
    setSaved(false);
  };
  const minutes = (field: "grace_s" | "late_s" | "early_s") => (
    <Input type="number" min={0} step="any" label={t(`rules.${field}`)} value={String(draft[field] / 60)} disabled={!may("settings")}
      onValue={(text) => change({ [field]: Math.round(Number(text) * 60) })} fault={faultOf(save.refusal, field)} />
  );
  const tick = (field: "count_breaks" | "count_overrun" | "count_unstaffed") => (
    <Tick label={t(`rules.${field}`)} checked={draft[field]} disabled={!may("settings")} onTick={(on) => change({ [field]: on })} />
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save.run(draft);
  };
  const week = typeof draft.week_start === "number" ? (days[(draft.week_start + 6) % 7] ?? "monday") : draft.week_start;
  return (
    <form className={css["narrow"]} onSubmit={submit} noValidate>
      <p className={css["soft"]}>{t("rules.version", { n: rules.version })}</p>
      {minutes("grace_s")}
      {minutes("late_s")}
      {minutes("early_s")}
      <Input type="number" min={1} max={100} label={t("rules.present_percent")} value={String(draft.present_percent)} disabled={!may("settings")}
        onValue={(text) => change({ present_percent: Number(text) })} fault={faultOf(save.refusal, "present_percent")} />
      <Group label={t("rules.count")}>{tick("count_breaks")}{tick("count_overrun")}{tick("count_unstaffed")}</Group>
      <Select label={t("rules.week_start")} value={week as (typeof days)[number]} disabled={!may("settings")} onValue={(week_start) => change({ week_start })}
        options={days.map((value) => ({ value, label: t(`day.${value}`) }))} fault={faultOf(save.refusal, "week_start")} />
      <Refused refusal={save.refusal} />
      {saved && <Notice look="leaf">{t("rules.saved")}</Notice>}
      {may("settings") && <div className={css["actions"]}><Button type="submit" look="lamp">{t("rules.save")}</Button></div>}
    </form>
  );
}

/** What payers ask, as data: one set each. */
function Payers() {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const payers = useRead<{ payers: PayerSet[] | null }>("payers", "/payers");
  const [chosen, setChosen] = useState<string>();
  const [saved, setSaved] = useState("");
  const choose = (key: string): void => { setSaved(""); setChosen(key); };
  return (
    <Part title={t("payers.head")}>
      <p className={css["soft"]}>{t("payers.lead")}</p>
      <Loaded of={payers}>
        {(got) => {
          const all = newestSets(many(got.payers));
          return (
            <>
              <ul className={css["list"]}>
                {all.map((p) => (
                  <li key={p.payer}>
                    <strong>{p.name}</strong>{p.version !== undefined && <span className={css["soft"]}> · {t("rules.version", { n: p.version })}</span>}{" "}
                    <Button size="small" look="quiet" onClick={() => choose(p.payer)}>{t(may("settings") ? "payers.edit" : "payers.show", { name: p.name })}</Button>
                  </li>
                ))}
              </ul>
              {all.length === 0 && <p>{t("payers.empty")}</p>}
              {may("settings") && <div className={css["actions"]}><Button onClick={() => choose("")}>{t("payers.add")}</Button></div>}
              {chosen !== undefined && <PayerForm key={chosen} set={all.find((p) => p.payer === chosen)} onClose={() => setChosen(undefined)} onSaved={(name) => { setChosen(undefined); setSaved(name); }} />}
              {saved !== "" && <Notice look="leaf">{t("payers.saved", { name: saved })}</Notice>}
            </>
          );
        }}
      </Loaded>
    </Part>
  );
}
