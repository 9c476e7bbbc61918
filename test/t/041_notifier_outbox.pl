# acctguard-notifier and the real outbox: mails in two languages, what was cancelled, retries and giving up, and 2000 notices
# through notifiers that are killed all the time. NTF-01, NTF-02, NTF-03, NTF-04.

use strict;
use warnings;
use Encode qw(decode encode);
use IPC::Run;
use JSON::PP;
use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $program = "$ENV{STAGED_BIN}/acctguard-notifier";
my $dir = PostgreSQL::Test::Utils::tempdir_short();
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
system_or_bail("$ENV{STAGED_BIN}/acctguard-keygen", '--out', "$dir/root.key");
$node->append_conf('postgresql.conf', "acctguard.root_key_file = '$dir/root.key'\nacctguard.product_name = 'Example'\nlog_statement = none");
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION acctguard;
    SELECT acctguard.install();
    SELECT acctguard.key_create();
    CREATE ROLE deliverer LOGIN IN ROLE acctguard_notifier;
    CREATE ROLE moderator LOGIN IN ROLE acctguard_moderator;
    SELECT acctguard.policy_set('setting', 'notice_first_retry', '1');
    SELECT acctguard.policy_set('setting', 'notice_retry_cap', '1');
    SELECT acctguard.account_open(1, 'en', 'Europe/Berlin'), acctguard.account_open(2, 'zh-Hans-CN', 'Asia/Shanghai');
    SELECT acctguard.contact_add(1, 'email', 'ann@example.org'), acctguard.contact_add(2, 'email', 'li@example.cn');
});
sub sql { return $node->safe_psql('postgres', $_[0]) }
sub lines { my ($name) = @_; return -e $name ? split /\n/, slurp_file($name) : () }

# command(OPTION...), start(OPTION...), once(OPTION...)
sub command { return ($program, '-d', $node->connstr('postgres') . ' user=deliverer', @_) }
sub start
{
    my %run = (err => '');
    $run{harness} = IPC::Run::start([ command('--poll=0.2', @_) ], '<', \undef, '2>', \$run{err},
        IPC::Run::timer($PostgreSQL::Test::Utils::timeout_default));
    return \%run;
}
sub stop
{
    my ($run, $signal) = @_;
    $run->{harness}->signal($signal) if $signal;
    $run->{harness}->finish;
    my $status = $run->{harness}->full_result(0);
    return $status & 127 ? -($status & 127) : $status >> 8;
}
sub once { my $run = start('--once', @_); $run->{status} = stop($run); return $run }

#
# A freeze, told by mail in English and in Chinese, through a real transport.
#
sql('SELECT acctguard.notice_done(account_id, notice_no) FROM acctguard.notice_claim($$email$$)');
$node->safe_psql('postgres', q{SELECT acctguard.freeze_impose(n, 'feature_freeze', 'violation.spam', 'Sent 500 links.') FROM generate_series(1, 2) n},
    extra_params => [ '-U', 'moderator' ]);
is(sql('SELECT count(informed_at) FROM acctguard.freeze_record'), 0, 'nobody was informed yet');
SKIP:
{
    my ($esmtp) = grep { -x } "$ENV{TESTDIR}/bin/esmtp", '/usr/bin/esmtp';
    skip 'no esmtp or no Net::Server::Mail; tools/deps.sh gets them', 1 unless $esmtp && eval { require Net::Server::Mail::ESMTP };
    my $sink = IPC::Run::start([ $^X, "$ENV{TESTDIR}/test/t/smtp_sink", $dir ], '<', \undef);
    my $waited = 0;
    select(undef, undef, undef, 0.1) until -e "$dir/port" || $waited++ > 10 * $PostgreSQL::Test::Utils::timeout_default;
    append_to_file("$dir/esmtprc", 'hostname = 127.0.0.1:' . slurp_file("$dir/port") . "\n");
    chmod 0600, "$dir/esmtprc";
    my $run = once("--email=LD_LIBRARY_PATH='$ENV{TESTDIR}/bin' '$esmtp' -C '$dir/esmtprc' -t -i", '--format=mail', '--from=Example <no-reply@example.org>');
    is($run->{err}, '', 'the mails go out');
    my %mail;
    for my $file (glob "$dir/new/*")
    {
        my ($recipients, $head, $body) = slurp_file($file) =~ /^([^\n]*)\n(.*?)\n\n(.*)$/s;
        my ($subject) = $head =~ /^Subject: (.*?)\n(?=\S)/ms;
        $mail{$recipients} = encode('UTF-8', decode('MIME-Header', $subject)) . "\n" . decode_base64($body);
    }
    is_deeply([ sort keys %mail ], [ 'ann@example.org', 'li@example.cn' ], 'each to whom it concerns');
    like($mail{'ann@example.org'}, qr/^Example: your account is restricted\n.*Reason: Unsolicited mass messages\r\nFacts: Sent 500 links\.\r\n.*From: \S+ \S+ \(Europe\/Berlin\)/s,
        'in English, in her time zone');
    like($mail{'li@example.cn'}, qr/^Example：您的账号受到限制\n.*原因：大量发送垃圾信息\r\n.*\(Asia\/Shanghai\)/s, 'in Chinese, in his');
    is(sql('SELECT count(informed_at) FROM acctguard.freeze_record'), 2, 'delivered is informed');
    $sink->kill_kill;
}

