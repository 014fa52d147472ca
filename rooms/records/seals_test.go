package records

import (
	"crypto/ed25519"
	"encoding/base64"
	"testing"
)

func TestMachineSeal(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	live(t, r, h)
	row := must[sealRow](t)(one[sealRow](t.Context(), r.read, "", "session = ?", h.sessions[0]))
	kept := must[signedSeal](t)(decode[signedSeal](row.Seal))
	signature := must[[]byte](t)(base64.StdEncoding.DecodeString(kept.Signature))
	if !ed25519.Verify(testSealer.Public().(ed25519.PublicKey), []byte(sealContext+kept.Text), signature) {
		t.Error("the seal does not verify")
	}
	said := must[machineSeal](t)(decode[machineSeal](kept.Text))
	head := must[entryRow](t)(journalHead(t.Context(), r.read, h.sessions[0]))
	if said.Count != 4 || said.Head != head.Hash || said.Session != h.sessions[0] {
		t.Errorf("the seal says %+v", said)
	}
}
