// Command draw makes the clips of the demo's bots: for each a person before an
// evening window as VP8 in three sizes, and a quiet made-up voice as Opus with
// the level of every frame. Nobody is shown or heard: picture and voice are
// computed here, and ffmpeg only encodes them.
//
//	go run ./cmd/vesper/demo/clips/draw [-o DIR] [-only N] [-frame FILE]
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

const (
	bots    = 7
	width   = 640
	height  = 360
	rate    = 20 // frames a second
	seconds = 8
)

func main() {
	dir := flag.String("o", ".", "folder for the clips")
	only := flag.Int("only", -1, "only this bot")
	still := flag.String("still", "", "write one frame as PPM to this file, and nothing else")
	at := flag.Float64("at", 2, "the second of that frame")
	flag.Parse()
	if err := run(*dir, *only, *still, *at); err != nil {
		fmt.Fprintln(os.Stderr, "draw:", err)
		os.Exit(1)
	}
}

func run(dir string, only int, still string, at float64) error {
	if still != "" {
		return writeStill(still, max(only, 0), at)
	}
	var (
		wait   sync.WaitGroup
		places = make(chan struct{}, 2) // ffmpeg and the drawing share the cores
		errs   = make([]error, bots)
	)
	for i := range bots {
		if only >= 0 && i != only {
			continue
		}
		wait.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			if errs[i] = picture(dir, i); errs[i] == nil {
				errs[i] = voice(dir, i)
			}
		})
	}
	wait.Wait()
	for i, err := range errs {
		if err != nil {
			return fmt.Errorf("bot %d: %w", i, err)
		}
	}
	return nil
}

func writeStill(file string, bot int, at float64) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	s := newScene(bot)
	fmt.Fprintf(out, "P6 %d %d 255\n", width, height)
	_, err = out.Write(s.frame(at))
	return err
}

// picture draws every frame once and lets one ffmpeg encode the three sizes.
// Key frames come every second in all of them; nothing is reordered or hidden.
func picture(dir string, bot int) error {
	args := []string{"-hide_banner", "-loglevel", "error", "-y",
		"-f", "rawvideo", "-pix_fmt", "rgb24", "-s", fmt.Sprintf("%dx%d", width, height), "-r", fmt.Sprint(rate), "-i", "pipe:0",
		"-filter_complex", "[0:v]split=3[f][a][b];[a]scale=320:180:flags=area[h];[b]scale=160:90:flags=area[q]"}
	for _, layer := range []struct{ rid, bitrate string }{{"q", "45k"}, {"h", "110k"}, {"f", "290k"}} {
		args = append(args, "-map", "["+layer.rid+"]", "-pix_fmt", "yuv420p", "-c:v", "libvpx", "-threads", "1",
			"-deadline", "realtime", "-cpu-used", "6", "-lag-in-frames", "0", "-auto-alt-ref", "0", "-error-resilient", "1",
			"-g", fmt.Sprint(rate), "-keyint_min", fmt.Sprint(rate), "-qmin", "6", "-qmax", "50",
			"-b:v", layer.bitrate, "-maxrate", layer.bitrate, "-bufsize", layer.bitrate,
			"-f", "ivf", filepath.Join(dir, fmt.Sprintf("bot%d-%s.ivf", bot, layer.rid)))
	}
	cmd := exec.Command("ffmpeg", args...)
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	s := newScene(bot)
	out := bufio.NewWriterSize(pipe, width*height*3)
	for n := range rate * seconds {
		if _, err := out.Write(s.frame(float64(n) / rate)); err != nil {
			break // ffmpeg says why
		}
	}
	_ = out.Flush()
	_ = pipe.Close()
	return cmd.Wait()
}
