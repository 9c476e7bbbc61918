# The ledger where regression tests cannot reach: other encodings, other clusters, restarts, standbys, many sessions.

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $main = PostgreSQL::Test::Cluster->new('main');
$main->init(allows_streaming => 1);
$main->start;
my $dir = PostgreSQL::Test::Utils::tempdir();

sub database
{
    my ($node, $name, $encoding) = @_;
    $node->safe_psql('postgres', "CREATE DATABASE $name TEMPLATE template0 ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C'");
}

sub event
{
    my ($node, $database, $reason) = @_;
    $node->safe_psql($database, "SET client_encoding = 'UTF8'; SELECT acctguard.policy_set('setting', 'proof_age', '900', '$reason')");
}

# What the ledger holds, as its canonical bytes, one line per row. Reading adds rows, so ask for those up to a transaction.
sub last_tx
{
    my ($node, $database) = @_;
    return $node->safe_psql($database, 'SELECT max(tx) FROM acctguard.ledger');
}

sub encodings
{
    my ($node, $database, $last) = @_;
    return $node->safe_psql($database, qq{
        SET bytea_output = 'hex';
        SELECT tx, ord, acctguard.audit_encoding(tx, ord)
        FROM (SELECT tx, ord FROM acctguard.ledger WHERE tx <= $last ORDER BY tx, ord) AS rows});
}

sub guards
{
    my ($node, $database) = @_;
    return $node->safe_psql($database, q{
        SELECT string_agg(format('%s %s %s', tgrelid::regclass, pg_get_triggerdef(oid), tgenabled), E'\n' ORDER BY tgrelid::regclass::text, tgname)
        FROM pg_trigger WHERE NOT tgisinternal AND tgfoid = 'acctguard.audit_guard'::regproc});
}

#
# The canonical encoding is UTF-8 whatever the server's encoding is.
#
my $text = "Z\xc3\xbcrich \xc2\xa7 7";    # Zuerich with umlaut and a section sign, in UTF-8
foreach my $encoding ('UTF8', 'LATIN1', 'SQL_ASCII')
{
    my $name = lc $encoding;
    database($main, $name, $encoding);
    $main->safe_psql($name, 'CREATE EXTENSION acctguard; SELECT acctguard.install()');
    $main->safe_psql($name, qq{
        SET client_encoding = 'UTF8';
        SELECT acctguard.policy_set('capability', 'msg.send.direct', jsonb_build_object('description', '$text'), '$text')});
    my $hex = unpack('H*', $text);
    is($main->safe_psql($name, qq{
        SELECT position('\\x0c0000000c$hex' in acctguard.audit_encoding(tx, ord)) > 0,
            position('\\x040b6465736372697074696f6e0000000c$hex' in body) > 0
        FROM acctguard.ledger WHERE action = 620}), 't|t', "$encoding: reason and body are UTF-8 in the encoding");
    is($main->safe_psql($name, q{SET client_encoding = 'UTF8';
        SELECT reason = after ->> 'description', reason FROM acctguard.audit_read(action => 'policy.set')}),
        "t|$text", "$encoding: audit_read() shows them as they were");
}

#
# A transaction that was prepared keeps its rows through a restart, with their numbers.
#
event($main, 'utf8', 'before');
$main->safe_psql('utf8', q{
    BEGIN;
    SELECT acctguard.policy_set('setting', 'proof_age', '900', 'prepared 1');
    SELECT acctguard.policy_set('setting', 'proof_age', '900', 'prepared 2');
    PREPARE TRANSACTION 'audit'});
$main->stop('immediate');
$main->start;
is($main->safe_psql('utf8', q{SELECT count(*) FROM acctguard.ledger WHERE reason ~ '^prepared'}), '0', 'prepared: not there yet');
$main->safe_psql('utf8', q{COMMIT PREPARED 'audit'});
is($main->safe_psql('utf8', q{SELECT string_agg(ord || ' ' || reason, ', ' ORDER BY ord) FROM acctguard.ledger WHERE reason ~ '^prepared'}),
    '0 prepared 1, 1 prepared 2', 'prepared: there after the restart');

#
# Sessions that all miss the same partition: one makes it, every event is there.
#
my @sessions;
foreach my $i (1 .. 6)
{
    my ($out, $err) = ('', '');
    my $sql = 'SET acctguard.test_clock_offset = 630720000; SELECT count(*) FROM acctguard.audit_read(' . (9000 + $i) . ');';
    push @sessions, { out => \$out, err => \$err, run => IPC::Run::start(
        [ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $main->connstr('utf8'), '-c', $sql ], '<', \undef, '>', \$out, '2>', \$err) };
}
foreach my $session (@sessions)
{
    ok(IPC::Run::finish($session->{run}), 'partition: a session among others') or diag(${ $session->{err} });
}
is($main->safe_psql('utf8', q{SELECT count(*), count(DISTINCT tableoid) FROM acctguard.ledger WHERE at > now() + interval '10 years'}),
    '6|1', 'partition: made once, no event lost');

