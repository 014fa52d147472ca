// How a person has been: the answers of the check-ins over time.
import { lazy, Suspense, useMemo } from "react";
import { many } from "../../protocol/clinic.ts";
import { Table } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Loaded, useDesk, useRead } from "./desk.tsx";
import { Part } from "./Shell.tsx";
import css from "./Console.module.css";

const Plot = lazy(() => import("../../ui/Plot.tsx"));

interface Scale { id: string; question: Record<string, string>; points: { at: string; session: string; moment: string; value: number | null }[] | null }

/** Answers of the check-ins: a plot where a trend is easier to see, and the numbers beside it. */
export function Trend({ id }: { id: string }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const trend = useRead<{ scales: Scale[] | null }>("trend", "/persons/{id}/trend", { path: { id } }, may("run"));
  if (!may("run")) return null;
  return (
    <Part title={t("trend.head")}>
      <Loaded of={trend}>
        {(got) => {
          const scales = many(got.scales).filter((s) => many(s.points).length > 0);
          return scales.length === 0 ? <p className={css["soft"]}>{t("trend.empty")}</p> : <>{scales.map((s) => <ScaleTrend key={s.id} scale={s} />)}</>;
        }}
      </Loaded>
    </Part>
  );
}

function ScaleTrend({ scale }: { scale: Scale }) {
  const { t, locale, moment } = useConsoleWords();
  const points = useMemo(() => [...many(scale.points)].sort((a, b) => a.at.localeCompare(b.at)), [scale]);
  const at = useMemo(() => points.map((p) => Date.parse(p.at) / 1000), [points]);
  const lines = useMemo(() => (["start", "end"] as const).map((which) => ({
    label: which, values: points.map((p) => (p.moment === which ? p.value : null)), dashed: which === "end",
  })), [points]);
  const question = scale.question[locale] ?? scale.question["en"] ?? scale.id;
  return (
    <div className={css["trend"]}>
      <div>
        <h3>{question}</h3>
        <p className={css["soft"]}>{t("trend.legend")}</p>
        <Suspense fallback={null}><Plot at={at} lines={lines} low={0} high={10} locale={locale} /></Suspense>
      </div>
      <Table caption={question} rows={[...points].reverse()} keyOf={(p) => `${p.at}${p.moment}`} locale={locale} empty={t("trend.empty")} cards={false} columns={[
        { id: "at", head: t("console.date"), names: true, sort: (p) => p.at, cell: (p) => moment(p.at) },
        { id: "moment", head: t("trend.moment"), cell: (p) => t(p.moment === "end" ? "trend.end" : "trend.start") },
        { id: "value", head: t("trend.value"), number: true, sort: (p) => p.value ?? -1, cell: (p) => p.value ?? t("trend.skipped") },
      ]} />
    </div>
  );
}
