// The signature under an evening: by name and credential, once the rows are right.
import { useState } from "react";
import type { Review } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Input } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { faultOf, Refused, useDesk, useSend } from "./desk.tsx";

export function SignOff({ review }: { review: Review }) {
  const { t, moment } = useConsoleWords();
  const { may } = useDesk();
  const [signing, setSigning] = useState(false);
  const { signed, session } = review;
  if (signed) {
    return (
      <Notice look="leaf" icon="check" quiet>
        {t("sign.done", { name: signed.credential ? `${signed.name}, ${signed.credential}` : signed.name, at: moment(signed.at, session.zone) })}
      </Notice>
    );
  }
  if (session.status !== "ended") return null;
  return (
    <>
      <Notice look="lamp" quiet action={may("sign") && <Button look="lamp" onClick={() => setSigning(true)}>{t("sign.button")}</Button>}>
        {review.final ? t("sign.open") : t("sign.notfinal")}
      </Notice>
      {signing && <SignDialog session={session.id} onClose={() => setSigning(false)} />}
    </>
  );
}

function SignDialog({ session, onClose }: { session: string; onClose(): void }) {
  const { t } = useConsoleWords();
  const { who } = useDesk();
  const [name, setName] = useState(who.name);
  const [credential, setCredential] = useState("");
  const save = useSend(async (office) => {
    await office.post("/sessions/{id}/signoff", { path: { id: session }, body: { name: name.trim(), ...(credential.trim() !== "" && { credential: credential.trim() }) } });
    return true;
  }, ["review", "week", "unsigned", "sessions"]);
  return (
    <Dialog title={t("sign.head")} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button look="lamp" disabled={name.trim() === ""} onClick={() => void save.run(undefined).then((ok) => ok && onClose())}>{t("sign.button")}</Button>
      </>
    }>
      <p>{t("sign.why")}</p>
      <Input label={t("sign.name")} value={name} maxLength={120} onValue={setName} fault={faultOf(save.refusal, "name")} />
      <Input label={t("person.credential")} hint={t("sign.credential.hint")} value={credential} maxLength={40} onValue={setCredential} fault={faultOf(save.refusal, "credential")} />
      <Refused refusal={save.refusal} />
    </Dialog>
  );
}
