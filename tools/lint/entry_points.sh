#!/usr/bin/env bash
# SQL-callable functions stand only in *_api.c and *_trigger.c, and are named acctguard_.
bad=$(grep -nE '^PG_FUNCTION_INFO_V1\(' src/*.c src/*/*.c /dev/null | grep -vE '_(api|trigger)\.c:[0-9]+:PG_FUNCTION_INFO_V1\(acctguard_[a-z0-9_]+\);')
[ -z "$bad" ] || { echo "$bad"; exit 1; }
