// What a person gives at the door. Join is ready when name, place, number and
// the ground rules are; until then a line says what is open, without a mark.
import { useId, useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import { Refusal } from "../../protocol/api.ts";
import type { Door, Invitation, Place } from "../../protocol/http.ts";
import { Button } from "../../ui/Button.tsx";
import { useCall } from "../../ui/CallContext.tsx";
import field from "../../ui/Field.module.css";
import { Notice } from "../../ui/Notice.tsx";
import type { WordId } from "../../words/en.ts";
import { useWords } from "../../words/words.tsx";
import css from "./Join.module.css";

interface Answers {
  name: string;
  place: Place | "";
  address: string;
  phone: string;
  accepted: boolean;
}

/** What is still open, in the order of the form. */
export function missing(answers: Answers): ("name" | "place" | "phone" | "rules")[] {
  const open: ("name" | "place" | "phone" | "rules")[] = [];
  if (answers.name.trim() === "") open.push("name");
  if (answers.place === "") open.push("place");
  if (answers.phone.trim() === "") open.push("phone");
  if (!answers.accepted) open.push("rules");
  return open;
}

function door({ name, place, address, phone }: Answers): Door | undefined {
  if (place === "") return undefined;
  const where = place === "elsewhere" && address.trim() !== "" ? { address: address.trim() } : {};
  return { name: name.trim(), place, phone: phone.trim(), ...where };
}

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

export function Form({ secret, invitation, check }: { secret: string; invitation: Invitation; check: ReactNode }) {
  const { t, locale } = useWords();
  const call = useCall();
  const [, navigate] = useLocation();
  const id = useId();
  const { prefill, rules } = invitation;
  const [answers, setAnswers] = useState<Answers>({
    name: prefill.name || invitation.name,
    place: prefill.place,
    address: prefill.address ?? "",
    phone: prefill.phone,
    accepted: false,
  });
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string>();
  const change = (part: Partial<Answers>): void => setAnswers((a) => ({ ...a, ...part }));
  const open = missing(answers);

  const submit = async (): Promise<void> => {
    const given = door(answers);
    if (!given || open.length > 0 || busy) return;
    setBusy(true);
    setFailed(undefined);
    try {
      await call.enter({ secret, door: given, rules: rules.version });
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
      <section className={`${css["card"]} ${css["about"]}`} aria-labelledby={`${id}-you`}>
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
        {answers.place === "elsewhere" && (
          <div className={field["field"]}>
            <label htmlFor={`${id}-address`}>{t("join.address")}</label>
            <input id={`${id}-address`} className={field["input"]} value={answers.address} maxLength={200}
              autoComplete="street-address" aria-describedby={`${id}-address-hint`}
              onChange={(e) => change({ address: e.target.value })} />
            <p id={`${id}-address-hint`} className={field["hint"]}>{t("join.address.hint")}</p>
          </div>
        )}
        <div className={field["field"]}>
          <label htmlFor={`${id}-phone`}>{t("join.phone")}</label>
          <input id={`${id}-phone`} className={field["input"]} value={answers.phone} type="tel" inputMode="tel"
            maxLength={40} autoComplete="tel" aria-describedby={`${id}-phone-hint`}
            onChange={(e) => change({ phone: e.target.value })} />
          <p id={`${id}-phone-hint`} className={field["hint"]}>{t("join.phone.hint")}</p>
        </div>
      </section>
      <div className={`${css["card"]} ${css["side"]}`}>{check}</div>
      <section className={`${css["card"]} ${css["rules"]}`} aria-labelledby={`${id}-rules`}>
        <h2 id={`${id}-rules`} className={css["subhead"]}>{t("join.rules")}</h2>
        <ol className={css["sentences"]}>
          {(rules.text[locale] ?? rules.text["en"] ?? []).map((rule) => <li key={rule}>{rule}</li>)}
        </ol>
        <label className={css["radio"]}>
          <input type="checkbox" checked={answers.accepted} onChange={(e) => change({ accepted: e.target.checked })} />
          <span>{t("join.accept")}</span>
        </label>
      </section>
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
