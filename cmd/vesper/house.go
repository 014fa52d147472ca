package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/desk"
	"vesper/rooms/memstore"
	"vesper/rooms/records"
	"vesper/rooms/redisstore"
	"vesper/sfu"
	"vesper/signaling"
	"vesper/signaling/api"
)

// house is a running server. open builds it top to bottom by hand; Close
// closes it in reverse.
type house struct {
	config      Config
	log         *slog.Logger
	clock       rooms.Clock
	keys        *auth.Keys
	records     *records.Records
	authority   *auth.Authority
	store       rooms.Store
	engine      *sfu.Engine
	signaling   *signaling.Server
	hall        *rooms.Hall
	desk        *desk.Desk
	checkpoints *checkpoints
	post        *desk.Post
	listener    net.Listener
	http        *http.Server
	metrics     *http.Server
	metricsAt   string
	url         string
	failed      chan error
	closers     []func()
	errand      bool // of an administrator, without the server
}

// openHouse starts everything. TLS comes from the configuration unless cert
// is given.
func openHouse(ctx context.Context, c Config, log *slog.Logger, cert *tls.Certificate) (*house, error) {
	return openHouseAt(ctx, c, log, cert, rooms.SystemClock)
}

// openHouseAt is openHouse under another clock: every shell goes by it.
func openHouseAt(ctx context.Context, c Config, log *slog.Logger, cert *tls.Certificate, clock rooms.Clock) (h *house, err error) {
	h = &house{config: c, log: log, clock: clock, failed: make(chan error, 2)}
	defer func() {
		if err != nil {
			h.Close()
		}
	}()
	for _, step := range []func(context.Context) error{h.openRecords, h.openStore, h.openMedia, h.openPost, h.openRooms} {
		if err := step(ctx); err != nil {
			return h, err
		}
	}
	return h, h.openPages(ctx, cert)
}

func (h *house) onClose(f func()) { h.closers = append(h.closers, f) }

func (h *house) openRecords(ctx context.Context) (err error) {
	if h.errand {
		if err := h.config.errandOn(); err != nil {
			return err
		}
	}
	if h.keys, err = auth.OpenKeys(filepath.Join(h.config.Data, "keys")); err != nil {
		return err
	}
	options := records.Options{
		Dir: h.config.Data, Postgres: h.config.Postgres, Clock: h.clock, Sealer: h.keys.Seal(), Fields: h.keys.Fields(), Logger: h.log,
	}
	if h.errand && options.Postgres != "" {
		options.Dir = "" // beside the running server
	}
	if h.records, err = records.Open(ctx, options); err != nil {
		return err
	}
	h.onClose(func() { _ = h.records.Close() })
	h.authority, err = auth.New(auth.Options{
		Keys: h.keys, Store: h.records, Clock: h.clock,
		Present: func(clinic rooms.ClinicID, person rooms.PersonID) bool {
			return h.signaling != nil && h.signaling.Present(clinic, person)
		},
	})
	return err
}

func (h *house) openStore(ctx context.Context) (err error) {
	if h.config.Redis == "" {
		h.store = memstore.New(memstore.Options{Clock: h.clock})
	} else if h.store, err = redisstore.Open(ctx, redisstore.Options{URL: h.config.Redis}); err != nil {
		return err
	}
	h.onClose(func() { _ = h.store.Close() })
	return nil
}

func (h *house) openMedia(context.Context) (err error) {
	h.engine, err = sfu.NewEngine(sfu.Options{
		Listen: h.config.Media.Listen, Advertise: h.config.Media.addresses(), Logger: h.log, Clock: h.clock,
	})
	if err != nil {
		return fmt.Errorf("open media port: %w", err)
	}
	h.onClose(func() { _ = h.engine.Close() })
	return nil
}

