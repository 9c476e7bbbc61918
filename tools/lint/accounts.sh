#!/usr/bin/env bash
# No two tests of one kind have the same accounts: the ranges that their heads name do not overlap.
bad=$(for kind in test/sql/*.sql test/specs/*.spec; do
    head -n 5 "$kind" | grep -oE 'Accounts [0-9]+( to [0-9]+|x+)' | sed "s|^Accounts |$kind |; s| to | |"
done | awk '
    $2 ~ /x/ { from = to = $2; gsub(/x/, "0", from); gsub(/x/, "9", to); $2 = from; $3 = to }
    $3 < $2 { print $1 ": accounts " $2 " to " $3 }
    { print $1, $2 + 0, $3 + 0 | "sort -k2n" }
    ' | awk '
    NF != 3 { print; next }
    {
        split($1, path, "/")
        if ($2 <= last[path[2]]) print $1 ": accounts " $2 " to " $3 " are also those of " whose[path[2]]
        if ($3 > last[path[2]]) { last[path[2]] = $3; whose[path[2]] = $1 }
    }')
[ -z "$bad" ] || { echo "$bad"; exit 1; }
