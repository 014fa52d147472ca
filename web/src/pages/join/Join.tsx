// The door: what the link opens, and the form for going in.
import { useEffect } from "react";
import type { Memory } from "../../call/storage.ts";
import type { Invitation } from "../../protocol/http.ts";
import { useCall } from "../../ui/CallContext.tsx";
import { Check } from "../../ui/Check.tsx";
import { Page } from "../../ui/Page.tsx";
import { useWords } from "../../words/words.tsx";
import { Closed } from "./Closed.tsx";
import { Form } from "./Form.tsx";
import { shapeOf } from "./steps.ts";
import { useInvitation } from "./useInvitation.ts";
import css from "./Join.module.css";

export function Join({ secret, memory }: { secret: string | undefined; memory: Memory }) {
  const { t } = useWords();
  const opening = useInvitation(secret);
  switch (opening.kind) {
    case "asking":
      return (
        <Page title="title.join">
          <p role="status">{t("loading")}</p>
        </Page>
      );
    case "refused":
      return <Closed code={opening.code} until={opening.until} />;
    case "open":
      return opening.invitation.status === "open" ? (
        <Open secret={secret ?? ""} memory={memory} invitation={opening.invitation} />
      ) : (
        <Closed code={opening.invitation.status} invitation={opening.invitation} />
      );
  }
}

function Open({ secret, memory, invitation }: { secret: string; memory: Memory; invitation: Invitation }) {
  const { t } = useWords();
  const call = useCall();
  useEffect(() => {
    call.prepare();
    void call.capture.ensure();
  }, [call]);
  return (
    <Page title="title.join" clinic={invitation.clinic}>
      <div className={css["intro"]}>
        <h1 className={css["head"]}>
          {invitation.name ? t("join.hello", { name: invitation.name }) : t("join.head")}
        </h1>
        <When invitation={invitation} />
        {shapeOf(invitation) !== "again" && <p className={css["soft"]}>{t("join.door.open")}</p>}
      </div>
      <Form secret={secret} memory={memory} invitation={invitation} check={<Check compact />} />
    </Page>
  );
}

/** In the time of the person's own clock, and the clinic's where that differs. */
export function When({ invitation: { session } }: { invitation: Invitation }) {
  const { t, day, time } = useWords();
  if (!session) return null;
  const { start, end, zone } = session;
  const elsewhere = time(start) !== time(start, zone) || day(start) !== day(start, zone);
  return (
    <p className={css["when"]}>
      {t("join.when", { date: day(start), start: time(start), end: time(end) })}
      {elsewhere && (
        <span className={css["zone"]}>
          {t("join.when.zone", { start: time(start, zone), end: time(end, zone), zone: place(zone) })}
        </span>
      )}
    </p>
  );
}

/** "America/New_York" as people say it. */
export function place(zone: string): string {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}
