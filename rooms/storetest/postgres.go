//go:build unix

package storetest

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Postgres gives the test a database of its own, empty, on a real PostgreSQL
// server, and returns its URL. The login owns the database and may make roles;
// it is no superuser. The first call of a process starts the server, which
// listens on a socket in a temporary folder only, keeps its data in Memory if
// it can, and ends with the process.
//
// With prepare the database is a copy of one that prepare filled once.
func Postgres(t testing.TB, prepare ...func(url string) error) string {
	t.Helper()
	server, err := startPostgres()
	if err != nil {
		t.Fatal(err)
	}
	template := "template0"
	if len(prepare) > 0 {
		if template, err = server.template(prepare[0]); err != nil {
			t.Fatalf("prepare PostgreSQL: %v", err)
		}
	}
	name, err := server.create(template)
	if err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() {
		if err := server.admin("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop database: %v", err)
		}
	})
	return server.url("vesper", name)
}

// PostgresDatabase is Postgres for a program that is no test: one more empty
// database on a server that keeps its data on the disk and ends with the process.
func PostgresDatabase() (url string, err error) {
	server, err := startPostgresOnDisk()
	if err != nil {
		return "", err
	}
	name, err := server.create("template0")
	return server.url("vesper", name), err
}

// PostgresAdmin is the URL of the same database for a superuser.
func PostgresAdmin(t testing.TB, database string) string {
	t.Helper()
	server, err := startPostgres()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	return server.url("postgres", parsed.Path[1:])
}

type postgresServer struct {
	dir  string
	hold io.Closer // keeps the server alive; nobody writes to it

	mu     sync.Mutex
	made   int    // guarded by mu
	filled string // guarded by mu; the template, once it is made
}

var (
	startPostgres       = sync.OnceValues(func() (*postgresServer, error) { return newPostgresServer(Memory()) })
	startPostgresOnDisk = sync.OnceValues(func() (*postgresServer, error) { return newPostgresServer("") })
)

func (s *postgresServer) url(user, database string) string {
	address := url.URL{Scheme: "postgres", User: url.User(user), Path: "/" + database, RawQuery: url.Values{"host": {s.dir}}.Encode()}
	return address.String()
}

// admin runs statements as the superuser.
func (s *postgresServer) admin(statements ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.url("postgres", "postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func (s *postgresServer) create(template string) (name string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made++
	name = fmt.Sprintf("test%d", s.made)
	return name, s.admin("CREATE DATABASE " + name + " OWNER vesper TEMPLATE " + template)
}

func (s *postgresServer) template(prepare func(url string) error) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.filled != "" {
		return s.filled, nil
	}
	const name = "filled"
	if err := s.admin("DROP DATABASE IF EXISTS "+name, "CREATE DATABASE "+name+" OWNER vesper TEMPLATE template0"); err != nil {
		return "", err
	}
	if err := prepare(s.url("vesper", name)); err != nil {
		return "", err
	}
	s.filled = name
	return name, nil
}

// postgresScript runs the server until its standard input closes, which it
// does with the process that started it, and leaves nothing behind.
const postgresScript = `"$1" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=200 -c unix_socket_permissions=0700 >"$2/log" 2>&1 &
server=$!
read _
kill -QUIT $server
wait $server
rm -rf "$2"`

// newPostgresServer starts one whose data are in a new folder of another;
// empty: of that for temporary files.
func newPostgresServer(within string) (*postgresServer, error) {
	binaries, err := postgresBinaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(within, "vesper-pg-")
	if err != nil {
		return nil, err
	}
	s := &postgresServer{dir: dir}
	as, err := unprivileged(dir)
	if err != nil {
		return nil, err
	}
	initialize := exec.Command(filepath.Join(binaries, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres",
		"-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initialize.SysProcAttr, initialize.Dir = as, dir
	if out, err := initialize.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	alive, hold, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	run := exec.Command("sh", "-c", postgresScript, "sh", filepath.Join(binaries, "postgres"), dir)
	run.SysProcAttr, run.Dir, run.Stdin = as, dir, alive
	if err := run.Start(); err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	s.hold = hold
	alive.Close()
	for range 500 {
		if err = s.admin("SELECT 1"); err == nil {
			return s, s.admin("CREATE ROLE vesper LOGIN CREATEROLE")
		}
		time.Sleep(20 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(dir, "log"))
	return nil, fmt.Errorf("postgres does not answer: %w\n%s", err, log)
}

// postgresBinaries is the folder of the newest server that is installed.
func postgresBinaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", fmt.Errorf("PostgreSQL is not installed; run `make test`, which installs it")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// unprivileged is how the server starts: it refuses to run as root.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return &syscall.SysProcAttr{Setpgid: true}, nil
	}
	uid, gid, err := postgresUser()
	if err != nil {
		return nil, err
	}
	if err := os.Chown(dir, int(uid), int(gid)); err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Setpgid: true, Credential: &syscall.Credential{Uid: uid, Gid: gid}}, nil
}
