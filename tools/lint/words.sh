#!/usr/bin/env bash
# No unfinished marks: TODO, FIXME, XXX.
list() { git ls-files --cached --others --exclude-standard 2> /dev/null || find . -type f -not -path './.*' -not -path './tmp_*' | sed 's|^./||'; }
! list | grep -vE '(^|/)tools/lint(\.sh$|/)' | tr '\n' '\0' | xargs -0 grep -nIE '\b(TODO|FIXME|XXX)\b' --
