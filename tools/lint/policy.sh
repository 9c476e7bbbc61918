#!/usr/bin/env bash
# Every policy setting of src/policy/policy.h stands in doc/policy.md with its unit, default and range.
bad=$(tr -d '\n\\' < src/policy/policy.h | grep -oE 'AG_SETTING\([A-Z_]+, *"[a-z_]+", *"[a-z]+", *-?[0-9]+, *-?[0-9]+, *-?[0-9]+' |
    sed -E 's/AG_SETTING\([A-Z_]+, *"([a-z_]+)", *"([a-z]+)", *(-?[0-9]+), *(-?[0-9]+), *(-?[0-9]+)/| `\1` | \2 | \3 | \4 – \5 |/' |
    while IFS= read -r line; do grep -qF "$line" doc/policy.md || echo "doc/policy.md has no line: $line"; done)
[ -z "$bad" ] || { echo "$bad"; exit 1; }
