// What an evening that is over still asks of its staff, before the rows: what
// is open, what is worth a look, and the signature.
import { useState } from "react";
import { many, type Flagged, type Review, type ReviewRecord } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords, type ConsoleWordId } from "../../words/console.tsx";
import { consoleEn } from "../../words/console.en.ts";
import { AbsenceDialog } from "./AbsenceDialog.tsx";
import { useDesk } from "./desk.tsx";
import { flagWords } from "./flags.ts";
import { MatchDialog } from "./MatchDialog.tsx";
import { Signed, SignOff } from "./SignOff.tsx";
import css from "./Console.module.css";

/** Flags that ask nothing: they are said, or were put right. */
const settled = new Set(["reconnects", "stepped_away", "aside", "corrected", "shared_device", "guest", "location_changed", "removal_undone"]);

export function Decide({ review }: { review: Review }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const { session, signed, signer } = review;
  if (signed) return <Signed signed={signed} zone={session.zone} />;
  if (session.status !== "ended") return null;
  if (!review.final) return <Notice quiet>{t("sign.notfinal")}</Notice>;
  const blocked = many(review.warnings).some((w) => w.blocks);
  return (
    <section className={css["nag"]} aria-labelledby="decide">
      <h2 id="decide" className={css["subtitle"]}>{t("sign.open")}</h2>
      {review.unsigned_since && <Since at={review.unsigned_since} />}
      <Warnings review={review} />
      <Looks records={many(review.records)} />
      {blocked ? <p>{t("sign.blocked")}</p> : signer
        ? <div className={css["actions"]}><SignOff session={session.id} signer={signer} /></div>
        : <p>{t(may("sign") ? "sign.others" : "sign.staff")}</p>}
    </section>
  );
}

/** How long an evening has been waiting for its signature. */
function Since({ at }: { at: string }) {
  const { t, moment } = useConsoleWords();
  const days = Math.floor((Date.now() - Date.parse(at)) / 86_400_000);
  return <p>{t("sign.since", { date: moment(at), n: days })}</p>;
}

/** What should be looked at before signing, with what can be done about it. */
function Warnings({ review }: { review: Review }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const [open, setOpen] = useState<{ do: "absence" | "match"; record: ReviewRecord }>();
  const of = (w: Flagged): ReviewRecord | undefined => many(review.records).find((r) => r.person === w.person);
  const said = (w: Flagged): string => {
    const id = `warning.${w.flag}`;
    const values = { name: of(w)?.display_name ?? "", minutes: Number(w.values?.["minutes"] ?? 0), place: String(w.values?.["place"] ?? "") };
    return id in consoleEn ? t(id as ConsoleWordId, values) : w.flag;
  };
  const help = (w: Flagged) => {
    const record = of(w);
    if (!record || !may("sign")) return null;
    if (w.flag === "absence_open") return <Button size="small" onClick={() => setOpen({ do: "absence", record })}>{t("decide.absence")}</Button>;
    if (w.flag === "guest_unknown") return <Button size="small" onClick={() => setOpen({ do: "match", record })}>{t("decide.match")}</Button>;
    return null;
  };
  const warnings = [...many(review.warnings)].sort((a, b) => Number(b.blocks ?? false) - Number(a.blocks ?? false));
  if (warnings.length === 0) return null;
  return (
    <>
      <h3>{t("review.warnings")}</h3>
      <ul className={css["problems"]}>
        {warnings.map((w) => <li key={`${w.flag}${w.person ?? ""}`}>{said(w)} {help(w)}</li>)}
      </ul>
      {open?.do === "absence" && <AbsenceDialog record={open.record} session={review.session.id} onClose={() => setOpen(undefined)} />}
      {open?.do === "match" && <MatchDialog record={open.record} session={review.session.id} onClose={() => setOpen(undefined)} />}
    </>
  );
}

/** Whose row has something in it that is worth a look. */
function Looks({ records }: { records: readonly ReviewRecord[] }) {
  const words = useConsoleWords();
  const found = records.flatMap((r) => {
    const flags = r.flags.filter((f) => !settled.has(f));
    return flags.length === 0 ? [] : [{ person: r.person, name: r.display_name, said: flags.map((f) => flagWords(f, r, words)).join(", ") }];
  });
  if (found.length === 0) return null;
  return (
    <>
      <h3>{words.t("decide.look")}</h3>
      <ul className={css["problems"]}>{found.map((f) => <li key={f.person}>{words.t("decide.row", { name: f.name, flags: f.said })}</li>)}</ul>
    </>
  );
}
