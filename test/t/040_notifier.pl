# acctguard-notifier against a server that hands out anything: what commands get, what their statuses mean, mails through
# a real transport, signals, lost connections. NTF-01, NTF-02, NTF-03.
#
# The functions it calls are played by a table here, so that addresses and texts can be ones that the extension itself
# would never let through. 041_notifier_outbox has the real ones.

use strict;
use warnings;
use utf8;
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
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\nlog_statement = none");
$node->start;
$node->safe_psql('postgres', q{
    CREATE SCHEMA acctguard;
    CREATE TABLE acctguard.notice (
        account_id bigint DEFAULT 1, notice_no int GENERATED ALWAYS AS IDENTITY, idempotency_key uuid DEFAULT gen_random_uuid(),
        event text DEFAULT 'freeze.imposed', channel text, address text, locale text DEFAULT 'en', subject text DEFAULT 's',
        body text DEFAULT 'b', attempt int DEFAULT 0, state text DEFAULT 'pending', lease_until timestamptz, result text);
    CREATE FUNCTION acctguard.notice_claim(channel text, n int, lease interval,
        OUT account_id bigint, OUT notice_no bigint, OUT idempotency_key uuid, OUT event text, OUT address text, OUT locale text,
        OUT subject text, OUT body text, OUT attempt int) RETURNS SETOF record LANGUAGE sql AS $$
        UPDATE acctguard.notice t SET attempt = t.attempt + 1, lease_until = clock_timestamp() + $3
        FROM (SELECT i.notice_no FROM acctguard.notice i
              WHERE i.channel = $1 AND i.state = 'pending' AND coalesce(i.lease_until, '-infinity') < clock_timestamp()
              ORDER BY 1 LIMIT $2 FOR UPDATE SKIP LOCKED) c
        WHERE t.notice_no = c.notice_no
        RETURNING t.account_id, t.notice_no, t.idempotency_key, t.event, t.address, t.locale, t.subject, t.body, t.attempt $$;
    CREATE FUNCTION acctguard.notice_done(bigint[], bigint[], text[]) RETURNS int LANGUAGE sql AS $$
        WITH done AS (UPDATE acctguard.notice SET state = 'done', result = r FROM unnest($1, $2, $3) u (a, n, r)
                      WHERE account_id = a AND notice_no = n AND state = 'pending' RETURNING 1)
        SELECT count(*)::int FROM done $$;
    CREATE ROLE deliverer LOGIN;
    GRANT USAGE ON SCHEMA acctguard TO deliverer;
    GRANT ALL ON acctguard.notice TO deliverer;
    CREATE FUNCTION acctguard.notice_failed(bigint, bigint, text, boolean) RETURNS text LANGUAGE sql AS $$
        UPDATE acctguard.notice SET state = CASE WHEN $4 THEN 'dead' ELSE 'retry' END, result = $3
        WHERE account_id = $1 AND notice_no = $2 RETURNING state $$;
});

sub sql { return $node->safe_psql('postgres', $_[0]) }

