// The rows of an evening, each with its flags in words, the machine's value
// beside a corrected one, and what staff may put right.
import { useState } from "react";
import { Link } from "wouter";
import { many, type Review, type ReviewRecord } from "../../protocol/clinic.ts";
import { role } from "../../protocol/nouns.ts";
import type { SessionSummary } from "../../protocol/records.ts";
import { Button } from "../../ui/Button.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { AbsenceDialog } from "./AbsenceDialog.tsx";
import { CorrectionDialog } from "./CorrectionDialog.tsx";
import { useDesk } from "./desk.tsx";
import { MatchDialog } from "./MatchDialog.tsx";
import { flagWords } from "./flags.ts";
import { Timeline } from "./Timeline.tsx";
import css from "./Console.module.css";

/** What can be done about a row: for the eye, and by name. */
const deeds = {
  correct: ["correct.short", "correct.of"], absence: ["absence.short", "absence.of"], match: ["match.short", "match.of"],
} as const;

interface Open { what: keyof typeof deeds; record: ReviewRecord }

/** Those who were missing or at the door only: somebody may have called them. */
export function missed(record: ReviewRecord): boolean {
  return record.role === "participant" && (record.status === "absent" || record.status === "not_admitted" || record.status === "excused" || record.status === "not_yet");
}

/** Somebody seated for this evening whom nobody has named yet. */
function guest(record: ReviewRecord): boolean {
  return record.flags.includes("guest") && !record.matched;
}

export function ReviewTable({ review }: { review: Review }) {
  const words = useConsoleWords();
  const { t, locale } = words;
  const [open, setOpen] = useState<Open>();
  const { session } = review;
  const doings = useDoings(review);
  const columns: Column<ReviewRecord>[] = [
    {
      id: "person", head: t("console.person"), names: true, sort: (r) => r.display_name, cell: (r) => (
        <>
          <Link href={`/console/people/${r.person}`}>{r.display_name || r.person}</Link>
          <span className={css["under"]}>{r.role === "" ? t("console.guest") : t(`role.${role(r.role, "role")}`)}</span>
        </>
      ),
    },
    { id: "judged", head: t("console.judged"), sort: (r) => r.status, cell: (r) => <Judged record={r} session={session} /> },
    { id: "minutes", head: t("console.minutes"), number: true, sort: (r) => r.seconds, cell: (r) => <Minutes record={r} /> },
    { id: "flags", head: t("console.flags"), cell: (r) => <Flags record={r} /> },
    { id: "evening", head: t("console.timeline"), wide: true, cell: (r) => <Timeline record={r} session={session} /> },
    ...(doings ? [{
      id: "do", head: t("evening.do"), screen: true, cell: (r: ReviewRecord) => doings(r).length > 0 && (
        <div className={css["stacked"]}>
          {doings(r).map((what) => (
            <Button key={what} size="small" look="quiet" short={t(deeds[what][0])} onClick={() => setOpen({ what, record: r })}>{t(deeds[what][1], { name: r.display_name })}</Button>
          ))}
        </div>
      ),
    }] : []),
  ];
  return (
    <>
      <Table caption={t("console.attendance")} rows={many(review.records)} columns={columns} keyOf={(r) => r.person} locale={locale}
        sorting={{ by: "person", down: false }} empty={t("console.none")} />
      {open?.what === "correct" && <CorrectionDialog record={open.record} review={review} onClose={() => setOpen(undefined)} />}
      {open?.what === "match" && <MatchDialog record={open.record} session={session.id} onClose={() => setOpen(undefined)} />}
      {open?.what === "absence" && <AbsenceDialog record={open.record} session={session.id} onClose={() => setOpen(undefined)} />}
    </>
  );
}

/**
 * What staff may put right of a row; undefined where nothing can be. A
 * correction waits for the machine's seal, and nothing follows a signature.
 */
function useDoings(review: Review): ((record: ReviewRecord) => Open["what"][]) | undefined {
  const { may } = useDesk();
  const begun = review.session.status === "ended" || review.session.status === "open";
  if (!may("sign") || !begun || review.signed) return undefined;
  const doings = (r: ReviewRecord): Open["what"][] => [
    ...(review.final ? ["correct" as const] : []), ...(missed(r) ? ["absence" as const] : []), ...(guest(r) ? ["match" as const] : []),
  ];
  return many(review.records).some((r) => doings(r).length > 0) ? doings : undefined;
}

function Flags({ record }: { record: ReviewRecord }) {
  const words = useConsoleWords();
  const { t } = words;
  const said = [...record.flags.map((f) => flagWords(f, record, words)), ...(record.absence ? [t(`absence.${record.absence}`)] : []),
    ...(record.aside_s ? [t("review.aside", { minutes: Math.floor(record.aside_s / 60) })] : [])];
  return said.length === 0 ? <>–</> : <ul className={css["flags"]}>{said.map((f) => <li key={f}>{f}</li>)}</ul>;
}

/** How somebody stands while the evening can still be come to: nobody is absent before its end. */
export function soFar({ intervals, status, first_at_door: door }: Pick<ReviewRecord, "intervals" | "status" | "first_at_door">, session: Pick<SessionSummary, "status">): "expected" | "here" | "away" | "door" | "excused" | "not_yet" {
  const last = intervals.at(-1);
  if (last) return last.end === undefined ? "here" : "away";
  if (status === "excused") return "excused";
  if (door !== undefined) return "door";
  return session.status === "open" ? "not_yet" : "expected";
}

function Judged({ record, session }: { record: ReviewRecord; session: SessionSummary }) {
  const { t } = useConsoleWords();
  if (!record.final) {
    const at = soFar(record, session);
    return <span className={css[at === "here" ? "present" : "soft"]}>{t(`sofar.${at}`)}</span>;
  }
  const changed = record.machine && record.machine.status !== record.status;
  return (
    <>
      <span className={css[record.status]}>{t(`status.${record.status}`)}</span>
      {changed && record.machine && <span className={css["machine"]}>{t("review.machine", { value: t(`status.${record.machine.status}`) })}</span>}
    </>
  );
}

function Minutes({ record }: { record: ReviewRecord }) {
  const { t } = useConsoleWords();
  const changed = record.machine && record.machine.seconds !== record.seconds;
  if (!record.final && record.intervals.length === 0) return <>–</>;
  return (
    <>
      {record.minutes}
      {changed && record.machine && <span className={css["machine"]}>{t("review.machine", { value: record.machine.minutes })}</span>}
    </>
  );
}
