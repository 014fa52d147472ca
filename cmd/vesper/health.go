package main

import (
	"fmt"
	"net"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// health answers whether the process lives and whether it can do its work.
func (h *house) health(mux *http.ServeMux) {
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := h.records.Ready(r.Context()); err != nil {
			h.log.Error("not ready", "error", err)
			http.Error(w, "the records can't be reached", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
}

// openMetrics serves Prometheus on a listener of its own. Labels carry no
// names, rooms or tokens.
func (h *house) openMetrics() error {
	if h.config.Metrics == "" {
		return nil
	}
	listener, err := net.Listen("tcp", h.config.Metrics)
	if err != nil {
		return fmt.Errorf("open metrics: %w", err)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	h.gauge(registry)
	h.gaugePost(registry)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	h.metricsAt = listener.Addr().String()
	h.metrics = serveHTTP(listener, mux, h.failed)
	h.onClose(func() { closeHTTP(h.metrics) })
	return nil
}

// gauge registers what the media engine and the conversations count.
func (h *house) gauge(registry *prometheus.Registry) {
	counter := func(name, help string, read func() uint64) {
		registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "vesper_" + name, Help: help},
			func() float64 { return float64(read()) }))
	}
	counter("rtp_received_total", "RTP packets from all peers.", func() uint64 { return h.engine.Stats().Received })
	counter("rtp_forwarded_total", "RTP packets to all peers, without retransmissions.", func() uint64 { return h.engine.Stats().Forwarded })
	counter("rtp_resent_total", "Retransmissions to peers.", func() uint64 { return h.engine.Stats().Resent })
	counter("panics_total", "Panics of one person's goroutines.", func() uint64 { return h.engine.Stats().Panics + h.signaling.Panics() })
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "vesper_peers", Help: "Peer connections open now."},
		func() float64 { return float64(h.engine.Stats().Peers) }))
}
