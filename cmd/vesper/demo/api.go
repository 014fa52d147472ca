package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// API calls the HTTP interface with a service token.
type API struct {
	URL    string
	Token  string
	Client *http.Client // nil: http.DefaultClient
}

// create posts and returns the new id, if the answer has one.
func (a *API) create(ctx context.Context, path string, body any) (string, error) {
	var created struct {
		ID string `json:"id"`
	}
	err := a.post(ctx, path, body, &created)
	return created.ID, err
}

func (a *API) post(ctx context.Context, path string, body, answer any) error {
	return a.do(ctx, http.MethodPost, path, body, answer)
}

func (a *API) get(ctx context.Context, path string, answer any) error {
	return a.do(ctx, http.MethodGet, path, nil, answer)
}

func (a *API) do(ctx context.Context, method, path string, body, answer any) error {
	var payload bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&payload).Encode(body); err != nil {
			return err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, a.URL+"/api/v1"+path, &payload)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+a.Token)
	request.Header.Set("Content-Type", "application/json")
	client := a.Client
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		var problem struct{ Code, Detail string }
		_ = json.NewDecoder(response.Body).Decode(&problem)
		return fmt.Errorf("%s %s: %d %s: %s", method, path, response.StatusCode, problem.Code, problem.Detail)
	}
	if answer == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(answer)
}
