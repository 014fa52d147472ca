// Another facilitator for one evening.
import { useState } from "react";
import { many, type ListedSession } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Select } from "../../ui/Fields.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Loaded, Refused, faultOf, useRead, useSend } from "./desk.tsx";
import { usePersons } from "./paged.tsx";
import type { Seats } from "./SeriesPage.tsx";

export function SubstituteDialog({ session, series, onClose }: { session: ListedSession; series: string; onClose(): void }) {
  const { t, date } = useConsoleWords();
  const seats = useRead<Seats>("seats", "/series/{id}/seats", { path: { id: series } });
  const staff = usePersons("staff");
  const [person, setPerson] = useState("");
  const [replaces, setReplaces] = useState("");
  const save = useSend(async (office, body: { person: string; replaces: string }) => {
    await office.put("/sessions/{id}/substitute", { path: { id: session.id }, body });
    return true;
  }, ["sessions", "seats"]);
  const undo = useSend(async (office) => {
    await office.delete("/sessions/{id}/substitute", { path: { id: session.id } });
    return true;
  }, ["sessions", "seats"]);
  const leads = many(seats.data?.seats).filter((s) => s.role === "facilitator" || s.role === "cofacilitator");
  const out = replaces || (leads[0]?.person ?? "");
  const others = many(staff.data?.persons).filter((p) => p.id !== out);
  const into = person || (others[0]?.id ?? "");
  return (
    <Dialog title={t("substitute.head", { date: date(session.start, session.zone) })} onClose={onClose} actions={
      <>
        <Button look="quiet" onClick={() => void undo.run(undefined).then((ok) => ok && onClose())}>{t("substitute.undo")}</Button>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button look="lamp" disabled={into === "" || out === ""} onClick={() => void save.run({ person: into, replaces: out }).then((ok) => ok && onClose())}>{t("substitute.button")}</Button>
      </>
    }>
      <Loaded of={staff}>
        {() => (
          <>
            {leads.length === 0 && <p>{t("substitute.none")}</p>}
            <Select label={t("substitute.out")} value={out} onValue={setReplaces} options={leads.map((s) => ({ value: s.person, label: s.display_name }))} />
            <Select label={t("substitute.in")} value={into} onValue={setPerson} fault={faultOf(save.refusal, "person")}
              options={others.map((p) => ({ value: p.id, label: p.legal_name }))} />
          </>
        )}
      </Loaded>
      <Refused refusal={save.refusal ?? undo.refusal} />
    </Dialog>
  );
}
