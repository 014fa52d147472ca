// The way into a room, for staff who have a seat there.
import { many, type ListedSession, type Seat } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Refused, useDesk, useRead, useSend } from "./desk.tsx";
import type { Seats } from "./SeriesPage.tsx";
import css from "./Console.module.css";

type Evening = Pick<ListedSession, "id" | "series" | "start" | "status">;

const DAY_MS = 86_400_000;

/** The door of a later one is closed for a good while. */
function soon({ start, status }: Evening): boolean {
  return status === "open" || status === "scheduled" && Date.parse(start) - Date.now() < DAY_MS;
}

function holds({ series, from = "", until }: Seat, session: Evening): boolean {
  const date = session.start.slice(0, 10);
  return series === session.series && from <= date && (!until || until > date);
}

export function EnterRoom({ session }: { session: Evening }) {
  const { t } = useConsoleWords();
  const { who } = useDesk();
  const near = soon(session);
  const seats = useRead<Seats>("seats", "/persons/{id}/seats", { path: { id: who.person ?? "" } }, near && who.person !== undefined);
  const enter = useSend((office) => office.post<{ url: string }>("/sessions/{id}/enter", { path: { id: session.id } }), []);
  if (!near || !many(seats.data?.seats).some((seat) => holds(seat, session))) return null;
  return (
    <>
      <div className={css["actions"]}>
        <Button look={session.status === "open" ? "lamp" : "plain"} onClick={() => void enter.run(undefined).then((way) => way && window.location.assign(way.url))}>{t("room.enter")}</Button>
      </div>
      <Refused refusal={enter.refusal} />
    </>
  );
}