# notice(COLUMN => VALUE...): writes one and returns its number.
sub notice
{
    my %column = @_;
    my $names = join ',', sort keys %column;
    my $values = join ',', map { my $v = $column{$_}; $v =~ s/\\/\\\\/g; $v =~ s/'/''/g; "E'$v'" } sort keys %column;
    return sql(encode('UTF-8', "INSERT INTO acctguard.notice ($names) VALUES ($values) RETURNING notice_no"));
}

# start(OPTION...): a notifier in the background; its standard error is in $$handle{err}.
sub start
{
    my %run = (out => '', err => '');
    delete local $ENV{PGAPPNAME};
    $run{harness} = IPC::Run::start([ $program, '-d', $node->connstr('postgres'), '--poll=0.2', @_ ],
        '<', \undef, '>', \$run{out}, '2>', \$run{err}, IPC::Run::timer($PostgreSQL::Test::Utils::timeout_default));
    return \%run;
}

# stop(NOTIFIER, SIGNAL): its exit status, or minus the signal that ended it.
sub stop
{
    my ($run, $signal) = @_;
    $run->{harness}->signal($signal) if $signal;
    $run->{harness}->finish;
    my $status = $run->{harness}->full_result(0);
    return $status & 127 ? -($status & 127) : $status >> 8;
}

# once(OPTION...): until nothing is due.
sub once
{
    my $run = start('--once', @_);
    $run->{status} = stop($run);
    return $run;
}

sub lines { my ($name) = @_; return -e $name ? split /\n/, slurp_file($name) : () }
sub await { my ($what, $condition) = @_; ok($node->poll_query_until('postgres', "SELECT $condition FROM acctguard.notice"), $what) }
sub row { return sql("SELECT state, result FROM acctguard.notice WHERE notice_no = $_[0]") }

#
# The command line.
#
like((run_command([ $program, '--help' ]))[0], qr/--email=COMMAND.*--once/s, '--help');
like((run_command([ $program, '-?' ]))[0], qr/--email=COMMAND/, '-?');
like((run_command([ $program, '--version' ]))[0], qr/^acctguard-notifier \(acctguard\) [0-9.]+$/, '--version');
for my $mistake ([ '', qr/one of --email/ ], [ '--email', qr/--email needs a value/ ], [ '--email=', qr/needs a command/ ],
    [ '--sms=x --batch=0', qr/from 1 to 1000/ ], [ '--sms=x --jobs=2x', qr/from 1 to 256/ ], [ '--sms=x extra', qr/one argument too many/ ],
    [ '--sms=x --poll=nan', qr/seconds/ ], [ '--sms=x --lease=5 --timeout=4', qr/at least 3 seconds more/ ],
    [ '--sms=x --format=mail', qr/is for --email/ ], [ '--email=x --format=html', qr/json or mail/ ],
    [ '--email=x --format=mail', qr/needs --from/ ], [ '--email=x --format=mail --from=nobody', qr/cannot be used/ ],
    [ '--sms=x --frobnicate', qr/no option --frobnicate/ ])
{
    my ($out, $err) = ('', '');
    IPC::Run::run([ $program, split ' ', $mistake->[0] ], '<', \undef, '>', \$out, '2>', \$err);
    is($? >> 8, 2, "refused: $mistake->[0]");
    like($err, $mistake->[1], '... and says why');
}
for my $from ("a\@example.org\nBcc: b\@example.org", 'a@example.org, b@example.org', 'Name <a@example.org> more', "\xff <a\@example.org>")
{
    IPC::Run::run([ $program, '--email=x', '--format=mail', "--from=$from" ], '2>', \my $err);
    is($? >> 8, 2, 'a --from that would be more than one mailbox is refused');
}

#
# What a command gets, and its receipt.
#
my $text = "He said \"no\" \\ 'x'\nnext\tline \x01\x7f 冻结 😀 \$(touch $dir/pwned) `touch $dir/pwned`";
my $no = notice(account_id => '9007199254740993', channel => 'sms', address => '+8613800000000', locale => 'zh-CN', subject => $text, body => $text);
my $run = once("--sms=cat > $dir/json; printf 'id 7\\r\\nsecond line\\n'; echo hidden >&2");
is($run->{status}, 0, '--once ends with 0');
is(row($no), 'done|id 7', 'the first line is the receipt');
my $json = slurp_file("$dir/json");
is(() = $json =~ /\n/g, 1, 'one line');
my $got = decode_json($json);
is_deeply($got, { account_id => '9007199254740993', notice_no => $no, event => 'freeze.imposed', channel => 'sms',
    address => '+8613800000000', locale => 'zh-CN', subject => $text, body => $text, attempt => 1,
    idempotency_key => sql("SELECT idempotency_key FROM acctguard.notice WHERE notice_no = $no") }, 'the whole notice, exactly');
ok(!-e "$dir/pwned", 'nothing of it is run by the shell');

notice(channel => 'sms', address => '+1', body => 'x' x 300000);
$run = once("--sms=wc -c; yes | head -c 300000");
like(sql('SELECT result FROM acctguard.notice WHERE length(body) = 300000'), qr/^30[0-9]{4}$/, 'large in, large out: nobody waits for the other');
$no = notice(channel => 'sms', address => '+1');
once("--sms=printf '%0300d' 0 && printf '\\377'");
is(row($no), 'done|' . '0' x 200, 'a long receipt is cut');
$no = notice(channel => 'sms', address => '+1');
once("--sms=printf '{\"a\\\\b\",é}\\377'");
is(decode('UTF-8', row($no)), 'done|{"a\\b",é}', 'a receipt is text, whatever is in it');
$no = notice(channel => 'sms', address => '+1');
once('--sms=exec <&-; exec >&-; sleep 0.1');
is(row($no), 'done|', 'a command that reads and says nothing');

#
# What a status means; no log line and no reason tells an address or a text.
#
my @meaning = ([ 'exit 65', 'dead|the command ended with status 65' ], [ 'exit 67', 'dead|the command ended with status 67' ],
    [ 'exit 68', 'dead|the command ended with status 68' ], [ 'exit 75', 'retry|the command ended with status 75' ],
    [ 'exit 1', 'retry|the command ended with status 1' ], [ 'cat; exit 70', 'retry|the command ended with status 70' ],
    [ '/nowhere/at/all 2> /dev/null', 'retry|the command ended with status 127' ], [ 'kill -9 $$', 'retry|the command was ended by signal 9' ],
    [ 'sleep 1000', 'retry|the command took too long' ], [ "trap '' TERM; while :; do sleep 1; done", 'retry|the command took too long' ]);
for my $case (@meaning)
{
    $no = notice(channel => 'push', address => 'secret-token', subject => 'secret-subject', body => 'secret-body');
    $run = once("--push=$case->[0]", '--timeout=0.3', '--lease=4');
    is(row($no), $case->[1], "what it means: $case->[0]");
    is($run->{status}, 0, '... and --once has done its work');
    unlike($run->{err}, qr/secret/, '... and nothing secret is logged');
    like($run->{err}, qr/^acctguard-notifier: push notice $no of account 1, attempt 1: the command .*\n$/, '... but one plain line is');
}

#
# Mails, through a real transport.
#
SKIP:
{
    my $tools = "$ENV{TESTDIR}/bin";
    my ($esmtp) = grep { -x } "$tools/esmtp", '/usr/bin/esmtp';
    skip 'no esmtp or no Net::Server::Mail; tools/deps.sh gets them', 1 unless $esmtp && eval { require Net::Server::Mail::ESMTP };
    my $sink = IPC::Run::start([ $^X, "$ENV{TESTDIR}/test/t/smtp_sink", $dir ], '<', \undef);
    my $waited = 0;
    select(undef, undef, undef, 0.1) until -e "$dir/port" || $waited++ > 10 * $PostgreSQL::Test::Utils::timeout_default;
    append_to_file("$dir/esmtprc", 'hostname = 127.0.0.1:' . slurp_file("$dir/port") . "\n");
    # The transport tells a refusal for good from one for now in words only.
    append_to_file("$dir/sendmail", <<"SH");
#!/bin/sh
LD_LIBRARY_PATH="$tools\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}" "$esmtp" -C $dir/esmtprc -t -i > $dir/said.\$\$ 2>&1 && exit
! grep -q ': 5[0-9][0-9] ' $dir/said.\$\$ || exit 67
exit 75
SH
    chmod 0700, "$dir/sendmail", "$dir/esmtprc";
    my @mail = ("--email=$dir/sendmail", '--format=mail', '--from=账号安全 <no-reply@example.org>');

    my $long = '您的账号已被冻结：' . '请在期限内提交身份证明和聊天截图。' x 8;
    my %sent = (
        en => { address => 'ann@example.org', locale => 'en', subject => 'Your account is frozen', body => "Dear user,\n.\nFrom now on\nuntil tomorrow.\n" },
        zh => { address => 'li+im@mail.example.cn', locale => 'zh-CN', subject => $long, body => "$long\n\n$long" },
        crlf => { address => 'eve@example.org', subject => "Hi\r\nBcc: victim\@example.org\r\n\r\nnew body", body => "x\r\nBcc: victim\@example.org\n" },
        word => { address => 'dan@example.org', subject => '=?UTF-8?B?aGVsbG8=?=', locale => "en\r\nBcc: victim\@example.org", body => "\x01é" });
    $sent{$_}{no} = notice(channel => 'email', %{ $sent{$_} }) for sort keys %sent;
    $run = once(@mail);
    is($run->{err}, '', 'mails go out without a word');
    is(sql("SELECT count(*) FROM acctguard.notice WHERE channel = 'email' AND state <> 'done'"), 0, 'all of them');
    my %mail;
    for my $file (glob "$dir/new/*")
    {
        my ($recipients, $head, $body) = slurp_file($file) =~ /^([^\n]*)\n(.*?)\n\n(.*)$/s;
        $mail{$recipients} = { head => $head, body => decode('UTF-8', decode_base64($body)), raw => $body };
    }
    is_deeply([ sort keys %mail ], [ sort map { $_->{address} } values %sent ], 'each to its one recipient, and to nobody else');
    for my $name (sort keys %sent)
    {
        my ($want, $have) = ($sent{$name}, $mail{ $sent{$name}{address} });
        (my $subject = $want->{subject}) =~ s/[\r\n]/ /g;
        (my $body = $want->{body}) =~ s/\r?\n/\r\n/g;
        $body =~ s/\x01/ /;
        (my $unfolded = $have->{head}) =~ s/\n[ \t]/ /g;
        my %header = map { /^([^:]+): ?(.*)$/ ? ($1 => $2) : ('bad line' => $_) } split /\n/, $unfolded;
        is(decode('MIME-Header', $header{Subject}), $subject, "$name: the subject can be read");
        is($have->{body}, "$body\r\n", "$name: so can the text");
        is(decode('MIME-Header', $header{From}), '账号安全 <no-reply@example.org>', "$name: who wrote it");
        is($header{'Message-ID'}, '<' . sql("SELECT idempotency_key FROM acctguard.notice WHERE notice_no = $want->{no}") . '@example.org>',
            "$name: Message-ID is the idempotency key");
        is($header{'Auto-Submitted'}, 'auto-generated', "$name: Auto-Submitted");
        like($header{Date}, qr/^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} \+0000$/, "$name: Date");
        is_deeply([ grep { !/^(From|To|Subject|Date|Message-ID|MIME-Version|Content-(Type|Transfer-Encoding|Language)|Auto-Submitted)$/ } keys %header ], [],
            "$name: no header but ours");
        is((grep { length > 78 || /[^\x20-\x7e]/ } split /\n/, "$have->{head}\n$have->{raw}") + 0, 0, "$name: short lines of ASCII");
    }
    is($mail{'li+im@mail.example.cn'}{head} =~ /^Content-Language: (.*)$/m && $1, 'zh-CN', 'its language');

    for my $address ('a@example.org, victim@example.org', "a\@example.org\nBcc: victim\@example.org", 'victim@example.org (x)', '<victim@example.org>',
        '"a b"@example.org', 'a@b@example.org', '@example.org', 'a@', 'a..b@example.org', '.a@example.org', 'a@example.org.', 'root', '李@example.org')
    {
        $no = notice(channel => 'email', address => $address);
        $run = once(@mail);
        (my $shown = $address) =~ s/[^ -~]/?/g;
        is(row($no), 'dead|the address cannot be written into a mail', "never sent: $shown");
        unlike($run->{err}, qr/victim|example/, '... and not named');
    }
    $no = notice(channel => 'email', address => 'nobody@example.org');
    my $later = notice(channel => 'email', address => 'busy@example.org');
    once(@mail);
    like(row($no), qr/^dead/, 'the server knows no such recipient');
    like(row($later), qr/^retry/, 'the server is busy');
    is((grep { slurp_file($_) =~ /victim/ && slurp_file($_) =~ /^[^\n]*victim/ } glob "$dir/new/*") + 0, 0, 'no mail had a recipient that was smuggled in');
    $sink->kill_kill;
}

