// Package web holds the browser client as Vite built it. A bare checkout holds
// none: FS then says so, and the server shows one page that says how to build.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// FS returns the built client, with index.html at its root and everything
// hashed, and so immutable, under assets/. Beside an asset may lie its .gz and
// .br. The second value is false if the client was not built; the file system
// is then empty.
func FS() (fs.FS, bool) {
	app, err := fs.Sub(dist, "dist/app")
	if err != nil {
		return embed.FS{}, false
	}
	if _, err := fs.Stat(app, "index.html"); err != nil {
		return embed.FS{}, false
	}
	return app, true
}
