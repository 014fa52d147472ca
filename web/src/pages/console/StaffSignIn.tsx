// How a staff member comes in, for the clinic's administrators: a one-time
// link, and the end of every sign-in.
import { useState } from "react";
import { many, type Link, type Person } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Input } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Refused, useDesk, useSend } from "./desk.tsx";
import { Part } from "./Shell.tsx";
import css from "./Console.module.css";

export function StaffSignIn({ person }: { person: Person }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const [url, setUrl] = useState<string>();
  const [said, setSaid] = useState<"link.copied" | "link.copy.by.hand" | "staff.ended">();
  const [ending, setEnding] = useState(false);
  const make = useSend((office) => office.post<Link>("/persons/{id}/signin-link", { path: { id: person.id } }), []);
  if (!may("settings") || many(person.staff_roles).length === 0) return null;
  const copy = (text: string): void => {
    navigator.clipboard.writeText(text).then(() => setSaid("link.copied"), () => setSaid("link.copy.by.hand"));
  };
  return (
    <Part title={t("staff.signin")}>
      <p className={css["soft"]}>{t("staff.signin.lead")}</p>
      <div className={css["narrow"]}>
        {url !== undefined && <Input label={t("link.url")} hint={t("link.once")} value={url} readOnly onValue={() => undefined} onFocus={(e) => e.target.select()} />}
        <div className={css["actions"]}>
          {url !== undefined && <Button look="lamp" onClick={() => copy(url)}>{t("link.copy")}</Button>}
          <Button disabled={make.busy} onClick={() => void make.run(undefined).then((link) => link && setUrl(link.url))}>{t("staff.link")}</Button>
          <Button look="quiet" onClick={() => setEnding(true)}>{t("staff.end")}</Button>
        </div>
        {said && <Notice look="leaf">{t(said)}</Notice>}
        <Refused refusal={make.refusal} />
      </div>
      {ending && <EndDialog person={person} onClose={() => setEnding(false)} onDone={() => setSaid("staff.ended")} />}
    </Part>
  );
}

function EndDialog({ person, onClose, onDone }: { person: Person; onClose(): void; onDone(): void }) {
  const { t } = useConsoleWords();
  const end = useSend(async (office) => {
    await office.post("/persons/{id}/signout", { path: { id: person.id } });
    return true;
  }, []);
  const confirmed = async (): Promise<void> => {
    if (!await end.run(undefined)) return;
    onDone();
    onClose();
  };
  return (
    <Dialog role="alertdialog" title={t("staff.end.head", { name: person.display_name })} onClose={onClose} actions={
      <>
        <Button look="clay" onClick={() => void confirmed()}>{t("staff.end")}</Button>
        <Button onClick={onClose}>{t("cancel")}</Button>
      </>
    }>
      <p>{t("staff.end.text")}</p>
      <Refused refusal={end.refusal} />
    </Dialog>
  );
}