func (h *house) openRooms(ctx context.Context) error {
	node, err := nodeID(h.config.Data)
	if err != nil {
		return err
	}
	if err := alone(ctx, h.store, rooms.Node{ID: node, URL: base(h.config)}); err != nil {
		return err
	}
	h.signaling = signaling.NewServer(signaling.Options{
		Authority: h.authority, Engine: h.engine, Front: front{h.records},
		Reception: reception{h.records, func() string { return h.url }, h.config.organizer(), h.post.Wake}, Origins: origins(h.config.URL), Clock: h.clock, Logger: h.log,
	})
	h.hall = rooms.NewHall(rooms.HallOptions{
		Node: node, URL: base(h.config), Journal: h.records, Store: h.store, Stage: h.signaling.Stage, Clock: h.clock, Logger: h.log,
	})
	h.signaling.Attach(h.hall)
	h.onClose(h.hall.Close)
	h.onClose(h.signaling.Close)
	if err := h.config.Checkpoints.writable(); err != nil {
		return err
	}
	h.checkpoints = newCheckpoints(h.records, h.config.Checkpoints, h.log)
	h.desk = desk.Start(desk.Options{
		Calendar: calendar{h.records}, Clock: h.clock, Logger: h.log,
		Open: func(ctx context.Context, session rooms.SessionID) error {
			_, err := h.hall.Open(ctx, session)
			return err
		},
		Errands: append(h.mailErrands(), h.checkpoints.errand),
	})
	h.onClose(h.desk.Close)
	h.refreshRows()
	return nil
}

func (h *house) openPages(ctx context.Context, cert *tls.Certificate) (err error) {
	if h.listener, err = net.Listen("tcp", h.config.Listen); err != nil {
		return fmt.Errorf("open pages: %w", err)
	}
	scheme := "http"
	if cert == nil && h.config.TLS.Cert != "" {
		loaded, err := tls.LoadX509KeyPair(h.config.TLS.Cert, h.config.TLS.Key)
		if err != nil {
			return fmt.Errorf("open pages: %w", err)
		}
		cert = &loaded
	}
	if cert != nil {
		scheme = "https"
		h.listener = tls.NewListener(h.listener, &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}})
	}
	h.url = strings.TrimSuffix(h.config.URL, "/")
	if h.url == "" {
		h.url = scheme + "://" + h.listener.Addr().String()
	}
	ways, err := h.signIn(ctx)
	if err != nil {
		return err
	}
	proxies, err := h.config.proxies()
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	api.Mount(mux, api.Options{
		Records: h.records, Authority: h.authority, Keys: h.keys, Clock: h.clock, Logger: h.log, URL: h.url, Live: h.hall, Planned: h.desk.Wake, Checkpointed: h.checkpoints.made, SignIn: ways,
		Posted: h.post.Wake, Organizer: h.config.organizer(), InsideHooks: h.config.Webhooks.AllowInside,
		OnClose: h.onClose, Proxies: proxies, ProxyHeader: h.config.ProxyHeader, Limits: h.config.Limits.limits(), Conversation: h.signaling,
	})
	h.health(mux)
	h.pages(mux)
	h.http = serveHTTP(h.listener, guard(mux, scheme), h.failed)
	h.onClose(func() { closeHTTP(h.http) })
	return h.openMetrics()
}

// serveHTTP serves with the limits that every listener has.
func serveHTTP(l net.Listener, handler http.Handler, failed chan<- error) *http.Server {
	server := &http.Server{
		Handler: bounded(handler, pieceWithin), ReadHeaderTimeout: 10 * time.Second, WriteTimeout: pieceWithin,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	return server
}

func closeHTTP(s *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if s.Shutdown(ctx) != nil {
		_ = s.Close()
	}
}

// Close closes in the reverse order of opening and returns when all has ended.
func (h *house) Close() {
	for i := len(h.closers) - 1; i >= 0; i-- {
		h.closers[i]()
	}
	h.closers = nil
}

// wait returns when the context ends or a listener fails.
func (h *house) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-h.failed:
		return err
	}
}

// nodeID is this data folder's, made once: after a crash the server comes back
// as the same node.
func nodeID(dir string) (rooms.NodeID, error) {
	path := filepath.Join(dir, "node")
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		data = []byte(rooms.NewID())
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		return "", fmt.Errorf("name this node: %w", err)
	}
	return rooms.NodeID(strings.TrimSpace(string(data))), nil
}

// alone refuses a second node.
func alone(ctx context.Context, store rooms.Store, node rooms.Node) error {
	nodes, err := store.Nodes(ctx)
	if err != nil {
		return fmt.Errorf("list nodes: %w", err)
	}
	for _, other := range nodes {
		if other.ID != node.ID {
			return errors.New("another node uses this Redis; this version runs on one node")
		}
	}
	return store.Announce(ctx, node, 10*time.Second)
}

func origins(url string) []string {
	if url == "" {
		return nil
	}
	return []string{strings.TrimSuffix(url, "/")}
}
