package auth

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
)

// jwk is a public key, RFC 7517 and RFC 8037.
type jwk struct {
	KTY string `json:"kty"`
	CRV string `json:"crv"`
	X   string `json:"x"`
	KID string `json:"kid"`
	Use string `json:"use"`
	Alg string `json:"alg"`
	// Kind is ours: what the key signs.
	Kind Kind `json:"vesper_kind"`
}

// JWKS is the public part of every key as a JSON Web Key Set.
func (k *Keys) JWKS() ([]byte, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	set := struct {
		Keys []jwk `json:"keys"`
	}{Keys: []jwk{}}
	for _, kind := range kinds {
		for _, member := range k.rings[kind] {
			set.Keys = append(set.Keys, jwk{
				KTY: "OKP", CRV: "Ed25519", Use: "sig", Alg: "EdDSA",
				X: base64.RawURLEncoding.EncodeToString(member.public()), KID: member.id, Kind: kind,
			})
		}
	}
	data, err := json.Marshal(set)
	if err != nil {
		return nil, fmt.Errorf("encode JWKS: %w", err)
	}
	return data, nil
}

// SealPEM is the public part of the sealing keys, newest first, as the file
// that "vesper verify --key" reads.
func (k *Keys) SealPEM() ([]byte, error) {
	var file []byte
	for _, public := range k.SealPublic() {
		block, err := publicPEM(public)
		if err != nil {
			return nil, err
		}
		file = append(file, block...)
	}
	return file, nil
}

func publicPEM(public ed25519.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("encode public key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}
