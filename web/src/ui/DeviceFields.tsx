// Which microphone, camera and loudspeaker.
import { useId } from "react";
import type { Device } from "../media/devices.ts";
import type { Side } from "../media/capture.ts";
import { useWords } from "../words/words.tsx";
import { useCall, useCallState } from "./CallContext.tsx";
import css from "./Field.module.css";

function Choice(props: { label: string; all: Device[]; value: string | undefined; onChoose(id: string): void }) {
  const { t } = useWords();
  const id = useId();
  const { label, all, value, onChoose } = props;
  if (all.length === 0) return null;
  const known = all.some((device) => device.id === value);
  return (
    <div className={css["field"]}>
      <label htmlFor={id}>{label}</label>
      <select id={id} className={css["input"]} value={known ? value : ""} onChange={(e) => onChoose(e.target.value)}>
        {!known && <option value="">{t("devices.default")}</option>}
        {all.map((device, i) => (
          <option key={device.id} value={device.id}>
            {device.label || t("devices.one", { kind: label, n: i + 1 })}
          </option>
        ))}
      </select>
    </div>
  );
}

/** The device that is open, chosen or not. */
function current({ device, track }: Side): string | undefined {
  return device ?? track?.getSettings().deviceId;
}

export function DeviceFields({ speaker = true }: { speaker?: boolean }) {
  const { t } = useWords();
  const call = useCall();
  const { devices, microphone, camera } = useCallState((s) => s.capture);
  const chosen = useCallState((s) => s.speaker);
  const canChoose = speaker && "setSinkId" in HTMLMediaElement.prototype;
  return (
    <>
      <Choice label={t("devices.microphone")} all={devices.microphones} value={current(microphone)}
        onChoose={(id) => call.choose("microphone", id)} />
      <Choice label={t("devices.camera")} all={devices.cameras} value={current(camera)}
        onChoose={(id) => call.choose("camera", id)} />
      {canChoose && (
        <Choice label={t("devices.speaker")} all={devices.speakers} value={chosen}
          onChoose={(id) => call.chooseSpeaker(id)} />
      )}
    </>
  );
}
