// The door is not open: one plain sentence each, no form.
import type { Invitation } from "../../protocol/http.ts";
import { Page, Saying } from "../../ui/Page.tsx";
import type { WordId } from "../../words/en.ts";
import { useWords } from "../../words/words.tsx";
import { Countdown } from "./Countdown.tsx";
import { place, When } from "./Join.tsx";

type Why = "slow" | "early" | "late" | "removed" | "none" | "unknown" | "revoked" | "offline" | "expired";

function why(code: string): Why {
  switch (code) {
    case "early":
    case "too_early":
      return "early";
    case "late":
    case "ended":
    case "too_late":
    case "room_ended":
      return "late";
    case "removed":
    case "denied":
      return "removed";
    case "none":
    case "no_session":
      return "none";
    case "link_unknown":
    case "not_found":
      return "unknown";
    case "link_revoked":
      return "revoked";
    case "slow_down":
      return "slow";
    case "offline":
    case "internal":
      return "offline";
    default:
      return "expired";
  }
}

/** until: when the page tries again by itself. */
export function Closed({ code, until, invitation }: { code: string; until?: number | undefined; invitation?: Invitation }) {
  const { t, time, day } = useWords();
  const session = invitation?.session;
  const reason = why(code);
  const head: WordId = `door.${reason}.head`;
  const opens = session?.door_opens;
  const today = opens !== undefined && day(opens) === day(invitation?.now ?? opens);
  const values = {
    when: opens === undefined ? "" : today ? time(opens) : `${day(opens)}, ${time(opens)}`,
    time: session ? time(session.end) : "",
  };
  const elsewhere = session && opens && time(opens) !== time(opens, session.zone);
  return (
    <Page title="title.join" clinic={invitation?.clinic}>
      <Saying head={t(head)}>
        <p role="status">{t(`door.${reason}`, values)}</p>
        {until !== undefined && <Countdown until={until} />}
        {reason === "early" && elsewhere && (
          <p>{t("door.early.zone", { time: time(opens, session.zone), zone: place(session.zone) })}</p>
        )}
        {reason === "early" && invitation && <When invitation={invitation} />}
      </Saying>
    </Page>
  );
}
