#!/bin/sh
# Builds one extension script from the per-domain sources.
#
#   DOMAINS="base policy ..." tools/assemble.sh sql/acctguard--1.1.0.sql            install script
#   DOMAINS="base policy ..." tools/assemble.sh sql/acctguard--1.0.0--1.1.0.sql     update script
#
# An install script is: preamble, roles, api of every domain (CREATE OR REPLACE turned into CREATE, so that a name
# defined twice fails), the generated table functions, grants. An update script is: preamble, roles, the pre deltas of
# every step, api as it stands, the table functions, the post deltas, grants.
# The tables are no members of the extension: they are made by install_tables(), which holds all of sql/tables.
set -eu
cd "$(dirname "$0")/.."

out=$1
name=${out##*/acctguard--}
name=${name%.sql}
case $name in
*--*)   from=${name%%--*}; to=${name#*--} ;;
*)      from=; to=$name ;;
esac

die() { echo "assemble: $*" >&2; exit 1; }

# include FILE: a source, with a line that says where it came from. Absent files are skipped. A line "-- include FILE"
# in it stands for that file: an upgrade step that brings a new domain includes the domain's tables.
include()
{
    [ -f "$1" ] || return 0
    printf '\n-- %s\n' "$1"
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
        "-- include "*) (include "${line#-- include }") ;;
        *)              printf '%s\n' "$line" ;;
        esac
    done < "$1"
}

# api: the functions, types, views of all domains. Only statements at the start of a line are touched.
api()
{
    for domain in $DOMAINS; do
        if [ -z "$from" ]; then
            include "sql/api/$domain.sql" | sed 's/^CREATE OR REPLACE /CREATE /'
        else
            include "sql/api/$domain.sql"
        fi
    done
}

# table_function NAME COMMENT FILE...: a function that runs these files.
table_function()
{
    fn=$1 comment=$2
    shift 2
    printf '\nCREATE%s FUNCTION acctguard.%s() RETURNS void\n' "${from:+ OR REPLACE}" "$fn"
    printf 'LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp\nAS $acctguard_tables$\nBEGIN\n'
    for file; do include "$file"; done
    printf 'END\n$acctguard_tables$;\n'
    printf "COMMENT ON FUNCTION acctguard.%s() IS '%s';\n" "$fn" "$comment"
}

table_functions()
{
    set --
    for domain in $DOMAINS; do set -- "$@" "sql/tables/$domain.sql"; done
    table_function install_tables 'Creates the tables of this version; called by install().' "$@"
    for file in sql/upgrade/*.tables.sql; do
        [ -f "$file" ] || continue
        step=${file##*/}
        step=${step%.tables.sql}
        table_function "migrate_tables_$(echo "$step" | sed 's/--/_/; s/[.]/_/g')" \
            "Brings the tables from ${step%%--*} to ${step#*--}; called by migrate()." "$file"
    done
}

# steps FROM: the chain of upgrade steps that leads from FROM to the target, one per line.
steps()
{
    at=$1
    while [ "$at" != "$to" ]; do
        next=
        for file in "sql/upgrade/$at--"*.sql; do
            [ -f "$file" ] || continue
            step=${file##*/}
            step=${step%.sql}
            for kind in pre post tables; do step=${step%".$kind"}; done
            [ -z "$next" ] || [ "$next" = "${step#*--}" ] || die "two upgrade steps from $at: to $next and to ${step#*--}"
            next=${step#*--}
        done
        [ -n "$next" ] || die "no upgrade step from $at"
        echo "$at--$next"
        at=$next
    done
}

deltas()
{
    for step in $chain; do include "sql/upgrade/$step.$1.sql"; done
}

for file in sql/tables/*.sql sql/api/*.sql; do
    [ -f "$file" ] || continue
    domain=${file##*/}
    case " $DOMAINS " in *" ${domain%.sql} "*) ;; *) die "$file: no such domain in DOMAINS" ;; esac
    ! grep -q 'acctguard_tables\$' "$file" || die "$file: \$acctguard_tables\$ is the assembler's own quote"
done

chain=
[ -z "$from" ] || chain=$(steps "$from")
{
    if [ -n "$from" ]; then
        sed "s/CREATE EXTENSION acctguard\"/ALTER EXTENSION acctguard UPDATE TO '$to'\"/" sql/preamble.sql
    else
        cat sql/preamble.sql
    fi
    include sql/roles.sql
    deltas pre
    api
    table_functions
    deltas post
    include sql/grants.sql
} > "$out.new"
# A script that came out the same keeps its time.
if cmp -s "$out.new" "$out"; then rm "$out.new"; else mv "$out.new" "$out"; fi
