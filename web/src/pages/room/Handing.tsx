// A personal link in the hand of staff: for the camera of the person's phone,
// or to copy. It is shown this once.
import { useState, type FormEvent } from "react";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Input } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Qr } from "../../ui/Qr.tsx";
import { useWords } from "../../words/words.tsx";
import css from "./Board.module.css";
import { refusalOf, refusalWords } from "./refusals.ts";

export interface Handed {
  name: string;
  /** Its address, once it is made. */
  url?: string;
  /** Why it was not. */
  code?: string;
  /** Mails a fresh one instead; absent for a guest, of whom no address is known. */
  send?(): Promise<void>;
}

export function Handing({ handed, onClose }: { handed: Handed; onClose(): void }) {
  const { t } = useWords();
  const { name, url, send } = handed;
  const [said, setSaid] = useState<"copied" | "byhand" | "sent">();
  const [refused, setRefused] = useState<string>();
  const code = refused ?? handed.code;
  const copy = (text: string): void => {
    navigator.clipboard.writeText(text).then(() => setSaid("copied"), () => setSaid("byhand"));
  };
  const mail = (sending: () => Promise<void>): void => {
    sending().then(() => setSaid("sent"), (error: unknown) => setRefused(refusalOf(error)));
  };
  return (
    <Dialog title={t("board.link.head", { name })} onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("close")}</Button>
          {url !== undefined && send && said !== "sent" && (
            <Button onClick={() => mail(send)}>{t("board.link.send")}</Button>
          )}
          {url !== undefined && said !== "sent" && <Button look="lamp" onClick={() => copy(url)}>{t("board.link.copy")}</Button>}
        </>
      }>
      {url === undefined && code === undefined && <p role="status">{t("board.link.making")}</p>}
      {code !== undefined && <Notice look="clay">{t(refusalWords(code))}</Notice>}
      {said === "sent" && <p role="status">{t("board.link.sent")}</p>}
      {url !== undefined && said !== "sent" && (
        <>
          <p>{t("board.link.text", { name })}</p>
          <Qr text={url} label={t("board.link.qr", { name })} />
          <p className={css["url"]}>{url}</p>
          <p role="status">{said === undefined ? "" : t(`board.link.${said}`)}</p>
        </>
      )}
    </Dialog>
  );
}

const LONGEST_NAME = 60;

/** Asks for the name of somebody who is not on the list. */
export function AddGuest({ onName, onClose }: { onName(name: string): void; onClose(): void }) {
  const { t } = useWords();
  const [name, setName] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== "") onName(name.trim());
  };
  return (
    <Dialog title={t("board.guest.head")} onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="lamp" type="submit" form="guest" disabled={name.trim() === ""}>{t("board.guest.button")}</Button>
        </>
      }>
      <form id="guest" onSubmit={submit}>
        <Input label={t("board.guest.name")} hint={t("board.guest.hint")} value={name} onValue={setName}
          maxLength={LONGEST_NAME} autoComplete="off" autoFocus />
      </form>
    </Dialog>
  );
}
