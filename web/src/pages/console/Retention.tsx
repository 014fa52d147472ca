// How long the clinic keeps its sessions, and what is deleted after that.
import { useState, type FormEvent } from "react";
import { Button } from "../../ui/Button.tsx";
import { Input } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { faultOf, Loaded, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { Part } from "./Shell.tsx";
import css from "./Console.module.css";

interface KeptFor { years: number; least: number; before: string }

export function Retention() {
  const { t } = useConsoleWords();
  const kept = useRead<KeptFor>("retention", "/retention");
  return (
    <Part title={t("retention.head")}>
      <p className={css["soft"]}>{t("retention.lead")}</p>
      <Loaded of={kept}>{(got) => <Years key={got.years} kept={got} />}</Loaded>
    </Part>
  );
}

function Years({ kept }: { kept: KeptFor }) {
  const { t, date } = useConsoleWords();
  const { may } = useDesk();
  const [years, setYears] = useState(String(kept.years));
  const [saved, setSaved] = useState(false);
  const save = useSend(async (office) => {
    await office.put("/retention", { body: { years: Number(years) } });
    return true;
  }, ["retention"]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save.run(undefined).then((ok) => setSaved(ok === true));
  };
  return (
    <form className={css["narrow"]} onSubmit={submit}>
      <Input type="number" min={kept.least} max={100} label={t("retention.years")} hint={t("retention.hint", { n: kept.least })} value={years}
        disabled={!may("settings")} fault={faultOf(save.refusal, "years")} onValue={(text) => { setYears(text); setSaved(false); }} />
      <p className={css["soft"]}>{t("retention.before", { date: date(kept.before) })}</p>
      <Refused refusal={save.refusal} />
      {saved && <Notice look="leaf">{t("saved")}</Notice>}
      {may("settings") && <div className={css["actions"]}><Button type="submit">{t("retention.save")}</Button></div>}
    </form>
  );
}
