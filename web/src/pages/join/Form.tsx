// What a person gives at the door. Who has been here sees it in one look, each
// known detail in a line, and Join says that it is right. Join is ready when
// name, place, number and the ground rules are, and what else the clinic needs.
import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import type { Memory } from "../../call/storage.ts";
import type { Invitation } from "../../protocol/http.ts";
import { useWords } from "../../words/words.tsx";
import { faults, missing, request, type Fault } from "./answers.ts";
import { CheckIn } from "./CheckIn.tsx";
import { EmergencyFields, NameField, PhoneField, PlaceFields, type Asking } from "./Fields.tsx";
import { Go } from "./Go.tsx";
import { Consent, GroundRules, KnownRules } from "./Papers.tsx";
import { faultsIn, openIn, shapeOf } from "./steps.ts";
import { Steps, useSteps } from "./Steps.tsx";
import { useAnswers } from "./useAnswers.ts";
import { useEntry } from "./useEntry.ts";
import css from "./Join.module.css";

interface FormProps { secret: string; invitation: Invitation; memory: Memory; check: ReactNode }

export function Form({ secret, invitation, memory, check }: FormProps) {
  const { t, locale } = useWords();
  const form = useRef<HTMLFormElement>(null);
  const [answers, setAnswers] = useAnswers(memory, invitation);
  const entry = useEntry(memory);
  const [left, setLeft] = useState<readonly Fault[]>([]);
  /** Counts the tries that a fault has stopped: the focus goes there. */
  const [stopped, setStopped] = useState(0);
  /** The step at which somebody wanted to go on too early. */
  const [pressed, setPressed] = useState<number>();
  const shape = shapeOf(invitation);
  const open = missing(answers, invitation);
  const asking: Asking = {
    answers, invitation, wrong: faults(answers, invitation).filter((f) => left.includes(f)),
    change: (part) => {
      entry.hold();
      setAnswers(part);
    },
    leave: (fault) => setLeft((l) => (l.includes(fault) ? l : [...l, fault])),
  };
  const steps = useSteps(asking, entry);
  useEffect(() => {
    if (stopped > 0) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [stopped]);

  const stop = (found: readonly Fault[]): boolean => {
    if (found.length === 0) return false;
    setLeft((l) => [...new Set([...l, ...found])]);
    setStopped((n) => n + 1);
    return true;
  };
  const submit = (): void => {
    if (entry.busy) return;
    if (shape === "steps" && steps.at < steps.steps.length - 1) {
      if (stop(faultsIn(steps.step, answers, invitation))) return;
      if (openIn(steps.step, answers, invitation).length === 0) return steps.next();
      setPressed(steps.at);
      form.current?.querySelector<HTMLElement>("[data-step] :is(input, select)")?.focus();
      return;
    }
    const given = request(secret, answers, invitation, locale);
    if (!given || open.length > 0 || stop(faults(answers, invitation))) return;
    entry.enter(given);
  };
  return (
    <form ref={form} className={css["form"]} autoComplete="on" noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}>
      <div className={`${css["card"]} ${css["side"]}`}>{check}</div>
      {shape === "steps" && <Steps steps={steps} entry={entry} pressed={pressed === steps.at} {...asking} />}
      {shape === "short" && <Short {...asking} />}
      {shape === "again" && <Again {...asking} />}
      {shape !== "steps" && (
        <Go entry={entry} open={open} hint={shape === "again" ? t("join.confirms") : undefined} label={t("join.button")} icon="door"
          disabled={open.length > 0 || entry.busy} />
      )}
    </form>
  );
}

/** All on one page, where it is little. */
function Short(asking: Asking) {
  const { t } = useWords();
  const id = useId();
  const { answers, invitation, change } = asking;
  return (
    <>
      <section className={`${css["card"]} ${css["main"]}`} aria-labelledby={id}>
        <h2 id={id} className={css["subhead"]}>{t("join.you")}</h2>
        <NameField {...asking} />
        <PlaceFields {...asking} />
        <PhoneField {...asking} />
        {invitation.asks.emergency && <EmergencyFields {...asking} />}
      </section>
      <div className={`${css["card"]} ${css["main"]}`}>
        <GroundRules paper={invitation.rules} accepted={answers.accepted} onChange={(accepted) => change({ accepted })} />
      </div>
    </>
  );
}

/** What is known, a line each; then what is new. */
function Again(asking: Asking) {
  const { t } = useWords();
  const id = useId();
  const { answers, invitation, change } = asking;
  const { rules, accepted, consent, scales, asks } = invitation;
  const accept = (yes: boolean): void => change({ accepted: yes });
  return (
    <>
      <section className={`${css["card"]} ${css["main"]} ${css["brief"]}`} aria-labelledby={id}>
        <h2 id={id} className={css["subhead"]}>{t("join.again")}</h2>
        <NameField {...asking} brief />
        <PlaceFields {...asking} brief />
        <PhoneField {...asking} brief />
        {asks.emergency && <EmergencyFields {...asking} />}
        {accepted && <KnownRules paper={rules} before={accepted} accepted={answers.accepted} onChange={accept} />}
      </section>
      {scales && scales.length > 0 && <CheckIn scales={scales} values={answers.scales} onChange={(values) => change({ scales: values })} />}
      {consent && (
        <div className={`${css["card"]} ${css["main"]}`}>
          <Consent paper={consent} given={answers.consented} needed={asks.consent_needed} onChange={(consented) => change({ consented })} />
        </div>
      )}
      {!accepted && (
        <div className={`${css["card"]} ${css["main"]}`}>
          <GroundRules paper={rules} accepted={answers.accepted} onChange={accept} />
        </div>
      )}
    </>
  );
}
