// Who is here, and whose hand is up in which order.
import { useCallState } from "../../ui/CallContext.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { useWords } from "../../words/words.tsx";
import css from "./Room.module.css";

export function People() {
  const { t } = useWords();
  const people = useCallState((s) => s.participants);
  const hands = useCallState((s) => s.room?.hands);
  const self = useCallState((s) => s.you?.participant);
  return (
    <ul className={css["people"]}>
      {people.map((p) => {
        const hand = (hands?.indexOf(p.id) ?? -1) + 1;
        const facts = [
          p.id === self ? t("room.you") : "",
          p.role === "participant" ? "" : t(`role.${p.role}`),
          p.state === "away" ? t("tile.away") : "",
          p.muted ? t("tile.muted") : "",
        ].filter(Boolean);
        return (
          <li key={p.id}>
            <span>{p.name}</span>
            <span className={css["soft"]}>{facts.join(", ")}</span>
            {hand > 0 && (
              <span className={css["handed"]}>
                <Icon name="hand" size={18} /> {t("tile.hand.short", { n: hand })}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
