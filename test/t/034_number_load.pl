# A carrier's file while servers die: kill -9 and immediate stops in the middle; it goes on, nothing twice, nothing lost. PHN-13

use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use IPC::Run qw(start finish);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $dir = PostgreSQL::Test::Utils::tempdir();
chmod 0700, $dir;
system_or_bail("$ENV{STAGED_BIN}/acctguard-keygen", '--out', "$dir/root.key");

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "acctguard.root_key_file = '$dir/root.key'\nrestart_after_crash = on\n");
$node->start;
sub sql { return $node->safe_psql('postgres', $_[0]) }

my $accounts = 2000;
sql(qq{
    CREATE EXTENSION acctguard;
    SELECT acctguard.install();
    SELECT count(*) FROM acctguard.key_create();
    CREATE ROLE operator LOGIN IN ROLE acctguard_operator;
    CREATE FUNCTION sign(seed bytea, data bytea) RETURNS bytea LANGUAGE c AS 'acctguard', 'acctguard_test_sign';
    CREATE FUNCTION public_key(seed bytea) RETURNS bytea LANGUAGE c AS 'acctguard', 'acctguard_test_public_key';
    SELECT acctguard.number_provider_add('carrier', public_key(sha256('c')), '{carrier/file}', 'im.test', '2024-01-01');
    SELECT count(acctguard.account_open(n)), count(acctguard.number_import(n, '+86137' || 40000000 + n, bound_at => '2024-01-01', proof_at => '2024-02-01'))
    FROM generate_series(1, $accounts) n});

# Every number several times, in any order; every ninth line is of nobody's number, every eleventh is wrong.
my (@lines, %expected);
for my $line (1 .. 24000)
{
    my $number = 40000001 + $line * 7919 % $accounts;
    $number = 50000000 + $line if $line % 9 == 0;
    push @lines, "+86137$number," . ($line % 11 == 0 ? 'nonsense' : 'ported') . ',2024-03-01';
    $expected{$line % 11 == 0 ? 'refused' : $line % 9 == 0 ? 'unknown' : 'recorded'}++;
}
my $file = join('', map { "$_\n" } @lines);
append_to_file("$dir/lines", $file);
my $digest = sha256_hex($file);
my $load = sql(qq{
    SELECT (acctguard.number_load_open(d, sign(sha256('c'), convert_to('acctguard/number-event/v1', 'UTF8') || '\\x00' || 'carrier' || '\\x00' || d), 'carrier')).load
    FROM convert_to(jsonb_build_object('format', 'carrier/file', 'aud', 'im.test', 'jti', 'f', 'lines', ${\ scalar @lines}, 'sha256', '$digest',
        'iat', floor(extract(epoch FROM clock_timestamp()))::bigint, 'exp', floor(extract(epoch FROM clock_timestamp()))::bigint + 3600)::text, 'UTF8') d});
like($load, qr/^[0-9a-f-]{36}$/, 'the file is announced');

# Lines come in as a file does: numbered on the way, by COPY. A copy that is broken off leaves nothing.
my $copy = qq{\\copy acctguard.number_load_input (load, line, content) from program 'awk -v OFS="\\t" -v load=$load "{ print load, NR, \\\$0 }" $dir/lines'};
isnt($node->psql('postgres', "SET statement_timeout = '50ms';\n$copy", extra_params => ['-U', 'operator']), 0, 'a copy is cancelled');
is(sql('SELECT count(*) FROM acctguard.number_load_line'), '0', '... and nothing of it is there');
$node->safe_psql('postgres', $copy, extra_params => ['-U', 'operator']);
is(sql('SELECT count(*) FROM acctguard.number_load_line'), scalar @lines, 'the file is copied');

