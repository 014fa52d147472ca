// Who is expected in a running evening and has not come, with their number and
// what came of calling them. It is read when somebody opens it.
import { useState } from "react";
import { absenceOutcomes, many, type AbsenceOutcome, type ListedSession, type Review, type ReviewRecord } from "../../protocol/clinic.ts";
import { Select } from "../../ui/Fields.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Loaded, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { usePersons } from "./paged.tsx";
import css from "./Console.module.css";

/** Nothing was seen of them, not even at the door. */
export function missing({ role, intervals, lobby_s: lobby, first_at_door: door, flags }: ReviewRecord): boolean {
  return role === "participant" && intervals.length === 0 && lobby === 0 && !door && !flags.includes("removed");
}

export function Missing({ session }: { session: ListedSession }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const [open, setOpen] = useState(false);
  if (session.status !== "open" || !may("run")) return null;
  return (
    <details className={css["more"]} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{t("missing.head")}</summary>
      {open && <MissingList session={session.id} />}
    </details>
  );
}

function MissingList({ session }: { session: string }) {
  const { t } = useConsoleWords();
  const review = useRead<Review>("review", "/sessions/{id}/review", { path: { id: session } });
  const clients = usePersons("client");
  const phones = new Map(clients.data?.persons.map((p) => [p.id, p.phone ?? ""]));
  return (
    <Loaded of={review}>
      {(got) => {
        const out = many(got.records).filter(missing);
        return out.length === 0 ? <p>{t("missing.none")}</p> : (
          <ul className={css["list"]}>{out.map((r) => <MissingOne key={r.person} record={r} session={session} phone={phones.get(r.person) ?? ""} />)}</ul>
        );
      }}
    </Loaded>
  );
}

function MissingOne({ record, session, phone }: { record: ReviewRecord; session: string; phone: string }) {
  const { t } = useConsoleWords();
  const save = useSend(async (office, outcome: AbsenceOutcome) => {
    await office.post("/sessions/{id}/absences/{person}", { path: { id: session, person: record.person }, body: { outcome } });
    return outcome;
  }, ["review", "week"]);
  const options = absenceOutcomes.map((value) => ({ value, label: t(`absence.${value}`) }));
  return (
    <li className={css["missed"]}>
      <strong>{record.display_name}</strong> {phone === "" ? <span className={css["soft"]}>{t("missing.nophone")}</span> : <Call phone={phone} />}
      <Select<AbsenceOutcome | ""> label={t("board.outcome", { name: record.display_name })} value={record.absence || ""} disabled={save.busy}
        onValue={(outcome) => { if (outcome !== "") void save.run(outcome); }}
        options={[...(record.absence ? [] : [{ value: "" as const, label: t("board.outcome.none") }]), ...options]} />
      <Refused refusal={save.refusal} />
    </li>
  );
}

/** A number that is called by pressing it. */
export function Call({ phone }: { phone: string }) {
  if (phone === "") return <>–</>;
  return <a className={css["call"]} href={`tel:${phone.replace(/[^+\d]/g, "")}`}>{phone}</a>;
}
