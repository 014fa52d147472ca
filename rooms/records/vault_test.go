package records

import (
	"errors"
	"strings"
	"testing"

	"vesper/auth"
)

var testFields = func() []auth.FieldKey {
	keys, err := auth.NewKeys()
	if err != nil {
		panic(err)
	}
	return keys.Fields()
}()

func TestVault(t *testing.T) {
	v := must[*vault](t)(newVault(testFields))
	sealed := must[string](t)(v.Seal("c", "doors", "phone", "s/p", "555-0100"))
	if strings.Contains(sealed, "555") || !strings.HasPrefix(sealed, "v1:"+testFields[0].ID+":") {
		t.Errorf("stored as %q", sealed)
	}
	if again := must[string](t)(v.Seal("c", "doors", "phone", "s/p", "555-0100")); again == sealed {
		t.Error("the same value is stored the same way twice")
	}
	if got := must[string](t)(v.Open("c", "doors", "phone", "s/p", sealed)); got != "555-0100" {
		t.Errorf("got %q", got)
	}
	for name, at := range map[string][4]string{
		"clinic": {"d", "doors", "phone", "s/p"}, "table": {"c", "persons", "phone", "s/p"},
		"column": {"c", "doors", "address", "s/p"}, "row": {"c", "doors", "phone", "s/q"},
	} {
		if got, err := v.Open(at[0], at[1], at[2], at[3], sealed); !errors.Is(err, ErrField) || got != "" {
			t.Errorf("of another %s: %q, %v", name, got, err)
		}
	}
	for _, stored := range []string{"555-0100", "v1", "v1:" + testFields[0].ID + ":", "v1:" + testFields[0].ID + ":!", "v2" + sealed[2:],
		"v1:00000000:" + sealed[12:], sealed[:len(sealed)-2], sealed + "AA", ":::"} {
		if got, err := v.Open("c", "doors", "phone", "s/p", stored); !errors.Is(err, ErrField) || got != "" {
			t.Errorf("%q: %q, %v", stored, got, err)
		}
	}
	if got := must[string](t)(v.Seal("c", "doors", "phone", "s/p", "")); got != "" {
		t.Errorf("nothing is stored as %q", got)
	}
}

func TestVaultRotates(t *testing.T) {
	old := must[*vault](t)(newVault(testFields))
	sealed := must[string](t)(old.Seal("c", "t", "x", "r", "kept"))
	fresh := must[*auth.Keys](t)(auth.NewKeys()).Fields()
	both := must[*vault](t)(newVault(append(append([]auth.FieldKey{}, testFields...), fresh...)))
	if got := must[string](t)(both.Open("c", "t", "x", "r", sealed)); got != "kept" {
		t.Errorf("under the older key: %q", got)
	}
	renewed := must[string](t)(both.Seal("c", "t", "x", "r", "kept"))
	if _, err := old.Open("c", "t", "x", "r", renewed); !errors.Is(err, ErrField) {
		t.Errorf("under a key that is not there: %v", err)
	}
	if _, err := newVault(nil); err == nil {
		t.Error("a vault without a key")
	}
}
