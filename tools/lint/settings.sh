#!/usr/bin/env bash
# Every setting of src/guc.c stands in alphabetical order and is described in doc/.
names=$(grep -oE '"acctguard\.[a-z_]+"' src/guc.c | tr -d '"')
bad=
[ "$names" = "$(sort <<< "$names")" ] || bad="src/guc.c: settings are not in alphabetical order"
for name in $names; do
    grep -rqsF "$name" doc || bad+=$'\n'"$name is described nowhere in doc/"
done
[ -z "$bad" ] || { echo "$bad" | sed '/^$/d'; exit 1; }
