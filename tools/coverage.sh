#!/usr/bin/env bash
# How much of src the tests run: a build of its own with gcov, all suites, one line per file, and a limit.
# COVERAGE_MIN is the share of lines in per cent (90) under which it fails. An HTML report is written to ./coverage
# where genhtml (lcov) is there. A backend that is killed at once writes no counts.
#   tools/coverage.sh [argument of test/run]...
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT"
. tools/server.sh
command -v gcov > /dev/null || die "there is no gcov; it comes with gcc"

room_enter tmp_coverage
trap 'exit 130' INT TERM
trap room_leave EXIT
copy_tree

status=0
# The servers' umask keeps counts private; whoever runs this can read them, being root or the same user.
# The same run looks for undefined behaviour, as tools/ubsan.sh does.
COPT="--coverage -O0 -fprofile-update=atomic -fsanitize=undefined -fno-sanitize-recover=undefined -fno-wrapv" CC=gcc \
    UBSAN_OPTIONS=print_stacktrace=1 "$ROOM/test/run" "${@:-all}" || status=$?

cd "$ROOM"
total=0 run=0
declare -a table
for source in src/*.c src/*/*.c; do
    lines=0 share=0
    # gcov names each source that went into an object; the first of that name is the file itself.
    read -r share lines < <(gcov -n -o "${source%.c}.o" "$source" 2> /dev/null |
        awk -v want="File '$source'" '$0 == want { found = 1; next }
            found { if (match($0, /executed:[0-9.]+% of [0-9]+/)) { split(substr($0, RSTART + 9), a, /% of /); print a[1], a[2] + 0 }
                    found = 0; exit }') || true
    [ "${lines:-0}" -gt 0 ] || continue
    hit=$(awk -v s="$share" -v l="$lines" 'BEGIN { printf "%.0f", s * l / 100 }')
    total=$((total + lines)) run=$((run + hit))
    table+=("$(printf '%6.1f %%  %5d of %5d  %s' "$share" "$hit" "$lines" "$source")")
done
[ $total -gt 0 ] || die "no counts were written"
printf '%s\n' "${table[@]}" | sort -rn
if command -v genhtml > /dev/null; then
    lcov -q --capture --directory src --base-directory "$ROOM" --no-external -o lcov.info > /dev/null 2>&1 &&
        rm -rf "$ROOT/coverage" && genhtml -q -p "$ROOM" -o "$ROOT/coverage" lcov.info > /dev/null 2>&1 &&
        echo "report: coverage/index.html"
fi
share=$(awk -v r=$run -v t=$total 'BEGIN { printf "%.1f", 100 * r / t }')
echo "coverage: $share % of $total lines (at least ${COVERAGE_MIN:-90} wanted)"
[ $status = 0 ] || die "tests failed"
awk -v s="$share" -v m="${COVERAGE_MIN:-90}" 'BEGIN { exit !(s >= m) }'
