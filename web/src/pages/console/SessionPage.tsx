// One evening: who was there, what was put right, and the signature under it.
import { useState } from "react";
import { many, type Flagged, type Review } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords, type ConsoleWordId } from "../../words/console.tsx";
import { consoleEn } from "../../words/console.en.ts";
import { Loaded, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { EnterRoom } from "./EnterRoom.tsx";
import { saveFile } from "./files.ts";
import { AddGuest } from "./AddGuest.tsx";
import { Guests } from "./Guests.tsx";
import { Notes } from "./Notes.tsx";
import { ReviewTable } from "./ReviewTable.tsx";
import { Safety } from "./Safety.tsx";
import { SessionState } from "./SessionState.tsx";
import { Go, Head, Part } from "./Shell.tsx";
import { SignOff } from "./SignOff.tsx";
import css from "./Console.module.css";

export function SessionPage({ id }: { id: string }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const review = useRead<Review>("review", "/sessions/{id}/review", { path: { id } });
  return (
    <>
      <Head title={review.data?.session.title || t("console.session")} back={{ href: "/console", label: t("nav.tonight") }}
        lead={review.data && <When review={review.data} />}>
        {review.data && !review.data.final && <Button onClick={() => void review.refetch()}>{t("console.refresh")}</Button>}
        {may("export") && <Go href={`/console/exports?session=${id}`}>{t("review.export")}</Go>}
      </Head>
      {review.data && <EnterRoom session={review.data.session} />}
      <Loaded of={review}>{(got) => <Sheet review={got} />}</Loaded>
    </>
  );
}

function When({ review: { session, final } }: { review: Review }) {
  const { t, day, time } = useConsoleWords();
  return (
    <>
      {day(session.start, session.zone)}, {t("console.interval", { start: time(session.start, session.zone), end: time(session.end, session.zone) })}
      {" · "}<SessionState session={{ ...session, final: false }} /> · {final ? t("console.final") : t("console.notfinal")}
    </>
  );
}

function Sheet({ review }: { review: Review }) {
  const { t } = useConsoleWords();
  const warnings = many(review.warnings);
  const warned = (w: Flagged): string => {
    const name = many(review.records).find((r) => r.person === w.person)?.display_name ?? "";
    const id = `warning.${w.flag}`;
    const values = { name, minutes: Number(w.values?.["minutes"] ?? 0), place: String(w.values?.["place"] ?? "") };
    return id in consoleEn ? t(id as ConsoleWordId, values) : w.flag;
  };
  return (
    <>
      {warnings.length > 0 && (
        <div className={css["nag"]}>
          <h2 className={css["subtitle"]}>{t("review.warnings")}</h2>
          <ul className={css["problems"]}>{warnings.map((w) => <li key={`${w.flag}${w.person ?? ""}`}>{warned(w)}</li>)}</ul>
        </div>
      )}
      <SignOff review={review} />
      {!review.signed && review.unsigned_since && <Nag since={review.unsigned_since} />}
      <Part title={t("console.attendance")} unseen>
        <ReviewTable review={review} />
      </Part>
      {many(review.records).some((r) => r.flags.includes("guest")) && <Guests session={review.session.id} zone={review.session.zone} />}
      <AddGuest session={review.session} />
      {review.session.status !== "scheduled" && <Safety session={review.session.id} zone={review.session.zone} names={new Map(many(review.records).map((r) => [r.person, r.display_name]))} />}
      <Notes review={review} />
      <Files id={review.session.id} />
    </>
  );
}

/** How long an evening has been waiting for its signature. */
function Nag({ since }: { since: string }) {
  const { t, date } = useConsoleWords();
  const days = Math.floor((Date.now() - Date.parse(since)) / 86_400_000);
  return <p className={css["soft"]}>{t("sign.since", { date: date(since), n: days })}</p>;
}

/** The machine's own files: the rows, and the bundle that proves them. */
function Files({ id }: { id: string }) {
  const { t } = useConsoleWords();
  const [saved, setSaved] = useState(false);
  const get = useSend(async (office, what: "attendance.csv" | "evidence") => {
    const { blob, name } = await office.file(`/sessions/{id}/${what}`, { path: { id } });
    saveFile(blob, name ?? what);
    setSaved(true);
    return true;
  }, []);
  return (
    <Part title={t("review.files")}>
      <div className={css["actions"]}>
        <Button icon="download" onClick={() => void get.run("attendance.csv")}>{t("console.csv")}</Button>
        <Button icon="download" onClick={() => void get.run("evidence")}>{t("console.evidence")}</Button>
      </div>
      {saved && <Notice look="leaf">{t("saved")}</Notice>}
      <Refused refusal={get.refusal} />
    </Part>
  );
}
