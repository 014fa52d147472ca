// A payer's rules as a form: what is asked, with its numbers, and how attended
// time becomes a line. The same set can be written as JSON.
import { useState, type FormEvent } from "react";
import { many } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Area, Choices, Input, Select, Tick, Toggles } from "../../ui/Fields.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { faultOf, Refused, useDesk, useSend } from "./desk.tsx";
import { BillingLines } from "./PayerBilling.tsx";
import { numbersOf, ruleKinds, tidied, type PayerRule, type PayerSet } from "./payers.ts";
import css from "./Console.module.css";

const fresh: PayerSet = {
  payer: "", name: "", rules: [{ id: "week", kind: "min_week_minutes", value: 540 }],
  billing: [{ code: "H0015", unit: "per_day", min_minutes_per_unit: 180, modifiers: { audio_video: "95", audio_only: "93" }, place_of_service: { home: "10", elsewhere: "02" } }],
};

export function PayerForm({ set, onClose, onSaved }: { set: PayerSet | undefined; onClose(): void; onSaved(name: string): void }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const [draft, setDraft] = useState<PayerSet>(() => tidied(set ?? fresh));
  const [as, setAs] = useState<"form" | "json">("form");
  const [text, setText] = useState("");
  const [broken, setBroken] = useState<string>();
  const save = useSend(async (office, body: object) => {
    await office.post("/payers", { body });
    return true;
  }, ["payers", "week"]);
  /** The text as a set; undefined where it is none. */
  const read = (): PayerSet | undefined => {
    try {
      const got = JSON.parse(text) as PayerSet;
      setBroken(undefined);
      return got;
    } catch (error) {
      setBroken(t("payers.broken", { detail: error instanceof Error ? error.message : "" }));
      return undefined;
    }
  };
  const turn = (to: "form" | "json"): void => {
    if (to === "json") setText(JSON.stringify(draft, null, 2));
    const got = to === "form" ? read() : draft;
    if (!got) return;
    setDraft(got);
    setAs(to);
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const body = as === "json" ? read() : tidied(draft);
    if (body && (await save.run(body))) onSaved(body.name);
  };
  return (
    <form className={css["narrow"]} onSubmit={(e) => void submit(e)} noValidate aria-label={set ? t("payers.edit", { name: set.name }) : t("payers.add")}>
      <Choices label={t("payers.as")} name="payer-as" value={as} onValue={turn} options={[{ value: "form", label: t("payers.as.form") }, { value: "json", label: "JSON" }]} />
      {as === "form" ? <Fields draft={draft} known={set !== undefined} change={(part) => setDraft((d) => ({ ...d, ...part }))} fault={(field) => faultOf(save.refusal, field)} /> : (
        <Area label={t("payers.json")} hint={t("payers.json.hint")} rows={16} spellCheck={false} value={text} onValue={setText} readOnly={!may("settings")}
          fault={broken ?? save.refusal?.faults.map((f) => `${f.field}: ${f.message}`).join(" ")} />
      )}
      <Refused refusal={save.refusal} />
      <div className={css["actions"]}>
        {may("settings") && <Button type="submit" look="lamp" disabled={save.busy}>{t("rules.save")}</Button>}
        <Button onClick={onClose}>{t("close")}</Button>
      </div>
    </form>
  );
}

interface FieldsProps {
  draft: PayerSet;
  known: boolean;
  change(part: Partial<PayerSet>): void;
  fault(field: string): string | undefined;
}

function Fields({ draft, known, change, fault }: FieldsProps) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const rules = many(draft.rules);
  const set = (i: number, part: Partial<PayerRule>): void => change({ rules: rules.map((r, n) => (n === i ? { ...r, ...part } : r)) });
  const free = (): string => {
    let n = rules.length + 1;
    while (rules.some((r) => r.id === `rule-${n}`)) n++;
    return `rule-${n}`;
  };
  return (
    <>
      <div className={css["pair"]}>
        <Input label={t("payers.name")} value={draft.name} maxLength={120} readOnly={!may("settings")} onValue={(name) => change({ name })} fault={fault("name")} />
        <Input label={t("payers.key")} hint={t("payers.key.hint")} value={draft.payer} maxLength={40} readOnly={known || !may("settings")} onValue={(payer) => change({ payer })} fault={fault("payer")} />
        <Input type="date" label={t("payers.from")} hint={t("payers.from.hint")} value={draft.from ?? ""} readOnly={!may("settings")} onValue={(from) => change({ from })} fault={fault("from")} />
      </div>
      {rules.map((rule, i) => (
        <fieldset key={i} className={css["block"]} disabled={!may("settings")}>
          <legend>{t("payers.rule.n", { n: i + 1 })}</legend>
          <RuleFields rule={rule} change={(part) => set(i, part)} fault={(field) => fault(`rules[${i}].${field}`)} />
          <Button size="small" look="quiet" short={t("remove")} onClick={() => change({ rules: rules.filter((_, n) => n !== i) })}>{t("payers.rule.remove", { n: i + 1 })}</Button>
        </fieldset>
      ))}
      {may("settings") && <div className={css["actions"]}><Button size="small" onClick={() => change({ rules: [...rules, { id: free(), kind: "min_week_minutes", value: 540 }] })}>{t("payers.rule.add")}</Button></div>}
      <BillingLines lines={many(draft.billing)} change={(billing) => change({ billing })} fault={fault} />
    </>
  );
}

function RuleFields({ rule, change, fault }: { rule: PayerRule; change(part: Partial<PayerRule>): void; fault(field: string): string | undefined }) {
  const { t } = useConsoleWords();
  return (
    <>
      <Select label={t("payers.rule.kind")} value={rule.kind} onValue={(kind) => change({ kind })} options={ruleKinds.map((value) => ({ value, label: t(`payers.kind.${value}`) }))} fault={fault("kind")} />
      <div className={css["pair"]}>
        {numbersOf(rule.kind).map((field) => (
          <Input key={field} type="number" min={0} label={t(`payers.${field === "value" ? `unit.${rule.kind}` : field}` as "payers.min")} value={rule[field] === undefined ? "" : String(rule[field])}
            onValue={(text) => change({ [field]: text === "" ? undefined : Number(text) })} fault={fault(field)} />
        ))}
        <Input label={t("payers.rule.id")} value={rule.id} maxLength={40} onValue={(id) => change({ id })} fault={fault("id")} />
      </div>
      {rule.kind === "allowed_location" && (
        <Toggles label={t("payers.locations")} chosen={[...many(rule.locations)]} onChosen={(locations) => change({ locations })} fault={fault("locations")}
          options={(["home", "elsewhere"] as const).map((value) => ({ value, label: t(`payers.location.${value}`) }))} />
      )}
      <Tick label={t("payers.blocks")} checked={rule.blocks === true} onTick={(blocks) => change({ blocks })} />
    </>
  );
}
