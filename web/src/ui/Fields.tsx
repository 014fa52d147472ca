// Fields of a form: a label, a hint, and what was wrong where it was wrong.
import { useId, type InputHTMLAttributes, type ReactNode, type Ref, type SelectHTMLAttributes, type TextareaHTMLAttributes } from "react";
import css from "./Fields.module.css";

interface Around {
  label: string;
  hint?: ReactNode;
  /** What was wrong with it. */
  fault?: string | undefined;
}

/** The ids that tie a control to its words. */
function useTies({ hint, fault }: Around) {
  const id = useId();
  const described = [fault && `${id}-fault`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return {
    id,
    control: {
      id,
      ...(described !== "" && { "aria-describedby": described }),
      ...(fault && { "aria-invalid": true as const }),
    },
  };
}

function Frame({ id, label, hint, fault, children }: Around & { id: string; children: ReactNode }) {
  return (
    <div className={css["field"]}>
      <label htmlFor={id}>{label}</label>
      {children}
      {hint && <div id={`${id}-hint`} className={css["hint"]}>{hint}</div>}
      {fault && <p id={`${id}-fault`} className={css["fault"]}>{fault}</p>}
    </div>
  );
}

type InputProps = Around & Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> & {
  onValue(value: string): void;
  ref?: Ref<HTMLInputElement>;
};

export function Input({ label, hint, fault, onValue, className, ...rest }: InputProps) {
  const { id, control } = useTies({ label, hint, fault });
  return (
    <Frame id={id} label={label} hint={hint} fault={fault}>
      <input {...rest} {...control} className={`${css["input"]} ${className ?? ""}`} onChange={(e) => onValue(e.target.value)} />
    </Frame>
  );
}

type AreaProps = Around & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "onChange"> & { onValue(value: string): void };

export function Area({ label, hint, fault, onValue, ...rest }: AreaProps) {
  const { id, control } = useTies({ label, hint, fault });
  return (
    <Frame id={id} label={label} hint={hint} fault={fault}>
      <textarea rows={5} {...rest} {...control} className={css["input"]} onChange={(e) => onValue(e.target.value)} />
    </Frame>
  );
}

export interface Option<T extends string> { value: T; label: string }

type SelectProps<T extends string> = Around & Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange" | "value"> & {
  value: T;
  options: readonly Option<T>[];
  onValue(value: NoInfer<T>): void;
};

export function Select<T extends string>({ label, hint, fault, options, onValue, ...rest }: SelectProps<T>) {
  const { id, control } = useTies({ label, hint, fault });
  return (
    <Frame id={id} label={label} hint={hint} fault={fault}>
      <select {...rest} {...control} className={css["input"]} onChange={(e) => onValue(e.target.value as T)}>
        {options.map((o) => <option key={o.value} value={o.value}>{o.label}</option>)}
      </select>
    </Frame>
  );
}

interface TickProps {
  label: string;
  checked: boolean;
  onTick(checked: boolean): void;
  disabled?: boolean;
  hint?: string;
}

export function Tick({ label, checked, onTick, disabled, hint }: TickProps) {
  const id = useId();
  return (
    <div className={css["tick"]}>
      <input id={id} type="checkbox" checked={checked} disabled={disabled} onChange={(e) => onTick(e.target.checked)}
        {...(hint && { "aria-describedby": `${id}-hint` })} />
      <label htmlFor={id}>{label}</label>
      {hint && <p id={`${id}-hint`} className={css["hint"]}>{hint}</p>}
    </div>
  );
}

interface GroupProps extends Around { children: ReactNode; row?: boolean }

/** Fields that belong together, under one name. */
export function Group({ label, hint, fault, row, children }: GroupProps) {
  const id = useId();
  const described = [fault && `${id}-fault`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <fieldset className={css["group"]} {...(described !== "" && { "aria-describedby": described })}>
      <legend>{label}</legend>
      {hint && <div id={`${id}-hint`} className={css["hint"]}>{hint}</div>}
      <div className={row ? css["row"] : css["column"]}>{children}</div>
      {fault && <p id={`${id}-fault`} className={css["fault"]}>{fault}</p>}
    </fieldset>
  );
}

interface ChoicesProps<T extends string> {
  label: string;
  /** Of the group of radios; one a page. */
  name: string;
  value: T;
  options: readonly Option<T>[];
  onValue(value: NoInfer<T>): void;
  row?: boolean;
}

/** One of a few, all in sight. */
export function Choices<T extends string>({ label, name, value, options, onValue, row = true }: ChoicesProps<T>) {
  return (
    <Group label={label} row={row}>
      {options.map((o) => (
        <label key={o.value} className={css["choice"]}>
          <input type="radio" name={name} value={o.value} checked={o.value === value} onChange={() => onValue(o.value)} />
          {o.label}
        </label>
      ))}
    </Group>
  );
}

/** Days or kinds: any of a few, each a large target. */
export function Toggles<T extends string>({ label, hint, fault, options, chosen, onChosen }: Around & {
  options: readonly Option<T>[];
  chosen: readonly T[];
  onChosen(chosen: NoInfer<T>[]): void;
}) {
  return (
    <Group label={label} hint={hint} fault={fault} row>
      {options.map((o) => (
        <label key={o.value} className={css["toggle"]}>
          <input type="checkbox" checked={chosen.includes(o.value)}
            onChange={(e) => onChosen(e.target.checked ? [...chosen, o.value] : chosen.filter((c) => c !== o.value))} />
          <span>{o.label}</span>
        </label>
      ))}
    </Group>
  );
}
