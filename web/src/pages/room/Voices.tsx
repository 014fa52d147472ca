// The sound of the room: one <audio> a slot, all of them playing all the time.
import { useEffect, useRef } from "react";
import { Button } from "../../ui/Button.tsx";
import { useCall, useCallState } from "../../ui/CallContext.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useWords } from "../../words/words.tsx";

function Voice({ stream }: { stream: MediaStream }) {
  const call = useCall();
  const ref = useRef<HTMLAudioElement>(null);
  const silenced = useCallState((s) => s.silenced);
  const speaker = useCallState((s) => s.speaker);
  useEffect(() => {
    const audio = ref.current;
    if (!audio) return;
    if (audio.srcObject !== stream) audio.srcObject = stream;
    audio.play().then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof DOMException && error.name === "NotAllowedError") call.silenced(true);
      },
    );
  }, [call, stream, silenced]);
  useEffect(() => {
    const audio = ref.current as (HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> }) | null;
    if (speaker !== undefined) audio?.setSinkId?.(speaker).catch(() => undefined);
  }, [speaker]);
  return <audio ref={ref} autoPlay />;
}

export function Voices() {
  const voices = useCallState((s) => s.voices);
  return (
    <div hidden>
      {voices.map((stream) => (
        <Voice key={stream.id} stream={stream} />
      ))}
    </div>
  );
}

/** Some browsers hold sound back until a tap. */
export function SoundOn() {
  const { t } = useWords();
  const call = useCall();
  const silenced = useCallState((s) => s.silenced);
  if (!silenced) return null;
  return (
    <Notice look="lamp" icon="sound"
      action={<Button look="lamp" onClick={() => call.silenced(false)}>{t("room.sound")}</Button>}>
      {t("room.sound.why")}
    </Notice>
  );
}
