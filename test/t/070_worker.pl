# The worker: tells once, whatever dies and whenever; finds databases and lets go of them; waits on a standby.

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', q{
restart_after_crash = on
acctguard.worker_interval = 10ms
acctguard.worker_batch = 7
max_worker_processes = 16
max_wal_senders = 10
});
$node->start;

sub sql { return $node->safe_psql($_[1] // 'postgres', $_[0]) }

# state(DATABASE, STATE): waits until the worker of a database is in a state.
sub state
{
    my ($database, $state, $server) = @_;
    $server //= $node;
    return $server->poll_query_until('postgres',
        qq{SELECT coalesce((SELECT state FROM acctguard.worker_status() WHERE database = '$database'), 'none') = '$state'});
}

my $freezes = 0;

# freeze(FIRST, LAST): accounts, each frozen until a moment between one and five seconds from now; the kind's shortest
# time is a minute, so they are frozen in the past.
sub freeze
{
    my ($first, $last, $server) = @_;
    ($server // $node)->safe_psql('postgres', qq{
        SELECT acctguard.account_open(n) FROM generate_series($first, $last) n;
        SET acctguard.test_clock_offset = -59;
        SELECT acctguard.freeze_impose(n, 'feature_timeout', 'violation.spam', 'long enough text',
            ends_at => clock_timestamp() + interval '1500 milliseconds' + n % 300 * interval '10 milliseconds') FROM generate_series($first, $last) n});
    $freezes += $last - $first + 1;
}

# told(): accounts that were told once, too often, and not at all, of each of the two things the clock did to them.
my $told = q{
    WITH told AS (
        SELECT f.account_id, e.event, count(a.ord) AS times
        FROM acctguard.freeze_record f CROSS JOIN (VALUES (141), (145)) AS e (event)
        LEFT JOIN acctguard.ledger a ON a.account_id = f.account_id AND a.action = e.event
        GROUP BY 1, 2)
    SELECT count(*) FILTER (WHERE times = 1), count(*) FILTER (WHERE times > 1), count(*) FILTER (WHERE times = 0) FROM told};
sub all_told
{
    my ($what, $server) = @_;
    $server //= $node;
    my $all = 2 * $freezes;
    ok($server->poll_query_until('postgres', "SELECT t.a FROM ($told) AS t (o, m, a)", '0'), "$what: nothing is lost");
    is($server->safe_psql('postgres', $told), "$all|0|0", "$what: nothing is told twice");
}

#
# Finding databases.
#
sql('CREATE EXTENSION acctguard');
ok(state('postgres', 'no extension') || state('postgres', 'no current tables'), 'the launcher looks into databases');
is(sql(q{SELECT count(*) FROM acctguard.worker_status() WHERE database LIKE 'template%'}), '0', 'but not into templates');
sql('SELECT acctguard.install()');
ok(state('postgres', 'running'), 'install() brings the worker');
freeze(1, 20);
all_told('an ordinary day');
is(sql(q{SELECT DISTINCT person, application, outcome FROM acctguard.audit_read(action => 'freeze.expired')}), 'acctguard worker|acctguard worker|done',
    'the worker is named as the one who tells');
is(sql(q{SELECT state, error IS NULL, remaining FROM acctguard.progress WHERE task = 'lifecycle'}), 'idle|t|0', 'progress shows the tasks');
is(sql(q{SELECT done >= 20 FROM acctguard.progress WHERE task = 'freeze'}), 't', '... and what they have done');
is(sql(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type IN ('acctguard worker', 'acctguard launcher')}), '2', 'both processes are seen');
is(sql('SELECT * FROM acctguard.health()'), '', 'health() is content');

#
# Death at any moment, of the worker and of the server: what was told stays told, what was not is told later.
#
srand 1;
foreach my $round (1 .. 8)
{
    freeze($round * 1000, $round * 1000 + 59);
    usleep(1_000_000 + int rand 2_000_000);
    if ($round % 3 == 0)
    {
        $node->stop('immediate');
        $node->start;
    }
    else
    {
        my $pid = sql(q{SELECT pid FROM acctguard.worker_status() WHERE this_database});
        kill 9, $pid if $pid;
        ok($node->poll_query_until('postgres', 'SELECT 1', '1'), "round $round: the server is back");
    }
}
ok(state('postgres', 'running'), 'the worker is back');
all_told('after kill -9 and immediate stops');
# ... and of the worker alone, by a signal that stops it in the middle
foreach my $round (11 .. 14)
{
    freeze($round * 1000, $round * 1000 + 59);
    usleep(1_000_000 + int rand 2_000_000);
    sql(q{SELECT pg_cancel_backend(pid), pg_terminate_backend(pid) FROM acctguard.worker_status() WHERE pid IS NOT NULL});
    sql(q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'acctguard launcher'}) if $round == 12;
}
all_told('after being told to stop');
# ... and several at once do not tell twice
freeze(20000, 20199);
foreach my $i (1 .. 30)
{
    sql('SELECT acctguard.sweep(50)');
    usleep(100_000);
}
all_told('with sweep() beside it');

