#!/usr/bin/env bash
# A file has at most 600 lines, a function at most 100.
bad=$(awk '
    FNR == 1 { if (start) start = 0 }
    FNR == 601 { print FILENAME ": more than 600 lines" }
    /^{/ { start = FNR }
    /^}/ && start { if (FNR - start > 101) print FILENAME ":" start ": a function of " FNR - start - 1 " lines"; start = 0 }
    ' src/*.[ch] src/*/*.[ch] client/*.[ch])
[ -z "$bad" ] || { echo "$bad"; exit 1; }
