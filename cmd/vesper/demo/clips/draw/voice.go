package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	sampleRate = 48000
	frameSize  = sampleRate / 50 // 20 ms
	loudness   = 0.075           // RMS while speaking, about -22 dBov
)

// pitches differ from bot to bot, and so do their vocal tracts.
var pitches = [bots]float64{196, 112, 214, 98, 128, 182, 205}

// vowels are the first four formants of a long tract, in Hz, about as in
// Peterson and Barney (1952).
var vowels = [][4]float64{
	{730, 1090, 2440, 3400}, // father
	{530, 1840, 2480, 3500}, // bed
	{390, 1990, 2550, 3500}, // bit
	{570, 840, 2410, 3300},  // law
	{440, 1020, 2240, 3300}, // book
	{640, 1190, 2390, 3400}, // but
	{300, 870, 2240, 3200},  // boot
}

// syllable is a stretch of voice: from one vowel to another, with a soft
// consonant before it.
type syllable struct {
	start, length float64
	from, to      [4]float64
	pitch         float64
	breath        float64 // noise before it: s, f, h
}

// speak makes one turn of talking: a few phrases with pauses, murmured.
func speak(bot int) []float64 {
	random := rand.New(rand.NewPCG(uint64(bot), 99))
	var syllables []syllable
	t := 0.15
	for phrase := range 2 {
		n := 6 + random.IntN(4)
		for i := range n {
			s := syllable{start: t, length: 0.13 + 0.10*random.Float64(),
				from: vowels[random.IntN(len(vowels))], to: vowels[random.IntN(len(vowels))]}
			fall := 1.12 - 0.22*float64(i)/float64(n) // a phrase comes down
			s.pitch = fall * (0.96 + 0.10*random.Float64())
			if random.IntN(3) == 0 {
				s.breath = 0.5 + 0.5*random.Float64()
			}
			syllables = append(syllables, s)
			t += s.length + 0.02 + 0.05*random.Float64()
		}
		if phrase == 0 {
			t += 0.35 + 0.2*random.Float64()
		}
	}
	return synthesise(bot, syllables, t+0.3, random)
}

// resonator is a two-pole filter (Klatt 1980).
type resonator struct{ y1, y2 float64 }

func (r *resonator) run(x, freq, bandwidth float64) float64 {
	c := -math.Exp(-2 * math.Pi * bandwidth / sampleRate)
	b := 2 * math.Exp(-math.Pi*bandwidth/sampleRate) * math.Cos(2*math.Pi*freq/sampleRate)
	y := (1-b-c)*x + b*r.y1 + c*r.y2
	r.y2, r.y1 = r.y1, y
	return y
}

func synthesise(bot int, syllables []syllable, length float64, random *rand.Rand) []float64 {
	tract := 1 + 0.12*smooth(120, 210, pitches[bot]) // higher voices have shorter tracts
	frames := int(math.Ceil(length * 50))
	out := make([]float64, frames*frameSize)
	var formants [4]resonator
	var hiss resonator
	phase, tilt, low, pitch := 0.0, 0.0, 0.0, pitches[bot]
	current := vowels[5]
	for i := range out {
		t := float64(i) / sampleRate
		voiced, noise, want, target := 0.0, 0.0, pitch, current
		for _, s := range syllables {
			u := (t - s.start) / s.length
			if u > -0.2 && u < 1.15 {
				voiced = max(voiced, smooth(-0.12, 0.15, u)*(1-smooth(0.75, 1.15, u)))
				noise = max(noise, s.breath*smooth(-0.2, -0.1, u)*(1-smooth(-0.08, 0.05, u)))
				want = pitches[bot] * s.pitch
				for f := range target {
					target[f] = s.from[f] + (s.to[f]-s.from[f])*smooth(0.2, 0.9, u)
				}
			}
		}
		pitch += (want - pitch) * 0.0006
		for f := range current {
			current[f] += (target[f] - current[f]) * 0.0012
		}
		phase += pitch * (1 + 0.006*math.Sin(2*math.Pi*5.1*t)) / sampleRate
		phase -= math.Floor(phase)
		glottis := 0.0 // Rosenberg's pulse, differentiated by the lips
		if phase < 0.4 {
			glottis = math.Sin(math.Pi * phase / 0.4)
		} else if phase < 0.56 {
			glottis = -1.6 * math.Sin(math.Pi*(phase-0.4)/0.16)
		}
		tilt += (glottis - tilt) * 0.5
		x := voiced * (tilt + 0.03*random.NormFloat64())
		y := x
		for f := range formants {
			y = formants[f].run(y, current[f]*tract, 70+30*float64(f))
		}
		y += 0.05 * noise * hiss.run(random.NormFloat64(), 4200, 1800)
		low += (y - low) * 2 * math.Pi * 90 / sampleRate // nothing below a voice
		out[i] = y - low
	}
	return level(out)
}

