// The clinic itself: what people accept, what they are asked, and what other
// programs are told.
import { useState, type FormEvent } from "react";
import { many } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Input, Toggles } from "../../ui/Fields.tsx";
import { Table } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { faultOf, Loaded, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { DoorRules } from "./DoorRules.tsx";
import { Papers } from "./Papers.tsx";
import { Head, Part } from "./Shell.tsx";
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
      {may("settings") && <Webhooks />}
      <Key />
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

interface Webhook { id: string; url: string; kinds: string[] | null; disabled: boolean }

const events = ["session.opened", "session.ended", "session.sealed", "session.signed", "attendance.corrected"] as const;

function Webhooks() {
  const { t, locale } = useConsoleWords();
  const hooks = useRead<{ webhooks: Webhook[] | null }>("webhooks", "/webhooks");
  const [url, setUrl] = useState("");
  const [chosen, setChosen] = useState<(typeof events)[number][]>(["session.signed"]);
  const [secret, setSecret] = useState<string>();
  const add = useSend((office) => office.post<{ id: string; secret?: string }>("/webhooks", { body: { url: url.trim(), kinds: chosen } }), ["webhooks"]);
  const drop = useSend(async (office, id: string) => {
    await office.delete("/webhooks/{id}", { path: { id } });
    return true;
  }, ["webhooks"]);
  const test = useSend(async (office, id: string) => {
    await office.post("/webhooks/{id}/test", { path: { id } });
    return true;
  }, ["webhooks"]);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const made = await add.run(undefined);
    if (!made) return;
    setSecret(made.secret);
    setUrl("");
  };
  return (
    <Part title={t("hooks.head")}>
      <p className={css["soft"]}>{t("hooks.lead")}</p>
      <Loaded of={hooks}>
        {(got) => (
          <Table caption={t("hooks.head")} rows={many(got.webhooks)} keyOf={(w) => w.id} locale={locale} empty={t("hooks.empty")} columns={[
            { id: "url", head: t("hooks.url"), names: true, sort: (w) => w.url, cell: (w) => w.url },
            { id: "events", head: t("hooks.events"), cell: (w) => many(w.kinds).join(", ") },
            {
              id: "do", head: t("evening.do"), cell: (w) => (
                <div className={css["doings"]}>
                  <Button size="small" look="quiet" short={t("hooks.test.short")} onClick={() => void test.run(w.id)}>{t("hooks.test", { url: w.url })}</Button>
                  <Button size="small" look="quiet" short={t("remove")} onClick={() => void drop.run(w.id)}>{t("hooks.drop", { url: w.url })}</Button>
                </div>
              ),
            },
          ]} />
        )}
      </Loaded>
      <form className={css["narrow"]} onSubmit={(e) => void submit(e)} noValidate>
        <Input type="url" label={t("hooks.url")} hint={t("hooks.url.hint")} value={url} onValue={setUrl} fault={faultOf(add.refusal, "url")} />
        <Toggles label={t("hooks.events")} chosen={chosen} onChosen={setChosen} options={events.map((value) => ({ value, label: value }))} fault={faultOf(add.refusal, "kinds")} />
        {secret !== undefined && <Input label={t("hooks.secret")} hint={t("link.once")} value={secret} readOnly onValue={() => undefined} />}
        <Refused refusal={add.refusal ?? drop.refusal ?? test.refusal} />
        <div className={css["actions"]}><Button type="submit" disabled={url.trim() === ""}>{t("hooks.add")}</Button></div>
      </form>
    </Part>
  );
}

/** The key of the seals: whoever checks a bundle compares this. */
function Key() {
  const { t } = useConsoleWords();
  const key = useRead<{ keys: { current: boolean; fingerprint: string }[] | null; pem: string }>("keys", "/keys");
  if (!key.data) return null;
  return (
    <Part title={t("key.head")}>
      <p className={css["soft"]}>{t("key.lead")}</p>
      {many(key.data.keys).filter((k) => k.current).map((k) => <p key={k.fingerprint}>{t("key.fingerprint")}: <code>{k.fingerprint}</code></p>)}
      <pre className={css["code"]} tabIndex={0}>{key.data.pem}</pre>
    </Part>
  );
}
