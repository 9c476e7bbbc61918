# What users entrust to acctguard is found nowhere: not in files, WAL, logs, statistics, lists of activities, dumps, nor
# after a crash, with everything logged that can be logged. APL-02.

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Secrets;
use Test::More;
use Time::HiRes qw(usleep);

# Every secret is this word and a number; statements that take none do not have it.
my $word = 'geheimnis';
my $count = 0;
sub secret { return $word . ++$count }

my $dir = PostgreSQL::Test::Utils::tempdir();
chmod 0700, $dir;
run_log([ "$ENV{STAGED_BIN}/acctguard-keygen", '--out', "$dir/root.key" ]);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'acctguard, pg_stat_statements'
acctguard.root_key_file = '$dir/root.key'
acctguard.secret_functions = 'signup, sign_up_again'
log_statement = all
log_min_duration_statement = 0
log_parameter_max_length = -1
log_parameter_max_length_on_error = -1
log_min_error_statement = debug5
log_error_verbosity = verbose
log_lock_waits = on
debug_print_parse = on
debug_print_plan = on
pg_stat_statements.track = all
track_activity_query_size = 16384
restart_after_crash = on
wal_level = logical
});
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION acctguard;
    CREATE EXTENSION pg_stat_statements;
    SELECT acctguard.install();
    SELECT acctguard.key_create();
    SELECT acctguard.account_open(n) FROM generate_series(1, 20) n;
    SELECT acctguard.freeze_impose(n, 'feature_freeze', 'violation.spam', 'long enough text') FROM generate_series(1, 20) n;
    SELECT acctguard.account_status(n) FROM generate_series(1, 20) n;
    CREATE FUNCTION signup(address text) RETURNS integer LANGUAGE plpgsql AS $$
        BEGIN RETURN acctguard.contact_add(10, 'email', address); END $$;
    CREATE FUNCTION sign_up_again(address text) RETURNS integer LANGUAGE plpgsql AS $$
        DECLARE no integer; BEGIN EXECUTE format('SELECT acctguard.contact_add(10, %L, %L)', 'email', address) INTO no; RETURN no; END $$;
    CREATE FUNCTION hidden_signup(address text) RETURNS integer LANGUAGE plpgsql AS $$
        BEGIN RETURN acctguard.contact_add(10, 'email', address); END $$;
});

