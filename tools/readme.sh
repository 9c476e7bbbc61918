#!/usr/bin/env bash
# Runs the SQL of README.md and puts what psql prints under it.
#
#   tools/readme.sh           rewrites the output in README.md
#   tools/readme.sh --check   fails if README.md shows anything else than psql prints
#
# Every block fenced as sql is run, in order, in one session on a fresh database; the block fenced as text that follows
# one is its output.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT"
. tools/server.sh

room_enter tmp_readme
trap 'exit 130' INT TERM
trap room_leave EXIT
stage
as_server "$STAGE$BINDIR/acctguard-keygen" --out "$ROOM/root.key"
server_init
echo "acctguard.root_key_file = '$ROOM/root.key'" >> "$ROOM/data/postgresql.conf"
server_start
createdb readme

awk '/^```sql$/ { n++; print "\\echo @@" n; inside = 1; next } /^```/ { inside = 0 } inside' README.md > "$ROOM/readme.sql"
psql -Xq -P pager=off -d readme < "$ROOM/readme.sql" > "$ROOM/readme.out" 2>&1

awk -v output="$ROOM/readme.out" '
    BEGIN {
        while ((getline line < output) > 0)
            if (line ~ /^@@/) n = substr(line, 3) + 0; else text[n] = text[n] line "\n"
    }
    /^```sql$/  { block++ }
    /^```text$/ { print; sub(/\n+$/, "\n", text[block]); printf "%s", text[block]; skip = 1; next }
    /^```$/     { skip = 0 }
    !skip' README.md > "$ROOM/README.md"

if [ "${1:-}" = --check ]; then
    diff -u --label README.md --label "what psql prints" README.md "$ROOM/README.md" ||
        die "README.md shows something else than psql prints: run make docs"
else
    cat "$ROOM/README.md" > README.md
fi
