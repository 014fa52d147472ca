package records

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"vesper/auth"
)

// ErrField: an encrypted column does not open. Its key is gone, or the value
// was changed or moved there from another place.
var ErrField = errors.New("an encrypted field does not open with this installation's keys")

// vault encrypts single columns: AES-256-GCM, with the place of the value as
// associated data, so that it opens nowhere else. What is stored reads
// v1:keyid:base64, the random nonce first. An empty text stays empty.
type vault struct {
	keys   map[string]cipher.AEAD
	newest string
}

func newVault(keys []auth.FieldKey) (*vault, error) {
	if len(keys) == 0 {
		return nil, errors.New("no key for encrypted fields")
	}
	v := &vault{keys: make(map[string]cipher.AEAD, len(keys)), newest: keys[len(keys)-1].ID}
	for _, key := range keys {
		block, err := aes.NewCipher(key.Bytes[:])
		if err != nil {
			return nil, fmt.Errorf("field key %s: %w", key.ID, err)
		}
		if v.keys[key.ID], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return nil, fmt.Errorf("field key %s: %w", key.ID, err)
		}
	}
	return v, nil
}

const fieldFormat = "v1"

// place is the associated data: no part can hold a NUL, see clean.
func place(clinic, table, column, row string) []byte {
	return []byte(strings.Join([]string{"vesper field", clinic, table, column, row}, "\x00"))
}

// Seal is the stored form of a column's value. row is the row's primary key.
func (v *vault) Seal(clinic, table, column, row string, plain string) (string, error) {
	if plain == "" {
		return "", nil
	}
	sealed := v.keys[v.newest].Seal(nil, nil, []byte(clean(plain)), place(clinic, table, column, row))
	return fieldFormat + ":" + v.newest + ":" + base64.RawStdEncoding.EncodeToString(sealed), nil
}

// Open is the value of a column. ErrField.
func (v *vault) Open(clinic, table, column, row string, stored string) (string, error) {
	if stored == "" {
		return "", nil
	}
	parts := strings.Split(stored, ":")
	if len(parts) != 3 || parts[0] != fieldFormat || v.keys[parts[1]] == nil {
		return "", fmt.Errorf("%s.%s: %w", table, column, ErrField)
	}
	sealed, err := base64.RawStdEncoding.DecodeString(parts[2])
	if err != nil {
		return "", fmt.Errorf("%s.%s: %w", table, column, ErrField)
	}
	plain, err := v.keys[parts[1]].Open(nil, nil, sealed, place(clinic, table, column, row))
	if err != nil {
		return "", fmt.Errorf("%s.%s: %w", table, column, ErrField)
	}
	return string(plain), nil
}

// field is one encrypted column of a row in memory.
type field struct {
	column string
	value  *string
}

// sealAll replaces the fields of a row by their stored form.
func (v *vault) sealAll(clinic, table, row string, fields []field) (err error) {
	for _, f := range fields {
		if *f.value, err = v.Seal(clinic, table, f.column, row, *f.value); err != nil {
			return err
		}
	}
	return nil
}

// openAll replaces the stored forms of a row by their values.
func (v *vault) openAll(clinic, table, row string, fields []field) (err error) {
	for _, f := range fields {
		if *f.value, err = v.Open(clinic, table, f.column, row, *f.value); err != nil {
			return err
		}
	}
	return nil
}
