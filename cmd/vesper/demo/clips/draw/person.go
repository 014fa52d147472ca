package main

import "math"

const edge = 0.012 // softness of an outline

func cover(d float64) float64 { return 1 - smooth(-edge, edge, d) }

// ellipse is about the signed distance to one.
func ellipse(x, y, cx, cy, rx, ry float64) float64 {
	dx, dy := (x-cx)/rx, (y-cy)/ry
	return (math.Hypot(dx, dy) - 1) * min(rx, ry)
}

// union of two shapes with a soft seam.
func join(a, b, k float64) float64 {
	h := min(max(0.5+0.5*(b-a)/k, 0), 1)
	return b + (a-b)*h - k*h*(1-h)
}

// person paints body, head and hand over the room, lit by the lamp on one side
// and a little by the window on the other.
func (s *scene) person(c colour, x, y float64, p pose) colour {
	x -= p.lean * (1.2 - y)
	hx, hy := s.headFrame(x, y, p)
	back := s.hairBack(hx, hy)
	if cov := cover(back); cov > 0 { // behind the shoulders
		c = mix(c, s.lit(s.hair, hx/0.34, hy, back*2).times(0.7), cov)
	}
	c = s.body(c, x, y, p)
	c = s.head(c, hx, hy, p)
	if p.hand > 0.01 {
		c = s.hand(c, x, y, p)
	}
	return c
}

// lit is a soft light by the lamp's side: u runs from -1 to 1 across the shape.
func (s *scene) lit(base colour, u, v, d float64) colour {
	toLamp := u * s.side
	light := 0.24 + 0.66*smooth(-0.9, 1.0, toLamp) - 0.10*v
	c := base.tint(mix(colour{0.75, 0.8, 1}, s.lamp, smooth(-0.8, 0.6, toLamp))).times(light)
	rim := smooth(-0.07, -0.004, d)
	warm := s.lamp.times(0.22 * rim * smooth(0.1, 0.9, toLamp))
	cool := colour{0.10, 0.14, 0.26}.times(0.35 * rim * smooth(0.2, 1, -toLamp))
	return c.plus(warm).plus(cool)
}

func (s *scene) body(c colour, x, y float64, p pose) colour {
	lift := 0.012 * p.breath
	wide := 0.66 + 0.008*p.breath
	shoulders := box(x, y, 0, 1.02-lift, wide, 0.60, 0.42)
	neck := box(x, y, p.hx*0.6, 0.34, 0.125, 0.24, 0.08)
	torso := join(shoulders, ellipse(x, y, 0, 0.56-lift, 0.30, 0.16), 0.14)
	if cov := cover(neck); cov > 0 {
		shade := 0.72 - 0.30*smooth(0.36, 0.12, y) // under the chin
		c = mix(c, s.lit(s.skin, x/0.14, 0, neck).times(shade), cov)
	}
	if cov := cover(torso); cov > 0 {
		fold := 0.93 + 0.07*math.Sin(x*9+1.5*math.Sin(y*5))
		cloth := s.lit(s.shirt, x/0.62, (y-0.75)*0.8, torso).times(fold)
		collar := ellipse(x, y, p.hx*0.3, 0.40-lift, 0.19, 0.15)
		c = mix(c, cloth, cov*smooth(-0.01, 0.012, collar))
		c = c.times(1 - 0.25*cov*smooth(0.035, 0.0, math.Abs(collar)))
	}
	return c
}

// headFrame turns a point into the head's own coordinates; it tilts about the neck.
func (s *scene) headFrame(x, y float64, p pose) (hx, hy float64) {
	sin, cos := math.Sincos(p.tilt)
	dx, dy := x-p.hx, y-(-0.02+p.hy)-0.3
	size := 1.14 * s.size
	return (dx*cos + dy*sin) / size, (-dx*sin + dy*cos + 0.3) / size
}

func (s *scene) head(c colour, hx, hy float64, p pose) colour {
	face := join(ellipse(hx, hy, 0, -0.03, 0.245, 0.30), ellipse(hx, hy, 0, 0.13, 0.17, 0.19), 0.08)
	if ears := ellipse(math.Abs(hx), hy, 0.25, 0.02, 0.035, 0.065); s.style != 2 {
		face = min(face, ears)
	}
	if cov := cover(face); cov > 0 {
		c = mix(c, s.face(hx, hy, face, p), cov)
	}
	top := s.hairTop(hx, hy)
	if cov := cover(top); cov > 0 {
		strand := 0.9 + 0.1*math.Sin(40*hx+9*hy)
		c = mix(c, s.lit(s.hair, hx/0.28, hy+0.2, 2*s.hairBack(hx, hy)).times(1.15*strand), cov)
	}
	return c
}

