// Seats somebody who is not on the list, for this evening, and shows their
// link once. Who it was is said later.
import { useState } from "react";
import type { ListedSession } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Input } from "../../ui/Fields.tsx";
import { Qr } from "../../ui/Qr.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { faultOf, Refused, useDesk, useSend } from "./desk.tsx";
import css from "./Console.module.css";

const DAY_MS = 86_400_000;

export function AddGuest({ session }: { session: ListedSession }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const [open, setOpen] = useState(false);
  const near = session.status === "open" || (session.status === "scheduled" && Date.parse(session.start) - Date.now() < DAY_MS);
  if (!near || !may("run")) return null;
  return (
    <div className={css["actions"]}>
      <Button onClick={() => setOpen(true)}>{t("board.guest")}</Button>
      {open && <GuestDialog session={session.id} onClose={() => setOpen(false)} />}
    </div>
  );
}

function GuestDialog({ session, onClose }: { session: string; onClose(): void }) {
  const { t } = useConsoleWords();
  const [name, setName] = useState("");
  const [note, setNote] = useState("");
  const [url, setUrl] = useState<string>();
  const make = useSend((office) => office.post<{ url: string }>("/sessions/{id}/guests", {
    path: { id: session }, body: { display_name: name.trim(), ...(note.trim() !== "" && { note: note.trim() }) },
  }), ["review", "persons"]);
  return (
    <Dialog title={t("board.guest.head")} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("close")}</Button>
        {url === undefined && <Button look="lamp" disabled={name.trim() === "" || make.busy} onClick={() => void make.run(undefined).then((made) => made && setUrl(made.url))}>{t("board.guest.button")}</Button>}
      </>
    }>
      {url === undefined ? (
        <>
          <p>{t("board.guest.hint")}</p>
          <Input label={t("board.guest.name")} value={name} maxLength={60} autoComplete="off" onValue={setName} fault={faultOf(make.refusal, "display_name")} />
          <Input label={t("guests.note")} hint={t("guests.note.hint")} value={note} maxLength={1000} autoComplete="off" onValue={setNote} fault={faultOf(make.refusal, "note")} />
        </>
      ) : (
        <>
          <Qr text={url} label={t("link.qr", { name })} />
          <Input label={t("link.url")} hint={t("link.once")} value={url} readOnly onValue={() => undefined} onFocus={(e) => e.target.select()} />
        </>
      )}
      <Refused refusal={make.refusal} />
    </Dialog>
  );
}
