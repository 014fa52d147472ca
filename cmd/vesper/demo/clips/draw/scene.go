package main

import (
	"math"
	"math/rand/v2"
)

// colour is linear light, 0 to 1.
type colour struct{ r, g, b float64 }

func (c colour) times(f float64) colour { return colour{c.r * f, c.g * f, c.b * f} }
func (c colour) plus(d colour) colour   { return colour{c.r + d.r, c.g + d.g, c.b + d.b} }
func (c colour) tint(d colour) colour   { return colour{c.r * d.r, c.g * d.g, c.b * d.b} }
func mix(a, b colour, t float64) colour { return a.times(1 - t).plus(b.times(t)) }

func hex(v uint32) colour {
	f := func(shift uint) float64 { return math.Pow(float64(v>>shift&255)/255, 2.2) }
	return colour{f(16), f(8), f(0)}
}

// look is what distinguishes one bot from another.
type look struct {
	wall, lamp, shirt, skin, hair colour
	side                          float64 // the lamp: -1 left, 1 right
	size                          float64 // of the head
	style                         int     // of the hair
	phase                         float64
	wave                          bool // raises a hand now and then
}

var looks = [bots]look{
	{hex(0x6b4a3e), hex(0xffc37a), hex(0x3f6f73), hex(0xc98f6b), hex(0x2a1a14), -1, 1.00, 1, 0.0, true},
	{hex(0x3f5561), hex(0xffd9a0), hex(0x8a4b3c), hex(0x8a5a3f), hex(0x241813), 1, 0.97, 0, 1.3, false},
	{hex(0x5d4a66), hex(0xffb3a0), hex(0x55678c), hex(0xe0b08f), hex(0x7a4a24), -1, 0.98, 2, 2.1, false},
	{hex(0x4b5a44), hex(0xffe0a8), hex(0xa67c45), hex(0x6a4330), hex(0x241812), 1, 1.02, 3, 3.7, true},
	{hex(0x6a5240), hex(0xffc890), hex(0x5a4a6e), hex(0xd7a17d), hex(0x9a948c), -1, 1.00, 0, 4.4, false},
	{hex(0x39506a), hex(0xffcfa6), hex(0x6d7f4c), hex(0xb67f5c), hex(0x23150f), 1, 0.96, 1, 5.2, false},
	{hex(0x5e4450), hex(0xffc7b0), hex(0x3c5a50), hex(0xc08a68), hex(0x40261a), -1, 1.01, 2, 0.7, true},
}

// scene draws one bot. The room is drawn once; the person moves before it, in
// periods that divide the clip, so that it loops without a seam.
type scene struct {
	look
	room  []colour
	out   []byte
	gamma [4096]byte
}

func newScene(bot int) *scene {
	s := &scene{look: looks[bot%bots], room: make([]colour, width*height), out: make([]byte, width*height*3)}
	for i := range s.gamma {
		s.gamma[i] = byte(math.Round(255 * math.Pow(float64(i)/4095, 1/2.2)))
	}
	s.drawRoom(rand.New(rand.NewPCG(uint64(bot), 17)))
	return s
}

// Coordinates: x from -1.78 to 1.78, y from -1 (top) to 1.
func at(px, py int) (x, y float64) {
	return (float64(px) + 0.5 - width/2) / (height / 2), (float64(py) + 0.5 - height/2) / (height / 2)
}

func smooth(a, b, x float64) float64 {
	t := min(max((x-a)/(b-a), 0), 1)
	return t * t * (3 - 2*t)
}

func glow(x, y, cx, cy, radius float64) float64 {
	d := math.Hypot(x-cx, y-cy) / radius
	return 1 / (1 + d*d*d)
}

// box is the signed distance to a rounded rectangle.
func box(x, y, cx, cy, hw, hh, r float64) float64 {
	dx, dy := math.Abs(x-cx)-hw+r, math.Abs(y-cy)-hh+r
	return math.Hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - r
}

type bokeh struct {
	x, y, r float64
	c       colour
}

func (s *scene) drawRoom(random *rand.Rand) {
	wx, wy, ww, wh := -s.side*0.95, -0.28, 0.56, 0.62 // the window, away from the lamp
	lights := s.cityLights(random, wx, wy, ww, wh)
	lx, ly := s.side*1.28, -0.22
	for py := range height {
		for px := range width {
			x, y := at(px, py)
			c := s.wall.times(0.16 * (1 - 0.35*smooth(-1, 1, y)))
			c = c.plus(s.wall.tint(s.lamp).times(1.25 * glow(x, y, lx, ly, 0.85)))
			if y > 0.78 { // the back of a sofa
				c = mix(c, s.shirt.plus(s.wall).times(0.16), smooth(0.78, 0.83, y+0.02*math.Cos(x*2)))
			}
			c = s.window(c, x, y, wx, wy, ww, wh, lights)
			c = s.lampShade(c, x, y, lx, ly)
			s.room[py*width+px] = c
		}
	}
}

