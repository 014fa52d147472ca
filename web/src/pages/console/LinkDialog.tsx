// A fresh personal link: for the camera of the person's phone, to copy, or by
// mail. Making one withdraws the one before.
import { useState } from "react";
import type { Link, Seat } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Input } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Qr } from "../../ui/Qr.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Refused, useSend } from "./desk.tsx";

export function LinkDialog({ seat, onClose }: { seat: Seat; onClose(): void }) {
  const { t, moment } = useConsoleWords();
  const [made, setMade] = useState<Link>();
  const [said, setSaid] = useState<"copied" | "copy.by.hand" | "sent" | "revoked">();
  const path = { id: seat.id };
  const make = useSend((office) => office.post<Link>("/seats/{id}/invitations", { path }), ["seats"]);
  const send = useSend(async (office) => {
    await office.post("/seats/{id}/invitations/send", { path });
    return true;
  }, ["seats"]);
  const revoke = useSend(async (office) => {
    await office.delete("/seats/{id}/invitations", { path });
    return true;
  }, ["seats"]);
  const copy = (url: string): void => {
    navigator.clipboard.writeText(url).then(() => setSaid("copied"), () => setSaid("copy.by.hand"));
  };
  return (
    <Dialog title={t("link.of", { name: seat.display_name })} onClose={onClose} actions={
      <>
        {seat.link?.state === "active" && (
          <Button look="quiet" onClick={() => void revoke.run(undefined).then((ok) => { if (ok) { setMade(undefined); setSaid("revoked"); } })}>{t("link.revoke")}</Button>
        )}
        <Button onClick={onClose}>{t("close")}</Button>
      </>
    }>
      <p>{t(`link.${seat.link?.state ?? "none"}.long`)}{seat.link?.sent_at && ` ${t("link.sent.at", { at: moment(seat.link.sent_at) })}`}</p>
      {!made && (
        <>
          <p>{t("link.why")}</p>
          <Button look="lamp" onClick={() => void make.run(undefined).then(setMade)}>{t("link.make")}</Button>
          <Button onClick={() => void send.run(undefined).then((ok) => ok && setSaid("sent"))}>{t("link.send")}</Button>
        </>
      )}
      {made && (
        <>
          <Qr text={made.url} label={t("link.qr", { name: seat.display_name })} />
          <Input label={t("link.url")} hint={t("link.once")} value={made.url} readOnly onValue={() => undefined} onFocus={(e) => e.target.select()} />
          <Button onClick={() => copy(made.url)}>{t("link.copy")}</Button>
        </>
      )}
      {said && <Notice look="leaf">{t(`link.${said}`)}</Notice>}
      <Refused refusal={make.refusal ?? send.refusal ?? revoke.refusal} />
    </Dialog>
  );
}
