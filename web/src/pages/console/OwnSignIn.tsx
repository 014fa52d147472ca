// One's own sign-in: the passkeys that one has here.
import { useState, type FormEvent } from "react";
import type { ListedPasskey } from "../../protocol/staff.ts";
import type { Proving } from "../../protocol/webauthn.ts";
import { many } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Input } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Table } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Loaded, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { knowsPasskeys, provePasskey } from "./passkeys.ts";
import { Head, Part } from "./Shell.tsx";
import { useWays } from "./SignInPage.tsx";
import { useAddPasskey, type Passkeys } from "./useAddPasskey.ts";
import css from "./Console.module.css";

export function OwnSignIn() {
  const { t } = useConsoleWords();
  const { who } = useDesk();
  const ways = useWays();
  return (
    <>
      <Head title={t("own.head")} lead={t("own.lead", { name: who.name, clinic: who.clinic })} />
      {ways && !ways.passkeys && <p>{t("own.none")}</p>}
      {ways?.passkeys && <Keys />}
      {ways?.passkeys && knowsPasskeys() && <More />}
    </>
  );
}

function Keys() {
  const { t, moment, locale } = useConsoleWords();
  const kept = useRead<Passkeys>("passkeys", "/staff/passkeys");
  const [dropping, setDropping] = useState<ListedPasskey>();
  const named = (key: ListedPasskey): string => key.label || t("passkey.unnamed");
  return (
    <Part title={t("own.passkeys")}>
      <Loaded of={kept}>
        {(got) => (
          <Table caption={t("own.passkeys")} rows={many(got.passkeys)} keyOf={(key) => key.id} locale={locale} empty={t("own.empty")} columns={[
            { id: "label", head: t("passkey.label"), names: true, sort: named, cell: named },
            { id: "made", head: t("passkey.made"), sort: (key) => key.created_at, cell: (key) => moment(key.created_at) },
            { id: "used", head: t("passkey.used"), sort: (key) => key.used_at ?? "", cell: (key) => (key.used_at ? moment(key.used_at) : t("passkey.unused")) },
            { id: "do", head: t("evening.do"), screen: true, cell: (key) => (
              <div className={css["doings"]}>
                <Button size="small" look="quiet" short={t("remove")} onClick={() => setDropping(key)}>{t("passkey.remove", { name: named(key) })}</Button>
              </div>
            ) },
          ]} />
        )}
      </Loaded>
      {dropping && <DropDialog passkey={dropping} name={named(dropping)} onClose={() => setDropping(undefined)} />}
    </Part>
  );
}

function More() {
  const { t } = useConsoleWords();
  const { label, setLabel, add } = useAddPasskey();
  const [said, setSaid] = useState<"passkey.added" | "passkey.joined">();
  const join = useSend(async (office) => {
    const begun = await office.post<Proving>("/staff/passkey/begin");
    await office.post("/staff/passkeys/join", { body: await provePasskey(begun) });
    return true;
  }, ["passkeys"]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    join.clear();
    void add.run(undefined).then((done) => setSaid(done ? "passkey.added" : undefined));
  };
  const joining = (): void => {
    add.clear();
    void join.run(undefined).then((done) => setSaid(done ? "passkey.joined" : undefined));
  };
  return (
    <Part title={t("own.more")}>
      <form className={css["narrow"]} onSubmit={submit}>
        <Input label={t("passkey.label.new")} value={label} maxLength={60} onValue={setLabel} />
        <div className={css["actions"]}>
          <Button type="submit" disabled={add.busy}>{t("passkey.add")}</Button>
          <Button look="quiet" disabled={join.busy} onClick={joining}>{t("passkey.join")}</Button>
        </div>
        {said && <Notice look="leaf">{t(said)}</Notice>}
        <Refused refusal={add.refusal ?? join.refusal} />
      </form>
    </Part>
  );
}

function DropDialog({ passkey, name, onClose }: { passkey: ListedPasskey; name: string; onClose(): void }) {
  const { t } = useConsoleWords();
  const drop = useSend(async (office) => {
    await office.delete("/staff/passkeys/{id}", { path: { id: passkey.id } });
    return true;
  }, ["passkeys"]);
  return (
    <Dialog role="alertdialog" title={t("passkey.remove", { name })} onClose={onClose} actions={
      <>
        <Button look="clay" onClick={() => void drop.run(undefined).then((done) => done && onClose())}>{t("remove")}</Button>
        <Button onClick={onClose}>{t("cancel")}</Button>
      </>
    }>
      <p>{t("passkey.remove.text")}</p>
      <Refused refusal={drop.refusal} />
    </Dialog>
  );
}
