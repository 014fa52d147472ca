#!/bin/sh
# Makes the clips of the demo's bots in data/: for each bot botN-q.ivf, -h.ivf
# and -f.ivf (VP8), botN.ogg (Opus) and botN.levels. Needs Go and ffmpeg with
# libvpx and libopus. Does nothing when they are there and nothing has changed.
set -eu
cd "$(dirname "$0")"

stamp=$(cat draw/*.go make.sh | sha256sum | cut -d' ' -f1)
if [ "$(cat data/.stamp 2>/dev/null || true)" = "$stamp" ]; then
	echo "clips: up to date"
	exit 0
fi
if ! command -v ffmpeg >/dev/null; then
	echo "clips: ffmpeg is missing (Debian, Ubuntu: apt install ffmpeg)" >&2
	exit 1
fi

new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
go run ./draw -o "$new"
rm -f data/*.ivf data/*.ogg data/*.levels data/.stamp
cp "$new"/*.ivf "$new"/*.ogg "$new"/*.levels data/
echo "$stamp" >data/.stamp
echo "clips: $(du -shc data/*.ivf data/*.ogg | tail -1 | cut -f1) in data"