# run(STATEMENTS): one message of the simple protocol, whatever becomes of it.
sub run
{
    my ($statements) = @_;
    my ($out, $err);
    IPC::Run::run([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', $statements ], '>', \$out, '2>', \$err);
    return ($out, $err);
}
sub address { return secret() . '@example.org' }

# While it runs, and when it crashes.
my $connection = $node->connstr('postgres');
foreach my $statement (q{SELECT acctguard.contact_add(14, 'email', '} . address() . q{'), pg_sleep(600)},
    q{DO $$ BEGIN PERFORM acctguard.contact_add(15, 'email', '} . address() . q{'); PERFORM pg_sleep(600); END $$})
{
    my $running = IPC::Run::start([ 'psql', '-XAtq', '-d', $connection, '-c', $statement ], '>', \my $run_out, '2>', \my $run_err);
    ok($node->poll_query_until('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'}, '1'), 'it runs');
    is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%*****%'}), '1', 'it is seen with stars');
    my $pid = $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'});
    my $offset = -s $node->logfile;
    kill 9, $pid;
    $running->finish;
    ok($node->poll_query_until('postgres', 'SELECT 1', '1'), 'the server is back after a crash');
    like(slurp_file($node->logfile, $offset), qr/was terminated by signal 9/, 'it was a crash');
}

# Literals, in every kind of statement.
my ($out, $err) = run(q{SELECT acctguard.contact_add(1, 'email', '} . address() . q{')});
like($out, qr/^\d+$/, 'an address is accepted');
($out, $err) = run(q{SELECT * FROM acctguard.appeal_submit(1, 1, 'I did nothing of the kind, my } . secret() . q{ says so, and I can show it.', '} . address() . q{')});
like($out . $err, qr/submitted/, 'an appeal is accepted');
run(q{SELECT acctguard.appeal_supplement(1, 1, 'And there is more of it, namely } . secret() . q{, which I had forgotten.')});
run(q{SELECT acctguard.contact_add(2, 'email', '} . address() . q{'), 1 / 0});
run(q{SELECT acctguard.contact_add('} . secret() . q{', 'email', 'a@example.org')});
run(q{SELECT acctguard.contact_add(2, 'email', '} . secret() . q{ is no address')});
run(q{SELECT acctguard.contact_add(2, '} . secret() . q{', 'a@example.org')});
run(q{SELECT acctguard.contact_add(2, 'email', '} . address() . q{'});
{
    # A name that is misspelt is noticed when it is not found, which is after the statement was logged.
    local $ENV{PGOPTIONS} = '-c log_statement=none';
    run(q{SELECT acctguard.contact_ad(2, 'email', '} . address() . q{')});
}
run(q{SELECT acctguard.contact_add(2, 'email', "} . address() . q{")});
run(q{SELECT acctguard.contact_add(2, 'email', '} . address() . q{') FROM nowhere});
run(q{SELECT acctguard.contact_add(3, 'email', '} . address() . q{'); SELECT 1 / 0; SELECT acctguard.contact_add(3, 'email', '} . address() . q{')});
run(q{SELECT 1; SELECT acctguard.contact_add(3, 'email', '} . address() . q{'); SELECT 2});
run(q{DO $$ BEGIN PERFORM acctguard.contact_add(4, 'email', '} . address() . q{'); END $$});
run(q{DO $$ BEGIN PERFORM acctguard.contact_add(4, 'email', '} . address() . q{'); PERFORM 1 / 0; END $$});
run(q{DO $$ BEGIN EXECUTE 'SELECT acctguard.contact_add(4, ''email'', ''} . address() . q{'') FROM nowhere'; END $$});
run(q{COPY (SELECT acctguard.contact_add(5, 'email', '} . address() . q{')) TO STDOUT});
run(q{CREATE TABLE made AS SELECT acctguard.contact_add(5, 'email', '} . address() . q{')});
run(q{EXPLAIN (ANALYZE, VERBOSE) SELECT acctguard.contact_add(5, 'email', '} . address() . q{')});
run(q{BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT acctguard.contact_add(5, 'email', '} . address() . q{'); FETCH c; COMMIT});
run(q{SELECT acctguard.contact_add(6, 'sms', E'+49} . '30123456' . q{'), E'\\'} . secret() . q{', $x$} . secret() . q{$x$, U&'\\0041} . secret() . q{'});
run(q{PREPARE p AS SELECT acctguard.contact_add(7, 'email', '} . address() . q{'); EXECUTE p; EXECUTE p});
run(q{SELECT signup('} . address() . q{')});
run(q{SELECT sign_up_again('} . address() . q{')});
run(q{SELECT sign_up_again('} . secret() . q{ is no address')});
my $session = $node->background_psql('postgres', on_error_stop => 0);
$session->query(q{PREPARE p (text) AS SELECT acctguard.contact_add(8, 'email', $1)});
$session->query(q{EXECUTE p('} . address() . q{')});
$session->query(q{EXECUTE p('} . secret() . q{ is no address')});
$session->query(q{EXECUTE p('} . address() . q{', 1)});
$session->query(q{EXPLAIN (ANALYZE, VERBOSE) EXECUTE p('} . address() . q{')});
$session->query(q{DEALLOCATE p});
$session->query(q{EXECUTE p('} . address() . q{')});
$session->query(q{EXPLAIN EXECUTE p('} . address() . q{')});
$session->query(q{CREATE TABLE made AS EXECUTE p('} . address() . q{')});
$session->query(q{SELECT acctguard.U&"contact\\005fadd"(7, 'email', '} . address() . q{' FROM nowhere});
is($node->safe_psql('postgres', qq{SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%$word%' AND pid <> pg_backend_pid()}), '0', 'nothing is seen of a session at rest');
$session->quit;

# Bind parameters, and literals in the extended protocol.
sub bind_to
{
    my ($mode, $statement, $value) = @_;
    PostgreSQL::Test::Utils::append_to_file("$dir/script", '');
    unlink "$dir/script";
    PostgreSQL::Test::Utils::append_to_file("$dir/script", "$statement;\n");
    IPC::Run::run([ 'pgbench', '-n', '-t', '2', '-M', $mode, '-D', "value=$value", '-f', "$dir/script", $node->connstr('postgres') ],
        '>', \my $bench_out, '2>', \my $bench_err);
    return $bench_err;
}
foreach my $mode ('extended', 'prepared')
{
    unlike(bind_to($mode, q{SELECT acctguard.contact_add(11, 'email', :value)}, address()), qr/ERROR|abort/, "$mode: accepted");
    bind_to($mode, q{SELECT acctguard.contact_add(12, 'email', :value), 1 / 0}, address());
    bind_to($mode, q{SELECT acctguard.contact_add(:value, 'email', 'a@example.org')}, secret());
    bind_to($mode, q{SELECT acctguard.contact_add(12, 'email', :value)}, secret() . ' is no address');
    bind_to($mode, q{SELECT signup(:value)}, address());
    bind_to($mode, q{SELECT acctguard.contact_add(13, 'email', '} . address() . q{')}, 'none');
    bind_to($mode, q{SELECT acctguard.contact_add(13, 'email', '} . address() . q{'), 1 / 0}, 'none');
}

# What the application does without telling: once it is called, it is known.
my $offset = -s $node->logfile;
$node->safe_psql('postgres', q{SET log_statement = none; SET debug_print_parse = off; SET debug_print_plan = off; SELECT hidden_signup('} . address() . q{')});
like(slurp_file($node->logfile, $offset), qr/SELECT hidden_signup\('\*+'\)/, 'a function that calls one is known by its call');

# Nowhere.
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_statements WHERE query LIKE '%geheim' || 'nis%'"), '0', 'nothing in pg_stat_statements');
cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_statements WHERE query LIKE '%contact_add%'}), '>', 5, '... which has such statements');
$node->command_ok([ 'pg_dumpall', '-d', $node->connstr('postgres'), '-f', "$dir/dump.sql" ], 'a dump');
$node->safe_psql('postgres', 'CHECKPOINT');
$node->stop;
my ($bytes, $found) = Secrets::search("$word\[0-9]", Secrets::files($node->data_dir, $PostgreSQL::Test::Utils::log_path), "$dir/dump.sql");
is($found, '', 'no secret is found');
cmp_ok($bytes, '>', 50_000_000, '... in many megabytes');
cmp_ok($count, '>', 50, '... of so many');
like(slurp_file($node->logfile), qr/statement: SELECT acctguard\.contact_add\(1, '\*+', '\*+'\)/, '... although the log tells what was called');

# Not preloaded: from when the library is loaded, which the first call does.
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = ''
log_statement = none
log_min_error_statement = error
debug_print_parse = off
debug_print_plan = off
});
unlink $node->logfile;
$node->start;
run(q{SELECT acctguard.contact_add(16, 'email', '} . address() . q{')});
$node->psql('postgres', q{SELECT 1; SELECT acctguard.contact_add(16, 'email', '} . address() . q{')});
$node->safe_psql('postgres', q{SET log_statement = 'all'; SELECT acctguard.allowed(1, 'msg.send.direct')}
    . q{; SELECT acctguard.contact_add(16, 'email', '} . address() . q{') WHERE false});
is($node->safe_psql('postgres', q{SELECT count(*) FROM acctguard.config_findings() WHERE setting = 'shared_preload_libraries'}), '1', 'not preloaded is a finding');
$node->stop;
($bytes, $found) = Secrets::search("$word\[0-9]", $node->logfile);
is($found, '', 'not preloaded: no secret is in the log, where statements are not logged before they run');
like(slurp_file($node->logfile), qr/acctguard\.contact_add\(16, '\*+', '\*+'\)/, '... although the log tells what was called');

done_testing();
