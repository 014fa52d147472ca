// The console's own words, which come with the console alone.
import { useMemo, type ReactNode } from "react";
import { IntlProvider, useIntl } from "react-intl";
import { consoleEn } from "./console.en.ts";
import { consoleEs } from "./console.es.ts";
import type { WordId } from "./en.ts";
import { catalogue, useWords, type Locale, type Spoken } from "./words.tsx";

export type ConsoleWordId = WordId | keyof typeof consoleEn;

const whole: Record<Locale, Record<string, string>> = {
  en: { ...catalogue.en, ...consoleEn },
  es: { ...catalogue.es, ...consoleEs },
};

export function ConsoleWords({ children }: { children: ReactNode }) {
  const { locale } = useWords();
  return <IntlProvider locale={locale} messages={whole[locale]}>{children}</IntlProvider>;
}

export interface ConsoleSpoken extends Omit<Spoken, "t"> {
  t(id: ConsoleWordId, values?: Record<string, string | number>): string;
  /** "Mon, Oct 5, 2026"; of a moment in a zone, or of a local date. */
  date(at: string, zone?: string): string;
  /** "Oct 5, 2026, 6:00 PM" */
  moment(at: string, zone?: string): string;
  /** "3 h 20 min" */
  hours(minutes: number): string;
}

export function useConsoleWords(): ConsoleSpoken {
  const words = useWords();
  const intl = useIntl();
  return useMemo(() => {
    const t = words.t as ConsoleSpoken["t"];
    const zoned = (at: string, zone?: string) => (at.length <= 16 ? { timeZone: "UTC" } : zone ? { timeZone: zone } : {});
    const read = (at: string): Date => new Date(at.length === 16 ? `${at}:00Z` : at);
    return {
      ...words,
      t,
      time: (at, zone) => (typeof at === "string" && at.length === 16 ? words.time(`${at}:00Z`, "UTC") : words.time(at, zone)),
      date: (at, zone) =>
        intl.formatDate(read(at), { weekday: "short", month: "short", day: "numeric", year: "numeric", ...zoned(at, zone) }),
      moment: (at, zone) =>
        intl.formatDate(read(at), { month: "short", day: "numeric", year: "numeric", hour: "numeric", minute: "2-digit", ...zoned(at, zone) }),
      hours: (minutes) => {
        const [h, m] = [Math.floor(minutes / 60), Math.round(minutes % 60)];
        if (h === 0) return t("hours.minutes", { m });
        return m === 0 ? t("hours.hours", { h }) : t("hours.both", { h, m });
      },
    };
  }, [words, intl]);
}
