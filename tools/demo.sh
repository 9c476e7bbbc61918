#!/usr/bin/env bash
# Plays the stories of tools/demo on a private server in ./tmp_demo.
#   tools/demo.sh           builds, makes the server afresh, plays every story in order, stops the server
#   tools/demo.sh server    starts that server again, to look around in
#   tools/demo.sh stop      stops it
#   tools/demo.sh phone N   for stories: has what is due delivered, and shows the last code that number N got
# DEMO_KEEP=0 removes ./tmp_demo at the end of the stories.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT"
. tools/server.sh

existing()
{
    ROOM=${DEMO_ROOM:-$ROOT/tmp_demo} ROOM_IS_TEMPORARY=
    export PGHOST=$ROOM PGPORT=5432 PGUSER=postgres
}

# What a story has left to be delivered is delivered when it is over, if it gave anybody an address.
deliver()
{
    [ "$(psql -XqAt -d demo -c "SELECT to_regclass('acctguard.account_contact') IS NOT NULL")" = t ] || return 0
    [ "$(psql -XqAt -d demo -c "SELECT count(*) > 0 FROM acctguard.account_contact")" = t ] || return 0
    [ "$(psql -XqAt -d demo -c "SELECT count(*) FROM pg_roles WHERE rolname = 'deliverer'")" = 1 ] ||
        psql -Xq -d demo -c 'CREATE ROLE deliverer LOGIN IN ROLE acctguard_notifier'
    as_server env PGHOST="$ROOM" PGPORT=5432 "$ROOM/stage$BINDIR/acctguard-notifier" -d 'dbname=demo user=deliverer' --once \
        --email="'$ROOM/sendmail' '$ROOM/mail'" --format=mail --from='Demo <no-reply@example.org>' --sms="cat >> '$ROOM/mail/sms'"
}

how_to_connect()
{
    echo "connect:  $BINDIR/psql -h '$ROOM' -U postgres demo"
    echo "stop:     make demo-stop"
}

case ${1:-} in
server)
    existing
    [ -d "$ROOM/data" ] || die "there is no demo server yet; make demo makes it"
    [ -f "$ROOM/data/postmaster.pid" ] || server_start
    how_to_connect
    exit
    ;;
stop)
    existing
    [ ! -d "$ROOM/data" ] || server_stop
    exit
    ;;
phone)
    existing
    deliver
    grep -F "\"$2\"" "$ROOM/mail/sms" | tail -n 1 | grep -Eo '[0-9]{6}' | tail -n 1
    exit
    ;;
esac

existing
[ ! -d "$ROOM/data" ] || server_stop
room_enter tmp_demo
trap 'exit 130' INT TERM
trap room_leave EXIT
stage
# setting NAME VALUE: for the server's configuration, where this version knows the setting.
setting() { ! grep -q "\"acctguard\.$1\"" src/guc.c || echo "acctguard.$1 = '$2'" >> "$ROOM/data/postgresql.conf"; }
# A fresh root key, outside the data directory as the server demands.
as_server "$STAGE$BINDIR/acctguard-keygen" --out "$ROOM/root.key"
server_init
setting root_key_file "$ROOM/root.key"
setting databases demo
server_start
psql -Xq -d postgres -c 'CREATE DATABASE demo'
# What notices are delivered to: a mailbox per address and a file for SMS, in the room. The notifier's commands run as the
# server's user, so the room is writable to them.
MAIL=$ROOM/mail
as_server mkdir -p "$MAIL"
cat > "$ROOM/sendmail" << 'SH'
#!/bin/sh
# A sendmail that appends the message on its standard input to a mailbox (mbox) named after its recipient.
message=$(cat)
to=$(printf '%s\n' "$message" | sed -n 's/^To: //p;/^$/q')
printf 'From acctguard %s\n%s\n\n' "$(LC_ALL=C date -u)" "$message" >> "$1/$to"
SH
chmod 755 "$ROOM/sendmail"
# mailboxes: prints what has arrived, decoded.
mailboxes()
{
    local box
    for box in "$MAIL"/*; do
        [ -s "$box" ] || continue
        echo
        echo "--- Mailbox ${box##*/}"
        case $box in
        */sms) cat "$box" ;;
        *)     perl -CO -MEncode -MMIME::Base64 -0777 -ne '
                   for my $mail (split /^From acctguard .*\n/m) {
                       my ($head, $body) = split /\n\n/, $mail, 2;
                       next unless defined $body;
                       $head =~ s/\n[ \t]/ /g;
                       print decode("MIME-Header", $1), "\n" while $head =~ /^((?:From|To|Subject|Date): .*)$/mg;
                       (my $text = decode("UTF-8", decode_base64($body))) =~ s/\r//g;
                       print "\n$text\n";
                   }' "$box" ;;
        esac
    done
}
export DEMO_ROOM=$ROOM
for story in "$ROOT"/tools/demo/*.sql; do
    # Statements are shown as they run; a story itself says where an error is expected.
    psql -Xe -q -v ON_ERROR_STOP=1 -P pager=off -P null=- -d demo -f - < "$story" 2>&1 || {
        echo "demo: ${story##*/} failed" >&2
        exit 1
    }
    deliver
done
mailboxes
server_stop

echo
if [ -n "$ROOM_IS_TEMPORARY" ]; then
    echo "The server is stopped and removed. It lived in ${TMPDIR:-/tmp}, because this folder is closed to its user or its path"
    echo "is too long for a socket; in another folder make demo-server would start it again."
elif [ "${DEMO_KEEP:-1}" = 0 ]; then
    server_stop
    rm -rf "$ROOM"
    echo "The server is stopped and removed."
else
    echo "The server is stopped. To look around in it:"
    echo "start:    make demo-server"
    how_to_connect
fi
