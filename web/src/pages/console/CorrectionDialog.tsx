// Puts a row right, with a reason. What the machine measured stays beside it.
import { useState } from "react";
import { many, type CorrectionKind, type Review, type ReviewRecord } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Area, Choices, Input, Select } from "../../ui/Fields.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { addDays, localIn, startOf } from "./dates.ts";
import { faultOf, Refused, useSend } from "./desk.tsx";
import { missing, stays, type Stretch } from "./stretches.ts";
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

interface Clocks { from: string; to: string }

function clocksOf(stretch: Stretch | undefined, zone: string): Clocks {
  const clock = (at: number): string => localIn(zone, new Date(at)).slice(11);
  return stretch ? { from: clock(stretch.start), to: clock(stretch.end) } : { from: "", to: "" };
}

export function CorrectionDialog({ record, review, onClose }: { record: ReviewRecord; review: Review; onClose(): void }) {
  const { t, moment } = useConsoleWords();
  const { session } = review;
  const gaps = missing(record, session);
  const [what, setWhat] = useState<What>(gaps.length > 0 ? "present" : "not_present");
  const [clocks, setClocks] = useState(() => clocksOf(gaps[0], session.zone));
  const [other, setOther] = useState("");
  const [ref, setRef] = useState("");
  const [reason, setReason] = useState("");
  const earlier = many(record.corrections).filter((c) => c.what !== "withdrawn" && !c.withdrawn);
  const others = many(review.records).filter((r) => r.person !== record.person);
  const timed = what === "present" || what === "not_present" || what === "shared";
  const choose = (next: What): void => {
    setWhat(next);
    // What was measured is not taken away by a slip: that stretch has to be chosen.
    setClocks(clocksOf(next === "not_present" ? undefined : gaps[0], session.zone));
  };
  const save = useSend(async (office) => {
    const path = { id: session.id };
    const span = timed ? { from: momentOf(clocks.from, session.start, session.zone), to: momentOf(clocks.to, session.start, session.zone) } : {};
    if (what === "shared") await office.post("/sessions/{id}/shared-device", { path, body: { person: record.person, with: other || others[0]?.person, ...span, reason: reason.trim() } });
    else await office.post("/sessions/{id}/corrections", { path, body: { person: record.person, what, ...span, ...(what === "withdrawn" && { ref: ref || earlier[0]?.id }), reason: reason.trim() } });
    return true;
  }, ["review", "week", "unsigned", "sessions"]);
  const fault = (field: string): string | undefined => faultOf(save.refusal, field);
  return (
    <Dialog title={t("correct.of", { name: record.display_name })} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button look="lamp" disabled={reason.trim() === "" || timed && (clocks.from === "" || clocks.to === "")} onClick={() => void save.run(undefined).then((ok) => ok && onClose())}>{t("correct.button")}</Button>
      </>
    }>
      <p>{t("correct.why")}</p>
      <Select label={t("correct.what")} value={what} onValue={choose} fault={fault("what")}
        options={kinds.filter((k) => k !== "withdrawn" || earlier.length > 0).map((value) => ({ value, label: t(`correct.${value}`) }))} />
      {what === "shared" && (
        <Select label={t("correct.with")} value={other || (others[0]?.person ?? "")} onValue={setOther} fault={fault("with")} options={others.map((r) => ({ value: r.person, label: r.display_name }))} />
      )}
      {what === "withdrawn" && (
        <Select label={t("correct.which")} value={ref || (earlier[0]?.id ?? "")} onValue={setRef}
          options={earlier.map((c) => ({ value: c.id, label: `${c.what in { present: 1, not_present: 1, home: 1, elsewhere: 1 } ? t(`correct.${c.what as CorrectionKind}`) : c.what}, ${moment(c.at, session.zone)}` }))} />
      )}
      {timed && (
        <>
          <Stretches of={what === "not_present" ? stays(record, session) : gaps} zone={session.zone} clocks={clocks} onClocks={setClocks} />
          <div className={css["pair"]}>
            <Input type="time" label={t("correct.from")} value={clocks.from} onValue={(from) => setClocks({ ...clocks, from })} fault={fault("from")} />
            <Input type="time" label={t("correct.to")} value={clocks.to} onValue={(to) => setClocks({ ...clocks, to })} fault={fault("to")} />
          </div>
        </>
      )}
      <Area label={t("correct.reason")} hint={t("correct.reason.hint")} rows={3} maxLength={1000} value={reason} onValue={setReason} fault={fault("reason")} />
      <Refused refusal={save.refusal} />
    </Dialog>
  );
}

/** The stretches that a correction is most likely about; one fills the clocks in. */
function Stretches({ of, zone, clocks, onClocks }: { of: readonly Stretch[]; zone: string; clocks: Clocks; onClocks(clocks: Clocks): void }) {
  const { t, span } = useConsoleWords();
  const id = ({ from, to }: Clocks): string => `${from}-${to}`;
  const said = ({ place, start, end }: Stretch): string => t(`stretch.${place}`, {
    span: span({ start: new Date(start).toISOString(), end: new Date(end).toISOString(), zone }), minutes: (end - start) / 60_000,
  });
  if (of.length === 0) return <p className={css["soft"]}>{t("correct.nothing")}</p>;
  return (
    <Choices label={t("correct.stretch")} name="stretch" row={false} value={id(clocks)}
      options={of.map((s) => ({ value: id(clocksOf(s, zone)), label: said(s) }))}
      onValue={(chosen) => {
        const stretch = of.find((s) => id(clocksOf(s, zone)) === chosen);
        if (stretch) onClocks(clocksOf(stretch, zone));
      }} />
  );
}
