// One's own sign-in: the passkeys that one has here.
import { useState, type FormEvent } from "react";
import type { ListedPasskey } from "../../protocol/staff.ts";
import type { Proving } from "../../protocol/webauthn.ts";
import { many } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Input } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Loaded, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { knowsPasskeys, provePasskey } from "./passkeys.ts";
import { Head, Part } from "./Shell.tsx";
import { useWays } from "./SignInPage.tsx";
import { useAddPasskey, type Passkeys } from "./useAddPasskey.ts";
import css from "./Console.module.css";
import own from "./SignIn.module.css";

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
  const { t, moment } = useConsoleWords();
  const kept = useRead<Passkeys>("passkeys", "/staff/passkeys");
  const [dropping, setDropping] = useState<ListedPasskey>();
  const named = (key: ListedPasskey): string => key.label || t("passkey.unnamed");
  return (
    <Part title={t("own.passkeys")}>
      <Loaded of={kept}>
        {(got) => many(got.passkeys).length === 0 ? <p>{t("own.empty")}</p> : (
          <ul className={own["keys"]}>
            {many(got.passkeys).map((key) => (
              <li key={key.id}>
                <span className={own["key"]}>
                  <strong>{named(key)}</strong>
                  <span className={own["when"]}>{key.used_at ? t("passkey.used", { at: moment(key.used_at) }) : t("passkey.unused", { at: moment(key.created_at) })}</span>
                </span>
                <Button size="small" look="quiet" short={t("remove")} onClick={() => setDropping(key)}>{t("passkey.remove", { name: named(key) })}</Button>
              </li>
            ))}
          </ul>
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
        <Input label={t("passkey.label")} value={label} maxLength={60} onValue={setLabel} />
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
