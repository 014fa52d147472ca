package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
)

// NewServiceClient registers a program that signs its own assertions.
type NewServiceClient struct {
	Name   string          `json:"name" minLength:"1" maxLength:"120"`
	Scopes []string        `json:"scopes" minItems:"1" maxItems:"8" enum:"sessions:read,sessions:write,links:staff,admin"`
	Keys   json.RawMessage `json:"keys" doc:"a JWK set of public keys, each with kid and alg (RS384, ES384, EdDSA)"`
}

// ServiceClient is a registered program.
type ServiceClient struct {
	ID        string   `json:"id" doc:"iss and sub of its assertions"`
	Name      string   `json:"name"`
	Scopes    []string `json:"scopes"`
	CreatedAt string   `json:"created_at"`
	Revoked   bool     `json:"revoked"`
}

// ServiceClients is all of a clinic's.
type ServiceClients struct {
	Clients []ServiceClient `json:"clients"`
}

type clientPath struct {
	ID string `path:"id" maxLength:"64"`
}

func (h *house) clients(api huma.API) {
	huma.Register(api, operation("POST", "/service-clients", "create-service-client", "Register a program", maySettings),
		func(ctx context.Context, in *body[NewServiceClient]) (*body[Created], error) {
			id, err := h.registerClient(ctx, in.Body)
			return &body[Created]{Created{id}}, h.problemOf("register program", err)
		})
	huma.Register(api, operation("GET", "/service-clients", "list-service-clients", "The clinic's registered programs", maySettings),
		func(ctx context.Context, _ *struct{}) (*body[ServiceClients], error) {
			out, err := h.listClients(ctx)
			return &body[ServiceClients]{out}, h.problemOf("list programs", err)
		})
	huma.Register(api, operation("DELETE", "/service-clients/{id}", "revoke-service-client", "Take a program's registration back", maySettings),
		func(ctx context.Context, in *clientPath) (*struct{}, error) {
			err := h.Records.RevokeServiceClient(noting(ctx, "service_client.revoke", of(in.ID)), callerOf(ctx).clinic, in.ID)
			return nil, h.problemOf("revoke program", err)
		})
}

func (h *house) registerClient(ctx context.Context, in NewServiceClient) (string, error) {
	if err := auth.CheckKeys(in.Keys); err != nil {
		return "", badField("body.keys", sentence(err.Error()))
	}
	client := auth.ServiceClient{Clinic: callerOf(ctx).clinic, Name: in.Name, Keys: in.Keys}
	for _, scope := range in.Scopes {
		client.Scopes = append(client.Scopes, auth.Scope(scope))
	}
	client, err := h.Records.AddServiceClient(noting(ctx, "service_client.create", of("")), client)
	return client.ID, err
}

func (h *house) listClients(ctx context.Context) (ServiceClients, error) {
	list, err := h.Records.ServiceClients(ctx, callerOf(ctx).clinic)
	out := ServiceClients{Clients: make([]ServiceClient, len(list))}
	for i, client := range list {
		out.Clients[i] = ServiceClient{
			ID: client.ID, Name: client.Name, CreatedAt: client.CreatedAt.Format(time.RFC3339), Revoked: !client.RevokedAt.IsZero(), Scopes: []string{},
		}
		for _, scope := range client.Scopes {
			out.Clients[i].Scopes = append(out.Clients[i].Scopes, string(scope))
		}
	}
	return out, err
}