#
# NTF-04: a contact that was removed between writing and claiming; retries, giving up.
#
sql(q{SELECT acctguard.account_open(3); SELECT acctguard.contact_add(3, 'sms', '+8613800138000');
      SELECT acctguard.account_open(4); SELECT acctguard.contact_add(4, 'sms', '+8613800138001')});
sql('SELECT acctguard.contact_remove(3, 1)');
once("--sms=cat >> $dir/removed");
my @got = map { decode_json($_) } lines("$dir/removed");
is_deeply([ map { $_->{address} } @got ], [ '+8613800138001' ], 'nothing is sent to an address that has left the account');
is(sql(q{SELECT DISTINCT state FROM acctguard.notice_list(3) WHERE channel = 'sms'}), 'cancelled', '... it was cancelled');
like($got[0]{body}, qr/^Example: /, 'an SMS says who writes');

sql(q{SELECT acctguard.account_open(5); SELECT acctguard.contact_add(5, 'sms', '+8613800138005'); SELECT acctguard.contact_add(5, 'push', 'token')});
my $run = once('--sms=exit 67', "--push=cat >> $dir/tried; exit 75");
is(sql(q{SELECT DISTINCT channel, state, tries, last_failure FROM acctguard.notice_list(5) WHERE channel <> 'in_app' ORDER BY 1}),
    "push|pending|1|the command ended with status 75\nsms|dead|1|the command ended with status 67", 'one is tried again, one is given up');
my $patient = start("--push=cat >> $dir/tried; echo provider-id");
ok($node->poll_query_until('postgres', q{SELECT bool_and(state = 'done') FROM acctguard.notice_list(5) WHERE channel = 'push'}), 'the second try delivers');
is(stop($patient, 'TERM'), 0, 'SIGTERM ends it');
@got = map { decode_json($_) } lines("$dir/tried");
is(join(' ', map { $_->{attempt} } @got), '1 2', 'attempts are counted');
is($got[0]{idempotency_key}, $got[1]{idempotency_key}, '... under the same key');
is(sql(q{SELECT receipt FROM acctguard.notice_list(5) WHERE channel = 'push' AND state = 'done'}), 'provider-id', 'the receipt is kept');

#
# Killed in the middle, all the time: nothing is lost, and no more is repeated than what was held.
#
my ($many, $workers, $batch, $jobs) = (2000, 4, 20, 4);
sql("SELECT count(acctguard.account_open(n)) FROM generate_series(1001, 1000 + $many) n");
sql("SELECT count(acctguard.contact_add(n, 'sms', '+86139' || 10000000 + n)) FROM generate_series(1001, 1000 + $many) n");
my $due = sql(q{SELECT count(*) FROM acctguard.notice WHERE channel = 'sms' AND state = 'pending' AND account_id > 1000});
is($due, $many, "$many notices wait");
my @options = ("--sms=cat >> $dir/sent", "--batch=$batch", "--jobs=$jobs", '--timeout=1', '--lease=4');
my @workers = map { start(@options) } 1 .. $workers;
my ($kills, $left, $rounds) = (0, $due, 0);
while ($left > 0 && $rounds++ < 10 * $PostgreSQL::Test::Utils::timeout_default)
{
    select(undef, undef, undef, 0.25);
    $left = sql(q{SELECT count(*) FROM acctguard.notice WHERE channel = 'sms' AND state = 'pending' AND account_id > 1000});
    next if $kills >= 8;
    my $victim = shift @workers;
    stop($victim, 'KILL');
    $kills++;
    push @workers, start(@options);
}
is($left, 0, "none is lost, with $kills notifiers killed");
is(stop($_, 'TERM'), 0, 'the last ones end by themselves') for @workers;
is(sql(q{SELECT string_agg(DISTINCT state, ' ') FROM acctguard.notice WHERE channel = 'sms' AND account_id > 1000}), 'done', 'all are delivered');
my (%keys, %accounts);
for (map { decode_json($_) } lines("$dir/sent"))
{
    $keys{ $_->{idempotency_key} }{ $_->{account_id} }++;
    $accounts{ $_->{account_id} }++;
}
my $sent = 0;
$sent += $_ for values %accounts;
is(scalar keys %accounts, $many, 'each was sent');
is(scalar keys %keys, $many, 'repeats have the same key');
is((grep { keys %$_ != 1 } values %keys) + 0, 0, '... and no two notices one key');
my $repeats = $sent - $many;
cmp_ok($repeats, '<=', $kills * ($batch + $jobs), "$repeats repeats, at most what was held");
cmp_ok(sql(q{SELECT max(tries) FROM acctguard.notice WHERE channel = 'sms' AND account_id > 1000}), '<=', 1 + $kills, 'nobody waited for a dead one twice');

done_testing();