#
# Letting go of databases, which wait five seconds for others to leave.
#
sql('CREATE DATABASE two');
sql('CREATE EXTENSION acctguard; SELECT acctguard.install()', 'two');
ok(state('two', 'running'), 'a second database has a worker of its own');
sql('CREATE DATABASE three TEMPLATE two');
pass('a database with a worker can be copied');
ok(state('three', 'restored'), 'the worker of the copy rests until somebody has said what it is');
sql(q{SELECT count(*) FROM acctguard.post_restore('upgrade', 'a copy of a database that nobody has used')}, 'three');
ok(state('three', 'running'), '... and then works');
ok(state('two', 'running'), '... and the first one has it again');
sql('ALTER DATABASE three RENAME TO four');
ok(state('four', 'running'), 'a database with a worker can be renamed');
sql('DROP DATABASE four');
sql('DROP DATABASE two WITH (FORCE)');
ok(state('two', 'none'), 'databases with workers can be dropped');
is(sql(q{SELECT count(*) FROM acctguard.worker_status() WHERE pid IS NOT NULL}), '1', 'one worker is left');

#
# Settings, and the extension coming and going.
#
sub set
{
    my ($setting) = @_;
    $node->append_conf('postgresql.conf', $setting);
    $node->reload;
}
set('acctguard.worker = off');
ok(state('postgres', 'stopped'), 'the worker can be switched off');
freeze(30000, 30009);
set('acctguard.worker = on');
ok(state('postgres', 'running'), '... and on');
all_told('while it was off');
set(q{acctguard.databases = 'elsewhere, "Or There"'});
ok($node->poll_query_until('postgres', q{SELECT setting FROM pg_settings WHERE name = 'acctguard.databases'}, 'elsewhere, "Or There"'), 'databases can be named');
my ($status, $output, $refusal) = $node->psql('postgres', q{ALTER SYSTEM SET acctguard.databases = 'a,,b'});
like($refusal, qr/List syntax is invalid/, 'a list that is none is refused');
set(q{acctguard.databases = 'postgres'});
ok(state('postgres', 'running'), 'a database that is named has a worker');
sql('SET client_min_messages = warning; DROP EXTENSION acctguard CASCADE');
ok($node->poll_query_until('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'acctguard worker'}, '0'),
    'without the extension it leaves');
sql('CREATE EXTENSION acctguard; SELECT acctguard.protect_tables()');
$node->reload;
ok(state('postgres', 'running'), '... and with it it comes back; a reload makes that quick');

#
# One task that fails is logged, shown, tried again, and stops no other.
#
my $offset = -s $node->logfile;
sql('ALTER FUNCTION acctguard.audit_add_partitions(int) RENAME TO hidden');
sql(q{SELECT pg_terminate_backend(pid) FROM acctguard.worker_status() WHERE this_database});
ok($node->poll_query_until('postgres', q{SELECT state FROM acctguard.progress WHERE task = 'ledger'}, 'failed'), 'a task that fails is shown');
like(sql(q{SELECT error FROM acctguard.progress WHERE task = 'ledger'}), qr/audit_add_partitions.* does not exist/, '... with its error');
like(sql('SELECT finding FROM acctguard.health()'), qr/task fails: .*audit_add_partitions/, '... also by health()');
like(slurp_file($node->logfile, $offset), qr/ERROR: .*audit_add_partitions.*CONTEXT: .*ledger\.add_partitions/s, '... and logged');
is(sql(q{SELECT count(*) FROM acctguard.sweep() WHERE task = 'ledger' AND error LIKE '%audit_add_partitions%'}), '1', '... and told to whom sweeps by hand');
freeze(31000, 31009);
all_told('while another task failed');
sql('ALTER FUNCTION acctguard.hidden(int) RENAME TO audit_add_partitions');
ok($node->poll_query_until('postgres', q{SELECT state FROM acctguard.progress WHERE task = 'ledger'}, 'idle'), 'it is tried again, and recovers');

#
# A standby tells nothing, and everything once it is promoted.
#
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
set('acctguard.worker = off');
ok(state('postgres', 'stopped'), 'the primary tells nothing any more');
freeze(40000, 40019);
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
usleep(4_500_000);
is($standby->safe_psql('postgres', 'SELECT count(*) FROM acctguard.worker_status()'), '0', 'a standby has no worker');
is($standby->safe_psql('postgres', q{SELECT state, end_reason FROM acctguard.freeze_list(40000)}), 'ended|expired', '... and answers as ever');
my ($code, $out, $err) = $standby->psql('postgres', 'SELECT acctguard.sweep()');
like($err, qr/this server is a standby/, 'sweep() says so');
$node->stop;
$standby->promote;
ok(state('postgres', 'running', $standby), 'promoted, it gets one');
all_told('after the promotion', $standby);
$standby->stop;
unlike(slurp_file($_->logfile), qr/PANIC|TRAP|could not be told/, 'the log is clean') foreach $node, $standby;

done_testing();
