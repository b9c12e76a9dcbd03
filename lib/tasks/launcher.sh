#!/bin/sh
# Starts Fresh Mamba from wherever this folder lies:
#   fresh-mamba serve            the playground at http://127.0.0.1:8000/
#   fresh-mamba run <model> …    the same from the terminal
#   fresh-mamba help
set -eu

# The folder of this file, behind any links to it.
self=$0
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
here=$(CDPATH='' cd "$(dirname "$self")" && pwd -P)

verb=${1-}
host=${HOST:-127.0.0.1}
previous=
for word; do
  if [ "$previous" = --host ]; then host=$word; fi
  case $word in --host=*) host=${word#--host=} ;; esac
  previous=$word
done

# Where downloads go, and who is asked for them: another hub than the usual one
# keeps its files wherever it likes.
cache=${HF_HOME:-${XDG_CACHE_HOME:-${HOME:-}/.cache}/huggingface}/hub
cache=${HF_HUB_CACHE:-${HUGGINGFACE_HUB_CACHE:-$cache}}
hosts='huggingface.co,*.huggingface.co,*.hf.co'

# Each verb gets what it needs: an address to serve on, or leave to write.
set -- "$here/lib/main.js" "$@"
case $verb in
  serve)
    case $host in *:*) host="[$host]" ;; esac
    # Training runs are kept where the command line's own code keeps them.
    case $(uname) in
      Darwin) data="${HOME:-}/Library/Application Support" ;;
      *) data="${HOME:-}/.local/share" ;;
    esac
    data=${XDG_DATA_HOME:-$data}/fresh-mamba
    network="=$host,$hosts"
    if [ -n "${HF_ENDPOINT:-}" ]; then network=; fi
    set -- "--allow-net$network" "--allow-write=$data" \
      "--allow-write=$cache" "$@"
    ;;
  bench)
    set -- --allow-net=127.0.0.1 "--allow-write=${TMPDIR:-/tmp}" "$@"
    ;;
  convert | train | train-tokenizer)
    set -- --allow-write "$@"
    ;;
  pull)
    network="=$hosts"
    if [ -n "${HF_ENDPOINT:-}" ]; then network=; fi
    set -- --allow-write "--allow-net$network" "$@"
    ;;
  rm | verify)
    set -- "--allow-write=$cache" "$@"
    ;;
esac

# Nothing is fetched or kept: no HOME, no cache folder and no network needed.
export DENO_NO_UPDATE_CHECK=1
exec "$here/bin/deno" run --quiet --no-config --no-lock --no-npm --no-remote \
  --no-code-cache --cached-only --no-prompt --unstable-no-legacy-abort \
  --allow-read --allow-env --allow-ffi --allow-sys "$@"
