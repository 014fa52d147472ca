// The little that is read from, or written into, SDP by hand.

/** The DTLS fingerprints of a description: they change when a new server process answers. */
export function fingerprints(sdp: string): string {
  const found = [...sdp.matchAll(/^a=fingerprint:(.+)$/gm)].map((m) => (m[1] ?? "").trim().toLowerCase());
  return [...new Set(found)].sort().join(" ");
}

/** Lets our encoder fall silent in pauses (RFC 7587, 6.1: usedtx is what the answerer prefers to receive). */
export function withDtx(answer: string): string {
  const opus = /^a=rtpmap:(\d+) opus\//im.exec(answer)?.[1];
  if (!opus) return answer;
  return answer.replace(new RegExp(`^(a=fmtp:${opus} )(?!.*usedtx)(.*)$`, "gim"), "$1usedtx=1;$2");
}
