// One's own controls, always in the same place.
import { useState, type ReactNode } from "react";
import { Button } from "../../ui/Button.tsx";
import { useCall, useCallState } from "../../ui/CallContext.tsx";
import { DeviceFields } from "../../ui/DeviceFields.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { useWords } from "../../words/words.tsx";
import { People } from "./People.tsx";
import css from "./Room.module.css";

export function Controls({ board }: { board?: ReactNode }) {
  const { t } = useWords();
  const call = useCall();
  const [open, setOpen] = useState<"devices" | "people">();
  const muted = useCallState((s) => !s.capture.microphone.on || s.you?.muted === true);
  const dark = useCallState((s) => !s.capture.camera.on || s.you?.camera_off === true);
  const hand = useCallState((s) => s.you?.hand === true);
  const close = (): void => setOpen(undefined);
  return (
    <section className={css["controls"]} aria-label={t("room.controls")}>
      <Button stacked icon={muted ? "microphone-off" : "microphone"} lit={muted} onClick={() => call.microphone(muted)}>
        {muted ? t("room.unmute") : t("room.mute")}
      </Button>
      <Button stacked icon={dark ? "camera-off" : "camera"} lit={dark} onClick={() => call.camera(dark)}>
        {dark ? t("room.camera.start") : t("room.camera.stop")}
      </Button>
      <Button stacked icon="hand" lit={hand} onClick={() => call.hand(!hand)}>
        {hand ? t("room.hand.lower") : t("room.hand.raise")}
      </Button>
      <Button stacked icon="people" look="quiet" onClick={() => setOpen("people")}>{t("room.people")}</Button>
      <Button stacked icon="devices" look="quiet" onClick={() => setOpen("devices")}>{t("devices")}</Button>
      {board}
      <Button stacked icon="leave" look="quiet" onClick={() => call.leave()}>{t("room.leave")}</Button>
      {open === "devices" && (
        <Dialog title={t("devices")} onClose={close} actions={<Button look="lamp" onClick={close}>{t("close")}</Button>}>
          <DeviceFields />
          <SelfView />
        </Dialog>
      )}
      {open === "people" && (
        <Dialog title={t("room.people")} onClose={close} actions={<Button look="lamp" onClick={close}>{t("close")}</Button>}>
          <People />
        </Dialog>
      )}
    </section>
  );
}

/** Some people bear the evening better without their own face before them. */
function SelfView() {
  const { t } = useWords();
  const call = useCall();
  const hidden = useCallState((s) => s.selfHidden);
  return (
    <label className={css["tick"]}>
      <input type="checkbox" checked={!hidden} onChange={(e) => call.hideSelf(!e.target.checked)} />
      <span>{t("devices.selfview")}</span>
    </label>
  );
}
