// What came of somebody's absence. It changes no minute.
import { useState } from "react";
import { absenceOutcomes, type AbsenceOutcome, type ReviewRecord } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Area, Choices } from "../../ui/Fields.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Refused, useSend } from "./desk.tsx";

export function AbsenceDialog({ record, session, onClose }: { record: ReviewRecord; session: string; onClose(): void }) {
  const { t } = useConsoleWords();
  const [outcome, setOutcome] = useState<AbsenceOutcome>(record.absence || "called");
  const [note, setNote] = useState("");
  const save = useSend(async (office) => {
    await office.post("/sessions/{id}/absences/{person}", { path: { id: session, person: record.person }, body: { outcome, ...(note.trim() !== "" && { note: note.trim() }) } });
    return true;
  }, ["review", "week"]);
  return (
    <Dialog title={t("absence.of", { name: record.display_name })} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button look="lamp" onClick={() => void save.run(undefined).then((ok) => ok && onClose())}>{t("save")}</Button>
      </>
    }>
      <Choices label={t("absence.outcome")} name="absence" row={false} value={outcome} onValue={setOutcome}
        options={absenceOutcomes.map((value) => ({ value, label: t(`absence.${value}`) }))} />
      <Area label={t("absence.note")} rows={3} maxLength={1000} value={note} onValue={setNote} />
      <Refused refusal={save.refusal} />
    </Dialog>
  );
}
