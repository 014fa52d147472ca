// The console's own words, which come with the console alone.
import { createContext, useContext, useMemo, type ReactNode } from "react";
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

const Zone = createContext<string | undefined>(undefined);

/** Gives the zone of the clinic: its clock is meant where no other is named. */
export const ClinicZone = Zone.Provider;

/** The console has one way to write a date: what the pages of a call say is not for it. */
export interface ConsoleSpoken extends Omit<Spoken, "t" | "day" | "short"> {
  t(id: ConsoleWordId, values?: Record<string, string | number>): string;
  /** "Mon, Oct 5, 2026"; of a moment in a zone, or of a local date. */
  date(at: string, zone?: string): string;
  /** "Mon, Oct 5, 2026, 6:00 PM" */
  moment(at: string, zone?: string): string;
  /** "6:00 PM to 9:00 PM" */
  span(session: { start: string; end: string; zone?: string }): string;
  /** "3 h 20 min" */
  hours(minutes: number): string;
}

export function useConsoleWords(): ConsoleSpoken {
  const words = useWords();
  const intl = useIntl();
  const clinic = useContext(Zone);
  return useMemo(() => {
    const t = words.t as ConsoleSpoken["t"];
    const zoned = (at: string, zone = clinic) => (at.length <= 16 ? { timeZone: "UTC" } : zone ? { timeZone: zone } : {});
    const read = (at: string): Date => new Date(at.length === 16 ? `${at}:00Z` : at);
    const date = { weekday: "short", month: "short", day: "numeric", year: "numeric" } as const;
    const time: ConsoleSpoken["time"] = (at, zone = clinic) =>
      (typeof at === "string" && at.length === 16 ? words.time(`${at}:00Z`, "UTC") : words.time(at, zone));
    return {
      locale: words.locale,
      choose: words.choose,
      t,
      time,
      date: (at, zone) => intl.formatDate(read(at), { ...date, ...zoned(at, zone) }),
      moment: (at, zone) => intl.formatDate(read(at), { ...date, hour: "numeric", minute: "2-digit", ...zoned(at, zone) }),
      span: ({ start, end, zone }) => t("console.interval", { start: time(start, zone), end: time(end, zone) }),
      hours: (minutes) => {
        const [h, m] = [Math.floor(minutes / 60), Math.round(minutes % 60)];
        if (h === 0) return t("hours.minutes", { m });
        return m === 0 ? t("hours.hours", { h }) : t("hours.both", { h, m });
      },
    };
  }, [words, intl, clinic]);
}
