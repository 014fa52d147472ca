/** "9" and "7.5" hours are minutes; nothing is nothing. */
export function minutesFrom(hours: string): number {
  const n = Number(hours.replace(",", "."));
  return Number.isFinite(n) && n > 0 ? Math.round(n * 60) : 0;
}

export function hoursFrom(minutes: number | undefined | null): string {
  return minutes ? String(Math.round((minutes / 60) * 100) / 100) : "";
}
