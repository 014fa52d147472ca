// The signature under an evening: by name and credential, once the rows are right.
import { useState } from "react";
import type { Review } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Input } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { faultOf, Refused, useDesk, useSend } from "./desk.tsx";

type Signer = NonNullable<Review["signer"]>;

/** "Dana Whitfield, LCSW" */
export function printed({ name, credential }: { name: string; credential?: string }): string {
  return credential ? `${name}, ${credential}` : name;
}

/** What stands under a signed evening, and what can still follow. */
export function Signed({ signed, zone }: { signed: NonNullable<Review["signed"]>; zone: string }) {
  const { t, moment } = useConsoleWords();
  const { may } = useDesk();
  return (
    <Notice look="leaf" icon="check" quiet>
      {t("sign.done", { name: printed(signed), at: moment(signed.at, zone) })} {t(may("sign") ? "sign.after.may" : "sign.after")}
    </Notice>
  );
}

/** The way to sign, for those who can. */
export function SignOff({ session, signer }: { session: string; signer: Signer }) {
  const { t } = useConsoleWords();
  const [signing, setSigning] = useState(false);
  return (
    <>
      <Button look="lamp" onClick={() => setSigning(true)}>{t("sign.button")}</Button>
      {signing && <SignDialog session={session} signer={signer} onClose={() => setSigning(false)} />}
    </>
  );
}

function SignDialog({ session, signer, onClose }: { session: string; signer: Signer; onClose(): void }) {
  const { t } = useConsoleWords();
  const [credential, setCredential] = useState(signer.credential);
  const save = useSend(async (office) => {
    await office.post("/sessions/{id}/signoff", { path: { id: session }, body: { name: signer.name, ...(credential.trim() !== "" && { credential: credential.trim() }) } });
    return true;
  }, ["review", "week", "unsigned", "sessions"]);
  const known = signer.credential !== "";
  return (
    <Dialog title={t("sign.head")} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button look="lamp" disabled={save.busy} onClick={() => void save.run(undefined).then((ok) => ok && onClose())}>{t("sign.button")}</Button>
      </>
    }>
      <p>{t("sign.why")}</p>
      <Input label={t("sign.name")} hint={t("sign.name.hint")} value={signer.name} readOnly onValue={() => undefined} fault={faultOf(save.refusal, "name")} />
      <Input label={t("person.credential")} hint={t(known ? "sign.name.hint" : "sign.credential.hint")} value={credential} readOnly={known} maxLength={40}
        onValue={setCredential} fault={faultOf(save.refusal, "credential")} />
      <Refused refusal={save.refusal} />
    </Dialog>
  );
}
