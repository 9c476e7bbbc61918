#!/usr/bin/env bash
# C code has PostgreSQL's own format, as pg_bsd_indent gives it (make format).
# With --fix the files are rewritten; else lines that would change are shown. pg_bsd_indent is Debian's package of the
# indent that PostgreSQL 15 is formatted with; tools/deps.sh format unpacks it where it is not installed.
tool=$(command -v pg_bsd_indent || ls "$PWD/.deps/usr/bin/pg_bsd_indent" 2> /dev/null) ||
    { echo "no pg_bsd_indent (package pg-bsd-indent)"; exit 77; }
include=$(${MAKE:-make} -s --no-print-directory print-SERVER_INC)
[ -e "$include/postgres.h" ] || { echo "no headers of PostgreSQL"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The names of types, without which indent takes a pointer for a product.
{
    grep -rhoE '^} [A-Za-z_0-9]+;' src client "$include" | tr -d '}; '
    grep -rhoE '^typedef [A-Za-z_0-9 ]+[ *][A-Za-z_0-9]+;' src client "$include" | sed 's/.*[ *]\([A-Za-z_0-9]*\);/\1/'
    printf '%s\n' List MemoryContext Bitmapset TimestampTz size_t
} | sort -u > "$work/types"

# After indent: no tab before the * of a return type, a blank before ".member ="; what continues a ".member =" or the initial value of a variable
# is indented once more.
tidy()
{
    perl -ne '
        s/^([A-Za-z_]\S*)[ \t]+\*$/$1 */;
        s/,(?=\.\w+ = )/, /g;
        if (defined $deep) {
            if (/^\s*\}/ and $open <= 0) { undef $deep }
            else { s/^\t+(?=\S)/$deep\t/ }
        }
        if (!defined $deep and /^(\t+)\.\w+ = (?!\{$)\S/) { $deep = $1; $open = 0 }
        if (defined $deep) {
            (my $bare = $_) =~ s/"(\\.|[^"\\])*"|\x27(\\.|[^\x27\\])\x27|\/\*.*?\*\///g;
            $open += ($bare =~ tr/({[/({[/) - ($bare =~ tr/)}]/)}]/);
            undef $deep if $open <= 0 and $bare =~ /,\s*$/;
        }
        if (defined $value) {
            s/^$value(?=[^\t\s])/$value\t/;
            undef $value if /;\s*$/ or /^\s*$/;
        } elsif (/^(\t+)(?:(?:const|static|struct) )*\w+(?:\s*\*+|\s)\s*\**\w+ = (?:.*[^;{,\s])?$/ and !/\/\*/) {
            my $start = $1;
            (my $bare = $_) =~ s/"(\\.|[^"\\])*"|\x27(\\.|[^\x27\\])\x27//g;
            $value = $start if ($bare =~ tr/(/(/) == ($bare =~ tr/)/)/);
        }
        print' "$1"
}

status=0
for file in src/*.[ch] src/*/*.[ch] client/*.[ch]; do
    "$tool" -bad -bap -bbb -bc -bl -cli1 -cp33 -cdb -nce -d0 -di12 -nfc1 -i4 -l100 -lp -lpl -nip -npro -sac -tpg -ts4 \
        -U"$work/types" < "$file" > "$work/indented" 2> "$work/errors" || {
        # Where it stumbles over a construct it says so in its output, and judges nothing.
        grep -q 'INDENT\*\* Error' "$work/indented" && continue
        sed "s|^|$file: |" "$work/errors"
        status=1
        continue
    }
    tidy "$work/indented" > "$work/new"
    cmp -s "$file" "$work/new" && continue
    if [ "${1:-}" = --fix ]; then
        cat "$work/new" > "$file"
        echo "formatted $file"
    else
        diff -U0 --label "$file" --label "$file, formatted" "$file" "$work/new" | head -n 20
        status=1
    fi
done
exit $status
