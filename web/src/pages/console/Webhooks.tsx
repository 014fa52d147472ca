// Which other programs are told that something happened, and what became of it.
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

interface Webhook { id: string; url: string; kinds: string[] | null; disabled: boolean; secrets: number; former_until?: string }
interface Fresh { id: string; secret: string; former_until?: string }

const events = ["session.opened", "session.ended", "session.sealed", "session.signed", "attendance.corrected"] as const;

type Deed = "test" | "rotate" | "off" | "on" | "drop";

/** What is done to one of them; a rotation answers with the new secret. */
function useDeeds() {
  return useSend(async (office, { id, deed }: { id: string; deed: Deed }): Promise<Fresh | { id: string }> => {
    const path = { id };
    if (deed === "rotate") return office.post<Fresh>("/webhooks/{id}/rotate", { path });
    if (deed === "test") await office.post("/webhooks/{id}/test", { path });
    else if (deed === "drop") await office.delete("/webhooks/{id}", { path });
    else await office.patch("/webhooks/{id}", { path, body: { disabled: deed === "off" } });
    return { id };
  }, ["webhooks", "deliveries"]);
}

export function Webhooks() {
  const { t, moment } = useConsoleWords();
  const { who } = useDesk();
  const hooks = useRead<{ webhooks: Webhook[] | null }>("webhooks", "/webhooks");
  const [fresh, setFresh] = useState<Fresh>();
  const [tested, setTested] = useState(false);
  const [open, setOpen] = useState<string>();
  const deeds = useDeeds();
  const run = async (id: string, deed: Deed): Promise<void> => {
    const done = await deeds.run({ id, deed });
    setTested(done !== undefined && deed === "test");
    if (done) setFresh("secret" in done ? done : undefined);
    if (done && deed === "test") setOpen(id);
    if (done && deed === "drop" && open === id) setOpen(undefined);
  };
  const doing = (w: Webhook, deed: Deed) => (
    <Button size="small" look="quiet" short={t(`hooks.${deed}.short`)} disabled={deeds.busy} onClick={() => void run(w.id, deed)}>{t(`hooks.${deed}`, { url: w.url })}</Button>
  );
  const state = (w: Webhook): string =>
    w.disabled ? t("hooks.is.off") : w.former_until ? t("hooks.is.rotated", { at: moment(w.former_until, who.zone) }) : t("hooks.is.on");
  const one = (w: Webhook) => (
    <li key={w.id} className={css["card"]}>
      <strong className={css["long"]}>{w.url}</strong>
      <p>{many(w.kinds).join(", ") || t("hooks.events.all")}</p>
      <p className={css["soft"]}>{state(w)}</p>
      <div className={css["actions"]}>
        {doing(w, "test")}
        <Button size="small" look="quiet" short={t("hooks.sent.short")} aria-expanded={open === w.id} onClick={() => setOpen(open === w.id ? undefined : w.id)}>{t("hooks.sent", { url: w.url })}</Button>
        {doing(w, "rotate")}
        {doing(w, w.disabled ? "on" : "off")}
        {doing(w, "drop")}
      </div>
    </li>
  );
  return (
    <Part title={t("hooks.head")}>
      <p className={css["soft"]}>{t("hooks.lead")}</p>
      <Loaded of={hooks}>
        {(got) => (many(got.webhooks).length === 0 ? <p className={css["soft"]}>{t("hooks.empty")}</p> : <ul className={css["list"]}>{many(got.webhooks).map(one)}</ul>)}
      </Loaded>
      <Refused refusal={deeds.refusal} />
      {tested && <Notice look="leaf">{t("hooks.tested")}</Notice>}
      {fresh && <Secret fresh={fresh} />}
      {open !== undefined && <Deliveries key={open} path="/webhooks/{id}/deliveries" id={open} caption={t("hooks.sent.short")} />}
      <NewWebhook onMade={(made) => { setFresh(made); setTested(false); }} />
    </Part>
  );
}

function Secret({ fresh }: { fresh: Fresh }) {
  const { t, moment } = useConsoleWords();
  const { who } = useDesk();
  return (
    <div className={css["narrow"]}>
      <Input label={t("hooks.secret")} hint={t("link.once")} value={fresh.secret} readOnly onValue={() => undefined} onFocus={(e) => e.target.select()} />
      {fresh.former_until && <Notice>{t("hooks.is.rotated", { at: moment(fresh.former_until, who.zone) })}</Notice>}
    </div>
  );
}

function NewWebhook({ onMade }: { onMade(made: Fresh): void }) {
  const { t } = useConsoleWords();
  const [url, setUrl] = useState("");
  const [chosen, setChosen] = useState<(typeof events)[number][]>(["session.signed"]);
  const add = useSend((office) => office.post<Fresh>("/webhooks", { body: { url: url.trim(), kinds: chosen } }), ["webhooks"]);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const made = await add.run(undefined);
    if (!made) return;
    onMade(made);
    setUrl("");
  };
  return (
    <form className={css["narrow"]} onSubmit={(e) => void submit(e)} noValidate>
      <Input type="url" label={t("hooks.url")} hint={t("hooks.url.hint")} value={url} onValue={setUrl} fault={faultOf(add.refusal, "url")} />
      <Toggles label={t("hooks.events")} chosen={chosen} onChosen={setChosen} options={events.map((value) => ({ value, label: value }))} fault={faultOf(add.refusal, "kinds")} />
      <Refused refusal={add.refusal} />
      <div className={css["actions"]}><Button type="submit" disabled={url.trim() === "" || add.busy}>{t("hooks.add")}</Button></div>
    </form>
  );
}
