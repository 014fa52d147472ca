// Command vesper is the whole program: serve, demo, verify, admin. It reads
// the configuration, builds the house and closes it in reverse.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the build.
var version = "dev"

// commands are the program's own; their fields are its flags.
type commands struct {
	Serve   serveCommand     `cmd:"" help:"Run a clinic's server."`
	Demo    demoCommand      `cmd:"" help:"Show a working evening: a demo clinic with a group live now."`
	Verify  verifyCommand    `cmd:"" help:"Check an evidence bundle, offline."`
	Openapi openapiCommand   `cmd:"" hidden:"" help:"Print the description of the HTTP interface."`
	Admin   adminCommand     `cmd:"" help:"Errands of the installation: clinics, staff links, tokens."`
	Version kong.VersionFlag `help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	var code exitCode
	switch {
	case errors.As(err, &code):
		os.Exit(int(code))
	case err != nil && !errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "vesper:", err)
		os.Exit(1)
	}
}

// exitCode ends the program without another word.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// run is the program; the end-to-end tests call it too.
func run(ctx context.Context, args []string, stdout, stderr *os.File) error {
	var c commands
	parser, err := kong.New(&c, kong.Name("vesper"), kong.Description("A self-hosted telehealth server for evening groups."),
		kong.Vars{"version": version}, kong.Writers(stdout, stderr), kong.UsageOnError())
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return fmt.Errorf("%w; --help says what there is", err)
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return parsed.Run(&streams{stdout, stderr}, &c)
}

// streams are where a command writes: results to out, words about them to err.
type streams struct{ out, err *os.File }
