// By whose rules a person's weeks are judged, and from which day on.
import { useState, type FormEvent } from "react";
import { many, type Person } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Input, Select } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { faultOf, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { newestSets, type PayerSet } from "./payers.ts";
import { Part } from "./Shell.tsx";
import css from "./Console.module.css";

export function PersonPayer({ person }: { person: Person }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const payers = useRead<{ payers: PayerSet[] | null }>("payers", "/payers");
  const known = newestSets(many(payers.data?.payers));
  if (known.length === 0) return null;
  const name = known.find((p) => p.payer === person.payer)?.name ?? person.payer ?? "";
  return (
    <Part title={t("person.payer")}>
      {may("write") ? <PayerForm key={person.payer} person={person} known={known} /> : <p>{name || t("person.payer.none")}</p>}
    </Part>
  );
}

function PayerForm({ person, known }: { person: Person; known: readonly PayerSet[] }) {
  const { t, date } = useConsoleWords();
  const [payer, setPayer] = useState(person.payer ?? "");
  const [from, setFrom] = useState("");
  const [said, setSaid] = useState("");
  const save = useSend(async (office) => {
    await office.put("/persons/{id}/payer", { path: { id: person.id }, body: { payer, ...(from !== "" && { from }) } });
    return true;
  }, ["persons", "week"]);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setSaid("");
    if (await save.run(undefined)) setSaid(from === "" ? t("person.payer.week") : t("person.payer.since", { date: date(from) }));
  };
  return (
    <form className={css["narrow"]} onSubmit={(e) => void submit(e)} noValidate>
      <div className={css["pair"]}>
        <Select label={t("person.payer")} value={payer} onValue={setPayer} fault={faultOf(save.refusal, "payer")}
          options={[{ value: "", label: t("person.payer.none") }, ...known.map((p) => ({ value: p.payer, label: p.name }))]} />
        <Input type="date" label={t("person.payer.from")} hint={t("person.payer.from.hint")} value={from} onValue={setFrom} fault={faultOf(save.refusal, "from")} />
      </div>
      <Refused refusal={save.refusal} />
      {said !== "" && <Notice look="leaf">{said}</Notice>}
      <div className={css["actions"]}><Button type="submit" disabled={save.busy}>{t("person.payer.save")}</Button></div>
    </form>
  );
}
