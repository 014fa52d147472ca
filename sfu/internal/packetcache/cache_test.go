package packetcache

import (
	"bytes"
	"testing"
)

func TestCache(t *testing.T) {
	c := New(3)
	c.Put(65535, 100, false, []byte{1})
	c.Put(0, 200, true, []byte{2, 2})
	buffer := make([]byte, 16)

	n, ts, marker, ok := c.Get(65535, buffer)
	if !ok || ts != 100 || marker || !bytes.Equal(buffer[:n], []byte{1}) {
		t.Errorf("65535: got %v %d %v %v", buffer[:n], ts, marker, ok)
	}
	n, ts, marker, ok = c.Get(0, buffer)
	if !ok || ts != 200 || !marker || !bytes.Equal(buffer[:n], []byte{2, 2}) {
		t.Errorf("0: got %v %d %v %v", buffer[:n], ts, marker, ok)
	}
	if _, _, _, ok = c.Get(1, buffer); ok {
		t.Error("1 was never put")
	}
	if _, _, _, ok = c.Get(0, buffer[:1]); ok {
		t.Error("0 does not fit into one octet")
	}
	c.Put(8, 300, false, []byte{3})
	if _, _, _, ok = c.Get(0, buffer); ok {
		t.Error("0 should have been overwritten by 8")
	}
	c.Clear()
	if _, _, _, ok = c.Get(8, buffer); ok {
		t.Error("8 survived Clear")
	}
}

func BenchmarkPut(b *testing.B) {
	c, payload := New(9), make([]byte, 1100)
	for i := range 1 << 10 {
		c.Put(uint16(i), 0, false, payload)
	}
	b.ReportAllocs()
	for i := range b.N {
		c.Put(uint16(i), 0, false, payload)
	}
}
