// For the safety of an evening: where each person said they are, and whom to
// call. It is read only when somebody asks for it, and that is written down.
import { useState } from "react";
import { many } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Loaded, useDesk, useRead } from "./desk.tsx";
import { Call } from "./Missing.tsx";
import { Part } from "./Shell.tsx";
import css from "./Console.module.css";

interface Door {
  person: string;
  name: string;
  place: "home" | "elsewhere";
  address?: { line: string; city: string; state: string; zip: string };
  outside_state: boolean;
  phone: string;
  emergency?: { name: string; phone: string };
  at: string;
}

/** names of those who have no seat in the series, by person. */
export function Safety({ session, zone, names }: { session: string; zone: string; names: ReadonlyMap<string, string> }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const [asked, setAsked] = useState(false);
  if (!may("run")) return null;
  return (
    <Part title={t("safety.head")}>
      {asked ? <Doors session={session} zone={zone} names={names} /> : (
        <div className={css["narrow"]}>
          <p className={css["soft"]}>{t("safety.lead")}</p>
          <div className={css["actions"]}><Button icon="phone" onClick={() => setAsked(true)}>{t("safety.show")}</Button></div>
        </div>
      )}
    </Part>
  );
}

function Doors({ session, zone, names }: { session: string; zone: string; names: ReadonlyMap<string, string> }) {
  const { t, time, locale } = useConsoleWords();
  const doors = useRead<{ doors: Door[] | null }>("doors", "/sessions/{id}/doors", { path: { id: session } });
  const name = (d: Door): string => d.name || names.get(d.person) || t("console.guest");
  const where = ({ address: a, place, outside_state: outside }: Door): string => {
    const said = a ? [a.line, a.city, `${a.state} ${a.zip}`.trim()].filter((s) => s !== "").join(", ") : "";
    return [t(`board.${place}`), said, outside ? t("board.notice.outside_state") : ""].filter((s) => s !== "").join(". ");
  };
  const columns: Column<Door>[] = [
    { id: "name", head: t("console.person"), names: true, sort: name, cell: name },
    { id: "phone", head: t("safety.phone"), cell: (d) => <Call phone={d.phone} /> },
    { id: "place", head: t("safety.place"), cell: where },
    { id: "emergency", head: t("safety.emergency"), cell: (d) => (d.emergency ? <>{d.emergency.name} <Call phone={d.emergency.phone} /></> : "–") },
    { id: "at", head: t("safety.at"), number: true, sort: (d) => d.at, cell: (d) => time(d.at, zone) },
  ];
  return (
    <Loaded of={doors}>
      {(got) => <Table caption={t("safety.head")} rows={many(got.doors)} columns={columns} keyOf={(d) => d.person} locale={locale} sorting={{ by: "name", down: false }} empty={t("safety.empty")} />}
    </Loaded>
  );
}
