// One question from 0 to 10, or skipped: a radio group, so arrows work.
import { useId } from "react";
import type { Scale as Question, Texts } from "../protocol/door.ts";
import { useWords } from "../words/words.tsx";
import css from "./Scale.module.css";

interface ScaleProps {
  scale: Question;
  /** undefined: not answered yet, null: skipped. */
  value: number | null | undefined;
  onChange(value: number | null): void;
}

const steps = Array.from({ length: 11 }, (_, n) => n);

/** In the person's language, or the clinic's first. */
export function said(texts: Texts, locale: string): string {
  return texts[locale] ?? texts["en"] ?? "";
}

export function Scale({ scale, value, onChange }: ScaleProps) {
  const { t, locale } = useWords();
  const id = useId();
  const low = said(scale.low, locale);
  const high = said(scale.high, locale);
  const meaning = (n: number): string => (n === 0 ? low : n === 10 ? high : "");
  return (
    <fieldset className={css["scale"]}>
      <legend>{said(scale.question, locale)}</legend>
      <div className={css["steps"]}>
        {steps.map((n) => (
          <label key={n} className={css["step"]}>
            <input type="radio" name={id} value={n} checked={value === n} onChange={() => onChange(n)}
              {...(meaning(n) !== "" && { "aria-label": `${n}, ${meaning(n)}` })} />
            <span>{n}</span>
          </label>
        ))}
        <label className={`${css["step"]} ${css["skip"]}`}>
          <input type="radio" name={id} value="skip" checked={value === null} onChange={() => onChange(null)} />
          <span>{t("scale.skip")}</span>
        </label>
      </div>
      {(low !== "" || high !== "") && (
        <p className={css["ends"]} aria-hidden="true">
          <span>{low !== "" && `0: ${low}`}</span>
          <span>{high !== "" && `10: ${high}`}</span>
        </p>
      )}
    </fieldset>
  );
}
