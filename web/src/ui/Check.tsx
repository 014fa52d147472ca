// Camera and microphone before going in: a picture, a level, the two switches,
// and one kind sentence where something is in the way.
import { useMemo } from "react";
import type { CaptureState } from "../media/capture.ts";
import type { WordId } from "../words/en.ts";
import { useWords } from "../words/words.tsx";
import { Button } from "./Button.tsx";
import { useCall, useCallState } from "./CallContext.tsx";
import { DeviceFields } from "./DeviceFields.tsx";
import { Meter } from "./Meter.tsx";
import { Notice } from "./Notice.tsx";
import { Video } from "./Video.tsx";
import css from "./Check.module.css";

/** What to say about the devices; nothing where all is well. */
export function troubles({ microphone, camera }: CaptureState): WordId[] {
  if (microphone.trouble === "denied" && camera.trouble === "denied") return ["trouble.both.denied"];
  const said: WordId[] = [];
  if (microphone.trouble) said.push(`trouble.microphone.${microphone.trouble}`);
  if (camera.trouble) said.push(`trouble.camera.${camera.trouble}`);
  return said;
}

/** A stream of one track, the same one while the track is. */
export function useStreamOf(track: MediaStreamTrack | undefined): MediaStream | undefined {
  return useMemo(() => (track ? new MediaStream([track]) : undefined), [track]);
}

export function Preview() {
  const { t } = useWords();
  const { camera } = useCallState((s) => s.capture);
  const stream = useStreamOf(camera.track);
  return (
    <div className={css["preview"]}>
      <Video stream={stream} mirrored label={t("check.preview")} className={css["video"]} />
      {!stream && <p className={css["dark"]}>{t("check.camera.off")}</p>}
    </div>
  );
}

export function Switches() {
  const { t } = useWords();
  const call = useCall();
  const { microphone, camera } = useCallState((s) => s.capture);
  return (
    <div className={css["switches"]}>
      <Button icon={microphone.on ? "microphone" : "microphone-off"} onClick={() => call.microphone(!microphone.on)}>
        {microphone.on ? t("room.mute") : t("room.unmute")}
      </Button>
      <Button icon={camera.on ? "camera" : "camera-off"} onClick={() => call.camera(!camera.on)}>
        {camera.on ? t("room.camera.stop") : t("room.camera.start")}
      </Button>
    </div>
  );
}

interface CheckProps {
  devices?: boolean;
  /** In little room: the picture beside the switches. */
  compact?: boolean;
}

export function Check({ devices = true, compact = false }: CheckProps) {
  const { t } = useWords();
  const call = useCall();
  const capture = useCallState((s) => s.capture);
  const said = troubles(capture);
  return (
    <section className={`${css["check"]} ${compact ? css["compact"] : ""}`} aria-label={t("check.head")}>
      <Preview />
      {capture.microphone.track && <div className={css["level"]}><Meter track={capture.microphone.track} /></div>}
      {!capture.asked && <p className={css["hint"]}>{t("check.asking")}</p>}
      {capture.microphone.track && <p className={`${css["hint"]} ${css["levelhint"]}`}>{t("check.level.hint")}</p>}
      <Switches />
      {said.map((id) => (
        <Notice key={id} look="lamp">{t(id)}</Notice>
      ))}
      {said.length > 0 && <Button onClick={() => void call.capture.ask()}>{t("retry")}</Button>}
      {devices && said.length === 0 && (
        <details className={css["devices"]}>
          <summary>{t("devices")}</summary>
          <DeviceFields />
        </details>
      )}
    </section>
  );
}
