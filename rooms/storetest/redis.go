package storetest

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Redis starts a Redis server for the test and returns its URL.
func Redis(t *testing.T) string { return StartRedis(t).URL }

// RedisServer is a real server on a port of its own. It keeps nothing on disk
// and ends with its test. It belongs to the test's goroutine.
type RedisServer struct {
	URL  string // redis://127.0.0.1:port
	Port int

	path string
	dir  string
	args []string
	cmd  *exec.Cmd // nil while stopped
}

// StartRedis starts a server with further arguments, as on its command line.
func StartRedis(t *testing.T, args ...string) *RedisServer {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatal("redis-server is not in PATH; run `make test`, which installs it")
	}
	s := &RedisServer{path: path, dir: t.TempDir(), args: args}
	t.Cleanup(s.Stop)
	for range 5 { // another process may take the port before the server does
		if s.Port, err = freePort(); err != nil {
			t.Fatal(err)
		}
		if err = s.start(); err == nil {
			s.URL = fmt.Sprintf("redis://127.0.0.1:%d", s.Port)
			return s
		}
	}
	t.Fatalf("start redis-server: %v", err)
	return nil
}

// Start starts a stopped server again on its old port, empty.
func (s *RedisServer) Start(t *testing.T) {
	t.Helper()
	if err := s.start(); err != nil {
		t.Fatalf("start redis-server again: %v", err)
	}
}

// Stop ends the server at once. Stopping a stopped one does nothing.
func (s *RedisServer) Stop() {
	if s.cmd == nil {
		return
	}
	s.cmd.Process.Kill()
	s.cmd.Wait()
	s.cmd = nil
}

// Signal tells the server's process, for example to stop answering.
func (s *RedisServer) Signal(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

func (s *RedisServer) start() error {
	args := append([]string{"--bind", "127.0.0.1", "--port", fmt.Sprint(s.Port), "--dir", s.dir,
		"--save", "", "--appendonly", "no", "--daemonize", "no"}, s.args...)
	s.cmd = exec.Command(s.path, args...)
	if err := s.cmd.Start(); err != nil {
		s.cmd = nil
		return err
	}
	for range 500 {
		if s.answers() {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.Stop()
	return fmt.Errorf("no answer on port %d", s.Port)
}

// answers reports whether a server speaks on the port, if only to refuse.
func (s *RedisServer) answers() bool {
	conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port), time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Second))
	fmt.Fprint(conn, "PING\r\n")
	line, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && (line == "+PONG\r\n" || strings.HasPrefix(line, "-NOAUTH"))
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
