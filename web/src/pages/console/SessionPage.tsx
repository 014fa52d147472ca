// One evening: who was there, what was put right, and the signature under it.
import { useState } from "react";
import { many, type Review } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Decide } from "./Decide.tsx";
import { Loaded, Refused, refusalFrom, useDesk, useRead, useSend } from "./desk.tsx";
import { EnterRoom } from "./EnterRoom.tsx";
import { saveFile } from "./files.ts";
import { AddGuest } from "./AddGuest.tsx";
import { Guests } from "./Guests.tsx";
import { Notes } from "./Notes.tsx";
import { ReviewTable } from "./ReviewTable.tsx";
import { Safety } from "./Safety.tsx";
import { SessionState } from "./SessionState.tsx";
import { Go, Head, Part } from "./Shell.tsx";
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
      {review.isError && refusalFrom(review.error).code === "tampered" && <Files id={id} broken />}
    </>
  );
}

function When({ review: { session, final, signed } }: { review: Review }) {
  const { date, span } = useConsoleWords();
  return <>{date(session.start, session.zone)}, {span(session)} · <SessionState session={{ ...session, final, signed: signed !== undefined }} /></>;
}

function Sheet({ review }: { review: Review }) {
  const { t } = useConsoleWords();
  return (
    <>
      <Decide review={review} />
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

/** The machine's own files: the rows, and the bundle that proves them. Of a broken record only that names the place. */
function Files({ id, broken }: { id: string; broken?: boolean }) {
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
        {!broken && <Button icon="download" onClick={() => void get.run("attendance.csv")}>{t("console.csv")}</Button>}
        <Button icon="download" onClick={() => void get.run("evidence")}>{t("console.evidence")}</Button>
      </div>
      {saved && <Notice look="leaf">{t("saved")}</Notice>}
      <Refused refusal={get.refusal} />
    </Part>
  );
}
