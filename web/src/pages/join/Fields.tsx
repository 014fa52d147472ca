// The details of the door as fields. Each says what can't be right with it.
import { useId, useState, type ReactNode } from "react";
import type { Address, Contact, Place } from "../../protocol/door.ts";
import type { Invitation } from "../../protocol/http.ts";
import { Input, Select } from "../../ui/Fields.tsx";
import { useWords } from "../../words/words.tsx";
import { addressLine, addressOf, asksAddress, type Answers, type Fault } from "./answers.ts";
import { states, zip } from "./formats.ts";
import css from "./Join.module.css";

export interface Asking {
  answers: Answers;
  invitation: Invitation;
  /** To be shown; what is still being typed is not judged. */
  wrong: readonly Fault[];
  change(part: Partial<Answers>): void;
  /** Somebody has left a field. */
  leave(fault: Fault): void;
}

export function NameField({ answers, change, brief }: Asking & { brief?: boolean }) {
  const { t } = useWords();
  return (
    <Input label={t("join.name")} value={answers.name} maxLength={60} autoComplete="nickname"
      {...(!brief && { hint: t("join.name.hint") })} onValue={(name) => change({ name })} />
  );
}

export function PhoneField({ answers, change, wrong, leave, brief }: Asking & { brief?: boolean }) {
  const { t } = useWords();
  return (
    <Input label={t("join.phone")} value={answers.phone} type="tel" inputMode="tel" maxLength={40} autoComplete="tel"
      fault={wrong.includes("phone") ? t("join.phone.wrong") : undefined} {...(!brief && { hint: t("join.phone.hint") })}
      onValue={(phone) => change({ phone })} onBlur={() => leave("phone")} />
  );
}

/** Where they are, and the address that is known of that place. */
export function PlaceFields({ brief, headed, ...asking }: Asking & { brief?: boolean; headed?: boolean }) {
  const { t } = useWords();
  const { answers, invitation, change } = asking;
  const id = useId();
  return (
    <>
      <fieldset className={css["places"]} {...(!brief && { "aria-describedby": `${id}-hint` })}>
        <legend className={headed ? "unseen" : undefined}>{t("join.place")}</legend>
        <div className={css["pair"]}>
          {(["home", "elsewhere"] as const).map((place) => (
            <label key={place} className={css["radio"]}>
              <input type="radio" name={`${id}-place`} value={place} checked={answers.place === place} onChange={() => change({ place })} />
              <span>{t(place === "home" ? "join.home" : "join.elsewhere")}</span>
            </label>
          ))}
        </div>
        {!brief && <p id={`${id}-hint`} className={css["soft"]}>{t("join.place.why")}</p>}
      </fieldset>
      {answers.place !== "" && asksAddress(invitation.asks, answers.place) && <AddressFields key={answers.place} place={answers.place} {...asking} />}
    </>
  );
}

/** An old entry that is no state stays among the choices, so that it can be seen. */
function stateOptions(state: string) {
  const known = Object.entries(states).map(([value, label]) => ({ value, label: `${label} (${value})` }));
  return [{ value: "", label: "–" }, ...(state !== "" && !(state in states) ? [{ value: state, label: state }] : []), ...known];
}

function AddressFields({ place, answers, invitation, wrong, change, leave }: Asking & { place: Place }) {
  const { t } = useWords();
  const address = addressOf(answers);
  // Folded if it was known when the page came; not while it is typed.
  const [known] = useState(() => address.line.trim() !== "" && address.state !== "");
  const set = (part: Partial<Address>): void =>
    change({ addresses: { ...answers.addresses, [place]: { ...address, ...part } } });
  const bad = wrong.includes("zip");
  return (
    <Fold head={t("join.address")} placed said={known ? t("join.right", { said: addressLine(address) }) : undefined} open={bad}>
      <div className={css["address"]}>
        <div className={css["line"]}>
          <Input label={t("join.address.line")} value={address.line} maxLength={120} autoComplete="address-line1" onValue={(line) => set({ line })} />
        </div>
        <div className={css["line"]}>
          <Input label={t("join.address.city")} value={address.city} maxLength={80} autoComplete="address-level2" onValue={(city) => set({ city })} />
        </div>
        <Select label={t("join.address.state")} value={address.state} autoComplete="address-level1" options={stateOptions(address.state)} onValue={(state) => set({ state })} />
        <Input label={t("join.address.zip")} value={address.zip} maxLength={12} inputMode="numeric" autoComplete="postal-code"
          fault={bad ? t("join.address.zip.wrong") : undefined} onValue={(code) => set({ zip: code })}
          onBlur={() => { set({ zip: zip(address.zip) }); leave("zip"); }} />
        {!invitation.asks.address_needed && <p className={`${css["soft"]} ${css["line"]}`}>{t("join.address.hint")}</p>}
      </div>
    </Fold>
  );
}

export function EmergencyFields({ answers: { emergency }, invitation: { asks }, wrong, change, leave, asked }: Asking & { asked?: boolean }) {
  const { t } = useWords();
  const [known] = useState(() => emergency.name.trim() !== "" && emergency.phone.trim() !== "");
  const set = (part: Partial<Contact>): void => change({ emergency: { ...emergency, ...part } });
  const who = [emergency.name, emergency.phone].map((part) => part.trim()).filter((part) => part !== "").join(", ");
  const bad = wrong.includes("emergency");
  const open = asked === true || (asks.emergency_needed && !known);
  return (
    <>
      {open && asked !== true && <p className={css["ask"]}>{t("join.emergency.needed")}</p>}
      <Fold head={t("join.emergency")} said={open ? undefined : who === "" ? t("join.emergency.add") : t("join.right", { said: who })} add={who === ""} open={bad}>
        <div className={css["folded"]}>
          <Input label={t("join.emergency.name")} value={emergency.name} maxLength={120} autoComplete="off" onValue={(name) => set({ name })} />
          <Input label={t("join.emergency.phone")} value={emergency.phone} type="tel" inputMode="tel" maxLength={40} autoComplete="off"
            fault={bad ? t("join.phone.wrong") : undefined} onValue={(phone) => set({ phone })} onBlur={() => leave("emergency")} />
          <p className={css["soft"]}>{t("join.emergency.hint")}</p>
        </div>
      </Fold>
    </>
  );
}

interface FoldProps {
  head: string;
  said: string | undefined;
  add?: boolean;
  /** It stands under its question already: the head is for those who listen. */
  placed?: boolean;
  open: boolean;
  children: ReactNode;
}

/** One line to confirm, open to those who change it. Without a line it is open for good. */
export function Fold({ head, said, add, placed, open, children }: FoldProps) {
  const { t } = useWords();
  const [unfolded, setUnfolded] = useState(false);
  if (said === undefined) {
    return (
      <fieldset className={css["fieldset"]}>
        <legend className="unseen">{head}</legend>
        {children}
      </fieldset>
    );
  }
  return (
    <details className={css["fold"]} open={unfolded || open} onToggle={(e) => setUnfolded(e.currentTarget.open)}>
      <summary>
        <span className={placed ? "unseen" : css["what"]}>{head}</span>
        <span className={css["said"]}>{said}</span>
        <span className={css["change"]}>{t(add ? "join.add" : "join.change")}</span>
      </summary>
      {children}
    </details>
  );
}
