// Says who a guest was: one of the clinic's people.
import { useState } from "react";
import { many, type ReviewRecord } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Select } from "../../ui/Fields.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { faultOf, Loaded, Refused, useSend } from "./desk.tsx";
import { usePersons } from "./paged.tsx";

export function MatchDialog({ record, session, onClose }: { record: ReviewRecord; session: string; onClose(): void }) {
  const { t } = useConsoleWords();
  const [person, setPerson] = useState("");
  const persons = usePersons();
  const save = useSend(async (office) => {
    await office.post("/sessions/{id}/guests/{person}/match", { path: { id: session, person: record.person }, body: { person } });
    return true;
  }, ["review", "week", "persons"]);
  return (
    <Dialog title={t("match.of", { name: record.display_name })} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button look="lamp" disabled={person === ""} onClick={() => void save.run(undefined).then((ok) => ok && onClose())}>{t("match.button")}</Button>
      </>
    }>
      <p>{t("match.why")}</p>
      <Loaded of={persons}>
        {(got) => (
          <Select label={t("seat.person")} value={person} onValue={setPerson} fault={faultOf(save.refusal, "person")}
            options={[{ value: "", label: t("choose") }, ...many(got.persons).filter((p) => !p.guest && p.id !== record.person).map((p) => ({ value: p.id, label: p.legal_name }))]} />
        )}
      </Loaded>
      <Refused refusal={save.refusal} />
    </Dialog>
  );
}
