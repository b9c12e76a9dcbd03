#!/bin/sh
# Fresh Mamba in one file: unpacks itself once, then starts. Its words are
# those of the command line: sh THIS_FILE serve
set -eu
id=@ID@
base=${FRESH_MAMBA_DIR:-${XDG_CACHE_HOME:-}}
if [ -z "$base" ] && [ -n "${HOME:-}" ] && [ -w "$HOME" ]; then
  base=$HOME/.cache
fi
if [ -z "$base" ]; then
  # Without a home: a folder that no other user could have put there.
  base=${TMPDIR:-/tmp}/fresh-mamba-$(id -u)
  mkdir -m 700 "$base" 2>/dev/null || true
  if [ -h "$base" ] || [ ! -O "$base" ]; then base=$(mktemp -d); fi
fi
mkdir -p "$base/fresh-mamba"
place=$base/fresh-mamba/$id
if [ ! -f "$place/fresh-mamba.json" ]; then
  echo "Unpacking to $place …" >&2
  draft=$place.$$
  mkdir -p "$draft"
  trap 'rm -rf "$draft"' EXIT
  tail -n +@LINE@ "$0" | tar -xzf - -C "$draft" --strip-components=1
  # Another process may have been faster.
  mv "$draft" "$place" 2>/dev/null || [ -f "$place/fresh-mamba.json" ]
  rm -rf "$draft"
  trap - EXIT
fi
exec "$place/fresh-mamba" "$@"
