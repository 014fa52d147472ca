import { expect, test } from "vitest";
import { fingerprints, withDtx } from "./sdp.ts";

test("dtx is added to opus once", () => {
  const sdp = "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:96 VP8/90000\r\n";
  const once = withDtx(sdp);
  expect(once).toContain("a=fmtp:111 usedtx=1;minptime=10;useinbandfec=1\r\n");
  expect(withDtx(once)).toBe(once);
  expect(withDtx("v=0\r\n")).toBe("v=0\r\n");
});

test("fingerprints are the same whatever their order and case", () => {
  const a = "a=fingerprint:sha-256 AA:BB\r\na=fingerprint:sha-256 CC:DD\r\n";
  const b = "a=fingerprint:sha-256 cc:dd\r\na=fingerprint:sha-256 aa:bb\r\na=fingerprint:sha-256 aa:bb\r\n";
  expect(fingerprints(a)).toBe(fingerprints(b));
  expect(fingerprints("v=0")).toBe("");
});