my @psql = ('psql', '-XqAt', '-h', $node->host, '-p', $node->port, '-U', 'operator', '-d', 'postgres', '-c', "CALL acctguard.number_event_load('$load', 50)");
my ($kills, $done) = (0, 0);
srand 1;
for my $round (1 .. 30)
{
    my ($out, $err) = ('', '');
    my $run = start(\@psql, '>', \$out, '2>', \$err);
    usleep(30_000 + int rand 250_000);
    my $pid = sql(q{SELECT pid FROM pg_stat_activity WHERE usename = 'operator' AND state = 'active'});
    if ($pid && $round <= 10 && $round % 5 == 0) { $node->stop('immediate'); $node->start; $kills++ }
    elsif ($pid && $round <= 10 && $round % 3 == 0) { sql("SELECT pg_terminate_backend($pid)"); $kills++ }
    elsif ($pid && $round <= 9) { kill 9, $pid; $kills++ }
    finish($run);
    $node->poll_query_until('postgres', 'SELECT 1', '1') or BAIL_OUT('the server is not back');
    my $now = sql("SELECT done FROM acctguard.number_loads('$load')");
    cmp_ok($now, '>=', $done, "round $round: what was done stays done");
    $done = $now;
    last if $done == @lines;
}
cmp_ok($kills, '>=', 3, "it was broken off in the middle, $kills times");
is(sql("SELECT state, recorded, unknown, refused FROM acctguard.number_loads('$load')"), "finished|$expected{recorded}|$expected{unknown}|$expected{refused}", 'every line was counted once');
is(sql(q{SELECT count(*), count(DISTINCT jti), count(DISTINCT (number_id, no)) FROM acctguard.number_event}), join('|', ($expected{recorded}) x 3), 'nothing is recorded twice');
is(sql(qq{
    SELECT count(*) FROM generate_series(1, ${\ scalar @lines}) line
    WHERE (EXISTS (SELECT FROM acctguard.number_event WHERE provider = 'carrier' AND jti = 'f#' || line))::int
        + (EXISTS (SELECT FROM acctguard.number_load_refusal r WHERE r.line = line.line))::int <> (line.line % 9 <> 0 OR line.line % 11 = 0)::int}), '0', 'each line is where it belongs');
is(sql(q{SELECT count(*) FROM acctguard.number n JOIN (SELECT number_id, max(no) AS no, count(*) AS count FROM acctguard.number_event GROUP BY 1) e USING (number_id) WHERE n.event_count <> e.no OR e.no <> e.count}),
    '0', 'numbers of events have no gap');
is(sql(q{SELECT count(*) = (SELECT sum(recorded) FROM acctguard.number_loads()) FROM acctguard.audit_read(action => 'number.evidence', max_rows => 100000)}), 't', 'each has its event in the ledger');
is(sql('SELECT count(*) FROM acctguard.number_load_line'), '0', 'no plain number is left in the tables');
is($node->psql('postgres', "CALL acctguard.number_event_load('$load')", extra_params => ['-U', 'operator']), 0, 'one run more does nothing');

# Two at once: one goes on, the other is told; the lines of both are recorded once.
my $second = sql(qq{
    SELECT (acctguard.number_load_open(d, sign(sha256('c'), convert_to('acctguard/number-event/v1', 'UTF8') || '\\x00' || 'carrier' || '\\x00' || d), 'carrier')).load
    FROM convert_to(jsonb_build_object('format', 'carrier/file', 'aud', 'im.test', 'jti', 'g', 'lines', ${\ scalar @lines}, 'sha256', '$digest',
        'iat', floor(extract(epoch FROM clock_timestamp()))::bigint, 'exp', floor(extract(epoch FROM clock_timestamp()))::bigint + 3600)::text, 'UTF8') d});
$node->safe_psql('postgres', $copy =~ s/\Q$load\E/$second/gr, extra_params => ['-U', 'operator']);
$psql[-1] = "CALL acctguard.number_event_load('$second', 50)";
my ($out, $errors) = ('', '');
my @runs = map { start(\@psql, '>>', \$out, '2>>', \$errors) } 1 .. 3;
finish($_) foreach @runs;
unlike($errors =~ s/.*another run goes on with load.*//gr, qr/ERROR/, 'a second run of the same load is told that another goes on, or finds it finished');
is(sql("SELECT state, recorded, unknown, refused FROM acctguard.number_loads('$second')"), "finished|$expected{recorded}|$expected{unknown}|$expected{refused}", 'two runs record each line once');

$node->stop;
done_testing();
