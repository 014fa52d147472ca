package main

import (
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"vesper/web"
)

// policy lets a page load from this server and nothing else.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"media-src 'self' blob: mediastream:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guard adds the headers that every answer has.
func guard(next http.Handler, scheme string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self), geolocation=()")
		if scheme == "https" {
			header.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if strings.HasPrefix(r.URL.Path, "/api/") {
			header.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

// pages serves the browser client: hashed assets for ever, index.html for
// every page. Opening a page has no effect.
func (h *house) pages(mux *http.ServeMux) {
	app, built := web.FS()
	if !built {
		mux.Handle("/", reading(http.HandlerFunc(unbuilt)))
		return
	}
	mux.Handle("/", reading(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if info, err := fs.Stat(app, name); err != nil || info.IsDir() {
			if path.Ext(name) != "" {
				http.NotFound(w, r)
				return
			}
			name = "index.html"
		}
		serveAsset(w, r, app, name)
	})))
}

// reading refuses everything but GET and HEAD: a page has no effect.
func reading(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// serveAsset serves a file, or the compressed one beside it.
func serveAsset(w http.ResponseWriter, r *http.Request, app fs.FS, name string) {
	header := w.Header()
	header.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	header.Set("Vary", "Accept-Encoding")
	for _, encoding := range []struct{ name, ext string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), encoding.name) {
			continue
		}
		if data, err := fs.ReadFile(app, name+encoding.ext); err == nil {
			header.Set("Content-Encoding", encoding.name)
			header.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
			_, _ = w.Write(data)
			return
		}
	}
	http.ServeFileFS(w, r, app, name)
}

func unbuilt(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" && path.Ext(r.URL.Path) != "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusServiceUnavailable)
	fmt.Fprint(w, "<!doctype html><html lang=en><title>Vesper</title><p>The page is not built yet: run <code>make web</code> and start again.</p>")
}
