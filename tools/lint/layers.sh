#!/usr/bin/env bash
# A folder of src includes only headers of its own and of earlier ranks.
# Folders of one rank do not know each other. Files *_api.c and *_trigger.c and acctguard.c may include anything, and
# nothing includes a header of theirs. src/*.h (guc.h) are known to all.
ranks="base | crypto event | policy keyring | audit account attempt | outbox | capability | phone session | dormancy | identity | freeze
       | appeal | lifecycle | flow | register rebind | enforce redact restore | worker"
bad=$(grep -n '^#include "' src/*/*.[ch] /dev/null | awk -v ranks="$ranks" '
    BEGIN { n = split(ranks, group, /[ \n]*\|[ \n]*/)
            for (i = 1; i <= n; i++) { m = split(group[i], f, /[ \n]+/); for (j = 1; j <= m; j++) if (f[j]) rank[f[j]] = i } }
    { split($0, at, ":"); split(at[1], path, "/"); own = path[2]; file = path[3]
      split($0, quoted, "\""); header = quoted[2]; split(header, to, "/") }
    !(own in rank)                             { print at[1] ": folder " own " has no rank in tools/lint/layers.sh"; next }
    (to[1] in rank) && header ~ /_(api|trigger)\.h$/ { print at[1] ":" at[2] ": " header " belongs to entry points"; next }
    file ~ /_(api|trigger)\.c$/                { next }
    !(to[1] in rank) || header !~ "/"          { next }
    to[1] != own && rank[to[1]] >= rank[own]   { print at[1] ":" at[2] ": " own " may not include " header }')
for folder in src/*/; do
    grep -qw "$(basename "$folder")" <<< "$ranks" || bad+=$'\n'"$folder has no rank in tools/lint/layers.sh"
done
[ -z "$bad" ] || { echo "$bad"; exit 1; }
