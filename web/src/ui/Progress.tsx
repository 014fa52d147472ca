import { useId } from "react";
import css from "./Progress.module.css";

/** How far something is. Without a total it only says that it goes on. */
export function Progress({ label, done, total }: { label: string; done: number; total: number }) {
  const id = useId();
  return (
    <div className={css["progress"]}>
      <span id={id}>{label}</span>
      <progress aria-labelledby={id} {...(total > 0 && { value: done, max: total })} />
    </div>
  );
}

/** A small bar beside its text: the text says it all. */
export function Share({ part, of }: { part: number; of: number }) {
  const width = of > 0 ? Math.min(100, Math.round((part / of) * 100)) : 0;
  return (
    <svg className={css["share"]} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect className={css["whole"]} x="0" y="0" width="100" height="8" rx="2" />
      <rect className={width >= 100 ? css["full"] : css["part"]} x="0" y="0" width={width} height="8" rx="2" />
    </svg>
  );
}
