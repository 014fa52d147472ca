// The rows of an evening, each with its flags in words, the machine's value
// beside a corrected one, and what staff may put right.
import { useState } from "react";
import { Link } from "wouter";
import { many, type Review, type ReviewRecord } from "../../protocol/clinic.ts";
import { role } from "../../protocol/nouns.ts";
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

type Open = { what: "correct" | "absence" | "match"; record: ReviewRecord };

/** Those who were missing or at the door only: somebody may have called them. */
export function missed(record: ReviewRecord): boolean {
  return record.role === "participant" && (record.status === "absent" || record.status === "not_admitted" || record.status === "excused");
}

/** Somebody seated for this evening whom nobody has named yet. */
function guest(record: ReviewRecord): boolean {
  return record.flags.includes("guest") && !record.matched;
}

export function ReviewTable({ review }: { review: Review }) {
  const words = useConsoleWords();
  const { t, locale } = words;
  const { may } = useDesk();
  const [open, setOpen] = useState<Open>();
  const { session } = review;
  const begun = session.status === "ended" || session.status === "open";
  const columns: Column<ReviewRecord>[] = [
    { id: "person", head: t("console.person"), names: true, sort: (r) => r.display_name, cell: (r) => <Link href={`/console/people/${r.person}`}>{r.display_name || r.person}</Link> },
    { id: "role", head: t("console.role"), sort: (r) => r.role, cell: (r) => (r.role === "" ? t("console.guest") : t(`role.${role(r.role, "role")}`)) },
    { id: "judged", head: t("console.judged"), sort: (r) => r.status, cell: (r) => <Judged record={r} /> },
    { id: "minutes", head: t("console.minutes"), number: true, sort: (r) => r.seconds, cell: (r) => <Minutes record={r} /> },
    {
      id: "flags", head: t("console.flags"), cell: (r) => {
        const said = [...r.flags.map((f) => flagWords(f, r, words)), ...(r.absence ? [t(`absence.${r.absence}`)] : []),
          ...(r.aside_s ? [t("review.aside", { minutes: Math.floor(r.aside_s / 60) })] : [])];
        return said.length === 0 ? "–" : <ul className={css["flags"]}>{said.map((f) => <li key={f}>{f}</li>)}</ul>;
      },
    },
    { id: "evening", head: t("console.timeline"), wide: true, cell: (r) => <Timeline record={r} session={session} /> },
    ...(may("sign") && begun ? [{
      id: "do", head: t("evening.do"), screen: true, cell: (r: ReviewRecord) => (
        <div className={css["doings"]}>
          <Button size="small" look="quiet" short={t("correct.short")} onClick={() => setOpen({ what: "correct", record: r })}>{t("correct.of", { name: r.display_name })}</Button>
          {missed(r) && <Button size="small" look="quiet" short={t("absence.short")} onClick={() => setOpen({ what: "absence", record: r })}>{t("absence.of", { name: r.display_name })}</Button>}
          {guest(r) && <Button size="small" look="quiet" short={t("match.short")} onClick={() => setOpen({ what: "match", record: r })}>{t("match.of", { name: r.display_name })}</Button>}
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

function Judged({ record }: { record: ReviewRecord }) {
  const { t } = useConsoleWords();
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
  return (
    <>
      {record.minutes}
      {changed && record.machine && <span className={css["machine"]}>{t("review.machine", { value: record.machine.minutes })}</span>}
    </>
  );
}
