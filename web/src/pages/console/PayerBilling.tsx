// How attended time becomes a line of a payer: its code, unit, modifiers and
// place of service.
import { many, partKinds } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Input, Select, Toggles } from "../../ui/Fields.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { useDesk } from "./desk.tsx";
import { units, type BillingLine } from "./payers.ts";
import css from "./Console.module.css";

const kinds = partKinds.filter((k) => k !== "break");

interface BillingLinesProps {
  lines: readonly BillingLine[];
  change(lines: BillingLine[]): void;
  fault(field: string): string | undefined;
}

export function BillingLines({ lines, change, fault }: BillingLinesProps) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const set = (i: number, part: Partial<BillingLine>): void => change(lines.map((line, n) => (n === i ? { ...line, ...part } : line)));
  return (
    <>
      {lines.map((line, i) => (
        <fieldset key={i} className={css["block"]} disabled={!may("settings")}>
          <legend>{t("payers.line.n", { n: i + 1 })}</legend>
          <LineFields line={line} change={(part) => set(i, part)} fault={(field) => fault(`billing[${i}].${field}`)} />
          <Button size="small" look="quiet" short={t("remove")} onClick={() => change(lines.filter((_, n) => n !== i))}>{t("payers.line.remove", { n: i + 1 })}</Button>
        </fieldset>
      ))}
      {may("settings") && <div className={css["actions"]}><Button size="small" onClick={() => change([...lines, { code: "", unit: "per_day" }])}>{t("payers.line.add")}</Button></div>}
    </>
  );
}

function LineFields({ line, change, fault }: { line: BillingLine; change(part: Partial<BillingLine>): void; fault(field: string): string | undefined }) {
  const { t } = useConsoleWords();
  const { modifiers = {}, place_of_service: place = {} } = line;
  const number = (field: "min_minutes_per_unit" | "audio_only_percent") => (
    <Input type="number" min={0} label={t(`payers.${field}`)} value={line[field] === undefined ? "" : String(line[field])}
      onValue={(text) => change({ [field]: text === "" ? undefined : Number(text) })} fault={fault(field)} />
  );
  return (
    <>
      <div className={css["pair"]}>
        <Input label={t("payers.code")} value={line.code} maxLength={12} onValue={(code) => change({ code: code.toUpperCase() })} fault={fault("code")} />
        <Select label={t("payers.unit")} value={line.unit} onValue={(unit) => change({ unit })} options={units.map((value) => ({ value, label: t(`payers.unit.${value}`) }))} fault={fault("unit")} />
        {number("min_minutes_per_unit")}
        {number("audio_only_percent")}
        <Input label={t("payers.modifier.video")} value={modifiers.audio_video ?? ""} maxLength={4} onValue={(audio_video) => change({ modifiers: { ...modifiers, audio_video } })} fault={fault("modifiers.audio_video")} />
        <Input label={t("payers.modifier.audio")} value={modifiers.audio_only ?? ""} maxLength={4} onValue={(audio_only) => change({ modifiers: { ...modifiers, audio_only } })} fault={fault("modifiers.audio_only")} />
        <Input label={t("payers.place.home")} value={place.home ?? ""} maxLength={4} onValue={(home) => change({ place_of_service: { ...place, home } })} fault={fault("place_of_service.home")} />
        <Input label={t("payers.place.elsewhere")} value={place.elsewhere ?? ""} maxLength={4} onValue={(elsewhere) => change({ place_of_service: { ...place, elsewhere } })} fault={fault("place_of_service.elsewhere")} />
      </div>
      <Toggles label={t("payers.covers")} hint={t("payers.covers.hint")} chosen={[...many(line.kinds)]} onChosen={(chosen) => change({ kinds: chosen })} fault={fault("kinds")}
        options={kinds.map((value) => ({ value, label: t(`segment.${value}` as "segment.group") }))} />
    </>
  );
}
