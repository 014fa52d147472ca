package demo

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
)

// The payers' rule sets are examples; docs/exports.md says what is in them.
//
//go:embed payers/*.json
var payerFiles embed.FS

// Payers sets the example rule sets, and holds every other participant's weeks
// against each. It needs a token that may change a clinic's settings.
func Payers(ctx context.Context, api *API, c *Clinic) error {
	names, err := fs.Glob(payerFiles, "payers/*.json")
	if err != nil {
		return fmt.Errorf("read example payers: %w", err)
	}
	var keys []string
	for _, name := range names {
		text, err := payerFiles.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read example payers: %w", err)
		}
		var set struct {
			Payer string `json:"payer"`
		}
		if err := api.post(ctx, "/payers", json.RawMessage(text), &set); err != nil {
			return err
		}
		keys = append(keys, set.Payer)
	}
	from := "2000-01-01" // the week that the demo begins with lies in the past
	seated := 0
	for _, m := range c.Members {
		if m.Part != Participant {
			continue
		}
		body := map[string]string{"payer": keys[seated%len(keys)], "from": from}
		if err := api.do(ctx, http.MethodPut, "/persons/"+m.Person+"/payer", body, nil); err != nil {
			return err
		}
		seated++
	}
	return nil
}