// level brings the spoken parts to the wanted loudness.
func level(samples []float64) []float64 {
	peak := 0.0
	var frames []float64
	for at := 0; at+frameSize <= len(samples); at += frameSize {
		frames = append(frames, rms(samples[at:at+frameSize]))
		peak = max(peak, frames[len(frames)-1])
	}
	sum, n := 0.0, 0
	for _, f := range frames {
		if f > peak/6 {
			sum += f * f
			n++
		}
	}
	gain := loudness / math.Sqrt(sum/float64(max(n, 1)))
	for i := range samples {
		samples[i] = math.Tanh(samples[i]*gain*1.2) / 1.2
	}
	return samples
}

func rms(samples []float64) float64 {
	sum := 0.0
	for _, v := range samples {
		sum += v * v
	}
	return math.Sqrt(sum / float64(max(len(samples), 1)))
}

// voice writes botN.ogg and botN.levels: one line of -dBov a frame, measured
// on what the encoded frames decode to (RFC 6464).
func voice(dir string, bot int) error {
	var pcm bytes.Buffer
	for _, v := range speak(bot) {
		_ = binary.Write(&pcm, binary.LittleEndian, int16(v*32767))
	}
	raw := []string{"-f", "s16le", "-ar", fmt.Sprint(sampleRate), "-ac", "1"}
	ogg := filepath.Join(dir, fmt.Sprintf("bot%d.ogg", bot))
	encode := append([]string{"-hide_banner", "-loglevel", "error", "-y"}, raw...)
	encode = append(encode, "-i", "pipe:0", "-c:a", "libopus", "-application", "voip", "-b:a", "24k", "-vbr", "on",
		"-frame_duration", "20", "-fec", "1", "-packet_loss", "5", "-page_duration", "20000", ogg)
	if _, err := ffmpeg(&pcm, encode); err != nil {
		return err
	}
	decoded, err := ffmpeg(nil, append(append([]string{"-hide_banner", "-loglevel", "error", "-i", ogg}, raw...), "pipe:1"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, fmt.Sprintf("bot%d.levels", bot)), []byte(levels(decoded)), 0o644)
}

// levels measures each encoded frame. The decoder has cut the first 312
// samples (the encoder's delay, RFC 7845, 4.2), which frame 0 begins with.
func levels(decoded []byte) string {
	const skip = 312
	samples := make([]float64, skip+len(decoded)/2)
	for i := range len(decoded) / 2 {
		samples[skip+i] = float64(int16(binary.LittleEndian.Uint16(decoded[2*i:]))) / 32768
	}
	var lines strings.Builder
	for at := 0; at < len(samples); at += frameSize {
		r := rms(samples[at:min(at+frameSize, len(samples))])
		level := 127.0
		if r > 0 {
			level = min(max(math.Round(-20*math.Log10(r)), 0), 127)
		}
		fmt.Fprintf(&lines, "%d\n", int(level))
	}
	return lines.String()
}

func ffmpeg(in *bytes.Buffer, args []string) ([]byte, error) {
	cmd := exec.Command("ffmpeg", args...)
	if in != nil {
		cmd.Stdin = in
	}
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("ffmpeg: %w: %s", err, complaint.String())
	}
	return out.Bytes(), nil
}
