# Registration is all or nothing: the whole server stops between any two of its steps, as if its power had failed (R9, R15, 3.1).

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $keygen = "$ENV{STAGED_BIN}/acctguard-keygen";
my $dir = PostgreSQL::Test::Utils::tempdir();
chmod 0700, $dir;
command_ok([ $keygen, '--out', "$dir/root.key" ], 'a root key');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "acctguard.root_key_file = '$dir/root.key'\nrestart_after_crash = off\nfsync = on");
$node->start;

sub ask { my ($sql) = @_; return $node->safe_psql('postgres', $sql); }

ask(q{
    CREATE EXTENSION acctguard;
    SELECT acctguard.install();
    SELECT acctguard.key_create();
    -- the worker asks nobody whether his number is still his: what it writes is none of registration's
    SELECT acctguard.policy_set('setting', 'reconfirm_after', '315360000', 'test');
    CREATE FUNCTION step(flow uuid, purpose text, event text, argument text) RETURNS acctguard.outcome
        LANGUAGE c AS 'acctguard', 'acctguard_test_flow_step';
    CREATE FUNCTION proved(number text) RETURNS uuid LANGUAGE plpgsql AS $$
    DECLARE
        flow uuid := ((acctguard.register_begin(number, 'b')).data ->> 'flow')::uuid;
    BEGIN
        PERFORM step(flow, 'register', 'prove', 'number_code');
        RETURN flow;
    END $$;
    SELECT acctguard.account_open(n) FROM generate_series(1, 3) n;
    -- a has not been there for long, but not so long that he would be asked for it; c trusts the number
    SELECT acctguard.number_import(1, '+8613734800001', proof_at => clock_timestamp() - interval '170 days');
    SELECT acctguard.number_import(2, '+8613734800001', kind => 'trusted');
    SELECT acctguard.contact_add(1, 'sms', '+8613734800001', verified => true);
    -- d is there, and somebody claims his number
    SELECT acctguard.number_import(3, '+8613734800003', proof_at => clock_timestamp() - interval '2 days');
});

# All that registration writes, in one line.
my $state = q{SELECT concat_ws('|',
    (SELECT string_agg(concat_ws(',', account_id, kind, coalesce(release_reason, 'active')), ' ' ORDER BY account_id, no) FROM acctguard.binding),
    (SELECT string_agg(account_id::text, ',' ORDER BY account_id) FROM acctguard.account),
    (SELECT sum(epoch) FROM acctguard.number), (SELECT count(*) FROM acctguard.number_event),
    (SELECT count(*) FROM acctguard.credential), (SELECT count(*) FROM acctguard.notice),
    (SELECT count(*) FROM acctguard.release_hold WHERE ended_at IS NULL), (SELECT count(*) FROM acctguard.release_hold),
    (SELECT count(*) FROM acctguard.account_contact WHERE removed_at IS NULL),
    (SELECT count(*) FROM acctguard.flow WHERE state = 'consumed'))};

# The server stops after a step of what the statement does; then it is as before.
sub stops
{
    my ($step, $sql, $what) = @_;
    my $before = ask($state);
    my ($out, $err) = ('', '');
    $node->psql('postgres', "SET acctguard.test_stop = $step; $sql", stdout => \$out, stderr => \$err);
    like($err, qr/terminating connection|server closed the connection|connection to server was lost/, "$what: the server is gone after step $step");
    $node->stop('immediate', fail_ok => 1);
    $node->start;
    is(ask($state), $before, "$what: ... and everything is as before");
    return;
}

my $flow = ask(q{SELECT proved('+8613734800001')});
is(ask("SELECT code FROM acctguard.register_answer('$flow', 'not_mine')"), 'REG_RELEASE_NOW', 'the number will change hands');
for my $step (1 .. 9)
{
    stops($step, "SELECT acctguard.register_commit('$flow', 'correct horse battery', 11)", 'registration');
}
is(ask("SELECT code FROM acctguard.register_commit('$flow', 'correct horse battery', 11)"), 'REG_DONE', 'the same flow comes to its end');
is(ask(q{SELECT string_agg(concat_ws(',', account_id, kind, coalesce(release_reason, 'active')), ' ' ORDER BY account_id, no) FROM acctguard.binding WHERE account_id <> 3}),
    '1,login,not_mine_claim 2,trusted,not_mine_claim 11,login,active', '... and the number has changed hands');

# A claim: begun, and carried out.
my $claim = ask(q{SELECT proved('+8613734800003')});
is(ask("SELECT code FROM acctguard.register_answer('$claim', 'not_mine')"), 'REG_HOLD', 'the owner is there');
stops($_, "SELECT acctguard.register_commit('$claim', 'correct horse battery', 13)", 'a claim') for 1, 2;
is(ask("SELECT code FROM acctguard.register_commit('$claim', 'correct horse battery', 13)"), 'REG_HOLD_BEGUN', 'it begins');
stops($_, q{SET acctguard.test_clock_offset = 345600; SELECT acctguard.sweep()}, 'a claim that is due') for 4 .. 9;
ask(q{SET acctguard.test_clock_offset = 345600; SELECT acctguard.sweep()});
is(ask(q{SELECT string_agg(concat_ws(',', account_id, coalesce(release_reason, 'active')), ' ' ORDER BY account_id) FROM acctguard.binding WHERE account_id IN (3, 13)}),
    '3,not_mine_claim 13,active', 'it is carried out in the end');
$node->stop;

done_testing();
