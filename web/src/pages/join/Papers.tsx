// What a person reads and accepts: the ground rules once a version, the consent
// to meeting by video once a year.
import { useId } from "react";
import type { Accepted, Paper } from "../../protocol/door.ts";
import { useWords } from "../../words/words.tsx";
import css from "./Join.module.css";

interface TickProps { label: string; checked: boolean; onChange(checked: boolean): void }

function Tick({ label, checked, onChange }: TickProps) {
  return (
    <label className={css["radio"]}>
      <input type="checkbox" checked={checked} onChange={(e) => onChange(e.target.checked)} />
      <span>{label}</span>
    </label>
  );
}

interface GroundRulesProps {
  paper: Paper;
  accepted: boolean;
  /** The id of the heading above, where there is one. */
  head?: string;
  onChange(accepted: boolean): void;
}

function Sentences({ paper }: { paper: Paper }) {
  const { locale } = useWords();
  return (
    <ol className={css["sentences"]}>
      {(paper.text[locale] ?? paper.text["en"] ?? []).map((rule) => <li key={rule}>{rule}</li>)}
    </ol>
  );
}

export function GroundRules({ paper, accepted, head, onChange }: GroundRulesProps) {
  const { t } = useWords();
  const id = useId();
  return (
    <section className={css["paper"]} aria-labelledby={head ?? id}>
      {head === undefined && <h2 id={id} className={css["subhead"]}>{t("join.rules")}</h2>}
      <Sentences paper={paper} />
      <Tick label={t("join.accept")} checked={accepted} onChange={onChange} />
    </section>
  );
}

/** They were accepted in this version: one line, the box is set, the text is folded. */
export function KnownRules({ paper, before, accepted, onChange }: GroundRulesProps & { before: Accepted }) {
  const { t, date } = useWords();
  return (
    <div className={css["knownrules"]}>
      <Tick label={t("join.accept")} checked={accepted} onChange={onChange} />
      <details className={css["fold"]}>
        <summary><span className={css["change"]}>{t("join.rules.read")}</span></summary>
        <p className={css["soft"]}>{t("join.rules.accepted", { date: date(before.at) })}</p>
        <Sentences paper={paper} />
      </details>
    </div>
  );
}

interface ConsentProps {
  paper: Paper;
  given: boolean;
  needed: boolean;
  head?: string;
  onChange(given: boolean): void;
}

export function Consent({ paper, given, needed, head, onChange }: ConsentProps) {
  const { t, locale } = useWords();
  const id = useId();
  return (
    <section className={css["paper"]} aria-labelledby={head ?? id}>
      {head === undefined && <h2 id={id} className={css["subhead"]}>{t("join.consent")}</h2>}
      <div className={css["text"]}>
        {(paper.text[locale] ?? paper.text["en"] ?? []).map((paragraph) => <p key={paragraph}>{paragraph}</p>)}
      </div>
      <Tick label={t("join.consent.give")} checked={given} onChange={onChange} />
      {!needed && <p className={css["soft"]}>{t("join.consent.later")}</p>}
    </section>
  );
}
