import { useMemo, useState } from "react";
import type { Attendance, AttendanceRecord } from "../../protocol/records.ts";
import { role } from "../../protocol/nouns.ts";
import { en, type WordId } from "../../words/en.ts";
import { useWords, type Spoken } from "../../words/words.tsx";
import { Timeline } from "./Timeline.tsx";
import css from "./Console.module.css";

type Column = "person" | "role" | "judged" | "minutes" | "reconnects";

const columns: readonly Column[] = ["person", "role", "judged", "minutes", "reconnects"];

function value(record: AttendanceRecord, column: Column): string | number {
  switch (column) {
    case "person":
      return record.display_name;
    case "role":
      return record.role;
    case "judged":
      return record.status;
    case "minutes":
      return record.seconds;
    case "reconnects":
      return record.reconnects;
  }
}

export function sorted(records: readonly AttendanceRecord[], by: Column, down: boolean, locale: string): AttendanceRecord[] {
  const sign = down ? -1 : 1;
  return [...records].sort((a, b) => {
    const [x, y] = [value(a, by), value(b, by)];
    const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), locale);
    return sign * order || a.display_name.localeCompare(b.display_name, locale);
  });
}

/** A flag in words. One that this page does not know is shown as it is. */
export function flagWords(flag: string, record: AttendanceRecord, { t }: Pick<Spoken, "t">): string {
  const minutes = (seconds: number): number => Math.floor(seconds / 60);
  if (flag === "late" && typeof record.late_s === "number") return t("flag.late.by", { minutes: minutes(record.late_s) });
  if (flag === "left_early" && typeof record.early_s === "number") return t("flag.left_early.by", { minutes: minutes(record.early_s) });
  const id = `flag.${flag}`;
  return id in en ? t(id as WordId) : flag;
}

export function AttendanceTable({ sheet }: { sheet: Attendance }) {
  const words = useWords();
  const { t, locale } = words;
  const [by, setBy] = useState<Column>("person");
  const [down, setDown] = useState(false);
  const rows = useMemo(() => sorted(sheet.records, by, down, locale), [sheet, by, down, locale]);
  const choose = (column: Column): void => {
    setDown(column === by ? !down : false);
    setBy(column);
  };
  return (
    <div className={css["scroll"]} role="region" aria-label={t("console.attendance")} tabIndex={0}>
      <table className={css["table"]}>
        <caption>{t("console.people", { n: rows.length })}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" aria-sort={column === by ? (down ? "descending" : "ascending") : "none"}>
                <button type="button" className={css["sort"]} onClick={() => choose(column)}>
                  {t(`console.${column}`)}
                  <span aria-hidden="true" className={css["arrow"]}>{column === by ? (down ? "↓" : "↑") : ""}</span>
                </button>
              </th>
            ))}
            <th scope="col">{t("console.flags")}</th>
            <th scope="col" className={css["wide"]}>{t("console.timeline")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((record) => (
            <tr key={record.person}>
              <th scope="row">{record.display_name || record.person}</th>
              <td>{record.role === "" ? t("console.guest") : t(`role.${role(record.role, "role")}`)}</td>
              <td><span className={css[record.status]}>{t(`status.${record.status}`)}</span></td>
              <td className={css["number"]}>{record.minutes}</td>
              <td className={css["number"]}>{record.reconnects}</td>
              <td>
                {record.flags.length > 0 && (
                  <ul className={css["flags"]}>
                    {record.flags.map((flag) => <li key={flag}>{flagWords(flag, record, words)}</li>)}
                  </ul>
                )}
              </td>
              <td className={css["wide"]}><Timeline record={record} session={sheet.session} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
