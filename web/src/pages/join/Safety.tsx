// Where somebody is and whom to call: what staff need if help is ever needed.
import { useId, type ReactNode } from "react";
import type { Address, Contact } from "../../protocol/door.ts";
import field from "../../ui/Field.module.css";
import type { WordId } from "../../words/en.ts";
import { useWords } from "../../words/words.tsx";
import css from "./Join.module.css";

interface TextProps {
  label: WordId;
  value: string;
  limit: number;
  complete: string;
  tel?: boolean;
  className?: string | undefined;
  onChange(value: string): void;
}

function Text({ label, value, limit, complete, tel, className, onChange }: TextProps) {
  const { t } = useWords();
  const id = useId();
  return (
    <div className={`${field["field"]} ${className ?? ""}`}>
      <label htmlFor={id}>{t(label)}</label>
      <input id={id} className={field["input"]} value={value} maxLength={limit} autoComplete={complete}
        {...(tel && { type: "tel", inputMode: "tel" as const })} onChange={(e) => onChange(e.target.value)} />
    </div>
  );
}

interface AddressProps {
  address: Required<Address>;
  /** As it was the last time; folded while it is there. */
  known: Address | undefined;
  needed: boolean;
  onChange(part: Partial<Address>): void;
}

export function AddressFields({ address, known, needed, onChange }: AddressProps) {
  const { t } = useWords();
  const where = [address.line, address.city, `${address.state} ${address.zip}`].map((part) => part.trim());
  return (
    <Fold head={t("join.address")} line={known && t("join.right", { said: where.filter((part) => part !== "").join(", ") })}>
      <div className={css["address"]}>
        <Text label="join.address.line" value={address.line} limit={120} complete="address-line1" className={css["line"]}
          onChange={(line) => onChange({ line })} />
        <Text label="join.address.city" value={address.city} limit={80} complete="address-level2" className={css["city"]}
          onChange={(city) => onChange({ city })} />
        <Text label="join.address.state" value={address.state} limit={40} complete="address-level1"
          onChange={(state) => onChange({ state })} />
        <Text label="join.address.zip" value={address.zip} limit={12} complete="postal-code"
          onChange={(zip) => onChange({ zip })} />
        {!needed && <p className={`${field["hint"]} ${css["line"]}`}>{t("join.address.hint")}</p>}
      </div>
    </Fold>
  );
}

/** One line to look at, open to those who change it. Without a line it is open for good. */
function Fold({ head, line, children }: { head: string; line: string | undefined; children: ReactNode }) {
  if (line === undefined) {
    return (
      <fieldset className={css["fieldset"]}>
        <legend className="unseen">{head}</legend>
        {children}
      </fieldset>
    );
  }
  return (
    <details className={css["fold"]}>
      <summary>
        {head}
        <span className={css["soft"]}>{line}</span>
      </summary>
      {children}
    </details>
  );
}

interface EmergencyProps {
  contact: Required<Contact>;
  /** As it was the last time; folded while it is there. */
  known: Contact | undefined;
  needed: boolean;
  onChange(part: Partial<Contact>): void;
}

export function EmergencyFields({ contact, known, needed, onChange }: EmergencyProps) {
  const { t } = useWords();
  const who = [contact.name, contact.phone].map((part) => part.trim()).filter((part) => part !== "").join(", ");
  const line = who === "" ? t("join.emergency.add") : t("join.right", { said: who });
  const open = needed && !known;
  return (
    <>
      {open && <p className={css["ask"]}>{t("join.emergency.needed")}</p>}
      <Fold head={t("join.emergency")} line={open ? undefined : line}>
        <div className={css["folded"]}>
          <Text label="join.emergency.name" value={contact.name} limit={120} complete="off" onChange={(name) => onChange({ name })} />
          <Text label="join.emergency.phone" value={contact.phone} limit={40} complete="off" tel onChange={(phone) => onChange({ phone })} />
          <p className={field["hint"]}>{t("join.emergency.hint")}</p>
        </div>
      </Fold>
    </>
  );
}
