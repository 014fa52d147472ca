import type { ListedSession } from "../../protocol/clinic.ts";
import { useConsoleWords } from "../../words/console.tsx";
import css from "./Console.module.css";

type Standing = "scheduled" | "unopened" | "open" | "closing" | "unsigned" | "signed" | "cancelled";

/** Where an evening stands between its plan and its signature. */
export function standing({ status, final, signed, end }: Pick<ListedSession, "status" | "final" | "signed" | "end">, now = Date.now()): Standing {
  switch (status) {
    case "ended":
      return signed ? "signed" : final ? "unsigned" : "closing";
    case "scheduled":
      return Date.parse(end) < now ? "unopened" : "scheduled";
    default:
      return status;
  }
}

const looks: Partial<Record<Standing, string>> = { open: "live", unsigned: "due" };

export function SessionState({ session }: { session: ListedSession }) {
  const { t } = useConsoleWords();
  const at = standing(session);
  return <span className={css[looks[at] ?? "soft"]}>{t(`state.${at}`)}</span>;
}
