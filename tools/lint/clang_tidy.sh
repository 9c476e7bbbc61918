#!/usr/bin/env bash
# clang-tidy finds nothing.
tool=$(command -v clang-tidy-14 || command -v clang-tidy) || { echo "no clang-tidy"; exit 77; }
make=${MAKE:-make}
include=$($make -s --no-print-directory print-SERVER_INC)
[ -e "$include/postgres.h" ] || { echo "no headers of PostgreSQL"; exit 77; }
libpq=$($make -s --no-print-directory print-LIBPQ_INC)
checks='-*,bugprone-*,cert-*,clang-analyzer-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier'
checks+=',-bugprone-macro-parentheses,-cert-dcl37-c,-cert-dcl51-cpp,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling'
# PostgreSQL's own functions take and give int and Size for the same length.
checks+=',-bugprone-narrowing-conversions'
# It does not know va_start where it reads several files in one run.
checks+=',-clang-analyzer-valist.Uninitialized'
checks+=',-clang-analyzer-optin.performance.Padding,-bugprone-suspicious-include'
tidy()
{
    "$tool" -quiet -checks="$checks" "$@" -- \
        -Isrc -I. -isystem "$include" -isystem .deps/usr/include -isystem "$libpq" -D_GNU_SOURCE -DAG_VERSION='"0"' 2> /dev/null
}
export tool checks include libpq
export -f tidy
out=$(ls src/*.c src/*/*.c client/*.c | xargs -P "$(nproc)" -n 4 bash -c 'tidy "$@"' tidy)
[ -z "$out" ] || { echo "$out"; exit 1; }
