// Package vp8 reads and rewrites the VP8 payload descriptor (RFC 7741, 4.2).
// It works on bytes in place, allocates nothing and starts nothing.
package vp8

import "errors"

// ErrShort says that a payload ends inside its descriptor, or right behind it.
var ErrShort = errors.New("vp8: payload too short")

// Descriptor is what the first bytes of a VP8 RTP payload say.
type Descriptor struct {
	Length    int    // octets of the descriptor; the VP8 payload follows
	Start     bool   // S: the packet begins a partition
	Partition uint8  // PID: index of that partition
	PictureID uint16 // 7 or 15 bits, see Wide; valid if pictureAt > 0
	Wide      bool   // the picture id has 15 bits
	TL0       uint8  // TL0PICIDX; valid if tl0At > 0
	Temporal  uint8  // TID, 0 if absent
	Keyframe  bool   // the packet begins a keyframe

	pictureAt int // offset of the picture id, 0 if absent
	tl0At     int // offset of TL0PICIDX, 0 if absent
}

// HasPictureID reports whether the descriptor carries a picture id.
func (d *Descriptor) HasPictureID() bool { return d.pictureAt > 0 }

// HasTL0 reports whether the descriptor carries TL0PICIDX.
func (d *Descriptor) HasTL0() bool { return d.tl0At > 0 }

// Parse reads the descriptor of one RTP payload. It returns ErrShort if the payload is cut.
func Parse(payload []byte) (d Descriptor, err error) {
	if len(payload) < 2 {
		return d, ErrShort
	}
	first := payload[0]
	d.Start = first&0x10 != 0
	d.Partition = first & 0x07
	at := 1
	if first&0x80 != 0 { // X
		extension := payload[1]
		at = 2
		if extension&0x80 != 0 { // I
			if len(payload) <= at {
				return d, ErrShort
			}
			d.pictureAt = at
			d.PictureID = uint16(payload[at] & 0x7f)
			if payload[at]&0x80 != 0 { // M
				if len(payload) <= at+1 {
					return d, ErrShort
				}
				d.Wide = true
				d.PictureID = d.PictureID<<8 | uint16(payload[at+1])
				at++
			}
			at++
		}
		if extension&0x40 != 0 { // L
			if len(payload) <= at {
				return d, ErrShort
			}
			d.tl0At = at
			d.TL0 = payload[at]
			at++
		}
		if extension&0x30 != 0 { // T or K share one octet
			if len(payload) <= at {
				return d, ErrShort
			}
			if extension&0x20 != 0 {
				d.Temporal = payload[at] >> 6
			}
			at++
		}
	}
	if len(payload) <= at {
		return d, ErrShort
	}
	d.Length = at
	// RFC 7741, 4.3: P, the inverse key frame flag, is the lowest bit of the first payload octet.
	d.Keyframe = d.Start && d.Partition == 0 && payload[at]&0x01 == 0
	return d, nil
}

// Rewrite writes picture id and TL0PICIDX into payload, which must hold the octets d was parsed from
// (or a copy). The width of the picture id stays as it is: of a narrow one the low 7 bits are written.
// What the descriptor does not carry is not added.
func (d *Descriptor) Rewrite(payload []byte, pictureID uint16, tl0 uint8) {
	if d.pictureAt > 0 {
		if d.Wide {
			payload[d.pictureAt] = 0x80 | byte(pictureID>>8)&0x7f
			payload[d.pictureAt+1] = byte(pictureID)
		} else {
			payload[d.pictureAt] = byte(pictureID) & 0x7f
		}
	}
	if d.tl0At > 0 {
		payload[d.tl0At] = tl0
	}
}