#
# Several at once, but not more than that.
#
sql(q{INSERT INTO acctguard.notice (channel, address) SELECT 'sms', '+1' FROM generate_series(1, 24)});
once("--sms=echo + >> $dir/jobs; sleep 0.1; echo - >> $dir/jobs", '--jobs=3');
my ($now, $most) = (0, 0);
for (lines("$dir/jobs")) { $now += $_ eq '+' ? 1 : -1; $most = $now if $now > $most }
is($most, 3, 'three at once, never more');

#
# Waking, a lost connection, SIGTERM.
#
sql('DELETE FROM acctguard.notice');
my $daemon = start('-d', $node->connstr('postgres') . ' user=deliverer', '--poll=3600', "--sms=cat >> $dir/got; sleep 0.3", "--push=cat >> $dir/got");
ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'acctguard-notifier' AND query NOT LIKE 'LISTEN%' AND state = 'idle'}),
    'it is called acctguard-notifier and listens');
notice(channel => 'sms', address => '+1');
sql('NOTIFY acctguard_notice, $$sms$$');
await('a notification wakes it', q{bool_and(state = 'done')});
notice(channel => 'push', address => 't');
notice(channel => 'sms', address => '+1');
sql('NOTIFY acctguard_notice');
await('without a channel it wakes all', q{count(*) = 3 AND bool_and(state = 'done')});
notice(channel => 'sms', address => '+1') for 1 .. 3;
sql('NOTIFY acctguard_notice, $$sms$$');
await('commands run', 'count(lease_until) = 6');
sql(q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'acctguard-notifier'});
await('what ended without a connection is reported on the next', q{bool_and(state = 'done')});
is(sql('SELECT max(attempt) FROM acctguard.notice'), 1, '... and was not sent again');
sql('ALTER ROLE deliverer NOLOGIN');
$node->restart;
notice(channel => 'sms', address => '+1');
sql('ALTER ROLE deliverer LOGIN');
await('it comes back after a restart, and looks for what it was not woken for', q{bool_and(state = 'done')});

