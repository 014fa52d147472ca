#!/usr/bin/env bash
# need.sh COMMAND:PACKAGE ...: installs the Debian package of every command
# that is missing, or says what to install where there is no apt. A command may
# be a pattern of paths, for what Debian keeps out of PATH.
set -eu
missing=()
for pair in "$@"; do
	command -v "${pair%%:*}" >/dev/null 2>&1 || compgen -G "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
	echo "Please install: ${missing[*]}" >&2
	exit 1
fi
sudo=""
[ "$(id -u)" -eq 0 ] || sudo="sudo"
echo "installing: ${missing[*]}"
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
