// The catalogue for the pages: useWords gives t(id, values) and the locale.
import { createContext, useContext, useMemo, useState, type ReactNode } from "react";
import { IntlProvider, useIntl } from "react-intl";
import { en, type WordId } from "./en.ts";
import { es } from "./es.ts";

export type Locale = "en" | "es";

export const catalogue: Record<Locale, Record<WordId, string>> = { en, es };

type Values = Record<string, string | number>;

const Choice = createContext<(locale: Locale) => void>(() => undefined);

/** The first of the person's languages that we speak. */
export function preferred(languages: readonly string[] = navigator.languages): Locale {
  for (const language of languages) {
    if (language.startsWith("es")) return "es";
    if (language.startsWith("en")) return "en";
  }
  return "en";
}

function remembered(): Locale {
  try {
    const kept = window.localStorage.getItem("vesper.language");
    if (kept === "en" || kept === "es") return kept;
  } catch {
    // No storage, no memory.
  }
  return preferred();
}

export function Words({ children, initial }: { children: ReactNode; initial?: Locale }) {
  const [locale, setLocale] = useState<Locale>(() => {
    const first = initial ?? remembered();
    document.documentElement.lang = first;
    return first;
  });
  const choose = (next: Locale): void => {
    setLocale(next);
    document.documentElement.lang = next;
    try {
      window.localStorage.setItem("vesper.language", next);
    } catch {
      // It holds for this page then.
    }
  };
  return (
    <Choice value={choose}>
      <IntlProvider locale={locale} messages={catalogue[locale]}>
        {children}
      </IntlProvider>
    </Choice>
  );
}

export interface Spoken {
  locale: Locale;
  /** The sentence of that id. */
  t(id: WordId, values?: Values): string;
  /** "6:30 PM"; in another zone if given. */
  time(at: string | number, zone?: string): string;
  /** "Monday, November 23"; in another zone if given. */
  day(at: string | number, zone?: string): string;
  /** "November 23, 2026". */
  date(at: string | number): string;
  /** "Nov 23". */
  short(at: string | number): string;
  choose(locale: Locale): void;
}

export function useWords(): Spoken {
  const intl = useIntl();
  const choose = useContext(Choice);
  return useMemo(() => {
    const zoned = (zone: string | undefined) => (zone ? { timeZone: zone } : {});
    return {
      locale: intl.locale as Locale,
      t: (id, values) => intl.formatMessage({ id }, values),
      time: (at, zone) =>
        intl.formatDate(new Date(at), { hour: "numeric", minute: "2-digit", ...zoned(zone) }),
      day: (at, zone) =>
        intl.formatDate(new Date(at), { weekday: "long", month: "long", day: "numeric", ...zoned(zone) }),
      date: (at) => intl.formatDate(new Date(at), { dateStyle: "long" }),
      short: (at) => intl.formatDate(new Date(at), { month: "short", day: "numeric" }),
      choose,
    };
  }, [intl, choose]);
}
