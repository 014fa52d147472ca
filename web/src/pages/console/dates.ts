// Local dates as text, "2026-10-05", and local times, "2026-10-05T18:00": the
// clinic's wall clock, without a zone until the server gives it one.

const DAY_MS = 86_400_000;

/** The date that it is in a zone. */
export function dateIn(zone: string | undefined, at: Date = new Date()): string {
  const parts = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", ...(zone && { timeZone: zone }) });
  return parts.format(at);
}

/** The local time that it is in a zone at that moment, "2026-10-05T18:00". */
export function localIn(zone: string | undefined, at: Date): string {
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(zone && { timeZone: zone }) });
  return `${dateIn(zone, at)}T${clock.format(at)}`;
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** 0 is Sunday. */
export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay();
}

/** The clock some minutes later: "18:00" and 180 are "21:00". */
export function later(clock: string, minutes: number): string {
  const [hour = "0", minute = "0"] = clock.split(":");
  const at = (Number(hour) * 60 + Number(minute) + minutes) % 1440;
  return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
}

/** A moment that reads as the local time does, for a formatter in UTC. */
export function asUTC(local: string): Date {
  return new Date(`${local.length === 10 ? `${local}T00:00` : local}:00Z`);
}

/** Midnight of a date in a zone, as the server takes it. */
export function startOf(date: string, zone: string | undefined): string {
  const guess = Date.parse(`${date}T00:00:00Z`);
  // The zone's distance at that time; once more, should it change that night.
  let at = guess;
  for (let round = 0; round < 2; round++) at = guess - (asUTC(localIn(zone, new Date(at))).getTime() - Math.floor(at / 60_000) * 60_000);
  return new Date(at).toISOString();
}

const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** The seven days before the week that a date lies in. */
export function lastFullWeek(today: string, starts = "monday"): { from: string; to: string } {
  const behind = (weekdayOf(today) - weekdays.indexOf(starts) + 7) % 7;
  return { from: addDays(today, -behind - 7), to: addDays(today, -behind - 1) };
}
