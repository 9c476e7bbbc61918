#!/usr/bin/env bash
# Freezes the present version and opens the next one: make release NEXT=0.2.0
#
# The install script goes to sql/release, where it is never edited again, and a small database to test/releases; sql/upgrade gets the first delta of the next
# step; the control file, META.json and CHANGELOG.md move on. Nothing is committed.
set -euo pipefail
cd "$(dirname "$0")/.."
make=${MAKE:-make}
die() { echo "release: $*" >&2; exit 1; }

next=${1:-}
version=$("$make" -s --no-print-directory print-EXTVERSION)
[[ $next =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || die "say which version comes next: make release NEXT=X.Y.Z"
[ "$(printf '%s\n' "$version" "$next" | sort -V | tail -n 1)" = "$next" ] && [ "$next" != "$version" ] ||
    die "$next does not come after $version"
[ -z "$(git status --porcelain)" ] || die "the tree has changes that are not committed"
frozen=sql/release/acctguard--$version.sql
[ ! -e "$frozen" ] || die "$frozen exists already"

"$make" -s --no-print-directory "sql/acctguard--$version.sql"
mkdir -p sql/release sql/upgrade
cp "sql/acctguard--$version.sql" "$frozen"
test/releases/make
echo "-- What changes between $version and $next before the functions and views are replaced." \
    > "sql/upgrade/$version--$next.pre.sql"
sed -i "s/^default_version = .*/default_version = '$next'/" acctguard.control
sed -i "s/\"version\": \"$version\"/\"version\": \"$next\"/" META.json
sed -i "s/^## $version (unreleased)$/## $next (unreleased)\n\n## $version ($(date -u +%F))/" CHANGELOG.md
echo "$version is frozen in $frozen; this is now $next. Look it over, run make upgradecheck, commit, and tag the commit before."
