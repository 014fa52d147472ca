package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// served serves a handler as the pages are, with less patience.
func served(t *testing.T, within time.Duration, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewUnstartedServer(bounded(handler, within))
	server.Config.WriteTimeout = within
	server.Start()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// Who reads a byte a second of a big answer is cut; who reads as it comes gets
// all of it, also from a handler that takes longer than a piece may.
func TestSlowReaderIsCut(t *testing.T) {
	const within, size = 500 * time.Millisecond, 64 << 20
	wrote := make(chan error, 1)
	address := served(t, within, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			for range 8 {
				<-time.After(within / 4)
				fmt.Fprintln(w, strings.Repeat("x", 1000))
			}
			<-time.After(within + within/2) // and the rest waits in the buffer
			return
		}
		_, err := io.Copy(w, io.LimitReader(zeros{}, size))
		wrote <- err
	})
	conn, err := net.Dial("tcp", address)
	must(t, err)
	defer conn.Close()
	must(t, conn.(*net.TCPConn).SetReadBuffer(4<<10))
	_, err = fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	must(t, err)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	one, began := make([]byte, 1), time.Now()
	for cut := false; !cut; {
		select {
		case err := <-wrote:
			if err == nil {
				t.Fatal("64 MiB went to somebody who reads a byte a second")
			}
			cut = true
		case <-tick.C:
			if _, err := conn.Read(one); err != nil && time.Since(began) < within {
				t.Fatal(err)
			}
			if time.Since(began) > 20*within {
				t.Fatal("the reader is not cut")
			}
		}
	}
	for _, path := range []string{"/", "/long"} {
		began := time.Now()
		answer, err := http.Get("http://" + address + path)
		must(t, err)
		n, err := io.Copy(io.Discard, answer.Body)
		must(t, errors.Join(err, answer.Body.Close()))
		if path == "/" && (n != size || <-wrote != nil) || path == "/long" && (n != 8*1001 || time.Since(began) < 3*within) {
			t.Errorf("%s: %d bytes in %v", path, n, time.Since(began))
		}
	}
}

// A conversation is silent for longer than a piece of an answer may take.
func TestWebSocketIsNotCut(t *testing.T) {
	const within = 200 * time.Millisecond
	address := served(t, within, func(w http.ResponseWriter, r *http.Request) {
		ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		for {
			kind, data, err := ws.ReadMessage()
			if err != nil || ws.WriteMessage(kind, data) != nil {
				return
			}
		}
	})
	ws, answer, err := websocket.DefaultDialer.Dial("ws://"+address, nil)
	must(t, err)
	must(t, answer.Body.Close())
	defer ws.Close()
	for range 3 {
		<-time.After(3 * within)
		must(t, ws.WriteMessage(websocket.TextMessage, []byte("still here")))
		if _, data, err := ws.ReadMessage(); err != nil || string(data) != "still here" {
			t.Fatalf("%q, %v", data, err)
		}
	}
}

// A connection that is kept has the deadline of its own answer each time.
func TestKeptConnection(t *testing.T) {
	const within = 200 * time.Millisecond
	address := served(t, within, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") })
	conn, err := net.Dial("tcp", address)
	must(t, err)
	defer conn.Close()
	in := bufio.NewReader(conn)
	for range 3 {
		_, err := fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		must(t, err)
		answer, err := http.ReadResponse(in, nil)
		must(t, err)
		data, err := io.ReadAll(answer.Body)
		must(t, err)
		if !bytes.Equal(data, []byte("ok")) {
			t.Fatalf("%q", data)
		}
		<-time.After(2 * within)
	}
}

// Both listeners have every bound.
func TestListenersAreBounded(t *testing.T) {
	s, _ := startDemo(t, t.TempDir(), 0, "")
	for name, server := range map[string]*http.Server{"pages": s.house.http} {
		if server.WriteTimeout == 0 || server.ReadHeaderTimeout == 0 || server.IdleTimeout == 0 || server.MaxHeaderBytes == 0 {
			t.Errorf("%s: %+v", name, server)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
