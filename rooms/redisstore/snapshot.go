package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"vesper/rooms"
)

const (
	// MaxSnapshot is the largest snapshot that is kept, in bytes of Data.
	MaxSnapshot = 1 << 20
	// snapshotTTL is after when a snapshot that nobody dropped is forgotten: an
	// evening and its door are far shorter.
	snapshotTTL = 48 * time.Hour
	// headLength is the length of what encodeHead writes.
	headLength = 4 + 20 + 1 + 20 + 1
)

var (
	// ErrTooLarge: the snapshot has more than MaxSnapshot bytes.
	ErrTooLarge = errors.New("the snapshot is over 1 MiB")
	// ErrMalformed: what Redis holds was not written by this package.
	ErrMalformed = errors.New("the kept value is malformed")
)

// saveScript keeps ARGV[2] unless what is kept begins with a later head than
// ARGV[1]. Heads are of one length, so that their order as text is the order of
// (epoch, version); numbers in Lua would lose digits. What is no head is
// overwritten.
const saveScript = `
local kept = redis.call('GETRANGE', KEYS[1], 0, string.len(ARGV[1]) - 1)
if string.len(kept) == string.len(ARGV[1]) and string.match(kept, '^VS1 %d+ %d+\n$') and kept > ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`

func (s *Store) snapshotKey(session rooms.SessionID) string {
	return s.prefix + "snapshot:" + string(session)
}

// SaveSnapshot fails with rooms.ErrStale or ErrTooLarge. The kept version may
// be saved again. It is forgotten after 48 hours without another.
func (s *Store) SaveSnapshot(ctx context.Context, snapshot rooms.Snapshot) error {
	return s.call(ctx, "save snapshot", func(ctx context.Context) error {
		if len(snapshot.Data) > MaxSnapshot {
			return ErrTooLarge
		}
		head := encodeHead(snapshot.Epoch, snapshot.Version)
		value := append([]byte(head), snapshot.Data...)
		saved, err := s.client.Eval(ctx, saveScript, []string{s.snapshotKey(snapshot.Session)},
			head, value, snapshotTTL.Milliseconds()).Int64()
		if err == nil && saved != 1 {
			return rooms.ErrStale
		}
		return err
	})
}

// LoadSnapshot fails with rooms.ErrNotFound or ErrMalformed.
func (s *Store) LoadSnapshot(ctx context.Context, session rooms.SessionID) (snapshot rooms.Snapshot, err error) {
	err = s.call(ctx, "load snapshot", func(ctx context.Context) error {
		// One byte more than may be kept shows that there is too much.
		value, err := s.client.GetRange(ctx, s.snapshotKey(session), 0, headLength+MaxSnapshot).Bytes()
		if err != nil && !errors.Is(err, redis.Nil) {
			return err
		}
		if len(value) == 0 {
			return rooms.ErrNotFound
		}
		snapshot, err = decodeSnapshot(session, value)
		return err
	})
	return snapshot, err
}

// DropSnapshot fails only if Redis does.
func (s *Store) DropSnapshot(ctx context.Context, session rooms.SessionID) error {
	return s.call(ctx, "drop snapshot", func(ctx context.Context) error {
		return s.client.Del(ctx, s.snapshotKey(session)).Err()
	})
}

func encodeHead(epoch, version uint64) string {
	return fmt.Sprintf("VS1 %020d %020d\n", epoch, version)
}

// decodeSnapshot reads what SaveSnapshot wrote, and nothing else.
func decodeSnapshot(session rooms.SessionID, value []byte) (rooms.Snapshot, error) {
	if len(value) < headLength || len(value) > headLength+MaxSnapshot {
		return rooms.Snapshot{}, ErrMalformed
	}
	head := string(value[:headLength])
	epoch, wrong := strconv.ParseUint(head[4:24], 10, 64)
	version, wrong2 := strconv.ParseUint(head[25:45], 10, 64)
	if wrong != nil || wrong2 != nil || head != encodeHead(epoch, version) {
		return rooms.Snapshot{}, ErrMalformed
	}
	return rooms.Snapshot{Session: session, Epoch: epoch, Version: version, Data: value[headLength:]}, nil
}