func (s *scene) cityLights(random *rand.Rand, wx, wy, ww, wh float64) []bokeh {
	warm := []colour{hex(0xffb45c), hex(0xffd9a0), hex(0xff8f6b), hex(0x9fc4ff), hex(0xffe9c8)}
	var lights []bokeh
	for range 16 {
		lights = append(lights, bokeh{wx + ww*(2*random.Float64()-1)*0.95, wy + wh*(0.25+0.7*random.Float64()),
			0.02 + 0.035*random.Float64(), warm[random.IntN(len(warm))].times(0.18 + 0.3*random.Float64())})
	}
	return lights
}

func (s *scene) window(c colour, x, y, wx, wy, ww, wh float64, lights []bokeh) colour {
	d := box(x, y, wx, wy, ww, wh, 0.03)
	if d > 0.1 {
		return c
	}
	sky := mix(hex(0x0d1733), hex(0x5a4a78), smooth(-0.9, 0.5, y))
	sky = mix(sky, hex(0xc97b62), 0.55*smooth(0.0, 0.42, y))
	skyline := 0.12 + 0.05*math.Sin(x*9) + 0.04*math.Sin(x*23+s.phase) // far roofs
	sky = mix(sky, hex(0x141a2e), 0.85*smooth(skyline-0.02, skyline+0.03, y))
	for _, l := range lights {
		r := math.Hypot(x-l.x, y-l.y)
		sky = sky.plus(l.c.times(1 - smooth(l.r*0.8, l.r*1.15, r)))
	}
	moon := math.Hypot(x-wx-0.22, y+0.68)
	sky = sky.plus(hex(0xfff1d6).times((1-smooth(0.055, 0.075, moon))*0.9 + 0.05/(1+moon*moon*60)))
	c = mix(c, sky.times(0.85), 1-smooth(-0.012, 0.012, d))
	frame := math.Abs(d) - 0.028
	frame = min(frame, math.Abs(x-wx)-0.016)
	frame = min(frame, math.Abs(y-wy+0.08)-0.014)
	if d < 0.05 {
		wood := s.wall.times(0.30).plus(s.lamp.times(0.02))
		c = mix(c, wood, 1-smooth(-0.006, 0.008, max(frame, d-0.034)))
	}
	return c
}

func (s *scene) lampShade(c colour, x, y, lx, ly float64) colour {
	half := 0.17 + 0.10*(y-ly+0.18)/0.36
	shade := max(math.Abs(x-lx)-half, math.Abs(y-ly)-0.18)
	bright := 0.75 + 0.5*glow(x, y, lx, ly+0.05, 0.16)
	c = mix(c, s.lamp.times(bright), 1-smooth(-0.015, 0.02, shade))
	foot := max(math.Abs(x-lx)-0.014, math.Abs(y-ly-0.5)-0.34)
	return mix(c, s.wall.times(0.08), 1-smooth(-0.004, 0.008, foot))
}

// pose is where the person is at one moment.
type pose struct {
	hx, hy, tilt, lean, breath, hand, blink, mouth float64
}

func (s *scene) poseAt(t float64) pose {
	turn := func(times int, shift float64) float64 {
		return math.Sin(2*math.Pi*float64(times)*t/seconds + s.phase + shift)
	}
	p := pose{
		hx: 0.025*turn(1, 0) + 0.010*turn(3, 1), hy: 0.008 * turn(2, 0.4),
		tilt: 0.05*turn(1, 0.9) + 0.02*turn(2, 2), lean: 0.018 * turn(1, -0.3), breath: turn(2, 0),
	}
	nod := smooth(0.2, 0.9, turn(1, 2.5)) // a few nods in one part of the loop
	p.hy += 0.022 * nod * math.Sin(2*math.Pi*8*t/seconds)
	if s.wave {
		p.hand = smooth(0.55, 0.98, turn(1, -1.6))
	}
	for _, when := range []float64{1.1, 3.9, 6.3} {
		d := math.Abs(math.Mod(t-when-0.2*s.phase+2*seconds, seconds))
		p.blink = max(p.blink, 1-smooth(0.03, 0.13, min(d, seconds-d)))
	}
	p.mouth = max(0, turn(3, 0)) * (0.5 + 0.5*turn(13, 0))
	return p
}

func (s *scene) frame(t float64) []byte {
	p := s.poseAt(t)
	flicker := 1 + 0.012*math.Sin(2*math.Pi*3*t/seconds+s.phase)
	for py := range height {
		for px := range width {
			x, y := at(px, py)
			i := py*width + px
			c := s.room[i].times(flicker)
			if y > -0.75 && math.Abs(x) < 1.15 {
				c = s.person(c, x, y, p)
			}
			v := 1 - 0.16*(x*x/3.2+y*y) // vignette
			s.put(i, c.times(v), px, py)
		}
	}
	return s.out
}

// put writes one pixel with a little ordered dither, so that dark walls don't band.
func (s *scene) put(i int, c colour, px, py int) {
	dither := (float64((px*7+py*13)&15)/15 - 0.5) * 0.0004
	one := func(v float64) byte {
		v = (v + dither) / (1 + 0.25*v) * 1.25
		return s.gamma[int(min(max(v, 0), 1)*4095)]
	}
	s.out[3*i], s.out[3*i+1], s.out[3*i+2] = one(c.r), one(c.g), one(c.b)
}
