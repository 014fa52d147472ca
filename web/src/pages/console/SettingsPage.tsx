// The clinic itself: what people accept, what they are asked, what goes out by
// mail and to other programs, and what proves its records.
import { useState } from "react";
import { many } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Input } from "../../ui/Fields.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Refused, useDesk, useSend } from "./desk.tsx";
import { DoorRules } from "./DoorRules.tsx";
import { MailSettings } from "./MailSettings.tsx";
import { Papers } from "./Papers.tsx";
import { Retention } from "./Retention.tsx";
import { Checkpoints, SealKey } from "./Seals.tsx";
import { ServiceClients } from "./ServiceClients.tsx";
import { Head, Part } from "./Shell.tsx";
import { Webhooks } from "./Webhooks.tsx";
import css from "./Console.module.css";

export function SettingsPage() {
  const { t } = useConsoleWords();
  const { who, may } = useDesk();
  return (
    <>
      <Head title={t("settings.head")} />
      <Part title={t("settings.clinic")} unseen>
        <dl className={css["facts"]}>
          <div><dt>{t("settings.clinic")}</dt><dd>{who.clinic}</dd></div>
          {who.zone && <div><dt>{t("series.zone")}</dt><dd>{who.zone.replaceAll("_", " ")}</dd></div>}
          <div><dt>{t("settings.you")}</dt><dd>{who.name}{many(who.roles).length > 0 && ` (${many(who.roles).map((r) => t(`staff.${r as "admin"}`)).join(", ")})`}</dd></div>
        </dl>
      </Part>
      <Feed />
      <Papers />
      <DoorRules />
      {may("write") && <MailSettings />}
      {may("settings") && <Webhooks />}
      {may("settings") && <ServiceClients />}
      {(may("settings") || may("audit")) && <Retention />}
      <Checkpoints />
      <SealKey />
    </>
  );
}

/** The calendar of the clinic for the staff's own program; neutral texts only. */
function Feed() {
  const { t } = useConsoleWords();
  const make = useSend((office) => office.post<{ url: string }>("/staff/feed"), []);
  const [url, setUrl] = useState<string>();
  return (
    <Part title={t("feed.head")}>
      <p className={css["soft"]}>{t("feed.lead")}</p>
      <div className={css["narrow"]}>
        {url !== undefined && <Input label={t("feed.url")} hint={t("link.once")} value={url} readOnly onValue={() => undefined} onFocus={(e) => e.target.select()} />}
        <Refused refusal={make.refusal} />
        <div className={css["actions"]}><Button onClick={() => void make.run(undefined).then((got) => got && setUrl(got.url))}>{t("feed.make")}</Button></div>
      </div>
    </Part>
  );
}
