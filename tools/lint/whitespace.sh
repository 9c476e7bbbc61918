#!/usr/bin/env bash
# No trailing blanks, no CR, a newline at the end; tabs in C, blanks in SQL and scripts.
list() { git ls-files --cached --others --exclude-standard 2> /dev/null || find . -type f -not -path './.*' -not -path './tmp_*' | sed 's|^./||'; }
bad=
while IFS= read -r file; do
    case $file in
    expected/*|sql/release/*|LICENSE|*.png|*.svg) continue ;;
    esac
    [ -s "$file" ] && grep -qI . "$file" || continue
    case $file in
    *.md) bad+=$(grep -nE $'\r$' "$file" | sed "s|^|$file:|;s|\$|  <- CR|") ;;
    *)    bad+=$'\n'$(grep -nE $'[ \t\r]+$' "$file" | sed "s|^|$file:|;s|\$|  <- trailing blank|") ;;
    esac
    case $file in
    *.sql|*.sh|*.pl|*.pm|*.spec|test/run|test/prepare) bad+=$'\n'$(grep -n $'^ *\t' "$file" | sed "s|^|$file:|;s|\$|  <- tab|") ;;
    *.c|*.h) bad+=$'\n'$(grep -nE '^    ' "$file" | sed "s|^|$file:|;s|\$|  <- indented by blanks|") ;;
    esac
    [ -z "$(tail -c 1 "$file")" ] || bad+=$'\n'"$file: no newline at the end"
    [ -z "$bad" ] || bad+=$'\n'
done < <(list)
bad=$(sed '/^$/d' <<< "$bad")
[ -z "$bad" ] || { echo "$bad" | head -n 50; exit 1; }
