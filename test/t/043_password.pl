# Passwords in bounded memory: who gets no slot is not charged, nobody keeps one who is cancelled or terminated, a spent
# attempt stays spent; a standby, a server without the library, one without keys. H5, H6, H8, U49.

use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
my $key = $node->basedir . '/root.key';
command_ok(["$ENV{STAGED_BIN}/acctguard-keygen", '--out', $key], 'a root key');
# One slot, for which nobody waits long.
$node->append_conf('postgresql.conf', qq{
acctguard.root_key_file = '$key'
acctguard.pwhash_slots = 1
acctguard.pwhash_wait = 100ms
restart_after_crash = on
});
$node->start;

sub sql { return $node->safe_psql('postgres', $_[0]) }
# Runs of the greatest cost, so that whoever has the slot has it for a while: eight of 256 MB.
sql(q{
    SET client_min_messages = warning;
    CREATE EXTENSION acctguard;
    SELECT acctguard.install();
    SELECT acctguard.key_create();
    SELECT acctguard.account_open(n) FROM generate_series(1, 3) n;
    CREATE FUNCTION verify(accounts bigint[], password text, runs integer, rule text, subject text) RETURNS text LANGUAGE c AS 'acctguard', 'acctguard_test_password_verify';
    CREATE FUNCTION set_it(account_id bigint, password text, second_factor boolean, context text[]) RETURNS text LANGUAGE c STRICT AS 'acctguard', 'acctguard_test_password_set';
    SELECT set_it(1, 'a password of the first', false, '{}')});
my $right = q{SELECT verify('{1}', 'a password of the first', 1, 'login.unknown', '1')};
sub counted { return sql("SELECT coalesce(sum(attempts), 0) FROM acctguard.attempt_status('$_[0]')") }
sub cost
{
    my ($memory, $passes) = @_;
    sql("SELECT acctguard.policy_set('setting', 'password_memory', '$memory'), acctguard.policy_set('setting', 'password_passes', '$passes')");
}
is(sql($right), 'OK 1', 'it is verified');
sql(q{SELECT acctguard.attempt_clear('1', 'login.unknown', 'test')});

# occupy(SUBJECT): a session that hashes for long, with an attempt charged; its pid
sub occupy
{
    my $subject = shift;
    my $handle = IPC::Run::start(['psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', "SET application_name = '$subject'",
        '-c', "SELECT verify('{3}', 'x', 8, 'login.unknown', '$subject')"], '<', '/dev/null', '>', '/dev/null', '2>', '/dev/null');
    $node->poll_query_until('postgres', "SELECT count(*) = 1 FROM acctguard.attempt_status('$subject')") or die "it does not hash";
    return ($handle, sql("SELECT pid FROM pg_stat_activity WHERE application_name = '$subject'"));
}
cost(262144, 6);

my ($handle, $pid) = occupy('first');
is(sql($right), 'OVERLOAD', 'who gets no slot is told to come again');
is(counted('1'), 0, '... and nothing was charged');
sql("SELECT pg_cancel_backend($pid)");
$handle->finish;
cost(19456, 2);
is(sql($right), 'OK 1', 'a statement that was cancelled keeps no slot');
is(counted('first'), 1, '... and its attempt is spent');

cost(262144, 6);
($handle, $pid) = occupy('second');
sql("SELECT pg_terminate_backend($pid)");
$handle->finish;
cost(19456, 2);
is(sql($right), 'OK 1', 'nor does a backend that was terminated');
is(counted('second'), 1, '... whose attempt is spent');

cost(262144, 6);
($handle, $pid) = occupy('third');
my $offset = -s $node->logfile;
kill 'KILL', $pid;
$handle->finish;
$node->wait_for_log(qr/all server processes terminated; reinitializing/, $offset);
$node->poll_query_until('postgres', 'SELECT true');
cost(19456, 2);
is(sql($right), 'OK 1', 'nor one that was killed, with which the server begins anew');

# More memory than the server gives
cost(65536, 2);
$node->append_conf('postgresql.conf', 'acctguard.pwhash_memory = 64MB');
$node->reload;
$node->poll_query_until('postgres', q{SELECT current_setting('acctguard.pwhash_memory') = '64MB'});
is(sql($right), 'OK 1 rehashed', 'as much as there is');
cost(65537, 2);
my ($status, $out, $err) = $node->psql('postgres', $right);
like($err, qr/ERROR:  a password takes 65537 kB to hash, and there are 65536 kB.*HINT:  Raise acctguard.pwhash_memory/s, 'more than that is an error that says what to do');
cost(19456, 2);

# A standby
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
is($standby->safe_psql('postgres', $right), 'READ_ONLY', 'a standby verifies nothing');
$standby->stop;

# What is on disk
sql(q{SELECT set_it(2, 'needle in a haystack 4711', false, '{}'); CHECKPOINT});
$node->stop;
my @found = grep { slurp_file($_) =~ /needle in a haystack 4711|argon2id/ } grep { -f } glob($node->data_dir . '/base/*/*'), glob($node->data_dir . '/pg_wal/*');
is("@found", '', 'neither a password nor its hash is in a file of the server');

# Without keys
$node->append_conf('postgresql.conf', "acctguard.root_key_file = ''");
$node->start;
for my $account (1, 3)
{
    ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY sqlstate\nSELECT verify('{$account}', 'x', 1, 'login.unknown', 'keyless')");
    like($err, qr/ERROR:  UG001/, "without keys, no word about account $account");
}
is(counted('keyless'), 0, '... and nothing is charged');

# Without the library in shared_preload_libraries
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->restart;
($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$right");
like($err, qr/ERROR:  UG005: .*HINT:  Put shared_preload_libraries = 'acctguard' into postgresql.conf/s, 'not preloaded: nothing is verified, and the line to add is told');

done_testing();
