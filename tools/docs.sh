#!/usr/bin/env bash
# Writes the generated parts of the documents from a running server: doc/reference.md, doc/errors.md, doc/events.md,
# doc/settings.md and the diagrams of ARCHITECTURE.md.
#
#   tools/docs.sh           writes them
#   tools/docs.sh --check   fails if one of them would change
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT"
. tools/server.sh

check=
[ "${1:-}" != --check ] || check=yes
room_enter tmp_docs
trap 'exit 130' INT TERM
trap room_leave EXIT
stage
server_init
server_start
test/prepare docs docs_unused

ask() { psql -XAtq -v ON_ERROR_STOP=1 -d docs -c "$1"; }

# write FILE: takes the text from standard input, or compares it.
write()
{
    local text
    text=$(cat)
    if [ -z "$check" ]; then
        printf '%s\n' "$text" > "$1"
    elif ! diff -u --label "$1" --label "what make docs would write" "$1" - <<< "$text"; then
        die "$1 is out of date: run make docs"
    fi
}

note='<!-- Written by make docs from the COMMENTs of the SQL objects; edit those. -->'

# functions DOMAIN: the functions that sql/api/DOMAIN.sql defines, in its order.
functions()
{
    local names
    names=$(sed -n "s/^CREATE OR REPLACE \(FUNCTION\|PROCEDURE\|VIEW\) acctguard\.\([a-z_0-9]*\).*/\2/p" "sql/api/$1.sql" |
        awk '!seen[$0]++' | paste -sd,)
    [ -n "$names" ] || return 0
    echo
    echo "## $1"
    ask "
        SELECT format(E'\n### %s\n\n\`\`\`\n%s\n\`\`\`\n\n%s\n\n%s', p.proname,
            format('%s(%s)%s', p.proname, pg_get_function_arguments(p.oid),
                   coalesce(' → ' || pg_get_function_result(p.oid), '')),
            regexp_replace(obj_description(p.oid), E'\n', E'\n\n', 'g'),
            coalesce('Granted to ' || (
                SELECT string_agg(r.rolname, ', ' ORDER BY r.rolname)
                FROM aclexplode(p.proacl) a JOIN pg_roles r ON r.oid = a.grantee
                WHERE a.grantee <> p.proowner) || '.', 'Granted to nobody: for superusers.'))
        FROM unnest(string_to_array('$names', ',')) WITH ORDINALITY n (name, position)
        JOIN pg_proc p ON p.proname = n.name AND p.pronamespace = 'acctguard'::regnamespace
        ORDER BY n.position, p.oid"
    ask "
        SELECT format(E'\n### %s (view)\n\n%s', c.relname, obj_description(c.oid))
        FROM unnest(string_to_array('$names', ',')) WITH ORDINALITY n (name, position)
        JOIN pg_class c ON c.relname = n.name AND c.relnamespace = 'acctguard'::regnamespace AND c.relkind = 'v'
        ORDER BY n.position"
}

{
    echo "# SQL reference"
    echo
    echo "$note"
    echo
    echo "Everything lies in schema \`acctguard\`. Arguments with a default may be left out or given by name."
    for domain in $("$MAKE" -s --no-print-directory print-DOMAINS); do
        [ ! -f "sql/api/$domain.sql" ] || functions "$domain"
    done
} | write doc/reference.md

{
    echo "# Errors"
    echo
    echo "$note"
    echo
    echo "Every failure of acctguard has its own SQLSTATE in class UG. Wrong arguments are 22023, missing privileges 42501,"
    echo "conflicts worth a retry 40001, as everywhere in PostgreSQL. The name of a refused capability is also the"
    echo "constraint name of the error, the guarded table its table name, and the DETAIL of UG403 and UG401 is a JSON object."
    echo
    echo "| SQLSTATE | name | what happened | what to do |"
    echo "|---|---|---|---|"
    ask "SELECT format('| %s | %s | %s | %s |', sqlstate, name, meaning, remedy) FROM acctguard.errors() ORDER BY sqlstate"
} | write doc/errors.md

{
    echo "# Events"
    echo
    echo "$note"
    echo
    echo "What the ledger records. Codes never change and are never reused."
    echo
    echo "| code | name | what it records |"
    echo "|---|---|---|"
    ask "SELECT format('| %s | %s | %s |', code, name, meaning) FROM acctguard.events() ORDER BY code"
} | write doc/events.md

{
    echo "# Settings"
    echo
    echo "$note"
    echo
    echo "A *setting* is about this server and lives in postgresql.conf. What is about the product is *policy*: rows that"
    echo "\`acctguard.policy_set()\` changes, see [policy.md](policy.md)."
    ask "
        SELECT format(E'\n## %s\n\n%s %s\n\nType %s%s, default %s%s. %s', name, short_desc, extra_desc, vartype,
            coalesce(' in ' || unit, ''), boot_val,
            CASE WHEN vartype = 'integer' THEN format(', from %s to %s', min_val, max_val) ELSE '' END,
            CASE context WHEN 'postmaster' THEN 'Set at server start.'
                         WHEN 'superuser' THEN 'Superusers may set it in a session.'
                         WHEN 'sighup' THEN 'Read again at a reload.'
                         ELSE 'Anybody may set it in a session.' END)
        FROM pg_settings WHERE name LIKE 'acctguard.%' AND name NOT LIKE '%test_clock%' ORDER BY name"
} | write doc/settings.md

# diagram NAME FUNCTION: a Mermaid state diagram of a transition table.
diagram()
{
    echo "\`\`\`mermaid"
    echo "stateDiagram-v2"
    ask "
        SELECT DISTINCT format('    %s --> %s: %s', coalesce(nullif(from_state, 'none'), '[*]'), to_state,
            string_agg(DISTINCT event, ', ' ORDER BY event))
        FROM acctguard.$1() GROUP BY from_state, to_state ORDER BY 1"
    echo "\`\`\`"
}
account=$(diagram account_transitions)
freeze=$(diagram freeze_transitions)
appeal=$(diagram appeal_transitions)
notice=$(diagram notice_transitions)
flow=$(diagram flow_transitions)
rebind=$(diagram rebind_transitions)
REBIND=$rebind FLOW=$flow ACCOUNT=$account FREEZE=$freeze APPEAL=$appeal NOTICE=$notice awk '
    /^<!-- diagram:/ { print; print ENVIRON[toupper($3)]; skip = 1; next }
    /^<!-- end -->/  { skip = 0 }
    !skip' ARCHITECTURE.md | write ARCHITECTURE.md
