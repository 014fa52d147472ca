// What is asked at the door: the address, the contact, the consent, where the
// clinic is licensed, and the questions of the check-in.
import { useState, type FormEvent } from "react";
import { many } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Input, Select, Tick } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { faultOf, Loaded, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { Part } from "./Shell.tsx";
import css from "./Console.module.css";

interface Asked {
  accept_again: boolean;
  address: "never" | "elsewhere" | "always";
  address_needed: boolean;
  consent_needed: boolean;
  emergency: boolean;
  emergency_needed: boolean;
  licensed_states: string[] | null;
}

interface Scale { id?: string; question: Record<string, string>; low?: Record<string, string>; high?: Record<string, string>; version?: number }

export function DoorRules() {
  const { t } = useConsoleWords();
  const rules = useRead<Asked>("door", "/door-rules");
  const scales = useRead<{ scales: Scale[] | null }>("door", "/scales");
  return (
    <Part title={t("door.head")}>
      <Loaded of={rules}>{(got) => <AskedForm rules={got} />}</Loaded>
      <h3>{t("scales.head")}</h3>
      <p className={css["soft"]}>{t("scales.lead")}</p>
      <Loaded of={scales}>{(got) => <ScaleForm scales={many(got.scales)} />}</Loaded>
    </Part>
  );
}

function AskedForm({ rules }: { rules: Asked }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const [draft, setDraft] = useState(rules);
  const [states, setStates] = useState(() => many(rules.licensed_states).join(", "));
  const [saved, setSaved] = useState(false);
  const save = useSend(async (office, body: Asked) => {
    await office.put("/door-rules", { body });
    setSaved(true);
    return true;
  }, ["door"]);
  const tick = (field: "address_needed" | "consent_needed" | "emergency" | "emergency_needed" | "accept_again") => (
    <Tick label={t(`door.${field}`)} checked={draft[field]} disabled={!may("settings")} onTick={(on) => { setSaved(false); setDraft((d) => ({ ...d, [field]: on })); }} />
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save.run({ ...draft, licensed_states: states.split(/[\s,;]+/).map((s) => s.toUpperCase()).filter((s) => s !== "") });
  };
  return (
    <form className={css["narrow"]} onSubmit={submit} noValidate>
      <Select label={t("door.address")} value={draft.address} disabled={!may("settings")} onValue={(address) => { setSaved(false); setDraft((d) => ({ ...d, address })); }} fault={faultOf(save.refusal, "address")}
        options={(["never", "elsewhere", "always"] as const).map((value) => ({ value, label: t(`door.address.${value}`) }))} />
      <div>{tick("address_needed")}{tick("emergency")}{tick("emergency_needed")}{tick("consent_needed")}{tick("accept_again")}</div>
      <Input label={t("door.states")} hint={t("door.states.hint")} value={states} disabled={!may("settings")} onValue={(text) => { setSaved(false); setStates(text); }} fault={faultOf(save.refusal, "licensed_states")} />
      <Refused refusal={save.refusal} />
      {saved && <Notice look="leaf">{t("saved")}</Notice>}
      {may("settings") && <div className={css["actions"]}><Button type="submit">{t("save")}</Button></div>}
    </form>
  );
}

/** As the server takes it: words that are empty are none. */
function asSent({ id, question, low = {}, high = {} }: Scale): Scale {
  const said = (texts: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(texts).map(([language, text]) => [language, text.trim()]).filter(([, text]) => text !== ""));
  return { ...(id && { id }), question: said(question), low: said(low), high: said(high) };
}

function ScaleForm({ scales }: { scales: readonly Scale[] }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const [draft, setDraft] = useState<readonly Scale[]>(scales);
  const save = useSend(async (office, list: readonly Scale[]) => {
    const body = { scales: list.filter((s) => (s.question["en"] ?? "").trim() !== "").map(asSent) };
    const { scales: set } = await office.put<{ scales: Scale[] | null }>("/scales", { body });
    setDraft(many(set));
    return true;
  }, []);
  const [saved, setSaved] = useState(false);
  const set = (i: number, part: "question" | "low" | "high", language: string, text: string): void => {
    setSaved(false);
    setDraft((list) => list.map((s, n) => (n === i ? { ...s, [part]: { ...s[part], [language]: text } } : s)));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save.run(draft).then((ok) => setSaved(ok === true));
  };
  return (
    <form className={css["narrow"]} onSubmit={submit} noValidate>
      {draft.map((scale, i) => (
        <div key={i} role="group" aria-label={t("scales.n", { n: i + 1 })} className={css["pair"]}>
          <Input label={t("scales.en")} value={scale.question["en"] ?? ""} disabled={!may("settings")} onValue={(text) => set(i, "question", "en", text)} fault={faultOf(save.refusal, `scales[${i}]`)} />
          <Input label={t("scales.es")} value={scale.question["es"] ?? ""} disabled={!may("settings")} onValue={(text) => set(i, "question", "es", text)} />
          <details className={css["more"]}>
            <summary>{t("scales.words")}</summary>
            {(["low", "high"] as const).map((end) => (["en", "es"] as const).map((language) => (
              <Input key={end + language} label={t(`scales.${end}.${language}`)} value={scale[end]?.[language] ?? ""} maxLength={60} disabled={!may("settings")}
                onValue={(text) => set(i, end, language, text)} fault={faultOf(save.refusal, `scales[${i}].${end}.${language}`)} />
            )))}
          </details>
          {may("settings") && <Button size="small" look="quiet" short={t("remove")} onClick={() => setDraft((list) => list.filter((_, n) => n !== i))}>{t("scales.remove", { n: i + 1 })}</Button>}
        </div>
      ))}
      {draft.length === 0 && <p>{t("scales.empty")}</p>}
      <Refused refusal={save.refusal} />
      {saved && <Notice look="leaf">{t("saved")}</Notice>}
      {may("settings") && (
        <div className={css["actions"]}>
          <Button onClick={() => setDraft((list) => [...list, { question: { en: "", es: "" } }])}>{t("scales.add")}</Button>
          <Button type="submit">{t("scales.save")}</Button>
        </div>
      )}
    </form>
  );
}
