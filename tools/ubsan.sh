#!/usr/bin/env bash
# Runs the tests on a build that stops at undefined behaviour. PostgreSQL compiles with -fwrapv, under which an overflow
# is no finding, so it is switched off.
#   tools/ubsan.sh [argument of test/run]...
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT"
. tools/server.sh
room_enter tmp_ubsan
trap 'exit 130' INT TERM
trap room_leave EXIT
copy_tree
COPT="-fsanitize=undefined -fno-sanitize-recover=undefined -fno-wrapv -O1 -g" CC=gcc UBSAN_OPTIONS=print_stacktrace=1 \
    "$ROOM/test/run" "${@:-all}"
