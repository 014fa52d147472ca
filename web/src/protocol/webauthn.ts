// WebAuthn as it goes over the wire: bytes are base64url (WebAuthn Level 3,
// 5.1.8 and 5.1.9). Browsers that can do it themselves are left to do it.

/** What the server asks of an authenticator, and under which id the answer is brought. */
export interface Ceremony<Options> {
  id: string;
  options: { publicKey: Options };
}

export type Making = Ceremony<PublicKeyCredentialCreationOptionsJSON>;
export type Proving = Ceremony<PublicKeyCredentialRequestOptionsJSON>;

/** What the server makes of an authenticator's answer. */
export interface CeremonyAnswer {
  id: string;
  label?: string;
  response: unknown;
}

export function bytesFrom(text: string): ArrayBuffer {
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(raw, (c) => c.charCodeAt(0)).buffer;
}

export function textFrom(bytes: ArrayBuffer): string {
  const raw = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(raw).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const described = (list: PublicKeyCredentialDescriptorJSON[] = []): PublicKeyCredentialDescriptor[] =>
  list.map((d) => ({ ...d, id: bytesFrom(d.id) }) as PublicKeyCredentialDescriptor);

/** What navigator.credentials.create takes. */
export function creationOptions(json: PublicKeyCredentialCreationOptionsJSON): PublicKeyCredentialCreationOptions {
  if (typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function") return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  const { extensions: _, challenge, user, excludeCredentials, ...rest } = json;
  return {
    ...rest,
    challenge: bytesFrom(challenge),
    user: { ...user, id: bytesFrom(user.id) },
    excludeCredentials: described(excludeCredentials),
  } as PublicKeyCredentialCreationOptions;
}

/** What navigator.credentials.get takes. */
export function requestOptions(json: PublicKeyCredentialRequestOptionsJSON): PublicKeyCredentialRequestOptions {
  if (typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function") return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  const { extensions: _, challenge, allowCredentials, ...rest } = json;
  return { ...rest, challenge: bytesFrom(challenge), allowCredentials: described(allowCredentials) } as PublicKeyCredentialRequestOptions;
}

/** An authenticator's answer in the form that the server reads. */
export function answerJSON(credential: PublicKeyCredential): unknown {
  if (typeof credential.toJSON === "function") return credential.toJSON();
  const { response } = credential;
  const shared = {
    id: credential.id,
    rawId: textFrom(credential.rawId),
    type: credential.type,
    clientExtensionResults: {},
    ...(credential.authenticatorAttachment && { authenticatorAttachment: credential.authenticatorAttachment }),
  };
  if ("attestationObject" in response) {
    const made = response as AuthenticatorAttestationResponse;
    return {
      ...shared,
      response: {
        clientDataJSON: textFrom(made.clientDataJSON),
        attestationObject: textFrom(made.attestationObject),
        transports: made.getTransports?.() ?? [],
      },
    };
  }
  const proof = response as AuthenticatorAssertionResponse;
  return {
    ...shared,
    response: {
      clientDataJSON: textFrom(proof.clientDataJSON),
      authenticatorData: textFrom(proof.authenticatorData),
      signature: textFrom(proof.signature),
      ...(proof.userHandle && { userHandle: textFrom(proof.userHandle) }),
    },
  };
}