notice(channel => 'sms', address => '+1') for 1 .. 9;
sql('NOTIFY acctguard_notice, $$sms$$');
await('nine are held', q{count(*) FILTER (WHERE state = 'pending' AND lease_until IS NOT NULL) > 4});
my $held = sql('SELECT count(lease_until) FROM acctguard.notice');
notice(channel => 'sms', address => '+1');
is(stop($daemon, 'TERM'), 0, 'SIGTERM: it ends with 0');
is(sql(q{SELECT count(*) FROM acctguard.notice WHERE state = 'done'}), $held, '... when all it held is delivered and reported');
is(sql(q{SELECT count(*) FROM acctguard.notice WHERE state = 'pending' AND lease_until IS NULL}), 1, '... and takes no more');
like($daemon->{err}, qr/the connection was lost|no connection|SQLSTATE 57P01/, 'the lost connection was told');

#
# A lease that is lost; a server that refuses; none at all.
#
sql('DELETE FROM acctguard.notice');
notice(channel => 'sms', address => '+1');
$run = once("--sms=psql -Xqd '" . $node->connstr('postgres') . "' -c \"UPDATE acctguard.notice SET state = 'cancelled'\"");
like($run->{err}, qr/1 of 1 delivered notices were no longer ours/, 'a notice that was lost meanwhile is told');
notice(channel => 'sms', address => '+1') for 1 .. 6;
$run = once('--sms=sleep 0.3', '--jobs=1', '--timeout=0.5', '--lease=3.5');
is($run->{status}, 0, 'short leases');
sql('DELETE FROM acctguard.notice');
notice(channel => 'sms', address => "+$_") for 1 .. 3;
sql(q{ALTER FUNCTION acctguard.notice_done(bigint[], bigint[], text[]) RENAME TO done_well;
    CREATE FUNCTION acctguard.notice_done(a bigint[], n bigint[], r text[]) RETURNS int LANGUAGE plpgsql AS $$
    BEGIN IF (SELECT address = '+2' FROM acctguard.notice WHERE notice_no = ANY (n) ORDER BY address = '+2' DESC LIMIT 1) THEN RAISE 'stuck'; END IF;
    RETURN acctguard.done_well(a, n, r); END $$});
$run = once('--sms=true');
is(sql('SELECT string_agg(state, $$ $$ ORDER BY address) FROM acctguard.notice'), 'done pending done', 'one that cannot be reported does not keep up the others');
like($run->{err}, qr/stuck, SQLSTATE P0001/, '... and is told');
sql('REVOKE USAGE ON SCHEMA acctguard FROM PUBLIC; CREATE ROLE stranger LOGIN');
$run = once('--sms=true', '-d', $node->connstr('postgres') . ' user=stranger');
is($run->{status}, 1, 'a role without rights: --once fails');
like($run->{err}, qr/notices cannot be claimed: permission denied.*42501/, '... and says why');
$node->stop;
my $lonely = start('--sms=true');
select(undef, undef, undef, 1);
is(stop($lonely, 'TERM'), 0, 'without a server it waits, and SIGTERM still ends it');
like($lonely->{err}, qr/no connection/, '... having said so');

done_testing();
