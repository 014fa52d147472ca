// What a person reads and accepts: the ground rules once a version, the consent
// to meeting by video once a year.
import { useId } from "react";
import type { Accepted, Paper } from "../../protocol/door.ts";
import { useWords } from "../../words/words.tsx";
import css from "./Join.module.css";

interface GroundRulesProps {
  paper: Paper;
  /** This version was accepted before: the box is set, the text is folded. */
  before: Accepted | undefined;
  accepted: boolean;
  onChange(accepted: boolean): void;
}

export function GroundRules({ paper, before, accepted, onChange }: GroundRulesProps) {
  const { t, locale, date } = useWords();
  const id = useId();
  const head = <h2 id={id} className={css["subhead"]}>{t("join.rules")}</h2>;
  const rules = (
    <ol className={css["sentences"]}>
      {(paper.text[locale] ?? paper.text["en"] ?? []).map((rule) => <li key={rule}>{rule}</li>)}
    </ol>
  );
  return (
    <section className={`${css["card"]} ${css["main"]}`} aria-labelledby={id}>
      {before ? (
        <details className={css["fold"]}>
          <summary>
            {head}
            <span className={css["soft"]}>{t("join.rules.accepted", { date: date(before.at) })}</span>
          </summary>
          {rules}
        </details>
      ) : <>{head}{rules}</>}
      <label className={css["radio"]}>
        <input type="checkbox" checked={accepted} onChange={(e) => onChange(e.target.checked)} />
        <span>{t("join.accept")}</span>
      </label>
    </section>
  );
}

interface ConsentProps { paper: Paper; given: boolean; needed: boolean; onChange(given: boolean): void }

export function Consent({ paper, given, needed, onChange }: ConsentProps) {
  const { t, locale } = useWords();
  const id = useId();
  return (
    <section className={`${css["card"]} ${css["main"]}`} aria-labelledby={id}>
      <h2 id={id} className={css["subhead"]}>{t("join.consent")}</h2>
      <div className={css["text"]}>
        {(paper.text[locale] ?? paper.text["en"] ?? []).map((paragraph) => <p key={paragraph}>{paragraph}</p>)}
      </div>
      <label className={css["radio"]}>
        <input type="checkbox" checked={given} onChange={(e) => onChange(e.target.checked)} />
        <span>{t("join.consent.give")}</span>
      </label>
      {!needed && <p className={css["soft"]}>{t("join.consent.later")}</p>}
    </section>
  );
}
