# Counted attempts: what a crash gives back, what is given up for want of memory, who gets the last one, a standby,
# a server without the library. H1, H2, H8, U49.

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
# The smallest memory: 1024 buckets.
$node->append_conf('postgresql.conf', q{
restart_after_crash = on
acctguard.attempt_size = 64kB
acctguard.worker_interval = 1h
});
$node->start;

sub sql { return $node->safe_psql('postgres', $_[0]) }
sql(q{
    SET client_min_messages = warning;
    CREATE EXTENSION acctguard;
    SELECT acctguard.install();
    CREATE FUNCTION try_it(rules text[], subjects text[]) RETURNS float8 LANGUAGE c AS 'acctguard', 'acctguard_test_charge';
    SELECT acctguard.policy_set('limit_rule', 'test.hundred', '{"most": 100, "span": "1 day", "description": "test"}');
    SELECT acctguard.policy_set('limit_rule', 'test.one', '{"most": 1, "span": "1 day", "description": "test"}')});

# charge(RULE, SUBJECT, TIMES): how many were let through.
sub charge
{
    my ($rule, $subject, $times) = @_;
    return sql("SELECT count(*) FROM generate_series(1, $times) WHERE try_it('{$rule}', '{$subject}') = 0");
}
sub counted { return sql("SELECT coalesce(sum(attempts), 0) FROM acctguard.attempt_status('$_[0]')") }
# Until everything that is counted is in the table; the worker does it, however long its interval is.
sub copied
{
    return $node->poll_query_until('postgres', q{SELECT remaining = 0 FROM acctguard.progress WHERE task = 'attempt'});
}

is(charge('login.unknown', 'crash', 5), 5, 'five failures');
is(charge('login.unknown', 'crash', 1), 0, '... then one has to wait');
ok(copied(), 'the worker copies within its own time, not within worker_interval');
is(sql('SELECT count FROM acctguard.attempt'), 5, '... what was counted');

# A row lock that the caller holds keeps the worker from nothing.
sql('SELECT acctguard.account_open(1)');
is(sql(q{BEGIN; SELECT acctguard.freeze_impose(1, 'temp_restrict', 'security.odd_login', 'holds the lock of the account');
    SELECT try_it('{login.unknown}', '{1}'); SELECT pg_sleep(2); SELECT count(*) FROM acctguard.attempt; ROLLBACK}),
    "1\n0\n\n2", 'a transaction that holds the account sees its own attempt copied by somebody else');
is(counted('1'), 1, '... and ROLLBACK does not give it back');

# A crash
$node->stop('immediate');
$node->start;
is(counted('crash'), 5, 'after an immediate stop they are still counted');
is(charge('login.unknown', 'crash', 1), 0, '... and one still has to wait');
is(charge('login.unknown', 'crash2', 4), 4, 'others try');
ok(copied(), '... and that is copied');
my $pid = sql(q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'acctguard worker'});
my $offset = -s $node->logfile;
kill 'KILL', $pid;
$node->wait_for_log(qr/all server processes terminated; reinitializing/, $offset);
ok($node->poll_query_until('postgres', 'SELECT true'), 'the worker is killed, and the server begins anew');
is(counted('crash2'), 4, '... and knows what it knew');
is(charge('login.unknown', 'last', 3), 3, 'three more');
$node->stop('fast');
$node->start;
is(counted('last'), 3, 'an orderly stop loses nothing, not even of the last second');

# Memory is too small for 20000 subjects; what makes somebody wait is found all the same.
sql(q{SELECT try_it('{test.one}', ARRAY['blocked' || n]) FROM generate_series(1, 200) n});
sql(q{SELECT try_it('{test.hundred}', ARRAY['flood' || n]) FROM generate_series(1, 20000) n});
is(sql(q{SELECT count(*) FROM generate_series(1, 200) n WHERE try_it('{test.one}', ARRAY['blocked' || n]) = 0}), 0,
    'a flood of subjects lets nobody through who has to wait');
ok(copied(), 'what is left in memory is copied');
cmp_ok(sql('SELECT count(*) FROM acctguard.attempt'), '>', 200, '... and more than memory holds is found in the table');

# The same without anybody who copies
sql('ALTER SYSTEM SET acctguard.worker = off');
$node->restart;
sql(q{SELECT try_it('{test.one}', ARRAY['alone' || n]) FROM generate_series(1, 200) n});
sql(q{SELECT try_it('{test.hundred}', ARRAY['tide' || n]) FROM generate_series(1, 20000) n});
is(sql(q{SELECT count(*) FROM generate_series(1, 200) n WHERE try_it('{test.one}', ARRAY['alone' || n]) = 0}), 0,
    'without a worker, too: what makes somebody wait is given up last');
is(sql(q{BEGIN; SAVEPOINT s; SELECT count(*) FROM acctguard.sweep() WHERE task = 'attempt' AND done > 0; ROLLBACK TO s; COMMIT;
    SELECT remaining > 0 FROM acctguard.progress WHERE task = 'attempt'}), "1\nt", 'a copy that was rolled back was none');
sql('SELECT FROM acctguard.sweep(100000)');
is(sql(q{SELECT remaining FROM acctguard.progress WHERE task = 'attempt'}), 0, '... one that was committed was');

# Many at once: never more than the rule lets through.
my $script = "$PostgreSQL::Test::Utils::tmp_check/charge.sql";
append_to_file($script, q{SELECT try_it('{test.hundred,login.all}', '{race,""}');} . "\n");
$node->command_ok(['pgbench', '-n', '-c', '8', '-t', '50', '-f', $script, 'postgres'], 'eight sessions try four hundred times');
is(counted('race'), 100, '... and a hundred were let through');

# A standby counts nothing, and says so.
sql('SELECT FROM acctguard.sweep(100000)');
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
for my $call (q{try_it('{test.one}', '{x}')}, q{acctguard.attempt_status('x')}, q{acctguard.attempt_clear('x', 'test.one', 'why')})
{
    my ($status, $out, $err) = $standby->psql('postgres', "\\set VERBOSITY sqlstate\nSELECT $call");
    like($err, qr/ERROR:  UG004/, "a standby does not " . ($call =~ /(\w+)\(/)[0]);
}
$standby->promote;
is($standby->safe_psql('postgres', q{SELECT attempts FROM acctguard.attempt_status('race')}), 100, 'promoted, it knows what was copied');
$standby->stop;

# Without the library in shared_preload_libraries
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->restart;
my ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT try_it('{test.one}', '{x}')");
like($err, qr/ERROR:  UG005: attempts are counted in shared memory/, 'not preloaded: nothing is counted, so nothing is let through');
like($err, qr/HINT:  Put shared_preload_libraries = 'acctguard' into postgresql.conf/, '... and the line to add is told');

done_testing();
