// How staff sign in. These calls need no token.
import { call, post } from "./api.ts";
import { boolean, list, object, string, type Decoder } from "./decode.ts";
import { signedIn, type SignedIn } from "./http.ts";
import type { CeremonyAnswer, Making, Proving } from "./webauthn.ts";

/** An identity provider; its page is providerPage. */
export interface NamedWay { id: string; name: string }

/** What the sign-in page offers beside one-time links. */
export interface Ways { passkeys: boolean; providers: NamedWay[] }

const ways = object<Ways>({ passkeys: boolean, providers: list(object<NamedWay>({ id: string, name: string })) });

export async function listWays(signal?: AbortSignal): Promise<Ways> {
  const response = await call("/api/v1/staff/ways", { signal: signal ?? null });
  return ways(await response.json(), "ways");
}

/** Where an identity provider signs in; it comes back to a page of the console. */
export function providerPage(id: string, to: string): string {
  return `/api/v1/oidc/${encodeURIComponent(id)}/start?to=${encodeURIComponent(to)}`;
}

/** The options go to the browser as they are. */
const ceremony = object<Making | Proving>({
  id: string,
  options: object<Making["options"] | Proving["options"]>({ publicKey: (value) => value as never }),
});

export const making = ceremony as Decoder<Making>;
export const proving = ceremony as Decoder<Proving>;

export function beginPasskeySignIn(): Promise<Proving> {
  return post("/api/v1/staff/passkey/begin", {}, proving);
}

export function signInByPasskey(answer: CeremonyAnswer): Promise<SignedIn> {
  return post("/api/v1/staff/passkey/signin", answer, signedIn);
}

/** A passkey that one has. */
export interface ListedPasskey { id: string; label: string; created_at: string; used_at?: string }

/** One's own sign-in. */
export interface Me { idle_s: number }
