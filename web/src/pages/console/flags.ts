// What a row says besides its minutes, in words.
import type { AttendanceRecord } from "../../protocol/records.ts";
import { consoleEn } from "../../words/console.en.ts";
import type { ConsoleSpoken, ConsoleWordId } from "../../words/console.tsx";

/** A flag in words. One that this page does not know is shown as it is. */
export function flagWords(flag: string, record: Pick<AttendanceRecord, "late_s" | "early_s">, { t }: Pick<ConsoleSpoken, "t">): string {
  const minutes = (seconds: number): number => Math.floor(seconds / 60);
  if (flag === "late" && typeof record.late_s === "number") return t("flag.late.by", { minutes: minutes(record.late_s) });
  if (flag === "left_early" && typeof record.early_s === "number") return t("flag.left_early.by", { minutes: minutes(record.early_s) });
  const id = `flag.${flag}`;
  return id in consoleEn ? t(id as ConsoleWordId) : flag;
}