// face has only hints of features: shaded sockets, closed lids now and then, a
// calm mouth. Nobody in particular.
func (s *scene) face(x, y, d float64, p pose) colour {
	c := s.lit(s.skin, x/0.25, y*0.7, d)
	ax := math.Abs(x)
	socket := ellipse(ax, y, 0.10, -0.015, 0.062, 0.032)
	c = c.times(1 - 0.30*smooth(0.03, -0.03, socket))
	open := 0.019 * (1 - 0.85*p.blink)
	eye := ellipse(ax, y, 0.10, 0.0, 0.034, max(open, 0.004))
	c = mix(c, hex(0x1c1210), 0.85*(1-smooth(-0.006, 0.010, eye)))
	brow := box(ax, y+0.03*ax+1.5*(ax-0.1)*(ax-0.1), 0.10, -0.062, 0.050, 0.007, 0.007)
	c = mix(c, s.hair.times(0.5), 0.6*(1-smooth(-0.004, 0.014, brow)))
	nose := smooth(0.05, 0.0, math.Hypot((x+s.side*0.028)*1.6, (y-0.075)*0.8))
	c = c.times(1 - 0.22*nose)
	c = c.plus(s.lamp.times(0.05 * smooth(0.03, 0, math.Abs(x-s.side*0.01)) * smooth(0.12, 0.02, math.Abs(y-0.03))))
	smile := y - 0.178 + 2.8*x*x
	lips := box(x, smile, 0, 0, 0.062, 0.009+0.012*p.mouth, 0.008)
	c = mix(c, s.skin.tint(colour{0.52, 0.26, 0.26}).times(0.55), 0.75*(1-smooth(-0.006, 0.012, lips)))
	cheek := math.Hypot(ax-0.14, y-0.09)
	return c.plus(colour{0.05, 0.012, 0.008}.times(0.6 * smooth(0.10, 0.0, cheek)))
}

func (s *scene) hairBack(x, y float64) float64 {
	switch s.style {
	case 1: // to the chin
		return join(ellipse(x, y, 0, -0.08, 0.315, 0.32), box(x, y, 0, 0.10, 0.30, 0.20, 0.12), 0.1)
	case 2: // long
		return join(ellipse(x, y, 0, -0.08, 0.31, 0.32), box(x, y, 0, 0.28, 0.33, 0.40, 0.16), 0.12)
	case 3: // round
		return ellipse(x, y, 0, -0.13, 0.38, 0.36)
	}
	return ellipse(x, y, 0, -0.10, 0.268, 0.275)
}

// hairTop is the cap over the forehead: the head's outline less the face.
func (s *scene) hairTop(x, y float64) float64 {
	var outer, line float64
	switch s.style {
	case 1:
		outer, line = ellipse(x, y, 0, -0.08, 0.315, 0.32), y+0.155-0.35*x*x-0.10*x
	case 2:
		outer, line = ellipse(x, y, 0, -0.08, 0.31, 0.32), y+0.16-1.6*x*x
	case 3:
		outer, line = ellipse(x, y, 0, -0.13, 0.38, 0.36), y+0.165-0.9*x*x
	default:
		outer, line = ellipse(x, y, 0, -0.10, 0.268, 0.275), y+0.19-1.2*x*x
	}
	return max(outer, line)
}

// hand comes up beside the shoulder and waves a little.
func (s *scene) hand(c colour, x, y float64, p pose) colour {
	side := -s.side
	cx, cy := side*0.80, 1.30-0.82*p.hand
	sin, cos := math.Sincos(0.22 * side * math.Sin(9*p.hand+p.breath))
	dx, dy := x-cx, y-cy
	hx, hy := dx*cos+dy*sin, -dx*sin+dy*cos
	arm := box(hx, hy, 0, 0.50, 0.075, 0.40, 0.06)
	if cov := cover(arm); cov > 0 {
		c = mix(c, s.lit(s.shirt, hx/0.09, 0, arm), cov)
	}
	palm := ellipse(hx, hy, 0, 0.02, 0.082, 0.092)
	for i, tall := range []float64{0.055, 0.075, 0.07, 0.05} {
		fx := (float64(i) - 1.5) * 0.042
		palm = join(palm, box(hx+0.25*fx*hy/0.1, hy, fx, -0.06-tall/2, 0.019, tall, 0.019), 0.01)
	}
	tx, ty := hx+side*0.085, hy-0.005 // the thumb, towards the head
	palm = join(palm, ellipse(tx+side*0.55*ty, ty, 0, 0, 0.022, 0.060), 0.03)
	if cov := cover(palm); cov > 0 {
		c = mix(c, s.lit(s.skin, hx/0.10, 0, palm), cov)
	}
	return c
}
