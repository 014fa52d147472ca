// What mails call an evening, when people are reminded, and the mails that went out.
import { useState, type FormEvent } from "react";
import { many } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Input, Toggles } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Deliveries } from "./Deliveries.tsx";
import { faultOf, Loaded, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { Part } from "./Shell.tsx";
import css from "./Console.module.css";

interface Settings { reminder_minutes: number[] | null; title?: string }

/** What is offered; another value that the clinic has is kept among them. */
const leads = [15, 60, 180, 1440, 2880];
const MOST = 3;

export function MailSettings() {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const settings = useRead<Settings>("mail", "/settings/mail", {}, may("settings"));
  return (
    <Part title={t("mail.head")}>
      {may("settings") && <Loaded of={settings}>{(got) => <SettingsForm given={many(got.reminder_minutes)} named={got.title ?? ""} />}</Loaded>}
      <details className={css["more"]}>
        <summary>{t("mail.list")}</summary>
        <Deliveries path="/mail" caption={t("mail.list")} />
      </details>
    </Part>
  );
}

function SettingsForm({ given, named }: { given: readonly number[]; named: string }) {
  const { t } = useConsoleWords();
  const [chosen, setChosen] = useState(() => given.map(String));
  const [title, setTitle] = useState(named);
  const [saved, setSaved] = useState(false);
  const shown = title.trim().replace(/\s+/g, " ");
  const save = useSend(async (office) => {
    await office.put("/settings/mail", { body: { reminder_minutes: chosen.map(Number), title } });
    return true;
  }, ["mail"]);
  const label = (m: number): string => (m % 1440 === 0 ? t("mail.lead.days", { n: m / 1440 }) : m % 60 === 0 ? t("mail.lead.hours", { n: m / 60 }) : t("mail.lead.minutes", { n: m }));
  const offered = [...new Set([...leads, ...given])].sort((a, b) => a - b);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save.run(undefined).then((ok) => setSaved(ok === true));
  };
  return (
    <form className={css["narrow"]} onSubmit={submit}>
      <Input label={t("mail.title")} hint={t("mail.title.hint")} value={title} maxLength={60} autoComplete="off" fault={faultOf(save.refusal, "title")}
        onValue={(text) => { setTitle(text); setSaved(false); }} />
      {shown !== "" && (
        <div>
          <p className={css["soft"]}>{t("mail.title.preview")}</p>
          <ul>{(["en", "es"] as const).map((language) => <li key={language} lang={language}>{t(`mail.subject.${language}`, { title: shown })}</li>)}</ul>
        </div>
      )}
      <Toggles label={t("mail.reminders")} hint={t("mail.reminders.hint")} chosen={chosen} fault={chosen.length > MOST ? t("mail.reminders.most") : faultOf(save.refusal, "reminder_minutes")}
        onChosen={(list) => { setChosen(list); setSaved(false); }} options={offered.map((m) => ({ value: String(m), label: label(m) }))} />
      <Refused refusal={save.refusal} />
      {saved && <Notice look="leaf">{t("saved")}</Notice>}
      <div className={css["actions"]}><Button type="submit" disabled={chosen.length > MOST}>{t("mail.save")}</Button></div>
    </form>
  );
}
