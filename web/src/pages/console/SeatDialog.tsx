// A person's place in a series: as whom, from when to when, how many hours.
import { useState } from "react";
import { many, partKinds, seatRoles, type Seat, type SeatRole } from "../../protocol/clinic.ts";
import type { SegmentKind } from "../../protocol/nouns.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Input, Select, Toggles } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { dateIn } from "./dates.ts";
import { faultOf, Loaded, Refused, useDesk, useSend } from "./desk.tsx";
import { hoursFrom, minutesFrom } from "./hours.ts";
import { usePersons, type Persons } from "./paged.tsx";
import css from "./Console.module.css";

interface SeatDraft {
  person: string;
  role: SeatRole;
  display_name: string;
  from: string;
  until: string;
  hours: string;
  phase: string;
  client: string;
  segments: SegmentKind[];
}

function draftOf(seat: Seat | undefined, person: string): SeatDraft {
  return {
    person: seat?.person ?? person, role: seat?.role ?? "participant", display_name: seat?.display_name ?? "",
    from: seat?.from ?? "", until: seat?.until ?? "", hours: hoursFrom(seat?.prescribed_minutes), phase: seat?.phase ?? "",
    client: seat?.client ?? "", segments: [...many(seat?.segments)],
  };
}

interface SeatDialogProps {
  seat: Seat | undefined;
  series: string;
  /** Whose seat it will be, where that is known. */
  person?: string;
  onClose(): void;
}

export function SeatDialog({ seat, series, person = "", onClose }: SeatDialogProps) {
  const { t } = useConsoleWords();
  const [draft, setDraft] = useState(() => draftOf(seat, person));
  const persons = usePersons();
  const save = useSend(async (office, d: SeatDraft) => {
    const family = d.role === "collateral";
    const body = {
      role: d.role, display_name: d.display_name.trim(), from: d.from, until: d.until, phase: d.phase.trim(),
      prescribed_minutes: minutesFrom(d.hours), ...(family && { client: d.client, segments: d.segments }),
    };
    if (seat) await office.patch("/seats/{id}", { path: { id: seat.id }, body });
    else await office.post("/series/{id}/seats", { path: { id: series }, body: { ...body, person: d.person } });
    return true;
  }, ["seats", "persons", "week"]);
  const change = (part: Partial<SeatDraft>): void => setDraft((d) => ({ ...d, ...part }));
  const pick = (all: Persons, id: string): void => {
    const found = many(all.persons).find((p) => p.id === id);
    change({ person: id, ...(found && { display_name: found.display_name, role: found.kind === "staff" ? "facilitator" : found.kind === "collateral" ? "collateral" : "participant" }) });
  };
  const fault = (field: string): string | undefined => faultOf(save.refusal, field);
  return (
    <Dialog title={t(seat ? "seat.head" : "seat.add")} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button look="lamp" disabled={draft.person === "" || draft.display_name.trim() === ""} onClick={() => void save.run(draft).then((ok) => ok && onClose())}>{t("save")}</Button>
      </>
    }>
      <Loaded of={persons}>
        {(all) => (
          <>
            {!seat && (
              <Select label={t("seat.person")} value={draft.person} onValue={(id) => pick(all, id)} fault={fault("person")}
                options={[{ value: "", label: t("choose") }, ...many(all.persons).map((p) => ({ value: p.id, label: p.legal_name }))]} />
            )}
            <Select label={t("console.role")} value={draft.role} onValue={(role) => change({ role })} fault={fault("role")}
              options={seatRoles.map((value) => ({ value, label: t(`role.${value}`) }))} />
            <Input label={t("person.display")} hint={t("person.display.hint")} value={draft.display_name} maxLength={60} onValue={(display_name) => change({ display_name })} fault={fault("display_name")} />
            {draft.role === "collateral" && (
              <>
                <Select label={t("seat.client")} value={draft.client} onValue={(client) => change({ client })} fault={fault("client")}
                  options={[{ value: "", label: t("choose") }, ...many(all.persons).filter((p) => p.kind === "client").map((p) => ({ value: p.id, label: p.legal_name }))]} />
                <Toggles label={t("seat.segments")} hint={t("seat.segments.hint")} chosen={draft.segments} onChosen={(segments) => change({ segments })} fault={fault("segments")}
                  options={partKinds.map((value) => ({ value, label: t(`segment.${value}` as "segment.group") }))} />
              </>
            )}
            {draft.role === "participant" && (
              <>
                <Input label={t("seat.hours")} hint={t("seat.hours.hint")} inputMode="decimal" value={draft.hours} onValue={(hours) => change({ hours })} fault={fault("prescribed_minutes")} />
                <Input label={t("seat.phase")} value={draft.phase} maxLength={60} onValue={(phase) => change({ phase })} fault={fault("phase")} />
              </>
            )}
            <div className={css["pair"]}>
              <Input type="date" label={t("seat.from")} value={draft.from} onValue={(from) => change({ from })} fault={fault("from")} />
              <Input type="date" label={t("seat.until")} value={draft.until} onValue={(until) => change({ until })} fault={fault("until")} />
            </div>
          </>
        )}
      </Loaded>
      {seat && <Discharge seat={seat} />}
      <Refused refusal={save.refusal} />
    </Dialog>
  );
}

/** Ends a seat: the link is closed at once, past rows stay. It can be undone. */
function Discharge({ seat }: { seat: Seat }) {
  const { t, date } = useConsoleWords();
  const { who } = useDesk();
  const [on, setOn] = useState(() => dateIn(who.zone));
  const [done, setDone] = useState(false);
  const send = useSend(async (office, what: "discharge" | "readmit") => {
    await office.post(`/seats/{id}/${what}`, { path: { id: seat.id }, ...(what === "discharge" && { body: { on } }) });
    setDone(what === "discharge");
    return true;
  }, ["seats", "persons", "week"]);
  const over = done || (seat.until !== undefined && seat.until !== "" && seat.until <= dateIn(who.zone));
  return (
    <details className={css["more"]}>
      <summary>{t("seat.discharge")}</summary>
      <p>{t("seat.discharge.why")}</p>
      {over ? (
        <Notice action={<Button size="small" onClick={() => void send.run("readmit")}>{t("seat.readmit")}</Button>}>
          {t("seat.discharged", { date: date(done ? on : (seat.until ?? on)) })}
        </Notice>
      ) : (
        <>
          <Input type="date" label={t("seat.discharge.on")} value={on} onValue={setOn} fault={faultOf(send.refusal, "on")} />
          <Button look="clay" onClick={() => void send.run("discharge")}>{t("seat.discharge")}</Button>
        </>
      )}
      <Refused refusal={send.refusal} />
    </details>
  );
}
