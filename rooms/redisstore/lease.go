package redisstore

import (
	"context"
	"errors"
	"time"

	"vesper/rooms"
)

// ErrTTL: a lease or an announcement needs a time to live.
var ErrTTL = errors.New("the time to live is not above zero")

// ErrID: an id is empty, too long or has other than printable characters.
var ErrID = errors.New("the id is not usable")

// leaseScript takes the lease for ARGV[1] unless another holds it. A lease that
// would never run out is nobody's: this package writes none.
const leaseScript = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] and redis.call('PTTL', KEYS[1]) >= 0 then
  return holder
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]`

const unleaseScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 1`

func (s *Store) leaseKey(session rooms.SessionID) string {
	return s.prefix + "lease:" + string(session)
}

// Lease fails with ErrTTL, ErrID or, if the holder is not to be read, ErrMalformed.
func (s *Store) Lease(ctx context.Context, session rooms.SessionID, node rooms.NodeID, ttl time.Duration) (holder rooms.NodeID, err error) {
	err = s.call(ctx, "lease", func(ctx context.Context) error {
		ms, err := milliseconds(ttl)
		if err != nil {
			return err
		}
		if !usable(string(node)) {
			return ErrID
		}
		reply, err := s.client.Eval(ctx, leaseScript, []string{s.leaseKey(session)}, string(node), ms).Text()
		if err != nil {
			return err
		}
		if !usable(reply) {
			return ErrMalformed
		}
		holder = rooms.NodeID(reply)
		return nil
	})
	return holder, err
}

// Unlease fails only if Redis does.
func (s *Store) Unlease(ctx context.Context, session rooms.SessionID, node rooms.NodeID) error {
	return s.call(ctx, "unlease", func(ctx context.Context) error {
		return s.client.Eval(ctx, unleaseScript, []string{s.leaseKey(session)}, string(node)).Err()
	})
}

// usable reports whether an id has 1 to 128 printable characters of ASCII.
func usable(id string) bool {
	for _, c := range []byte(id) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(id) > 0 && len(id) <= 128
}