#
# Dumps restore into other clusters, encodings and time zones with the same bytes; events go on above the old ones.
#
my $other = PostgreSQL::Test::Cluster->new('other');
$other->init;
$other->append_conf('postgresql.conf', "timezone = 'Asia/Kathmandu'\ndatestyle = 'German'\nintervalstyle = 'sql_standard'\nbytea_output = 'escape'\n");
$other->start;
# Transaction ids of the first cluster run far ahead of the other's.
$main->safe_psql('utf8', 'DO $$ BEGIN FOR i IN 1 .. 5000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$');
event($main, 'utf8', 'late');
my $last = last_tx($main, 'utf8');
my $bytes = encodings($main, 'utf8', $last);
my $guards = guards($main, 'utf8');
cmp_ok(scalar(split /\n/, $bytes), '>', 10, 'dump: there is something to compare');
$main->command_ok([ 'pg_dump', '-d', $main->connstr('utf8'), '-f', "$dir/plain.sql" ], 'dump: plain');
# Words in Chinese have no place in LATIN1.
$main->command_ok([ 'pg_dump', '--exclude-table-data=acctguard.notice_template', '--exclude-table-data=acctguard.label', '-d', $main->connstr('utf8'),
    '-f', "$dir/latin1.sql" ], 'dump: without words');
$main->command_ok([ 'pg_dump', '-Fd', '-j', '2', '-d', $main->connstr('utf8'), '-f', "$dir/dir" ], 'dump: parallel');
# Roles belong to the cluster and come first; that the bootstrap role exists already does not matter.
$main->command_ok([ 'pg_dumpall', '--roles-only', '-d', $main->connstr('postgres'), '-f', "$dir/roles.sql" ], 'dump: roles');
$other->command_ok([ 'psql', '-Xq', '-d', $other->connstr('postgres'), '-f', "$dir/roles.sql" ], 'roles restored');

foreach my $case ([ $other, 'plain', 'UTF8' ], [ $other, 'parallel', 'UTF8' ], [ $other, 'latin1', 'LATIN1' ], [ $main, 'same', 'UTF8' ])
{
    my ($node, $name, $encoding) = @$case;
    database($node, $name, $encoding);
    if ($name eq 'parallel')
    {
        $node->command_ok([ 'pg_restore', '-j', '3', '--exit-on-error', '-d', $node->connstr($name), "$dir/dir" ], "$name: restored");
    }
    else
    {
        $node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($name), '-f', $name eq 'latin1' ? "$dir/latin1.sql" : "$dir/plain.sql" ],
            "$name: restored");
    }
    is(guards($node, $name), $guards, "$name: every guard is back and always fires");
    is(encodings($node, $name, $last), $bytes, "$name: the same bytes");
    foreach my $statement ('UPDATE acctguard.ledger SET ord = 9', 'DELETE FROM acctguard.ledger', 'TRUNCATE acctguard.ledger')
    {
        my ($code, $out, $err) = $node->psql($name, $statement);
        like($err, qr/never changed or removed/, "$name: $statement");
    }
    event($node, $name, 'after');
    event($node, $name, 'after');
    is($node->safe_psql($name, "SELECT bool_and(tx > $last), count(*), count(DISTINCT tx) FROM acctguard.ledger WHERE reason = 'after'"),
        't|2|2', "$name: events go on above the restored ones");
    is($node->safe_psql($name, 'SELECT count(*), bool_and(era = 1 OR base >= ' . "$last) FROM acctguard.era"),
        ($node == $main ? '1' : '2') . '|t', "$name: a new era in another cluster only");
}
# Back in the first cluster, where transaction ids are lower than the numbers the other one gave.
$other->command_ok([ 'pg_dump', '-d', $other->connstr('plain'), '-f', "$dir/back.sql" ], 'back: dumped');
database($main, 'back', 'UTF8');
$main->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $main->connstr('back'), '-f', "$dir/back.sql" ], 'back: restored');
my $highest = last_tx($main, 'back');
event($main, 'back', 'back');
is($main->safe_psql('back', "SELECT tx > $highest FROM acctguard.ledger WHERE reason = 'back'"), 't', 'back: numbers go on above the old ones');
is($main->safe_psql('back', 'SELECT count(*) FROM acctguard.era'), '3', 'back: a third era');
$other->stop;

#
# A standby writes nothing, but lets auditors read and says so in its log.
#
$main->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($main, 'copy', has_streaming => 1);
$standby->start;
$main->wait_for_catchup($standby, 'replay', $main->lsn('insert'));
my $rows = $standby->safe_psql('utf8', 'SELECT count(*) FROM acctguard.ledger');
is($standby->safe_psql('utf8', q{SELECT string_agg(reason, ', ' ORDER BY ord) FROM acctguard.audit_read(action => 'policy.set') WHERE reason ~ '^prepared'}),
    'prepared 1, prepared 2', 'standby: audit_read() works');
is($standby->safe_psql('utf8', 'SELECT count(*) FROM acctguard.ledger'), $rows, 'standby: nothing is written');
like(slurp_file($standby->logfile), qr/"audit.read" of account 0 by "\w+" is not in the ledger, because this server is a standby/, 'standby: the log says so');
my ($code, $out, $err) = $standby->psql('utf8', q{SELECT acctguard.policy_set('setting', 'proof_age', '900')});
like($err, qr/this server is a standby/, 'standby: policy cannot be changed');
$standby->promote;
event($standby, 'utf8', 'promoted');
is($standby->safe_psql('utf8', q{SELECT count(*) FROM acctguard.ledger WHERE reason = 'promoted'}), '1', 'standby: writes once it is promoted');

$standby->stop;
$main->stop;
done_testing();
