// A page outside the room: whose it is, the language, one thing to say.
import { useEffect, useRef, type ReactNode } from "react";
import { useWords } from "../words/words.tsx";
import type { WordId } from "../words/en.ts";
import css from "./Page.module.css";

/** The title never says what kind of clinic it is: others may see the tab. */
export function useTitle(id: WordId): void {
  const { t } = useWords();
  useEffect(() => {
    document.title = `${t(id)} · Vesper`;
  }, [t, id]);
}

export function LanguageChoice() {
  const { t, locale, choose } = useWords();
  return (
    <div className={css["languages"]} role="group" aria-label={t("language")}>
      {(["en", "es"] as const).map((l) => (
        <button key={l} type="button" lang={l} aria-pressed={l === locale} onClick={() => choose(l)}>
          {l === "en" ? "English" : "Español"}
        </button>
      ))}
    </div>
  );
}

interface PageProps {
  title: WordId;
  clinic?: string | undefined;
  wide?: boolean;
  aside?: ReactNode;
  children: ReactNode;
}

export function Page({ title, clinic, wide, aside, children }: PageProps) {
  useTitle(title);
  return (
    <div className={`${css["page"]} ${wide ? css["wide"] : ""}`}>
      <header className={css["header"]}>
        <p className={css["clinic"]}>{clinic ?? "Vesper"}</p>
        {aside}
        <LanguageChoice />
      </header>
      <main className={css["main"]}>{children}</main>
    </div>
  );
}

/** Puts the focus on a heading when the page becomes another one, so that a screen reader begins there. */
export function useBeginHere(when: unknown = true) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    ref.current?.focus({ preventScroll: true });
  }, [when]);
  return ref;
}

/** A page that says one thing. */
export function Saying({ head, children, action }: { head: string; children?: ReactNode; action?: ReactNode }) {
  const ref = useBeginHere(head);
  return (
    <div className={css["saying"]}>
      <div className={css["lamp"]} aria-hidden="true" />
      <h1 ref={ref} tabIndex={-1} className={css["head"]}>
        {head}
      </h1>
      {children}
      {action && <div className={css["action"]}>{action}</div>}
    </div>
  );
}
