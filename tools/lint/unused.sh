#!/usr/bin/env bash
# What a header declares is used by a file besides the one that defines it; else it is static there, or nobody needs it.
headers=$(echo src/*.h src/*/*.h)
bad=$(awk '
    declaring {
        if (/^extern / && match($0, /[a-z][a-z0-9_]*[(;[]/)) {
            name = substr($0, RSTART, RLENGTH - 1)
            if (name !~ /^acctguard_/) declared[name] = FILENAME ":" FNR
        }
        next
    }
    /^extern / || /^\t* \*/ { next }
    {
        line = $0
        sub(/\/\*.*/, "", line)
        while (match(line, /[A-Za-z_][A-Za-z0-9_]*/)) {
            word = substr(line, RSTART, RLENGTH)
            line = substr(line, RSTART + RLENGTH)
            if (word in declared && !seen[word, FILENAME]++) files[word]++
        }
    }
    END { for (name in declared) if (files[name] < 2) print declared[name] ": " name }
    ' declaring=1 $headers declaring=0 $headers src/*.c src/*/*.c src/*/*.cpp test/unit/*.c | sort)
[ -z "$bad" ] || { echo "$bad"; exit 1; }
