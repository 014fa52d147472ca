// What a person gives at the door. Join is ready when name, place, number and
// the ground rules are, and what else the clinic needs; until then a line says
// what is open, without a mark.
import { useId, useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import { Refusal } from "../../protocol/api.ts";
import type { Invitation } from "../../protocol/http.ts";
import { Button } from "../../ui/Button.tsx";
import { useCall } from "../../ui/CallContext.tsx";
import field from "../../ui/Field.module.css";
import { Notice } from "../../ui/Notice.tsx";
import { Scale } from "../../ui/Scale.tsx";
import type { WordId } from "../../words/en.ts";
import { useWords } from "../../words/words.tsx";
import { asksAddress, missing, prefilled, request, type Answers } from "./answers.ts";
import { Consent, GroundRules } from "./Papers.tsx";
import { AddressFields, EmergencyFields } from "./Safety.tsx";
import css from "./Join.module.css";

/** Why the door did not open after all. */
function sentence(code: string): WordId {
  switch (code) {
    case "incomplete":
      return "error.incomplete";
    case "too_late":
    case "room_ended":
      return "error.room_ended";
    case "removed":
      return "door.removed";
    case "offline":
      return "error.lost";
    case "link_revoked":
      return "door.revoked";
    case "link_unknown":
      return "door.unknown";
    case "too_early":
    case "no_session":
      return "door.none";
    default:
      return "error.internal";
  }
}

interface FormProps { secret: string; invitation: Invitation; check: ReactNode }

export function Form({ secret, invitation, check }: FormProps) {
  const { t, locale } = useWords();
  const call = useCall();
  const [, navigate] = useLocation();
  const id = useId();
  const [answers, setAnswers] = useState<Answers>(() => prefilled(invitation));
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string>();
  const change = (part: Partial<Answers>): void => setAnswers((a) => ({ ...a, ...part }));
  const open = missing(answers, invitation);

  const submit = async (): Promise<void> => {
    const given = request(secret, answers, invitation, locale);
    if (!given || open.length > 0 || busy) return;
    setBusy(true);
    setFailed(undefined);
    try {
      await call.enter(given);
      navigate("/room");
    } catch (error) {
      setFailed(error instanceof Refusal ? error.code : "internal");
      setBusy(false);
    }
  };

  return (
    <form
      className={css["form"]}
      autoComplete="on"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <About answers={answers} invitation={invitation} change={change} />
      <div className={`${css["card"]} ${css["side"]}`}>{check}</div>
      {invitation.scales && invitation.scales.length > 0 && (
        <section className={`${css["card"]} ${css["main"]}`} aria-labelledby={`${id}-checkin`}>
          <div>
            <h2 id={`${id}-checkin`} className={css["subhead"]}>{t("checkin.head")}</h2>
            <p className={field["hint"]}>{t("checkin.hint")}</p>
          </div>
          {invitation.scales.map((scale) => (
            <Scale key={scale.id} scale={scale} value={answers.scales[scale.id]}
              onChange={(value) => change({ scales: { ...answers.scales, [scale.id]: value } })} />
          ))}
        </section>
      )}
      {invitation.consent && (
        <Consent paper={invitation.consent} given={answers.consented} needed={invitation.asks.consent_needed}
          onChange={(consented) => change({ consented })} />
      )}
      <GroundRules paper={invitation.rules} before={invitation.accepted} accepted={answers.accepted}
        onChange={(accepted) => change({ accepted })} />
      <div className={css["go"]}>
        {failed !== undefined && <Notice look="clay">{t(sentence(failed))}</Notice>}
        <Button type="submit" look="lamp" size="large" icon="door" disabled={open.length > 0 || busy}
          aria-describedby={`${id}-open`}>
          {t("join.button")}
        </Button>
        <p id={`${id}-open`} className={css["soft"]}>
          {open.length > 0
            ? t("join.missing", { fields: open.map((o) => t(`join.missing.${o}`)).join(", ") })
            : t("join.after")}
        </p>
      </div>
    </form>
  );
}

interface AboutProps { answers: Answers; invitation: Invitation; change(part: Partial<Answers>): void }

/** Name, place, number; address and contact where the clinic asks for them. */
function About({ answers, invitation: { asks, prefill }, change }: AboutProps) {
  const { t } = useWords();
  const id = useId();
  return (
    <section className={`${css["card"]} ${css["main"]}`} aria-labelledby={`${id}-you`}>
      <h2 id={`${id}-you`} className={css["subhead"]}>{t("join.you")}</h2>
      <div className={field["field"]}>
        <label htmlFor={`${id}-name`}>{t("join.name")}</label>
        <input id={`${id}-name`} className={field["input"]} value={answers.name} maxLength={60}
          autoComplete="nickname" aria-describedby={`${id}-name-hint`}
          onChange={(e) => change({ name: e.target.value })} />
        <p id={`${id}-name-hint`} className={field["hint"]}>{t("join.name.hint")}</p>
      </div>
      <fieldset className={css["places"]} aria-describedby={`${id}-place-hint`}>
        <legend>{t("join.place")}</legend>
        <div className={css["pair"]}>
          {(["home", "elsewhere"] as const).map((place) => (
            <label key={place} className={css["radio"]}>
              <input type="radio" name={`${id}-place`} value={place} checked={answers.place === place}
                onChange={() => change({ place })} />
              <span>{t(place === "home" ? "join.home" : "join.elsewhere")}</span>
            </label>
          ))}
        </div>
        <p id={`${id}-place-hint`} className={field["hint"]}>{t("join.place.why")}</p>
      </fieldset>
      {asksAddress(asks, answers.place) && (
        <AddressFields address={answers.address} known={prefill.address} needed={asks.address_needed}
          onChange={(part) => change({ address: { ...answers.address, ...part } })} />
      )}
      <div className={field["field"]}>
        <label htmlFor={`${id}-phone`}>{t("join.phone")}</label>
        <input id={`${id}-phone`} className={field["input"]} value={answers.phone} type="tel" inputMode="tel"
          maxLength={40} autoComplete="tel" aria-describedby={`${id}-phone-hint`}
          onChange={(e) => change({ phone: e.target.value })} />
        <p id={`${id}-phone-hint`} className={field["hint"]}>{t("join.phone.hint")}</p>
      </div>
      {asks.emergency && (
        <EmergencyFields contact={answers.emergency} known={prefill.emergency} needed={asks.emergency_needed}
          onChange={(part) => change({ emergency: { ...answers.emergency, ...part } })} />
      )}
    </section>
  );
}
