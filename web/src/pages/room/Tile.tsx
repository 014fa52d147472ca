// One person in the room. The group has their name and one <video>, whatever
// happens to the camera. The ring of the one who speaks is lit from outside.
import { memo, useEffect, useRef, type ReactNode } from "react";
import type { Participant } from "../../protocol/nouns.ts";
import { useCall, useCallState } from "../../ui/CallContext.tsx";
import { useStreamOf } from "../../ui/Check.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Video } from "../../ui/Video.tsx";
import { useWords } from "../../words/words.tsx";
import type { Place } from "./layout.ts";
import css from "./Tile.module.css";

interface TileProps {
  person: Participant;
  place: Place;
  order: number;
}

/** Lights the ring by the level of the voice, past React. */
function useLight(id: string) {
  const call = useCall();
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    const scope = new AbortController();
    call.speakers.watch((who, level) => {
      const element = ref.current;
      if (who !== id || !element) return;
      element.toggleAttribute("data-speaking", level > 0);
      element.style.setProperty("--voice", level.toFixed(2));
    }, scope.signal);
    return () => scope.abort();
  }, [call, id]);
  return ref;
}

export const Tile = memo(function Tile({ person, place, order }: TileProps) {
  const self = useCallState((s) => s.you?.participant === person.id);
  return self ? <OwnTile person={person} place={place} order={order} /> : <PeerTile person={person} place={place} order={order} />;
});

function PeerTile(props: TileProps) {
  const { person } = props;
  const stream = useCallState((s) => s.pictures.video[person.id]);
  const shown = person.camera && person.state === "present";
  return (
    <Frame {...props} dark={!shown || !stream}>
      <Video stream={stream} className={css["video"]} />
    </Frame>
  );
}

function OwnTile(props: TileProps) {
  const { camera } = useCallState((s) => s.capture);
  const hidden = useCallState((s) => s.selfHidden);
  const stream = useStreamOf(camera.track);
  return (
    <Frame {...props} self dark={!stream || hidden}>
      <Video stream={stream} mirrored className={css["video"]} />
    </Frame>
  );
}

interface FrameProps extends TileProps {
  self?: boolean;
  /** No picture: the initial stands over the video. */
  dark: boolean;
  children: ReactNode;
}

function Frame({ person, place, order, self, dark, children }: FrameProps) {
  const { t } = useWords();
  const ref = useLight(person.id);
  const hand = useCallState((s) => (s.room?.hands.indexOf(person.id) ?? -1) + 1);
  const away = person.state === "away";
  return (
    <section ref={ref} role="group" aria-label={person.name} data-participant={person.id}
      className={`${css["tile"]} ${css[place]}`} style={{ order }}>
      {children}
      {dark && (
        <div className={css["dark"]} aria-hidden="true">
          <span className={css["initial"]}>{initial(person.name)}</span>
        </div>
      )}
      <div className={css["label"]}>
        <span className={css["name"]}>
          {person.name}
          {self && <span className={css["self"]}> ({t("room.you")})</span>}
        </span>
        {person.muted && (
          <>
            <Icon name="microphone-off" size={16} />
            <span className="unseen">{t("tile.muted")}</span>
          </>
        )}
      </div>
      {hand > 0 && (
        <p className={css["hand"]}>
          <Icon name="hand" size={18} />
          <span aria-hidden="true">{hand}</span>
          <span className="unseen">{t("tile.hand", { n: hand })}</span>
        </p>
      )}
      {away && <p className={css["away"]}>{t("tile.away")}</p>}
    </section>
  );
}

export function initial(name: string): string {
  return [...name.trim()][0]?.toLocaleUpperCase() ?? "·";
}
