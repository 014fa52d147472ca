// The check-in in little room: one question at a time, what was answered in a
// line above it.
import { useId, useState } from "react";
import type { Scale as Question } from "../../protocol/door.ts";
import { Button } from "../../ui/Button.tsx";
import { Scale, said } from "../../ui/Scale.tsx";
import { useWords } from "../../words/words.tsx";
import css from "./Join.module.css";

interface CheckInProps {
  scales: readonly Question[];
  values: Record<string, number | null>;
  onChange(values: Record<string, number | null>): void;
}

export function CheckIn({ scales, values, onChange }: CheckInProps) {
  const { t, locale } = useWords();
  const id = useId();
  const [at, setAt] = useState(() => Math.max(0, scales.findIndex((s) => values[s.id] === undefined)));
  const last = at >= scales.length - 1;
  const spoken = (value: number | null | undefined): string => (value === undefined || value === null ? t("scale.skipped") : String(value));
  return (
    <section className={`${css["card"]} ${css["main"]}`} aria-labelledby={id}>
      <div>
        <h2 id={id} className={css["subhead"]}>{t("checkin.head")}</h2>
        <p className={css["soft"]}>{t("checkin.hint")}</p>
      </div>
      {scales.map((scale, i) => {
        if (i === at) return <Scale key={scale.id} scale={scale} value={values[scale.id]} onChange={(value) => onChange({ ...values, [scale.id]: value })} />;
        if (i > at) return null;
        return (
          <p key={scale.id} className={css["answered"]}>
            <span>{t("checkin.said", { question: said(scale.question, locale), value: spoken(values[scale.id]) })}</span>
            <Button size="small" look="quiet" short={t("join.change")} onClick={() => setAt(i)}>{t("checkin.change", { question: said(scale.question, locale) })}</Button>
          </p>
        );
      })}
      {!last && (
        <div className={css["next"]}>
          <span className={css["soft"]}>{t("checkin.of", { n: at + 1, all: scales.length })}</span>
          <Button size="small" onClick={() => setAt(at + 1)}>{t("checkin.next")}</Button>
        </div>
      )}
    </section>
  );
}
