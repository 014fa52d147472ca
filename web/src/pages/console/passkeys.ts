// What the browser asks of its person when a passkey is made or used. What
// goes wrong is a Refusal, as from the server.
import { Refusal } from "../../protocol/api.ts";
import { answerJSON, creationOptions, requestOptions, type CeremonyAnswer, type Making, type Proving } from "../../protocol/webauthn.ts";

/** Whether this browser knows passkeys at all. */
export function knowsPasskeys(): boolean {
  return typeof PublicKeyCredential === "function";
}

export async function makePasskey({ id, options }: Making, label: string): Promise<CeremonyAnswer> {
  const made = await asked(() => navigator.credentials.create({ publicKey: creationOptions(options.publicKey) }));
  return { id, label, response: made };
}

export async function provePasskey({ id, options }: Proving): Promise<CeremonyAnswer> {
  const proof = await asked(() => navigator.credentials.get({ publicKey: requestOptions(options.publicKey) }));
  return { id, response: proof };
}

async function asked(ask: () => Promise<Credential | null>): Promise<unknown> {
  try {
    const credential = await ask();
    if (credential !== null) return answerJSON(credential as PublicKeyCredential);
  } catch (error) {
    // WebAuthn Level 3, 5.1.3: the authenticator has one for this person already.
    if (error instanceof DOMException && error.name === "InvalidStateError") throw new Refusal("passkey_known", "");
    // Declined, timed out, or there is none: the browser does not say which.
  }
  throw new Refusal("passkey_none", "");
}

/** What to call this device, until its person says otherwise. */
export function deviceName(agent: string = navigator.userAgent): string {
  const known = [[/iPhone/, "iPhone"], [/iPad/, "iPad"], [/Android/, "Android"], [/CrOS/, "Chromebook"], [/Mac OS/, "Mac"], [/Windows/, "Windows"], [/Linux/, "Linux"]] as const;
  return known.find(([sign]) => sign.test(agent))?.[1] ?? "";
}
