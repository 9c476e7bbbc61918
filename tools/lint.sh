#!/usr/bin/env bash
# Runs every rule of tools/lint. A rule is a script that prints what breaks it, one finding a line with file and line
# number, and fails if there was any; status 77 means that it needs a tool that is not here, and does not count.
#   tools/lint.sh [rule]...
set -uo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C

passed=0 failed=0
for rule in ${*:-$(ls tools/lint/*.sh)}; do
    rule=${rule##*/}
    rule=${rule%.sh}
    out=$(bash "tools/lint/$rule.sh" 2>&1 < /dev/null)
    case $? in
    0)  passed=$((passed + 1)) ;;
    77) echo "lint: $rule skipped: $out"; continue ;;
    *)  failed=$((failed + 1)); echo "lint: $rule: $(sed -n '2s/^# //p' "tools/lint/$rule.sh")"; sed 's/^/    /' <<< "$out" ;;
    esac
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
