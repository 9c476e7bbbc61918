#!/bin/sh
# Gets what is missing to build and test acctguard on Debian 12; does nothing where all is there.
#
# A server that is installed is never upgraded, and so never restarted: headers of exactly its version, libsodium, libphonenumber, and
# what only the tests need, are unpacked into ./.deps, which needs no root. Packages are installed only where there is no server or
# no compiler at all, as root or by sudo, and without a "main" cluster coming up.
#   tools/deps.sh           for building, testing, the demo
#   tools/deps.sh format    also the formatter, if it can be had
set -eu
cd "$(dirname "$0")/.."
tree=$PWD
major=15
bindir=/usr/lib/postgresql/$major/bin
if [ ! -x $bindir/postgres ] && pg_config --bindir > /dev/null 2>&1; then
    bindir=$(pg_config --bindir)
fi
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

say() { echo "deps: $*"; }
die() { echo "deps: $*" >&2; exit 1; }
have() { command -v "$1" > /dev/null 2>&1; }

# any FILE...: the first that is there, in the system or in .deps.
any()
{
    for file; do
        for found in $file .deps$file; do
            [ ! -e "$found" ] || return 0
        done
    done
    return 1
}

have_server() { [ -x "$bindir/postgres" ] && [ -x "$bindir/initdb" ]; }
have_compiler() { have "${CC:-gcc}" && any /usr/include/*/sys/types.h /usr/include/sys/types.h; }
# Headers that were unpacked for another server than the one that is here now are as good as none.
have_headers()
{
    [ -e "$("$bindir/pg_config" --includedir-server)/postgres.h" ] ||
        [ "$(cat .deps/headers-for 2> /dev/null)" = "$("$bindir/pg_config" --version)" ]
}
have_sodium() { any '/usr/include/sodium.h' && any '/usr/lib/*/libsodium.so' '/usr/lib/libsodium.so'; }
have_libpq() { any '/usr/include/postgresql/libpq-fe.h' "$("$bindir/pg_config" --includedir)/libpq-fe.h"; }
# What libphonenumber's headers and library need comes with it.
have_phonenumber()
{
    any '/usr/include/phonenumbers/phonenumberutil.h' && any '/usr/lib/*/libphonenumber.so' &&
        any '/usr/include/google/protobuf/message.h' && any '/usr/include/absl/container/node_hash_map.h'
}
have_cxx() { have "${CXX:-g++}"; }
have_ipc_run() { perl -I.deps/usr/share/perl5 -MIPC::Run -e 1 2> /dev/null; }

as_root=
find_root()
{
    if [ "$(id -u)" = 0 ]; then
        as_root=env
    elif have sudo && sudo -n true 2> /dev/null; then
        as_root="sudo -n"
    elif have sudo && [ -t 0 ]; then
        as_root=sudo
    else
        die "there is no $1 here, and neither root nor sudo to install it; ask for: apt-get install $2"
    fi
}

# install_packages PACKAGE...: with apt, when there is no other way.
install_packages()
{
    say "installing $*"
    $as_root apt-get -qq update
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
        -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 install "$@" > "$work/apt.log" 2>&1 ||
        { tail -n 20 "$work/apt.log" >&2; die "apt-get install $* failed"; }
}

# install_server PACKAGE...: with a drop-in, while it lasts, that keeps a "main" cluster from being made.
install_server()
{
    dropin=/etc/postgresql-common/createcluster.d
    $as_root mkdir -p $dropin
    echo "create_main_cluster = false" | $as_root tee $dropin/acctguard.conf > /dev/null
    status=0
    (install_packages "$@") || status=$?
    $as_root rm -f $dropin/acctguard.conf
    [ $status = 0 ] || exit $status
}

# unpack PACKAGE [VERSION]: into .deps, without installing it. Lists of our own are fetched if the system's do not do.
unpack()
{
    package=$1
    for try in system own; do
        if [ $try = own ]; then
            say "fetching package lists"
            own="-o Dir::State::lists=$work/lists -o Dir::Cache=$work/cache -o APT::Sandbox::User= -o Acquire::Languages=none"
            mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
            [ -e "$work/lists/lock" ] || apt-get -qq $own update || return 1
        else
            own=
        fi
        for wanted in ${2:+"$package=$2"} "$package"; do
            rm -f "$work"/*.deb
            if (cd "$work" && apt-get -qq $own download "$wanted" > "$work/download.log" 2>&1); then
                dpkg -x "$work"/*.deb "$tree/.deps"
                say "unpacked $wanted into .deps"
                return 0
            fi
        done
    done
    cat "$work/download.log" >&2
    return 1
}

work=
enter_work()
{
    [ -z "$work" ] || return 0
    have apt-get || die "this is no Debian; see CONTRIBUTING.md for what the build needs"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
}

if ! have_server; then
    find_root "PostgreSQL $major server" "postgresql-$major gcc libc6-dev make"
    enter_work
    set -- postgresql-$major make
    have_compiler || set -- "$@" gcc libc6-dev
    install_server "$@"
elif ! have_compiler; then
    find_root "C compiler" "gcc libc6-dev"
    enter_work
    install_packages gcc libc6-dev
fi
if ! have_cxx; then
    find_root "C++ compiler" "g++"
    enter_work
    install_packages g++
fi
have_server || die "PostgreSQL $major was not found in $bindir after its installation"

if ! have_headers; then
    enter_work
    rm -rf .deps/usr/include/postgresql
    version=$(dpkg-query -Wf '${Version}' postgresql-client-$major 2> /dev/null || true)
    unpack postgresql-server-dev-$major "$version" ||
        die "the headers of PostgreSQL are missing and postgresql-server-dev-$major could not be downloaded"
    "$bindir/pg_config" --version > .deps/headers-for
fi
if ! have_libpq; then
    enter_work
    unpack libpq-dev "$(dpkg-query -Wf '${Version}' libpq5 2> /dev/null || true)" ||
        die "libpq's headers are missing and libpq-dev could not be downloaded"
fi
if ! have_sodium; then
    enter_work
    unpack libsodium23 && unpack libsodium-dev ||
        die "libsodium is missing and libsodium-dev could not be downloaded"
fi
if ! have_phonenumber; then
    enter_work
    for package in libprotobuf32 libabsl20220623 libphonenumber8 libprotobuf-dev libabsl-dev libphonenumber-dev; do
        unpack $package || die "libphonenumber is missing and $package could not be downloaded"
    done
fi
if ! have_ipc_run; then
    enter_work
    unpack libio-pty-perl && unpack libipc-run-perl ||
        die "the Perl module IPC::Run is missing and libipc-run-perl could not be downloaded"
fi
# A mail transport and a server for it to talk to, for the tests of the notifier; without them those are skipped.
have_mail() { any /usr/bin/esmtp && any '/usr/share/perl5/Net/Server/Mail/SMTP.pm'; }
if ! have_mail; then
    enter_work
    { unpack libesmtp6 && unpack esmtp && unpack libnet-server-mail-perl; } ||
        say "esmtp and libnet-server-mail-perl could not be downloaded; mails are not tested"
fi
if [ "${1:-}" = format ] && ! have pg_bsd_indent && [ ! -x .deps/usr/bin/pg_bsd_indent ]; then
    enter_work
    unpack pg-bsd-indent || say "pg-bsd-indent could not be downloaded; formatting is not checked"
fi
