#!/usr/bin/env bash
# Proves that every release, updated, is the same as a fresh installation.
#
# For every script in sql/release: CREATE EXTENSION at that version, install(), ALTER EXTENSION UPDATE, migrate(); then
# the database is compared with one where this version was installed directly: everything pg_dump knows when it writes
# members of extensions in full, and owner, ACL and comment of every function, type and relation.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT"
. tools/server.sh

version=$("$MAKE" -s --no-print-directory print-EXTVERSION)
shopt -s nullglob
frozen=(sql/release/acctguard--*.sql)
if [ ${#frozen[@]} = 0 ]; then
    echo "upgradecheck: no release is frozen yet, nothing to compare"
    exit 0
fi

# snapshot DATABASE: its schema, one block per object, in an order that does not depend on OIDs.
snapshot()
{
    pg_dump --schema-only --binary-upgrade -d "$1" | perl -ne '
        next if /^\\(un)?restrict / or /binary_upgrade_set_next/ or /^SET (relfrozenxid = |default_t)/ or /^WHERE oid = .\d+.;$/
            or /^-- (For binary upgrade, must preserve|PostgreSQL database dump complete)/;
        if (/^-- Name: /) { push @blocks, $_; next; }
        $blocks[-1] .= $_ if @blocks and !/^--$/ and /\S/;
        END { print join("\n", sort @blocks) }'
    psql -XqAt -v ON_ERROR_STOP=1 -d "$1" -f tools/describe.sql
}

# database NAME VERSION [LATER]: the tables of VERSION, then brought to LATER.
database()
{
    createdb --template=template0 "$1"
    psql -Xq -v ON_ERROR_STOP=1 -d "$1" -o /dev/null -c "SET client_min_messages = warning" \
        -c "CREATE EXTENSION acctguard VERSION '$2'" -c "SELECT acctguard.install()"
    [ -z "${3:-}" ] || psql -Xq -v ON_ERROR_STOP=1 -d "$1" -o /dev/null -c "SET client_min_messages = warning" \
        -c "ALTER EXTENSION acctguard UPDATE TO '$3'" -c "SELECT acctguard.migrate()"
    snapshot "$1" > "$ROOM/$1.txt"
}

room_enter tmp_upgradecheck
trap 'exit 130' INT TERM
trap room_leave EXIT
stage
server_init
server_start
database fresh "$version"
[ "$(grep -c '^-- Name: ' "$ROOM/fresh.txt")" -gt 1 ] || die "the fresh installation has no objects"

compared=0 different=0
for file in "${frozen[@]}"; do
    old=${file##*/acctguard--}
    old=${old%.sql}
    compared=$((compared + 1))
    if [ "$old" = "$version" ]; then
        what="the built sql/acctguard--$old.sql and its frozen copy"
        same() { diff -u "$file" "sql/acctguard--$old.sql"; }
    else
        what="$old updated to $version and a fresh $version"
        database "from_$old" "$old" "$version"
        same() { diff -u "$ROOM/fresh.txt" "$ROOM/from_$old.txt"; }
    fi
    if same; then
        echo "ok      $what are the same ($(grep -c '^-- Name: ' "$ROOM/fresh.txt") objects)"
    else
        echo "FAILED  $what differ"
        different=$((different + 1))
    fi
done
[ $compared -gt 0 ] || die "nothing was compared"
echo "$((compared - different)) passed, $different failed"
[ $different = 0 ]
