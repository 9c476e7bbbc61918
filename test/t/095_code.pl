# One-time codes where many try at once, after a crash, on a standby, and on a server that cannot count: A19, A21, A23, H8.

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir();
chmod 0700, $dir;
my $root = "$dir/root.key";
system_or_bail("$ENV{STAGED_BIN}/acctguard-keygen", '--out', $root);

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', "acctguard.root_key_file = '$root'\nmax_connections = 100\n");
$primary->start;
sub ask { my ($node, $sql) = @_; return $node->safe_psql('postgres', $sql); }
ask($primary, q{
    SET client_min_messages = warning;
    CREATE EXTENSION acctguard;
    SELECT acctguard.install();
    SELECT count(*) FROM acctguard.key_create();
    SELECT acctguard.account_open(n) FROM generate_series(1, 9) n});

# sent(ACCOUNT): a flow about a mailbox of its own, and the code that was sent to it.
sub sent
{
    my ($account) = @_;
    my $flow = ask($primary, qq{
        SELECT data ->> 'flow' FROM acctguard.contact_verify_begin($account,
            acctguard.contact_add($account, 'email', 'user$account\@example.org', verified => false))});
    is(ask($primary, "SELECT code FROM acctguard.code_send('$flow')"), 'CODE_SENT', "a code is sent to account $account");
    my $code = ask($primary, q{
        SELECT substring(body FROM '[0-9]{6}') FROM acctguard.notice_claim('email', 10) WHERE account_id = 0 AND acctguard.notice_done(account_id, notice_no)});
    return ($flow, $code);
}
sub wrong { return sprintf('%06d', ($_[0] + 1) % 1000000); }

# answers(FLOW, CODE): what sixty clients are answered that show it at the same moment.
sub answers
{
    my ($flow, $code) = @_;
    my $before = ask($primary, 'SELECT clock_timestamp()');
    open(my $script, '>', "$dir/verify.sql") or die;
    print $script "SELECT acctguard.code_verify('$flow', '$code');\n";
    close $script;
    command_ok(['pgbench', '-n', '-c', 60, '-j', 2, '-t', 1, '-f', "$dir/verify.sql", '-h', $primary->host, '-p', $primary->port, 'postgres'],
        'sixty clients');
    return ask($primary, "SELECT string_agg(code || ' ' || n, ', ' ORDER BY code) FROM (SELECT code, count(*) AS n FROM acctguard.flow_outcome
        WHERE at > '$before' GROUP BY code) o");
}

my ($flow, $code) = sent(1);
is(answers($flow, $code), 'CODE_OK 1, CODE_USED 59', 'sixty right ones: one is right');
($flow, $code) = sent(2);
is(answers($flow, wrong($code)), 'BAD_CODE 5, CODE_SPENT 55', 'sixty wrong ones: five are looked at');
is(ask($primary, "SELECT code FROM acctguard.code_verify('$flow', '$code')"), 'CODE_SPENT', '... and the right one is not');

# Guesses whose session is killed, or whose statement is cancelled after them, count.
($flow, $code) = sent(3);
my $first = ask($primary, 'SELECT clock_timestamp()');
my $guess = "acctguard.code_verify('$flow', '" . wrong($code) . "')";
for my $n (1 .. 5)
{
    my $by = $n % 2 ? 'pg_terminate_backend(pg_backend_pid())' : 'pg_cancel_backend(pg_backend_pid())';
    $primary->psql('postgres', "BEGIN; SELECT $guess; SELECT $by; COMMIT");
}
is(ask($primary, "SELECT code FROM acctguard.code_verify('$flow', '$code')"), 'CODE_SPENT', 'killed and cancelled guesses are guesses');
is(ask($primary, "SELECT tries FROM acctguard.one_time_code WHERE flow_id = '$flow'"), 0, '... of which nothing is written');

# A crash gives nothing back that is older than a second.  Only this code's guesses can be five after $first.
ok($primary->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM acctguard.attempt GROUP BY bucket HAVING sum(count) = 5 AND max(last_at) > '$first')"),
    'the worker has written them');
$primary->stop('immediate');
$primary->start;
is(ask($primary, "SELECT code FROM acctguard.code_verify('$flow', '$code')"), 'CODE_SPENT', 'also after a crash');

# The shipped notifier delivers a code like any notice.
ask($primary, 'CREATE ROLE deliverer LOGIN IN ROLE acctguard_notifier');
$flow = ask($primary, q{SELECT data ->> 'flow' FROM acctguard.contact_verify_begin(6, acctguard.contact_add(6, 'email', 'user6@example.org', verified => false))});
ask($primary, "SELECT FROM acctguard.code_send('$flow')");
command_ok(["$ENV{STAGED_BIN}/acctguard-notifier", '-d', $primary->connstr('postgres') . ' user=deliverer', '--once', "--email=cat > $dir/mail"],
    'acctguard-notifier runs');
my $mail = slurp_file("$dir/mail");
like($mail, qr/"account_id": ?"0".*user6\@example\.org/s, '... and hands the code to its command');
my ($delivered) = $mail =~ /"body": ?"(\d{6})/;
is(ask($primary, "SELECT state, code IS NULL FROM acctguard.code_message WHERE flow_id = '$flow'"), 'done|t', '... after which the outbox has it no more');
is(ask($primary, "SELECT code FROM acctguard.code_verify('$flow', '$delivered')"), 'CODE_OK', '... and it is the right one');

# A standby counts nothing, so it looks at nothing.
($flow, $code) = sent(4);
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);
for my $call ("code_send('$flow')", "code_verify('$flow', '$code')", "contact_verify_commit('$flow')", 'contact_verify_begin(1, 1)',
    q{rebind_begin('acs1_1.1.x', '+8613900950001')}, q{unbind_request('acs1_1.1.x', '+8613900950001')}, q{rebind_commit('acs1_1.1.x', 1)},
    q{rebind_settle('acs1_1.1.x', 1)}, q{unbind_object('aco1_1.1.x')}, q{unbind_cancel('acs1_1.1.x', 1)}, 'unbind_execute(1, 1)',
    q{rebind_decide(1, 1, 'agree', 'x')}, q{trusted_number_add('acs1_1.1.x', '+8613900950001')}, q{trusted_number_remove('acs1_1.1.x', 1)})
{
    is(ask($standby, "SELECT code, public_code, next FROM acctguard.$call"), 'READ_ONLY|MAINTENANCE|wait', "a standby: $call" =~ s/\(.*//r);
}
is(ask($primary, "SELECT code FROM acctguard.code_verify('$flow', '$code')"), 'CODE_OK', 'on the primary the code is good');
$standby->stop;

# No code in the log.
my $log = slurp_file($primary->logfile);
like($log, qr/code_verify\(/, 'calls are in the log');
unlike($log, qr/code_verify\('[0-9a-f-]+', '\d{6}'/, '... without codes');

# Not preloaded: no code is sent, and none is looked at.
($flow, $code) = sent(5);
$primary->append_conf('postgresql.conf', "shared_preload_libraries = ''\n");
$primary->restart;
for my $call ("code_send('$flow')", "code_verify('$flow', '$code')")
{
    my ($status, $out, $err) = $primary->psql('postgres', "\\set VERBOSITY sqlstate\nSELECT acctguard.$call");
    like($err, qr/ERROR:  UG005/, 'not preloaded: ' . ($call =~ /(\w+)/)[0]);
}
done_testing();
