// The first time: one question a screen. Back works, in the page and in the
// browser, and a reload stays where it was.
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { useHistoryState } from "wouter/use-browser-location";
import { Button } from "../../ui/Button.tsx";
import { Progress } from "../../ui/Progress.tsx";
import { Scale } from "../../ui/Scale.tsx";
import type { WordId } from "../../words/en.ts";
import { useWords } from "../../words/words.tsx";
import { EmergencyFields, NameField, PhoneField, PlaceFields, type Asking } from "./Fields.tsx";
import { Go } from "./Go.tsx";
import { Consent, GroundRules } from "./Papers.tsx";
import { openIn, reached, stepOf, stepsOf, type Step } from "./steps.ts";
import type { Entry } from "./useEntry.ts";
import css from "./Join.module.css";

/** What the form does with a step: the last one goes in. */
export interface Stepping {
  steps: readonly Step[];
  at: number;
  step: Step;
  /** Goes on, if the step is done. */
  next(): void;
}

/** Where somebody is among the steps. The browser's history knows it. */
export function useSteps({ answers, invitation }: Pick<Asking, "answers" | "invitation">, entry: Entry): Stepping {
  const [, navigate] = useLocation();
  const kept = useHistoryState<{ step?: number } | null>()?.step ?? 0;
  const steps = stepsOf(invitation);
  const at = reached(kept, steps, answers, invitation);
  const refused = entry.failed?.fields.map((f) => stepOf(f, steps)).find((n) => n >= 0);
  useEffect(() => {
    if (refused !== undefined) navigate("/j", { state: { step: refused } });
  }, [refused, navigate]);
  return { steps, at, step: steps[at] ?? { ask: "name" }, next: () => navigate("/j", { state: { step: at + 1 } }) };
}

const heads: Record<Exclude<Step["ask"], "scale">, WordId> = {
  name: "step.name", place: "join.place", phone: "step.phone", emergency: "join.emergency.needed", consent: "join.consent", rules: "join.rules",
};

interface StepsProps extends Asking {
  steps: Stepping;
  entry: Entry;
  /** Somebody wanted to go on: what is open is said. */
  pressed: boolean;
}

export function Steps({ steps: { steps, at, step }, entry, pressed, ...asking }: StepsProps) {
  const { t } = useWords();
  const head = useRef<HTMLHeadingElement>(null);
  const [first] = useState(at);
  const moved = useRef(false);
  useEffect(() => {
    moved.current ||= at !== first;
    if (!moved.current) return;
    head.current?.focus({ preventScroll: true });
    if ((head.current?.getBoundingClientRect().top ?? 0) < 0) head.current?.scrollIntoView();
  }, [at, first]);
  const last = at === steps.length - 1;
  const open = openIn(step, asking.answers, asking.invitation);
  return (
    <>
      <section className={`${css["card"]} ${css["main"]}`} aria-labelledby="step" data-step="">
        <Progress label={t("step.of", { n: at + 1, all: steps.length })} done={at + 1} total={steps.length} />
        <h2 id="step" ref={head} tabIndex={-1} className={css["subhead"]}>{step.ask === "scale" ? t("checkin.head") : t(heads[step.ask])}</h2>
        <Question step={step} {...asking} />
      </section>
      <Go entry={entry} open={last || pressed ? open : []} label={last ? t("join.button") : t("step.next")} {...(last && { icon: "door" as const })}
        disabled={entry.busy || (last && open.length > 0)}
        back={at > 0 && <Button size="large" look="plain" onClick={() => window.history.back()}>{t("step.back")}</Button>} />
    </>
  );
}

function Question({ step, ...asking }: Asking & { step: Step }) {
  const { t } = useWords();
  const { answers, invitation, change } = asking;
  switch (step.ask) {
    case "name":
      return <NameField {...asking} />;
    case "place":
      return <PlaceFields {...asking} headed />;
    case "phone":
      return <PhoneField {...asking} />;
    case "emergency":
      return (
        <>
          <EmergencyFields {...asking} asked />
          {!invitation.asks.emergency_needed && <p className={css["soft"]}>{t("step.optional")}</p>}
        </>
      );
    case "scale": {
      const scale = invitation.scales?.find((s) => s.id === step.scale);
      if (!scale) return null;
      return (
        <>
          <p className={css["soft"]}>{t("checkin.hint")}</p>
          <Scale key={scale.id} scale={scale} value={answers.scales[scale.id]} onChange={(value) => change({ scales: { ...answers.scales, [scale.id]: value } })} />
        </>
      );
    }
    case "consent":
      return invitation.consent && (
        <Consent paper={invitation.consent} given={answers.consented} needed={invitation.asks.consent_needed} head="step" onChange={(consented) => change({ consented })} />
      );
    case "rules":
      return <GroundRules paper={invitation.rules} accepted={answers.accepted} head="step" onChange={(accepted) => change({ accepted })} />;
    default:
      return step satisfies never;
  }
}
