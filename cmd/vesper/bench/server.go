package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

const (
	readyFor = time.Minute     // the first start founds a clinic with a past
	stopFor  = 8 * time.Second // after that it is killed
)

// server is a demo in a process of its own, with an empty data folder.
type server struct {
	URL   string `json:"url"`
	Token string `json:"api_token"`

	command *exec.Cmd
	ended   chan error
	dir     string
}

// startServer returns when the server can be joined. It ends with ctx, or by
// stop, or with this process.
func startServer(ctx context.Context, program string) (*server, error) {
	dir, err := os.MkdirTemp("", "vesper-bench-")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, ended: make(chan error, 1)}
	s.command = exec.CommandContext(ctx, program, "demo", "--json", "--listen", "127.0.0.1:0", "--data", dir, "--bots", "0")
	s.command.Stderr = os.Stderr
	s.command.Cancel = func() error { return s.command.Process.Signal(syscall.SIGTERM) }
	s.command.WaitDelay = stopFor
	s.command.SysProcAttr = asChild()
	out, err := s.command.StdoutPipe()
	if err == nil {
		err = s.command.Start()
	}
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("start the server: %w (make build makes it)", err)
	}
	ready := make(chan error, 1)
	go func() {
		line, err := bufio.NewReader(out).ReadBytes('\n')
		if err == nil {
			err = json.Unmarshal(line, s)
		}
		ready <- err
		s.ended <- s.command.Wait()
	}()
	select {
	case err = <-ready:
	case <-time.After(readyFor):
		err = fmt.Errorf("not ready within %v", readyFor)
	}
	if err != nil {
		s.stop()
		return nil, fmt.Errorf("start the server: %w", err)
	}
	return s, nil
}

func (s *server) pid() int { return s.command.Process.Pid }

// stop asks the server to end, waits for it and takes its folder away.
func (s *server) stop() {
	_ = s.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(stopFor):
		_ = s.command.Process.Kill()
		<-s.ended
	}
	_ = os.RemoveAll(s.dir)
}
