package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
)

// serveCommand runs a clinic's server.
type serveCommand struct {
	Config   string `help:"Configuration file." type:"existingfile" placeholder:"vesper.yaml"`
	Postgres string `help:"Keep records in PostgreSQL (a URL with a password belongs into VESPER_POSTGRES)." placeholder:"URL"`
	Redis    string `help:"Keep live state in Redis (a URL with a password belongs into VESPER_REDIS)." placeholder:"URL"`
}

// Run serves until the process is told to stop.
func (s *serveCommand) Run(ctx context.Context, io *streams) error {
	config, err := readConfig(s.Config, environ())
	if err != nil {
		return err
	}
	if s.Postgres != "" {
		config.Postgres = s.Postgres
	}
	if s.Redis != "" {
		config.Redis = s.Redis
	}
	log := logger(config.Log, io.err)
	h, err := openHouse(ctx, config, log, nil)
	if err != nil {
		return err
	}
	defer h.Close()
	log.Info("serving", "url", h.url, "media", h.engine.Addr())
	fmt.Fprintln(io.out, "Vesper serves", h.url)
	return h.wait(ctx)
}

// logger writes structured lines that hold ids, never names.
func logger(level string, w io.Writer) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: l}))
}
