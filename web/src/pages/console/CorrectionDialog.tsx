// Puts a row right, with a reason. What the machine measured stays beside it.
import { useState } from "react";
import { many, type CorrectionKind, type Review, type ReviewRecord } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Area, Input, Select } from "../../ui/Fields.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { addDays, localIn, startOf } from "./dates.ts";
import { faultOf, Refused, useSend } from "./desk.tsx";
import css from "./Console.module.css";

type What = CorrectionKind | "shared";
const kinds: readonly What[] = ["present", "not_present", "home", "elsewhere", "shared", "withdrawn"];

/** A clock of the evening as a moment; after midnight it is the next day. */
export function momentOf(clock: string, start: string, zone: string): string {
  const begun = localIn(zone, new Date(start));
  const day = begun.slice(0, 10);
  const date = clock < begun.slice(11) && Number(begun.slice(11, 13)) - Number(clock.slice(0, 2)) > 12 ? addDays(day, 1) : day;
  const [hour = "0", minute = "0"] = clock.split(":");
  // The wall clock of that day, which has 23 or 25 hours twice a year.
  let at = Date.parse(startOf(date, zone)) + (Number(hour) * 60 + Number(minute)) * 60_000;
  const read = localIn(zone, new Date(at)).slice(11);
  const [h = "0", m = "0"] = read.split(":");
  at += (Number(hour) * 60 + Number(minute) - Number(h) * 60 - Number(m)) * 60_000;
  return new Date(at).toISOString();
}

export function CorrectionDialog({ record, review, onClose }: { record: ReviewRecord; review: Review; onClose(): void }) {
  const { t, time } = useConsoleWords();
  const { session } = review;
  const clock = (at: string): string => localIn(session.zone, new Date(at)).slice(11);
  const [what, setWhat] = useState<What>("present");
  const [from, setFrom] = useState(() => clock(session.start));
  const [to, setTo] = useState(() => clock(session.end));
  const [other, setOther] = useState("");
  const [ref, setRef] = useState("");
  const [reason, setReason] = useState("");
  const earlier = many(record.corrections).filter((c) => c.what !== "withdrawn" && !c.withdrawn);
  const others = many(review.records).filter((r) => r.person !== record.person);
  const timed = what === "present" || what === "not_present" || what === "shared";
  const save = useSend(async (office) => {
    const path = { id: session.id };
    const span = timed ? { from: momentOf(from, session.start, session.zone), to: momentOf(to, session.start, session.zone) } : {};
    if (what === "shared") await office.post("/sessions/{id}/shared-device", { path, body: { person: record.person, with: other || others[0]?.person, ...span, reason: reason.trim() } });
    else await office.post("/sessions/{id}/corrections", { path, body: { person: record.person, what, ...span, ...(what === "withdrawn" && { ref: ref || earlier[0]?.id }), reason: reason.trim() } });
    return true;
  }, ["review", "week", "unsigned", "sessions"]);
  const fault = (field: string): string | undefined => faultOf(save.refusal, field);
  return (
    <Dialog title={t("correct.of", { name: record.display_name })} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button look="lamp" disabled={reason.trim() === ""} onClick={() => void save.run(undefined).then((ok) => ok && onClose())}>{t("correct.button")}</Button>
      </>
    }>
      <p>{t("correct.why")}</p>
      <Select label={t("correct.what")} value={what} onValue={setWhat} fault={fault("what")}
        options={kinds.filter((k) => k !== "withdrawn" || earlier.length > 0).map((value) => ({ value, label: t(`correct.${value}`) }))} />
      {what === "shared" && (
        <Select label={t("correct.with")} value={other || (others[0]?.person ?? "")} onValue={setOther} fault={fault("with")} options={others.map((r) => ({ value: r.person, label: r.display_name }))} />
      )}
      {what === "withdrawn" && (
        <Select label={t("correct.which")} value={ref || (earlier[0]?.id ?? "")} onValue={setRef}
          options={earlier.map((c) => ({ value: c.id, label: `${c.what in { present: 1, not_present: 1, home: 1, elsewhere: 1 } ? t(`correct.${c.what as CorrectionKind}`) : c.what}, ${time(c.at, session.zone)}` }))} />
      )}
      {timed && (
        <div className={css["pair"]}>
          <Input type="time" label={t("correct.from")} value={from} onValue={setFrom} fault={fault("from")} />
          <Input type="time" label={t("correct.to")} value={to} onValue={setTo} fault={fault("to")} />
        </div>
      )}
      <Area label={t("correct.reason")} hint={t("correct.reason.hint")} rows={3} maxLength={1000} value={reason} onValue={setReason} fault={fault("reason")} />
      <Refused refusal={save.refusal} />
    </Dialog>
  );
}
