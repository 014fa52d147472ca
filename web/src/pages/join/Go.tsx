// The one big button, always in sight; above it what is open or went wrong.
import { useId, type ReactNode } from "react";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import type { WordId } from "../../words/en.ts";
import { useWords } from "../../words/words.tsx";
import type { Missing } from "./answers.ts";
import { Countdown } from "./Countdown.tsx";
import type { Entry } from "./useEntry.ts";
import css from "./Join.module.css";

/** Why the door did not open after all. */
function sentence(code: string): WordId {
  switch (code) {
    case "incomplete":
      return "error.incomplete";
    case "too_late":
    case "room_ended":
      return "error.room_ended";
    case "removed":
      return "door.removed";
    case "offline":
      return "error.offline";
    case "slow_down":
      return "error.slow";
    case "link_revoked":
      return "door.revoked";
    case "link_unknown":
      return "door.unknown";
    case "too_early":
    case "no_session":
      return "door.none";
    case "name_taken":
      return "error.name_taken";
    default:
      return "error.internal";
  }
}

interface GoProps {
  entry: Entry;
  open: readonly Missing[];
  /** Said where nothing is open. */
  hint?: string | undefined;
  label: string;
  icon?: "door";
  disabled: boolean;
  back?: ReactNode;
}

export function Go({ entry: { failed }, open, hint, label, icon, disabled, back }: GoProps) {
  const { t } = useWords();
  const id = useId();
  const said = open.length > 0 ? t("join.missing", { fields: open.map((o) => t(`join.missing.${o}`)).join(", ") }) : hint;
  return (
    <div className={css["go"]}>
      {failed && <Notice look={failed.again === undefined ? "clay" : "lamp"}>{t(sentence(failed.code))}</Notice>}
      {failed?.again !== undefined && <Countdown until={failed.again} />}
      {said !== undefined && <p id={`${id}-open`} className={css["soft"]}>{said}</p>}
      <div className={css["buttons"]}>
        {back}
        <Button type="submit" look="lamp" size="large" {...(icon && { icon })} disabled={disabled} {...(said !== undefined && { "aria-describedby": `${id}-open` })}>
          {label}
        </Button>
      </div>
    </div>
  );
}
