// Exports that were begun: how far each is, its file, or why there is none. The
// server keeps them for a while, so they are there again on every visit.
import { Link } from "wouter";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { many, type ExportState } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Progress } from "../../ui/Progress.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { refusalFrom, Refused, useDesk, useSend } from "./desk.tsx";
import { saveFile } from "./files.ts";
import { Part } from "./Shell.tsx";
import css from "./Console.module.css";

const LOOK_MS = 1000;

/** One export, looked at until it has ended. */
export function useExport(id: string): UseQueryResult<ExportState> {
  const { office } = useDesk();
  return useQuery({
    queryKey: ["exports", id],
    queryFn: ({ signal }) => office.get<ExportState>("/exports/{id}", { path: { id }, signal }),
    refetchInterval: (query) => (query.state.data === undefined || query.state.data.state === "running" ? LOOK_MS : false),
  });
}

/** Those of the last minutes, but for one that stands elsewhere on the page. */
export function RecentExports({ without }: { without: string | undefined }) {
  const { t } = useConsoleWords();
  const { office } = useDesk();
  const { data } = useQuery({
    queryKey: ["exports"],
    queryFn: ({ signal }) => office.get<{ exports: ExportState[] | null }>("/exports", { signal }),
    staleTime: 0,
    refetchInterval: (query) => (many(query.state.data?.exports).some((e) => e.state === "running") ? LOOK_MS : false),
  });
  const shown = many(data?.exports).filter((e) => e.id !== without);
  if (shown.length === 0) return null;
  return (
    <Part title={t("exports.recent")}>
      <ul className={css["notes"]}>{shown.map((e) => <Recent key={e.id} of={e} />)}</ul>
    </Part>
  );
}

function Recent({ of }: { of: ExportState }) {
  const { t, time } = useConsoleWords();
  const what = useWhat()(of);
  return (
    <li className={css["exported"]}>
      <p><strong>{what}</strong> <span className={css["soft"]}>{t("exports.begun", { time: time(of.begun) })}</span></p>
      {of.state === "running" && <Progress label={t("exports.running", { done: of.done, total: of.total })} done={of.done} total={of.total} />}
      {of.state === "done" && <Save id={of.id} what={what} />}
      {of.state === "failed" && <p className={css["warn"]}>{t("exports.failed")}</p>}
      {of.state === "refused" && <><p className={css["warn"]}>{t("exports.refused.short")}</p><Unsigned of={of} /></>}
    </li>
  );
}

/** "CSV, the week of Mon, Nov 16, 2026"; it names nobody. */
function useWhat(): (of: ExportState) => string {
  const { t, date } = useConsoleWords();
  return ({ kind, week, from, to, draft }) => [
    t(`exports.short.${kind}`),
    week ? t("exports.of.week", { date: date(week) }) : from && to ? t("calendar.range", { from: date(from), to: date(to) }) : t("exports.span.session"),
    ...(draft ? [t("exports.of.draft")] : []),
  ].join(", ");
}

/** The one that was just begun. */
export function ExportOf({ state, label }: { state: UseQueryResult<ExportState>; label: string }) {
  const { t } = useConsoleWords();
  const got = state.data;
  return (
    <section aria-label={label}>
      {(!got || got.state === "running") && !state.isError && <Progress label={t("exports.running", { done: got?.done ?? 0, total: got?.total ?? 0 })} done={got?.done ?? 0} total={got?.total ?? 0} />}
      {got?.state === "done" && <Notice look="leaf" action={<Save id={got.id} />}>{t("exports.done")}</Notice>}
      {got?.state === "failed" && <div role="alert"><Notice look="clay" quiet>{t("exports.failed")}</Notice></div>}
      <Refused refusal={state.isError ? refusalFrom(state.error) : undefined} />
    </section>
  );
}

function Save({ id, what }: { id: string; what?: string }) {
  const { t } = useConsoleWords();
  const fetch = useSend(async (desk) => {
    const { blob, name } = await desk.file("/exports/{id}/file", { path: { id } });
    saveFile(blob, name ?? "export");
    return true;
  }, []);
  return (
    <>
      <Button icon="download" size="small" look={what === undefined ? "lamp" : "plain"} onClick={() => void fetch.run(undefined)} {...(what !== undefined && { short: t("exports.save") })}>
        {what === undefined ? t("exports.save") : t("exports.save.of", { what })}
      </Button>
      <Refused refusal={fetch.refusal} />
    </>
  );
}

/** The evenings that have to be signed first, each a way there. */
export function Unsigned({ of }: { of: ExportState }) {
  const { t, date } = useConsoleWords();
  const { may } = useDesk();
  return (
    <ul className={css["links"]}>
      {many(of.unsigned).map((s) => <li key={s.session}><Link href={`/console/sessions/${s.session}`}>{t(may("sign") ? "exports.sign" : "exports.unsigned", { title: s.title, date: date(s.date) })}</Link></li>)}
    </ul>
  );
}
