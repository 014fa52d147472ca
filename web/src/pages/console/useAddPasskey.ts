// Making a passkey for oneself.
import { useState } from "react";
import type { ListedPasskey } from "../../protocol/staff.ts";
import type { Making } from "../../protocol/webauthn.ts";
import { useSend } from "./desk.tsx";
import { deviceName, makePasskey } from "./passkeys.ts";

export interface Passkeys { passkeys: ListedPasskey[] | null }

export function useAddPasskey() {
  const [label, setLabel] = useState(() => deviceName());
  const add = useSend(async (office) => {
    const begun = await office.post<Making>("/staff/passkeys/begin");
    await office.post("/staff/passkeys", { body: await makePasskey(begun, label.trim()) });
    return true;
  }, ["passkeys"]);
  return { label, setLabel, add };
}
