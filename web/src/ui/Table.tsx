// A table that is read: a caption, row headers, columns that sort by a button
// and say so, a field that filters and tells how many are left. The region is
// scrolled where it is too wide, by keyboard too; or its rows become cards
// there, and it stays a table for those who listen.
import { useMemo, useState, type ReactNode } from "react";
import { Input } from "./Fields.tsx";
import css from "./Table.module.css";

export interface Column<Row> {
  id: string;
  head: string;
  cell(row: Row): ReactNode;
  /** What it is sorted by; without it the head is no button. */
  sort?(row: Row): string | number;
  /** Names the row. */
  names?: boolean;
  /** Digits under each other. */
  number?: boolean;
  /** Takes what room there is. */
  wide?: boolean;
  /** Left out on paper. */
  screen?: boolean;
}

export interface Sorting { by: string; down: boolean }

interface TableProps<Row> {
  caption: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  keyOf(row: Row): string;
  sorting?: Sorting;
  /** Label of the field that filters; without it there is none. */
  filter?: { label: string; text(row: Row): string; onTyped?(text: string): void; count(shown: number, all: number): string };
  /** Said when there is nothing. */
  empty: string;
  locale: string;
  /** On a narrow screen each row is a card with every column in it, unless this is false: for two or three short columns. */
  cards?: boolean;
}

export function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], { by, down }: Sorting, locale: string): Row[] {
  const value = columns.find((c) => c.id === by)?.sort;
  if (!value) return [...rows];
  const sign = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), locale, { numeric: true });
    return sign * order;
  });
}

/** Every word that was typed is somewhere in the row; accents and capitals don't matter. */
export function matches(text: string, typed: string): boolean {
  const plain = (s: string): string => s.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const whole = plain(text);
  return plain(typed).split(/\s+/).every((word) => whole.includes(word));
}

export function Table<Row>({ caption, rows, columns, keyOf, sorting, filter, empty, locale, cards = true }: TableProps<Row>) {
  const [sorted, setSorted] = useState<Sorting>(sorting ?? { by: "", down: false });
  const [typed, setTyped] = useState("");
  const shown = useMemo(() => {
    const left = filter && typed.trim() !== "" ? rows.filter((row) => matches(filter.text(row), typed.trim())) : rows;
    return sortRows(left, columns, sorted, locale);
  }, [rows, columns, filter, typed, sorted, locale]);
  const choose = (id: string): void => setSorted({ by: id, down: sorted.by === id && !sorted.down });
  const counted = filter?.count(shown.length, rows.length);
  return (
    <div className={css["whole"]}>
      {filter && rows.length > 0 && (
        <div className={css["filter"]}>
          <Input type="search" label={filter.label} value={typed} autoComplete="off" onValue={(text) => { setTyped(text); filter.onTyped?.(text); }} />
          <p role="status" className={css["count"]}>{counted}</p>
        </div>
      )}
      {rows.length === 0 ? <p className={css["empty"]}>{empty}</p> : (
        <div className={`${css["scroll"]} ${cards ? css["cards"] : ""}`} role="region" aria-label={caption} tabIndex={0}>
          <table className={css["table"]} role="table">
            <caption className="unseen">{caption}</caption>
            <thead role="rowgroup">
              <tr role="row">{columns.map((c) => <Head key={c.id} column={c} sorted={sorted} onChoose={choose} />)}</tr>
            </thead>
            <tbody role="rowgroup">
              {shown.map((row) => (
                <tr key={keyOf(row)} role="row">{columns.map((c) => <Cell key={c.id} column={c} row={row} />)}</tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

// The roles are said, because a table that is drawn as cards has none of its own.
function look<Row>(c: Column<Row>): string {
  return [c.number && css["number"], c.wide && css["wide"], c.screen && css["screen"]].filter(Boolean).join(" ");
}

function Head<Row>({ column, sorted, onChoose }: { column: Column<Row>; sorted: Sorting; onChoose(id: string): void }) {
  if (!column.sort) return <th scope="col" role="columnheader" className={`${look(column)} ${css["fixed"]}`}>{column.head}</th>;
  const here = sorted.by === column.id;
  return (
    <th scope="col" role="columnheader" className={look(column)} aria-sort={here ? (sorted.down ? "descending" : "ascending") : "none"}>
      <button type="button" className={css["sort"]} onClick={() => onChoose(column.id)}>
        {column.head}
        <span aria-hidden="true" className={css["arrow"]}>{here ? (sorted.down ? "↓" : "↑") : "↕"}</span>
      </button>
    </th>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  if (column.names) return <th scope="row" role="rowheader" className={look(column)}>{column.cell(row)}</th>;
  return <td role="cell" className={look(column)} data-head={column.head}>{column.cell(row)}</td>;
}
