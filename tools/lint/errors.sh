#!/usr/bin/env bash
# Every SQLSTATE of src/base/errors.h is listed in doc/errors.md, once in the header, and every ereport has a code.
codes=$(grep -oE 'AG_ERROR\([A-Z_0-9]+, "[0-9A-Z]{3}"' src/base/errors.h | sed 's/.*"\(.*\)"/UG\1/')
bad=$(sort <<< "$codes" | uniq -d | sed 's/$/ stands twice in src\/base\/errors.h/')
for code in $codes; do
    grep -qs "\b$code\b" doc/errors.md || bad+=$'\n'"$code is not in doc/errors.md"
done
# From ereport(ERROR to the semicolon that ends it there must be an errcode or one of our wrappers of it.
bad+=$'\n'$(awk '
    /^[ \t]*(ereport|ereport_domain)\((ERROR|FATAL|PANIC)/ { text = ""; at = FNR; open = 1 }
    open { text = text $0; if (/\);[ \t]*$/) { if (text !~ /errcode|ag_errcode|AG_ERRCODE/) print FILENAME ":" at ": ereport without errcode"; open = 0 } }
    ' src/*.c src/*/*.c)
bad=$(sed '/^$/d' <<< "$bad")
[ -z "$bad" ] || { echo "$bad"; exit 1; }
