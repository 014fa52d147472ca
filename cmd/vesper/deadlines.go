package main

import (
	"bufio"
	"net"
	"net/http"
	"time"
)

// An answer has no bound as a whole: an archive of a year takes its time. Each
// piece of it has one, so that nobody holds a connection by not reading.
const (
	piece       = 32 << 10
	pieceWithin = 30 * time.Second
)

// bounded gives every piece of an answer so long. A conversation that takes
// the connection over is left alone: it has deadlines of its own.
func bounded(next http.Handler, within time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b := &boundedWriter{ResponseWriter: w, control: http.NewResponseController(w), within: within}
		next.ServeHTTP(b, r)
		b.extend() // for what is still in the buffer
	})
}

// boundedWriter belongs to the goroutine of its handler.
type boundedWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	within  time.Duration
	taken   bool
}

// Unwrap lets a http.ResponseController reach the connection.
func (b *boundedWriter) Unwrap() http.ResponseWriter { return b.ResponseWriter }

// Hijack gives the connection away, without a deadline.
func (b *boundedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := b.control.Hijack()
	b.taken = err == nil
	return conn, buffered, err
}

func (b *boundedWriter) extend() {
	if !b.taken {
		_ = b.control.SetWriteDeadline(time.Now().Add(b.within)) // it fails on a connection that is gone
	}
}

func (b *boundedWriter) Write(data []byte) (written int, err error) {
	for first := true; first || len(data) > 0; first = false {
		part := data[:min(len(data), piece)]
		b.extend()
		n, err := b.ResponseWriter.Write(part)
		written += n
		if err != nil {
			return written, err
		}
		data = data[len(part):]
	}
	return written, nil
}
