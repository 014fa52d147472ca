package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
)

// ServiceToken is what is known of a program's token. The token itself was
// shown once, by "vesper admin token".
type ServiceToken struct {
	ID       string   `json:"id"`
	Name     string   `json:"name" doc:"the program's, as the administrator calls it"`
	Scopes   []string `json:"scopes"`
	IssuedAt string   `json:"issued_at"`
	Until    string   `json:"until"`
	Revoked  bool     `json:"revoked"`
}

// ServiceTokens are all of a clinic, the newest first.
type ServiceTokens struct {
	Tokens []ServiceToken `json:"tokens"`
}

func (h *house) tokens(api huma.API) {
	huma.Register(api, operation("GET", "/service-tokens", "list-service-tokens", "The tokens that programs of the clinic were given", maySettings),
		func(ctx context.Context, _ *struct{}) (*body[ServiceTokens], error) {
			out, err := h.listTokens(ctx)
			return &body[ServiceTokens]{out}, h.problemOf("list tokens", err)
		})
	huma.Register(api, operation("DELETE", "/service-tokens/{id}", "revoke-service-token", "Refuse a program's token from now on", maySettings),
		func(ctx context.Context, in *clientPath) (*struct{}, error) {
			err := h.Records.RevokeServiceToken(noting(ctx, "service_token.revoke", of(in.ID)), callerOf(ctx).clinic, in.ID)
			return nil, h.problemOf("revoke token", err)
		})
}

func (h *house) listTokens(ctx context.Context) (ServiceTokens, error) {
	list, err := h.Records.ServiceTokens(ctx, callerOf(ctx).clinic)
	out := ServiceTokens{Tokens: make([]ServiceToken, len(list))}
	for i, token := range list {
		out.Tokens[i] = ServiceToken{
			ID: token.ID, Name: token.Name, Scopes: []string{}, IssuedAt: stamp(token.IssuedAt), Until: stamp(token.NotAfter), Revoked: !token.RevokedAt.IsZero(),
		}
		for _, scope := range token.Scopes {
			out.Tokens[i].Scopes = append(out.Tokens[i].Scopes, string(scope))
		}
	}
	return out, err
}
