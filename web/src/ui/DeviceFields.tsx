// Which microphone, camera and loudspeaker.
import { useId } from "react";
import type { Device } from "../media/devices.ts";
import { useWords } from "../words/words.tsx";
import { useCall, useCallState } from "./CallContext.tsx";
import css from "./Field.module.css";

function Choice(props: { label: string; all: Device[]; value: string | undefined; onChoose(id: string): void }) {
  const { t } = useWords();
  const id = useId();
  const { label, all, value, onChoose } = props;
  if (all.length === 0) return null;
  return (
    <div className={css["field"]}>
      <label htmlFor={id}>{label}</label>
      <select id={id} className={css["input"]} value={value ?? ""} onChange={(e) => onChoose(e.target.value)}>
        {value === undefined && <option value="">{t("devices.default")}</option>}
        {all.map((device, i) => (
          <option key={device.id} value={device.id}>
            {device.label || t("devices.one", { kind: label, n: i + 1 })}
          </option>
        ))}
      </select>
    </div>
  );
}

export function DeviceFields({ speaker = true }: { speaker?: boolean }) {
  const { t } = useWords();
  const call = useCall();
  const { devices, microphone, camera } = useCallState((s) => s.capture);
  const chosen = useCallState((s) => s.speaker);
  const canChoose = speaker && "setSinkId" in HTMLMediaElement.prototype;
  return (
    <>
      <Choice label={t("devices.microphone")} all={devices.microphones} value={microphone.device}
        onChoose={(id) => call.choose("microphone", id)} />
      <Choice label={t("devices.camera")} all={devices.cameras} value={camera.device}
        onChoose={(id) => call.choose("camera", id)} />
      {canChoose && (
        <Choice label={t("devices.speaker")} all={devices.speakers} value={chosen}
          onChoose={(id) => call.chooseSpeaker(id)} />
      )}
    </>
  );
}
