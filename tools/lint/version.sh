#!/usr/bin/env bash
# PostgreSQL's version is known only to src/base/compat.h, acctguard's only to the control file; the tables' version is the
# same in C and in SQL.
bad=$(grep -n PG_VERSION_NUM src/*.[ch] src/*/*.[ch] /dev/null | grep -v '^src/base/compat\.h:')
version=$(sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" acctguard.control)
bad+=$(grep -nF "\"$version\"" src/*.[ch] src/*/*.[ch] /dev/null)
[ ! -e META.json ] || grep -qF "\"version\": \"$version\"" META.json || bad+="META.json: its version is not $version"
tables=$(sed -n 's/^#define AG_TABLES_VERSION \([0-9]*\)$/\1/p' src/base/base.h)
grep -q "^SELECT extversion, $tables, " sql/tables/base.sql || bad+="sql/tables/base.sql: its tables are not version $tables of src/base/base.h"
[ -z "$bad" ] || { echo "$bad"; exit 1; }
