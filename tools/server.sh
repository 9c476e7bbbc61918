# Functions for scripts that need a private PostgreSQL server; sourced by bash, with $ROOT set to the tree.
#
# The server always runs as an ordinary user: as whoever called, or as postgres where that is root. It listens on a
# socket only, in a room of its own: a folder of the tree where that user can reach it and the path is fit for a
# socket, else a folder made by mktemp, which room_leave removes.

MAKE=${MAKE:-make}
PG_CONFIG=${PG_CONFIG:-$(cd "$ROOT" && "$MAKE" -s --no-print-directory print-PG_CONFIG)}
umask 022
unset MAKEFLAGS MFLAGS MAKELEVEL PGDATABASE PGHOSTADDR PGSERVICE PGOPTIONS PGDATA

die() { echo "${0##*/}: $*" >&2; exit 1; }

BINDIR=$("$PG_CONFIG" --bindir 2>/dev/null) && [ -x "$BINDIR/initdb" ] ||
    die "no PostgreSQL server found; 'make deps' gets one"
PKGLIBDIR=$("$PG_CONFIG" --pkglibdir)
PGXS_SRC=$(dirname "$("$PG_CONFIG" --pgxs)")/..
SERVER_USER=
if [ "$(id -u)" = 0 ]; then
    SERVER_USER=postgres
    id "$SERVER_USER" > /dev/null 2>&1 || die "run as root, the server needs a user named postgres"
fi

# as_server COMMAND...: runs it as the server's user, in the room.
as_server()
{
    (
        cd "${ROOM:-/}" 2> /dev/null || cd /
        [ -n "$SERVER_USER" ] || exec "$@"
        exec setpriv --reuid="$SERVER_USER" --regid="$SERVER_USER" --init-groups env HOME="${ROOM:-/}" "$@"
    )
}

# room_enter NAME: makes ROOM, empty, for the server's user.
room_enter()
{
    local wanted=$ROOT/$1
    ROOM= ROOM_IS_TEMPORARY=
    if [ ${#wanted} -le 80 ] && [[ $wanted =~ ^[A-Za-z0-9_./\ +@=-]+$ ]] && as_server test -x "$ROOT"; then
        rm -rf "$wanted"
        ROOM=$wanted
        mkdir -m 700 "$ROOM"
    else
        ROOM=$(mktemp -d "${TMPDIR:-/tmp}/acctguard.XXXXXX")
        ROOM_IS_TEMPORARY=yes
    fi
    [ -z "$SERVER_USER" ] || chown "$SERVER_USER:" "$ROOM"
}

# room_leave: stops every server in the room, also one that an interrupted test left behind.
room_leave()
{
    [ -n "${ROOM:-}" ] || return 0
    local pidfile
    while IFS= read -r pidfile; do
        as_server "$BINDIR/pg_ctl" -s -w -D "${pidfile%/*}" -m immediate stop > /dev/null 2>&1 || true
    done < <(find "$ROOM" -name postmaster.pid)
    [ -z "$ROOM_IS_TEMPORARY" ] || rm -rf "$ROOM"
}

# copy_tree: the sources go into the room, for a build of another kind. Backends may write beside the objects.
copy_tree()
{
    tar -C "$ROOT" -cf - --exclude='./tmp_*' --exclude=./.git --exclude=./results --exclude=./coverage --exclude='*.o' \
        --exclude=./acctguard.so . | tar -xf - -C "$ROOM"
    chmod 755 "$ROOM"
    find "$ROOM/src" -type d -exec chmod 777 {} +
}

# stage: builds, and installs into the room. The system's PostgreSQL is not touched.
stage()
{
    STAGE=$ROOM/stage
    "$MAKE" -s -j"$(nproc)" --no-print-directory -C "$ROOT" all || die "the build failed"
    "$MAKE" -s --no-print-directory -C "$ROOT" install DESTDIR="$STAGE" > /dev/null || die "the installation failed"
    local library
    for library in "$ROOT"/.deps/usr/lib/*/lib{sodium,phonenumber,protobuf,absl_*}.so.*; do
        [ ! -e "$library" ] || cp -L "$library" "$STAGE$PKGLIBDIR/"
    done
}

# staged_config: the settings by which a server finds what is staged.
staged_config()
{
    cat << CONF
extension_destdir = '$STAGE'
dynamic_library_path = '$STAGE$PKGLIBDIR:\$libdir'
shared_preload_libraries = 'acctguard'
max_prepared_transactions = 20
acctguard.allow_existing_roles = on
CONF
}

# server_init: a new cluster in the room, reached by PGHOST, PGPORT and PGUSER.
server_init()
{
    as_server "$BINDIR/initdb" -D "$ROOM/data" -U postgres -A trust --locale=C --encoding=UTF8 --no-sync \
        > "$ROOM/initdb.log" 2>&1 || { cat "$ROOM/initdb.log" >&2; die "initdb failed"; }
    {
        cat << CONF
listen_addresses = ''
unix_socket_directories = '"$ROOM"'
fsync = off
timezone = 'UTC'
log_line_prefix = '%m [%p] %a '
CONF
        staged_config
    } >> "$ROOM/data/postgresql.conf"
    export PGHOST=$ROOM PGPORT=5432 PGUSER=postgres PATH=$BINDIR:$PATH
}

# server_start [OPTION...]: each OPTION is a setting, name=value.
server_start()
{
    local options= option
    for option; do options+=" -c '$option'"; done
    as_server "$BINDIR/pg_ctl" -s -w -D "$ROOM/data" -l "$ROOM/server.log" -o "$options" start ||
        { tail -n 30 "$ROOM/server.log" >&2; die "the server did not start"; }
}

server_stop()
{
    [ -f "$ROOM/data/postmaster.pid" ] || return 0
    as_server "$BINDIR/pg_ctl" -s -w -D "$ROOM/data" -m "${1:-fast}" stop
}
