// Command standalone is the small authorization server as a process of its own,
// for tests that a real browser drives. It prints its address and serves until
// it is told to stop. PUT /user says who approves from now on.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"vesper/auth/authtest"
)

// user is who approves: claims of the ID token, and what is beside the tokens.
type user struct {
	Claims   map[string]any `json:"claims"`
	Context  map[string]any `json:"context"`
	WrongKey bool           `json:"wrong_key"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	issuer, err := authtest.Make()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("open the issuer: %w", err)
	}
	issuer.URL = "http://" + listener.Addr().String()
	mux := issuer.Handler()
	mux.HandleFunc("PUT /user", func(w http.ResponseWriter, r *http.Request) {
		var u user
		if err := json.NewDecoder(r.Body).Decode(&u); err != nil {
			http.Error(w, "no user", http.StatusBadRequest)
			return
		}
		issuer.Lock()
		defer issuer.Unlock()
		issuer.Claims, issuer.Context, issuer.WrongKey = u.Claims, u.Context, u.WrongKey
	})
	fmt.Println(issuer.URL)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	return server.Serve(listener)
}
