// Programs of other systems: each signs its own assertions with a key that it
// keeps; the clinic has the public half.
import { useState, type FormEvent } from "react";
import { many } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Area, Input, Toggles } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { faultOf, Loaded, Refused, useRead, useSend } from "./desk.tsx";
import { Part } from "./Shell.tsx";
import css from "./Console.module.css";

interface ServiceClient { id: string; name: string; scopes: string[] | null; created_at: string; revoked: boolean }

const scopes = ["sessions:read", "sessions:write", "links:staff", "admin"] as const;

export function ServiceClients() {
  const { t, moment, locale } = useConsoleWords();
  const list = useRead<{ clients: ServiceClient[] | null }>("programs-of-others", "/service-clients");
  const revoke = useSend(async (office, id: string) => {
    await office.delete("/service-clients/{id}", { path: { id } });
    return true;
  }, ["programs-of-others"]);
  const columns: Column<ServiceClient>[] = [
    { id: "name", head: t("clients.name"), names: true, sort: (c) => c.name, cell: (c) => c.name },
    { id: "id", head: t("clients.id"), cell: (c) => <code>{c.id}</code> },
    { id: "scopes", head: t("clients.scopes"), cell: (c) => many(c.scopes).join(", ") },
    { id: "made", head: t("clients.made"), number: true, sort: (c) => c.created_at, cell: (c) => moment(c.created_at) },
    {
      id: "do", head: t("evening.do"), cell: (c) => (c.revoked ? t("clients.revoked") : (
        <div className={css["doings"]}><Button size="small" look="quiet" short={t("clients.revoke.short")} onClick={() => void revoke.run(c.id)}>{t("clients.revoke", { name: c.name })}</Button></div>
      )),
    },
  ];
  return (
    <Part title={t("clients.head")}>
      <p className={css["soft"]}>{t("clients.lead")}</p>
      <Loaded of={list}>
        {(got) => <Table caption={t("clients.head")} rows={many(got.clients)} columns={columns} keyOf={(c) => c.id} locale={locale} empty={t("clients.empty")} />}
      </Loaded>
      <Refused refusal={revoke.refusal} />
      <NewClient />
    </Part>
  );
}

function NewClient() {
  const { t } = useConsoleWords();
  const [name, setName] = useState("");
  const [keys, setKeys] = useState("");
  const [chosen, setChosen] = useState<(typeof scopes)[number][]>(["sessions:read"]);
  const [broken, setBroken] = useState<string>();
  const [made, setMade] = useState<string>();
  const add = useSend((office, set: unknown) => office.post<{ id: string }>("/service-clients", { body: { name: name.trim(), scopes: chosen, keys: set } }), ["programs-of-others"]);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    let set: unknown;
    try {
      set = JSON.parse(keys);
    } catch (error) {
      setBroken(t("payers.broken", { detail: error instanceof Error ? error.message : "" }));
      return;
    }
    setBroken(undefined);
    const done = await add.run(set);
    if (!done) return;
    setMade(done.id);
    setName("");
    setKeys("");
  };
  return (
    <details className={css["more"]}>
      <summary>{t("clients.add")}</summary>
      <form className={css["narrow"]} onSubmit={(e) => void submit(e)} noValidate>
        <Input label={t("clients.name")} value={name} maxLength={120} onValue={setName} fault={faultOf(add.refusal, "name")} />
        <Toggles label={t("clients.scopes")} chosen={chosen} onChosen={setChosen} options={scopes.map((value) => ({ value, label: value }))} fault={faultOf(add.refusal, "scopes")} />
        <Area label={t("clients.keys")} hint={t("clients.keys.hint")} rows={6} spellCheck={false} value={keys} onValue={setKeys} fault={broken ?? faultOf(add.refusal, "keys")} />
        <Refused refusal={add.refusal} />
        {made !== undefined && <Notice look="leaf">{t("clients.added", { id: made })}</Notice>}
        <div className={css["actions"]}><Button type="submit" disabled={name.trim() === "" || keys.trim() === "" || chosen.length === 0 || add.busy}>{t("clients.add")}</Button></div>
      </form>
    </details>
  );
}
