# Rotation of keys while four clients write and read appeals: nobody notices, nothing is lost; a rotation that is killed goes on. APL-02

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir();
chmod 0700, $dir;
my $root = "$dir/root.key";
system_or_bail("$ENV{STAGED_BIN}/acctguard-keygen", '--out', $root);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "acctguard.root_key_file = '$root'\nrestart_after_crash = on\n");
$node->start;
sub sql { return $node->safe_psql('postgres', $_[0]) }

my $accounts = 400;
sql(qq{
    CREATE EXTENSION acctguard;
    SELECT acctguard.install();
    SELECT count(*) FROM acctguard.key_create();
    SELECT acctguard.policy_set('setting', 'appeal_claims', '10000');
    CREATE ROLE app LOGIN IN ROLE acctguard_app;
    CREATE ROLE moderator LOGIN IN ROLE acctguard_moderator;
    CREATE ROLE reviewer LOGIN IN ROLE acctguard_reviewer;
    CREATE ROLE operator LOGIN IN ROLE acctguard_operator;
    SELECT count(acctguard.account_open(n)) FROM generate_series(1, $accounts) n;
    SET SESSION AUTHORIZATION moderator;
    SELECT count(acctguard.freeze_impose(n, 'feature_timeout', 'violation.spam', 'sent the same text to many')) FROM generate_series(1, $accounts) n});

# Each transaction appeals for an account of its client's own quarter, or adds to the appeal, and the reviewer reads it all.
my $load = "$dir/load.sql";
open my $file, '>', $load or die "$load: $!";
print $file q{\set id random(1, 100) * 4 - :client_id
SET SESSION AUTHORIZATION app;
SELECT coalesce(max((a ->> 'appeal')::integer), 0) AS no, count(*) < 1 AS first FROM jsonb_array_elements(acctguard.appeal_status(:id)) a \gset
\if :first
SELECT appeal_no AS no FROM acctguard.appeal_submit(:id, 1, 'it was not me who sent that, account ' || :id) \gset
\else
SELECT count(acctguard.appeal_supplement(:id, :no, 'and this as well, account ' || :id))
FROM jsonb_array_elements(acctguard.appeal_status(:id)) a WHERE random() < 0.1 AND a ->> 'next' LIKE '%supplement%';
\endif
SET SESSION AUTHORIZATION reviewer;
SELECT appeal_no AS no FROM acctguard.appeal_claim(:id, :no) \gset
SELECT count(*) FROM acctguard.appeal_open_statement(:id, :no) WHERE body LIKE '%account ' || :id;
SELECT acctguard.appeal_release(:id, :no);
};
close $file;

my $bench = IPC::Run::start([ 'pgbench', '-n', '-c', '4', '-T', '8', '-f', $load, $node->connstr('postgres') ],
    '>', \my $out, '2>', \my $err);
my $rounds = 0;
while ($rounds < 5)
{
    sleep 1;
    sql("SELECT acctguard.key_create('$_')") foreach 'subject_kek', 'contact', 'ledger_mac';
    my $left;
    do { $left = sql(q{SELECT remaining FROM acctguard.key_rewrap(batch => 50)}) } while ($left > 0);
    $rounds++;
}
$bench->finish;
unlike($err, qr/error|aborted/i, 'four clients that write and read appeals notice nothing of five rotations') or diag($err);
like($out, qr/number of failed transactions: 0 /, '... no transaction failed') or diag($out);

# readable(): how many cases open with their own account's words.
sub readable
{
    return sql(q{
        SET SESSION AUTHORIZATION reviewer;
        SELECT count(DISTINCT q.account_id) FROM acctguard.appeal_queue() q,
            LATERAL (SELECT FROM acctguard.appeal_open_statement(q.account_id, q.appeal_no) s
                     WHERE s.body = 'it was not me who sent that, account ' || q.account_id) opened});
}
sql(q{SET SESSION AUTHORIZATION reviewer; SELECT count(*) FROM acctguard.appeal_claim(100)}) foreach 1 .. 4;
my $written = sql(q{SELECT count(*) FROM acctguard.appeal});
cmp_ok($written, '>', 50, 'appeals were written');
is(readable(), $written, '... and every one of them opens');
my @old = split /\n/, sql(q{SELECT kid FROM acctguard.key_status() WHERE state = 'decrypt_only' AND purpose IN ('subject_kek', 'contact')});
is(scalar(@old), 2 * $rounds, 'old keys are left');
sql("SELECT acctguard.key_retire($_)") foreach @old;
is(readable(), $written, '... and not needed any more');

# Killed between two batches and in the middle of one.
sql(q{SELECT acctguard.key_create('subject_kek')});
my $rewrap = $node->background_psql('postgres');
my $pid = $rewrap->query_safe('SELECT pg_backend_pid()');
$rewrap->query_safe('SELECT * FROM acctguard.key_rewrap(batch => 20)');
$rewrap->query_safe('BEGIN');
$rewrap->query_safe('SELECT * FROM acctguard.key_rewrap(batch => 20)');
my $crash = -s $node->logfile;
kill 'KILL', $pid;
eval { $rewrap->{run}->finish };
$node->wait_for_log(qr/database system is ready to accept connections/, $crash);
is(sql('SELECT remaining FROM acctguard.key_rewrap(batch => 1)'), sql('SELECT count(*) - 21 FROM acctguard.subject_key'), 'killed in the second batch, the first is done');
my $left;
do { $left = sql('SELECT remaining FROM acctguard.key_rewrap(batch => 100)') } while ($left > 0);
sql("SELECT acctguard.key_retire($_)") foreach split /\n/, sql(q{SELECT kid FROM acctguard.key_status() WHERE state = 'decrypt_only' AND purpose = 'subject_kek'});
is(readable(), $written, '... the next call goes on, and every appeal opens');

$node->stop;
done_testing();
