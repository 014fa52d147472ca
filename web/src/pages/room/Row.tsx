// One person on the board: what staff need to know, and what they can do.
import type { Standing } from "../../call/board.ts";
import { isStaff, outcomes, type BoardRow } from "../../protocol/nouns.ts";
import type { About } from "../../protocol/client.ts";
import { Button } from "../../ui/Button.tsx";
import { useCall, useCallState } from "../../ui/CallContext.tsx";
import { Icon, type IconName } from "../../ui/Icon.tsx";
import { useWords } from "../../words/words.tsx";
import css from "./Board.module.css";

interface RowProps {
  row: BoardRow;
  standing: Standing;
  now: number;
  onRemove(): void;
  onLink(): void;
}

export function Row({ row, standing, now, onRemove, onLink }: RowProps) {
  const { t } = useWords();
  return (
    <li className={css["row"]}>
      <div className={css["who"]}>
        <span className={css["name"]}>{row.name}</span>
        <span className={css["soft"]}>{useFacts(row, standing, now).join(" · ")}</span>
        {row.phone !== undefined && row.phone !== "" && !isStaff(row.role) && (
          standing === "missing" || standing === "away" || standing === "late" ? (
            <a className={css["phone"]} href={`tel:${row.phone.replace(/[^+\d]/g, "")}`}>
              <Icon name="phone" size={18} /> {t("board.call", { phone: row.phone })}
            </a>
          ) : (
            <span className={css["soft"]}>{row.phone}</span>
          )
        )}
        {standing === "waiting" && row.notice === "outside_state" && (
          <span className={css["note"]}>{t("board.notice.outside_state")}</span>
        )}
        {row.second_device && <span className={css["note"]}>{t("board.second")}</span>}
      </div>
      <Actions row={row} standing={standing} onRemove={onRemove} onLink={onLink} />
    </li>
  );
}

function useFacts(row: BoardRow, standing: Standing, now: number): string[] {
  const { t } = useWords();
  const self = useCallState((s) => s.you?.participant === row.participant);
  const facts: string[] = [];
  if (self) facts.push(t("room.you"));
  if (row.guest === true) facts.push(t("board.guest.mark"));
  if (row.role !== "participant") facts.push(t(`role.${row.role}`));
  if (row.place === "home" || row.place === "elsewhere") facts.push(t(`board.${row.place}`));
  if ((standing === "waiting" || standing === "away") && row.since !== undefined) {
    facts.push(t("board.waits", { minutes: Math.max(0, Math.floor((now - Date.parse(row.since)) / 60_000)) }));
  }
  if (standing === "waiting" && !row.complete) facts.push(t("board.incomplete"));
  return facts;
}

/** What came of calling somebody who is not here. */
function Outcome({ row }: { row: BoardRow }) {
  const { t } = useWords();
  const call = useCall();
  return (
    <select className={css["outcome"]} aria-label={t("board.outcome", { name: row.name })} value={row.absence ?? ""}
      onChange={(event) => {
        const chosen = outcomes.find((o) => o === event.target.value);
        if (chosen) call.absence(row.participant, chosen);
      }}>
      <option value="" disabled>{t("board.outcome.none")}</option>
      {outcomes.map((o) => <option key={o} value={o}>{t(`board.outcome.${o}`)}</option>)}
    </select>
  );
}

function Actions({ row, standing, onRemove, onLink }: Omit<RowProps, "now">) {
  const { t } = useWords();
  const call = useCall();
  const self = useCallState((s) => s.you?.participant === row.participant);
  const hand = useCallState((s) => s.room?.hands.includes(row.participant) === true);
  if (self) return null;
  const { name, participant } = row;
  const about = (type: About["type"]) => () => call.about(type, participant);
  const small = (icon: IconName, words: string, act: () => void, disabled = false) => (
    <button type="button" className={css["act"]} aria-label={words} title={words} disabled={disabled} onClick={act}>
      <Icon name={icon} size={20} />
    </button>
  );
  return (
    <div className={css["acts"]}>
      {(standing === "missing" || standing === "late") && !isStaff(row.role) && <Outcome row={row} />}
      {row.second_device && standing !== "removed" && (
        <Button size="small" short={t("board.move.short")} onClick={about("move_device")}>
          {t("board.move", { name })}
        </Button>
      )}
      {(standing === "waiting" || standing === "denied") && (
        <Button size="small" look="lamp" icon="check" short={t("board.admit.short")} onClick={about("admit")}>
          {t("board.admit", { name })}
        </Button>
      )}
      {standing === "waiting" && (
        <Button size="small" look="quiet" short={t("board.deny.short")} onClick={about("deny")}>
          {t("board.deny", { name })}
        </Button>
      )}
      {(standing === "present" || standing === "away") && (
        <>
          {hand && small("hand", t("board.hand", { name }), about("lower_hand"))}
          {small("microphone-off", t("board.mute", { name }), about("mute"), row.muted)}
          {row.camera && small("camera-off", t("board.camera", { name }), about("stop_camera"))}
          {!isStaff(row.role) && small("door", t("board.lobby", { name }), about("back_to_lobby"))}
        </>
      )}
      {(standing === "present" || standing === "away" || standing === "waiting") && !isStaff(row.role) &&
        small("close", t("board.remove", { name }), onRemove)}
      {(standing === "missing" || standing === "late" || standing === "expected" || standing === "left" || standing === "away") && (
        <Button size="small" look="quiet" short={t("board.link.short")} onClick={onLink}>
          {t("board.link", { name })}
        </Button>
      )}
      {standing === "removed" && (
        <Button size="small" short={t("board.undo.short")} onClick={about("undo_remove")}>
          {t("board.undo", { name })}
        </Button>
      )}
    </div>
  );
}
