// Package packetcache keeps the newest packets of one RTP stream, so that every subscriber's lost
// packets are answered from one copy. It is not safe for concurrent use.
package packetcache

// Cache is a ring indexed by sequence number. Buffers are made when first needed and reused.
type Cache struct {
	entries []entry
	mask    uint16
}

type entry struct {
	payload []byte
	ts      uint32
	seq     uint16
	marker  bool
	valid   bool
}

// New returns a cache of 1<<bits packets; bits is 1 to 15.
func New(bits uint) *Cache {
	return &Cache{entries: make([]entry, 1<<bits), mask: 1<<bits - 1}
}

// Put copies one packet into the ring, over whatever was 1<<bits packets older. Padding is not kept.
func (c *Cache) Put(seq uint16, ts uint32, marker bool, payload []byte) {
	e := &c.entries[seq&c.mask]
	e.payload = append(e.payload[:0], payload...)
	e.seq, e.ts, e.marker, e.valid = seq, ts, marker, true
}

// Get copies the payload of a packet into dst. ok is false if the packet is not there or dst is too small.
func (c *Cache) Get(seq uint16, dst []byte) (n int, ts uint32, marker, ok bool) {
	e := &c.entries[seq&c.mask]
	if !e.valid || e.seq != seq || len(e.payload) > len(dst) {
		return 0, 0, false, false
	}
	return copy(dst, e.payload), e.ts, e.marker, true
}

// Clear forgets every packet and keeps the buffers.
func (c *Cache) Clear() {
	for i := range c.entries {
		c.entries[i].valid = false
	}
}
