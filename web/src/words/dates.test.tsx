// One way to write a date, by the clinic's clock, wherever the reader is.
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { ClinicZone, ConsoleWords, useConsoleWords, type ConsoleSpoken } from "./console.tsx";
import { Words, type Locale } from "./words.tsx";

function said(locale: Locale, say: (words: ConsoleSpoken) => string): string {
  const Said = () => <>{say(useConsoleWords())}</>;
  const page = renderToStaticMarkup(
    <Words initial={locale}><ConsoleWords><ClinicZone value="America/New_York"><Said /></ClinicZone></ConsoleWords></Words>,
  );
  return page.replaceAll("\u202f", " ").replaceAll("\u00a0", " ");
}

const start = "2026-10-06T01:00:00Z";
const end = "2026-10-06T02:30:00Z";

test("a moment begins like a date and ends like a time", () => {
  expect(said("en", (w) => w.date(start))).toBe("Mon, Oct 5, 2026");
  expect(said("en", (w) => w.moment(start))).toBe("Mon, Oct 5, 2026, 9:00 PM");
  expect(said("en", (w) => w.span({ start, end }))).toBe("9:00 PM to 10:30 PM");
  expect(said("es", (w) => w.moment(start))).toMatch(/^lun, 5 oct 2026, 21:00$/);
});

test("a zone that is named goes before the clinic's; a local date has none", () => {
  expect(said("en", (w) => w.moment(start, "America/Chicago"))).toBe("Mon, Oct 5, 2026, 8:00 PM");
  expect(said("en", (w) => `${w.date("2026-10-05")} ${w.time("2026-10-05T18:00")}`)).toBe("Mon, Oct 5, 2026 6:00 PM");
});
