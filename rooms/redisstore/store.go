// Package redisstore keeps the live state of rooms in Redis, for several nodes.
//
// Redis holds ids and state, no names, and decides no authorisation. Whatever
// comes back from it is parsed as untrusted input. Every call is one round trip
// and ends within Options.Timeout; after an outage, also one that lost
// everything, the next call works without a restart.
//
// The server may confine its user to the key prefix and to these commands: hello,
// auth, select, ping, eval, getrange, get, set, del, pttl, hset, hdel, hgetall,
// hlen, time. All keys that a script touches are passed to it.
//
// The client's pool owns the connections and any goroutine that renews them;
// Close ends both.
package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"

	"vesper/rooms"
)

// DefaultTimeout is long enough for a Redis that takes half a second to answer.
const DefaultTimeout = 2 * time.Second

// Options of Open. URL is required.
type Options struct {
	// URL is redis://, rediss:// or unix://, with user and password if the
	// server asks for them and the number of the database as path (unix: ?db=).
	// Other parameters are refused or have no effect.
	URL string
	// Prefix stands before every key; empty is "vesper:".
	Prefix string
	// Timeout bounds each call; 0 is DefaultTimeout. An earlier deadline of
	// the context holds, and a context that is cancelled keeps a call from
	// beginning or being tried again.
	Timeout time.Duration
}

var _ rooms.Store = (*Store)(nil)

// Store may be used from any goroutine.
type Store struct {
	// Set at creation.
	client  *redis.Client
	prefix  string
	timeout time.Duration
	secret  string // kept out of errors
	close   func() error
}

// Open connects, and fails if Redis can't be reached or anybody else can reach
// it: ErrOpen.
func Open(ctx context.Context, options Options) (*Store, error) {
	if options.Prefix == "" {
		options.Prefix = "vesper:"
	}
	if options.Timeout <= 0 {
		options.Timeout = DefaultTimeout
	}
	address, err := parseURL(options.URL)
	if err != nil {
		return nil, fmt.Errorf("open Redis: %w", err)
	}
	if err := address.guarded(); err != nil {
		return nil, fmt.Errorf("open Redis: %w", err)
	}
	s := newStore(address, options)
	if err := s.call(ctx, "open Redis", func(ctx context.Context) error {
		if err := s.client.Ping(ctx).Err(); err != nil {
			return err
		}
		return address.asksPassword(ctx, options.Timeout)
	}); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// quiet keeps the client from writing to standard error what every call also
// returns. Its log is one for the whole process, so it is set once.
var quiet = sync.OnceFunc(logging.Disable)

func newStore(address address, options Options) *Store {
	quiet()
	client := redis.NewClient(address.client(options.Timeout))
	return &Store{
		client: client, prefix: options.Prefix, timeout: options.Timeout,
		secret: address.password, close: sync.OnceValue(client.Close),
	}
}

// client is how Redis is spoken to: nothing that the URL says changes the
// timeouts, and the client asks for no more commands than it needs.
func (a address) client(timeout time.Duration) *redis.Options {
	return &redis.Options{
		Network: a.network, Addr: a.addr, Username: a.user, Password: a.password, DB: a.db, TLSConfig: a.tls,
		DialTimeout: timeout, ReadTimeout: timeout, WriteTimeout: timeout, PoolTimeout: timeout,
		ContextTimeoutEnabled: true,
		DialerRetries:         1,
		MaxRetries:            2, // a connection that died with the old server costs one
		MinRetryBackoff:       10 * time.Millisecond,
		MaxRetryBackoff:       100 * time.Millisecond,
		PipelinePoolSize:      -1,
		DisableIdentity:       true,
		MaintNotificationsConfig: &maintnotifications.Config{
			Mode: maintnotifications.ModeDisabled,
		},
	}
}

// call runs f within the store's timeout and says what was attempted if it
// fails, without the password.
func (s *Store) call(ctx context.Context, attempt string, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	err := ctx.Err()
	if err == nil {
		err = f(ctx)
	}
	if err == nil {
		return nil
	}
	if s.secret != "" && strings.Contains(err.Error(), s.secret) {
		err = errors.New("an error that repeats the password")
	}
	return fmt.Errorf("%s: %w", attempt, err)
}

// Close ends the connections. Closing twice is no error.
func (s *Store) Close() error { return s.close() }

// milliseconds of a time to live, rounded up: Redis knows no shorter one.
func milliseconds(ttl time.Duration) (int64, error) {
	if ttl <= 0 {
		return 0, ErrTTL
	}
	return int64((ttl + time.Millisecond - 1) / time.Millisecond), nil
}
