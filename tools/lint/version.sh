#!/usr/bin/env bash
# PostgreSQL's version is known only to src/base/compat.h, and acctguard's only to the control file.
bad=$(grep -n PG_VERSION_NUM src/*.[ch] src/*/*.[ch] /dev/null | grep -v '^src/base/compat\.h:')
version=$(sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" acctguard.control)
bad+=$(grep -nF "\"$version\"" src/*.[ch] src/*/*.[ch] /dev/null)
[ ! -e META.json ] || grep -qF "\"version\": \"$version\"" META.json || bad+="META.json: its version is not $version"
[ -z "$bad" ] || { echo "$bad"; exit 1; }
