# The shared filter: never trusted when it might miss a freeze. Crashes, restarts, prepared transactions,
# triggers switched off, several databases.

use strict;
use warnings;
use PostgreSQL::Test::BackgroundPsql;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "restart_after_crash = on\nautovacuum = off\nwal_level = replica\nmax_wal_senders = 2\nacctguard.filter_size = 64kB\n");
# For the commit that has to hang, below. A reload would take effect some time later.
$node->append_conf('postgresql.conf', "synchronous_standby_names = 'nobody'\nsynchronous_commit = local\n");
$node->start;

my $set_up = q{
    SET client_min_messages = warning;
    CREATE EXTENSION acctguard;
    SELECT acctguard.install();
    CREATE TABLE message (sender_id bigint, body text);
    SELECT acctguard.guard('message', 'sender_id', 'msg.send.direct');
    CREATE FUNCTION deny(bigint) RETURNS void LANGUAGE sql AS
    $$ INSERT INTO acctguard.standing SELECT $1, 1, 'f', 1::bigint << bit, 0, 0, '2020-01-01', NULL, NULL
       FROM acctguard.capability WHERE capability = 'msg.send.direct' $$};

# writes(ACCOUNT...): for each account, yes or the SQLSTATE.
sub writes
{
    return join ' ', map {
        my ($code, $out, $err) = $node->psql('postgres', "\\set VERBOSITY sqlstate\nINSERT INTO message VALUES ($_)");
        $code == 0 ? 'yes' : $err =~ /ERROR:\s+(\w+)/ ? $1 : $err
    } @_;
}
sub state { return $node->safe_psql($_[0] // 'postgres', 'SELECT state FROM acctguard.filter_status()'); }
sub deny { $node->safe_psql('postgres', "SELECT deny($_)") foreach @_; return; }

$node->safe_psql('postgres', $set_up);
is(writes(1, 2), 'yes yes', 'nobody is frozen');
is($node->safe_psql('postgres', 'SELECT state, scopes, bits FROM acctguard.filter_status()'), 'ready|f|524288', 'the filter is ready');
deny(1);
is(writes(1, 2), 'UG403 yes', 'one is frozen');
is($node->safe_psql('postgres', 'SELECT bits_set FROM acctguard.filter_status()'), '1', 'and has its bit');

# Restart, crash of the server, crash of one backend: the filter is built anew from the table.
$node->restart;
is(writes(1, 2), 'UG403 yes', 'after a restart');
is(state(), 'ready', '... with a filter');
deny(3);
$node->stop('immediate');
$node->start;
is(writes(1, 2, 3), 'UG403 yes UG403', 'after a crash of the server');
is(state(), 'ready', '... with a filter');
my $victim = $node->background_psql('postgres', on_error_stop => 0);
my $pid = $victim->query_safe('SELECT pg_backend_pid()');
$victim->query_safe('BEGIN; INSERT INTO message VALUES (4)');
kill 'KILL', $pid;
$victim->{run}->finish;
$node->poll_query_until('postgres', 'SELECT true') or die 'the server did not come back';
deny(4);
is(writes(1, 2, 3, 4), 'UG403 yes UG403 UG403', 'after the crash of a backend in the middle of a guarded transaction');
is(state(), 'ready', '... with a filter');

# An open freeze while the filter is cleared and built.
my $officer = $node->background_psql('postgres', on_error_stop => 0);
$officer->query_safe('BEGIN; SELECT deny(5)');
$node->safe_psql('postgres', 'SELECT acctguard.filter_clear()');
is(writes(5), 'yes', 'not committed, not frozen');
is(state(), 'ready', 'the filter was built while a freeze was open');
$officer->query_safe('COMMIT');
is(writes(1, 5), 'UG403 UG403', '... and has it');

# A prepared freeze, across a crash; writers of that account wait for it.
$node->safe_psql('postgres', q{SELECT acctguard.policy_set('setting', 'prepare_wait', '1', 'test')});
$node->safe_psql('postgres', q{BEGIN; SELECT deny(6); PREPARE TRANSACTION 'freeze'});
$node->stop('immediate');
$node->start;
is(writes(2), 'yes', 'another account writes');
is(state(), 'ready', 'with a filter that was built while a freeze was prepared');
my ($code, $out, $err) = $node->psql('postgres', q{SET lock_timeout = '500ms'; INSERT INTO message VALUES (6)});
like($err, qr/lock timeout/, 'the frozen account waits at its commit: the lock survived the crash');
$node->safe_psql('postgres', q{COMMIT PREPARED 'freeze'});
is(writes(6), 'UG403', '... and is refused then');
$node->safe_psql('postgres', q{BEGIN; INSERT INTO message VALUES (7); PREPARE TRANSACTION 'write'});
$node->stop('immediate');
$node->start;
($code, $out, $err) = $node->psql('postgres', q{SET lock_timeout = '500ms'; SELECT deny(7)});
like($err, qr/lock timeout/, 'a freeze waits for a prepared write, also after a crash');
$node->safe_psql('postgres', q{COMMIT PREPARED 'write'});
deny(7);
is(writes(7), 'UG403', '... and is done then');

# Without its trigger nothing is trusted: not afterwards, not in sessions that were there before.
my $old = $node->background_psql('postgres', on_error_stop => 0);
$old->query_safe('INSERT INTO message VALUES (8)');
sub old_session_refuses
{
    my ($account) = @_;
    $old->query("INSERT INTO message VALUES ($account)");
    my $refused = $old->{stderr} =~ /not allowed/ ? 'refused' : 'written';
    $old->{stderr} = '';
    return $refused;
}
$node->safe_psql('postgres', 'ALTER TABLE acctguard.standing DISABLE TRIGGER acctguard_changed');
isnt(state(), 'ready', 'a disabled trigger: no filter');
deny(8);
is(writes(8), 'UG403', '... and the freeze holds');
is(old_session_refuses(8), 'refused', '... in an old session as well');
$node->safe_psql('postgres', 'ALTER TABLE acctguard.standing ENABLE TRIGGER acctguard_changed');
isnt(state(), 'ready', 'enabled, but not always, as after a restore: no filter');
is($node->safe_psql('postgres', 'SELECT acctguard.protect_tables()'), '1', 'protect_tables() repairs it');
is(state(), 'ready', '... and there is a filter again');
is(writes(8), 'UG403', '... with what came in meanwhile');
is(old_session_refuses(9), 'written', 'the old session writes for others');
$node->safe_psql('postgres', q{BEGIN;
    ALTER TABLE acctguard.standing DISABLE TRIGGER acctguard_changed;
    SELECT deny(9);
    ALTER TABLE acctguard.standing ENABLE ALWAYS TRIGGER acctguard_changed;
    COMMIT});
is(old_session_refuses(9), 'refused', 'switched off and on again in one transaction');
is(writes(9), 'UG403', '... for new sessions, too');
$old->query_safe('BEGIN; INSERT INTO message VALUES (12)');
$node->safe_psql('postgres', q{BEGIN;
    ALTER TABLE acctguard.standing DISABLE TRIGGER acctguard_changed;
    SELECT deny(12);
    ALTER TABLE acctguard.standing ENABLE ALWAYS TRIGGER acctguard_changed;
    COMMIT});
$old->query('COMMIT');
like($old->{stderr}, qr/not allowed/, '... for a commit of what was written before');
$old->{stderr} = '';
$node->safe_psql('postgres', q{DROP TRIGGER acctguard_changed ON acctguard.standing; SELECT deny(10)});
is(writes(10), 'UG403', 'a dropped trigger');
is(old_session_refuses(10), 'refused', '... in the old session');

# Two databases do not share freezes.
$node->safe_psql('postgres', 'CREATE DATABASE other');
$node->safe_psql('other', $set_up);
is($node->safe_psql('other', 'INSERT INTO message VALUES (1) RETURNING sender_id'), '1', 'frozen there, free here');
is(state('other'), 'ready', 'with a filter of its own');
$node->safe_psql('other', 'SELECT deny(2)');
is(writes(2), 'yes', 'and the other way round');

# A freeze does not wait for a session that ended in the middle of a guarded transaction.
my $lost = $node->background_psql('other', on_error_stop => 0);
$lost->query_safe('BEGIN; INSERT INTO message VALUES (11)');
$node->safe_psql('other', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'});
is($node->safe_psql('other', q{SET lock_timeout = '5s'; SELECT deny(11)}), '', 'a freeze after a session was terminated');

# A commit that is under way is waited for, and only if it concerns the account: this one hangs until a standby
# has it, which there is none of.
my $writer = $node->background_psql('other', on_error_stop => 0);
my $writing = $writer->query_safe('SET synchronous_commit = on; SELECT pg_backend_pid()');
$writer->query_until(qr/started/, "\\echo started\nINSERT INTO message VALUES (21);\n");
$node->poll_query_until('other', "SELECT wait_event = 'SyncRep' FROM pg_stat_activity WHERE pid = $writing") or die 'the commit does not hang';
($code, $out, $err) = $node->psql('other', q{SET lock_timeout = '700ms'; SELECT deny(21)});
like($err, qr/lock timeout/, 'a freeze waits for a commit of the account that is under way, as long as it likes');
my $patient = $node->background_psql('other', on_error_stop => 0);
$pid = $patient->query_safe('SELECT pg_backend_pid()');
$patient->query_until(qr/started/, "\\echo started\nSELECT deny(21);\n");
$node->poll_query_until('other', "SELECT wait_event = 'Extension' FROM pg_stat_activity WHERE pid = $pid") or die 'the freeze does not wait';
$node->safe_psql('other', "SELECT pg_cancel_backend($pid)");
$patient->query('SELECT 1');
like($patient->{stderr}, qr/canceling statement due to user request/, '... and can be cancelled');
$patient->quit;
my $apart = 0;
foreach my $account (22 .. 25)
{
    ($code) = $node->psql('other', qq{SET lock_timeout = '700ms'; SELECT deny($account)});
    $apart++ if $code == 0;
}
cmp_ok($apart, '>=', 3, '... and not for commits of others');
$node->append_conf('postgresql.conf', "synchronous_standby_names = ''\n");
$node->reload;
$writer->query_safe('SELECT 1');
is($node->safe_psql('other', q{SET lock_timeout = '5s'; SELECT deny(21)}), '', 'once it has committed, the freeze is done');
is($node->safe_psql('other', 'SELECT count(*) FROM message WHERE sender_id = 21'), '1', '... after it');
$writer->quit;

$_->quit foreach ($officer, $old);
$node->stop;
done_testing();
