# A dump restored in another cluster, as a replacement and as a copy; a base backup that is set back; a failover; pg_upgrade.
# What was used up or ended after the dump stays so, nothing is sent twice, and what is frozen stays frozen. H14, A20.

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir();
chmod 0700, $dir;
system_or_bail("$ENV{STAGED_BIN}/acctguard-keygen", '--out', "$dir/root.key");

# server(NAME): a cluster with the root key.
sub server
{
    my ($name) = @_;
    my $node = PostgreSQL::Test::Cluster->new($name);
    $node->init(allows_streaming => 1);
    $node->append_conf('postgresql.conf', "acctguard.root_key_file = '$dir/root.key'\n");
    $node->start;
    return $node;
}
my $old = server('old');
sub ask { my ($node, $database, $sql) = @_; return $node->safe_psql($database, $sql) }
sub refusal
{
    my ($node, $database, $sql) = @_;
    my ($code, $out, $err) = $node->psql($database, "\\set VERBOSITY verbose\n$sql");
    return $code == 0 ? 'done' : $err;
}

#
# What there is when the dump is taken. Accounts: 1 is frozen; 2 has sessions, a mailbox, notices on their way and a ticket; 3, 4
# and 8 verify mailboxes; 5 changes its number; 7 claims the number of 6.
#
ask($old, 'postgres', 'CREATE DATABASE product');
ask($old, 'product', q{
    SET client_min_messages = warning;
    CREATE EXTENSION acctguard;
    SELECT acctguard.install();
    SELECT count(*) FROM acctguard.key_create();
    CREATE ROLE clerk_one LOGIN IN ROLE acctguard_moderator;
    CREATE ROLE clerk_two LOGIN IN ROLE acctguard_moderator;
    CREATE ROLE operator_one LOGIN IN ROLE acctguard_operator;
    CREATE ROLE product LOGIN IN ROLE acctguard_app;
    CREATE ROLE deliverer LOGIN IN ROLE acctguard_notifier;
    CREATE TABLE users (id bigint PRIMARY KEY);
    CREATE TABLE message (sender bigint NOT NULL, body text);
    INSERT INTO users VALUES (1), (2), (3), (4), (5), (6), (8);
    SELECT acctguard.account_adopt('users', 'id');
    SELECT acctguard.guard('message', 'sender', 'msg.send.direct');
    SELECT acctguard.number_import(n, '+861390021000' || n, proof_at => clock_timestamp() - interval '10 days') FROM generate_series(5, 6) n;
    SELECT acctguard.freeze_impose(1, 'feature_freeze', 'violation.spam', 'sent one message to 900 strangers')});
# product(SQL): on the old server.
sub product { return ask($old, 'product', $_[0]) }
sub code_of { my ($call) = @_; return product("SELECT code FROM acctguard.$call") }
sub flow_of { my ($call) = @_; return product("SELECT data ->> 'flow' FROM acctguard.$call") }
# fetched(CHANNEL, ADDRESS): everything that waits is delivered; the code that was sent to an address.
sub fetched
{
    my ($channel, $address) = @_;
    my $body = product(qq{
        CREATE TEMP TABLE fetched AS SELECT * FROM acctguard.notice_claim('$channel', 100);
        SELECT body FROM fetched WHERE address = '$address' AND acctguard.notice_done(account_id, notice_no)});
    return $body =~ /\b(\d{6})\b/ ? $1 : die "no code in: $body";
}
sub opened { my ($account, $id) = @_; return product(qq{SELECT token FROM acctguard.session_open($account, '{"id": "$id"}', '{password,email_code}', true)}) }
# proved(FLOW, CHANNEL, ADDRESS)
sub proved
{
    my ($flow, $channel, $address) = @_;
    is(code_of("code_send('$flow')"), 'CODE_SENT', "a code is sent to $address");
    my $code = fetched($channel, $address);
    is(code_of("code_verify('$flow', '$code')"), 'CODE_OK', '... and shown');
    return $code;
}

my %flow = map { $_ => flow_of("contact_verify_begin($_, acctguard.contact_add($_, 'email', 'user$_\@example.org', verified => false))") } 3, 4, 8;
my %code = (8 => proved($flow{8}, 'email', 'user8@example.org'));
is(code_of("code_send('$flow{3}')"), 'CODE_SENT', 'a code is on its way');
$code{3} = fetched('email', 'user3@example.org');
my $claim = flow_of(q{register_begin('+8613900210006', 'new-phone', '192.0.2.1')});
proved($claim, 'sms', '+8613900210006');
is(code_of("register_question('$claim')"), 'REG_QUESTION', 'somebody registers with the number of another');
product("SELECT acctguard.register_answer('$claim', 'not_mine')");
is(code_of("register_commit('$claim', 'correct horse battery', 7)"), 'REG_HOLD_BEGUN', '... and waits for it');
my $changing = opened(5, 'phone');
my ($request, $new_number) = split /\|/, product("SELECT data ->> 'request', data ->> 'flow' FROM acctguard.rebind_begin('$changing', '+8613900210055')");
proved($new_number, 'sms', '+8613900210055');
is(code_of("rebind_commit('$changing', $request)"), 'REBIND_COOLING', 'a change of number waits for objections');
my ($service, $appeal);
foreach my $clerk ('clerk_one', 'clerk_two')
{
    $service = product("SET SESSION AUTHORIZATION $clerk; SELECT ticket FROM acctguard.service_ticket_issue(2, 'case 7')");
    $appeal = product("SET SESSION AUTHORIZATION $clerk; SELECT token FROM acctguard.appeal_ticket_issue(1, 1, 'letter')");
}
product(q{SELECT acctguard.contact_add(2, 'email', 'user2@example.org')});
is(code_of("code_send('$flow{4}')"), 'CODE_SENT', 'another code is not fetched yet');
my ($kept, $ended) = (opened(2, 'phone'), opened(2, 'tablet'));
my $due = product('SELECT due_at FROM acctguard.release_hold');

command_ok([ 'pg_dumpall', '--roles-only', '-f', "$dir/roles.sql", '-d', $old->connstr('postgres') ], 'the roles are dumped');
command_ok([ 'pg_dump', '-Fd', '-f', "$dir/dump", '-d', $old->connstr('product') ], 'and the database');
$old->backup('base');

# After the dump a session is ended, a code is used, the tickets are used up, and a change is cancelled.
is(code_of("session_revoke('$ended')"), 'OK', 'a session is ended after the dump');
is(code_of("code_verify('$flow{3}', '$code{3}')"), 'CODE_OK', 'a code is used after it');

#
# The other server: roles, then the dump, three times.
#
my $new = server('new');
$new->command_ok([ 'psql', '-Xq', '-f', "$dir/roles.sql", '-d', $new->connstr('postgres') ], 'the roles are there');
foreach my $name ('restored', 'cloned', 'upgraded')
{
    ask($new, 'postgres', "CREATE DATABASE $name");
    $new->command_ok([ 'pg_restore', '--exit-on-error', '-d', $new->connstr($name), "$dir/dump" ], "$name: the dump is");
}
my $appealing = q{SELECT state FROM acctguard.appeal_submit(1, 1, repeat('It was my cousin, who had the phone that day. ', 3), ticket => '} . "$appeal')";
foreach my $name ('restored', 'cloned', 'upgraded')
{
    my $at = sub { ask($new, $name, $_[0]) };
    is($at->("SELECT string_agg(code, ' ') FROM unnest('{$kept,$ended}'::text[]) t, acctguard.session_check(t)"), 'STALE_RESTORE STALE_RESTORE', "$name: nobody is let in");
    is($at->("SELECT code FROM acctguard.$_"), 'STALE_RESTORE', "$name: no flow goes on")
        for "code_verify('$flow{3}', '$code{3}')", "code_send('$flow{4}')", "unbind_execute(5, $request)", "register_question('$claim')";
    like(refusal($new, $name, "SET SESSION AUTHORIZATION deliverer; SELECT acctguard.notice_claim('$_')"), qr/UG007.*DETAIL.*HINT.*post_restore/s, "$name: no notice is handed out")
        for 'email', 'sms', 'push', 'in_app';
    like(refusal($new, $name, "SELECT acctguard.account_return(2, '$service')"), qr/UG007/, "$name: no ticket is good");
    like(refusal($new, $name, $appealing), qr/UG007/, '... of either kind');
    like(refusal($new, $name, q{INSERT INTO message VALUES (1, 'x')}), qr/UG403/, "$name: the frozen account is frozen");
    is($at->(q{INSERT INTO message VALUES (2, 'x') RETURNING body}), 'x', '... and the others are not');
    is($at->(q{SELECT object FROM acctguard.health() WHERE severity = 'danger'}), 'residence', "$name: health() says so");
    ok($new->poll_query_until($name, 'SELECT state FROM acctguard.worker_status() WHERE this_database', 'restored'), "$name: the worker rests");
    like(refusal($new, $name, "SET SESSION AUTHORIZATION product; SELECT acctguard.post_restore('upgrade', 'let me in')"), qr/42501/, "$name: the application cannot open it");
    like(refusal($new, $name, q{UPDATE acctguard.residence SET system_identifier = 1}), qr/UG412/, '... nor a superuser by hand');
}

# done(NODE, DATABASE, MODE): what an operator reads who calls it.
sub done
{
    my ($node, $database, $mode) = @_;
    return ask($node, $database, qq{
        SET SESSION AUTHORIZATION operator_one;
        SELECT string_agg(what || ' ' || count, ', ') FROM acctguard.post_restore('$mode', 'test') WHERE count > 0 AND what NOT LIKE '%repairs%' AND what NOT LIKE 'partitions%' AND what NOT LIKE '%inboxes'});
}
# waiting(NODE, DATABASE): what a notifier gets.
sub waiting
{
    my ($node, $database) = @_;
    return ask($node, $database, q{
        SELECT string_agg(concat_ws(' ', n.channel, n.account_id, n.event), ', ' ORDER BY n.channel, n.account_id, n.event)
        FROM unnest('{email,sms,push}'::text[]) c (name), acctguard.notice_claim(c.name, 100) n});
}
sub checked { my ($node, $database, @tokens) = @_; return ask($node, $database, "SELECT string_agg(code, ' ') FROM unnest('{" . join(',', @tokens) . "}'::text[]) t, acctguard.session_check(t)") }

#
# It takes the other one's place. A freeze that is imposed before post_restore() is told as any.
#
{
    my $at = sub { ask($new, 'restored', $_[0]) };
    $at->(q{SELECT acctguard.freeze_impose(2, 'feature_freeze', 'violation.spam', 'sent one message to 900 strangers')});
    is(done($new, 'restored', 'restore'), 'sessions ended 3, one-time codes voided 2, messages with codes cancelled 1, flows closed 4, '
          . 'service tickets voided 1, tickets for appeals voided 1, changes of numbers cancelled 1, messages about changes of numbers cancelled 1, '
          . 'claims to numbers whose time begins anew 1, notices not sent again 1', 'restore: what was done');
    is(checked($new, 'restored', $kept, $ended), 'REVOKED REVOKED', 'restore: sessions are over, also the one that was ended afterwards');
    like(opened_at($new, 'restored', 2), qr/^acs1_/, '... and users log in again');
    is($at->("SELECT code FROM acctguard.code_verify('$flow{3}', '$code{3}')"), 'FLOW_CLOSED', 'restore: a code that was used after the dump is not good again');
    is($at->("SELECT code FROM acctguard.code_verify('$flow{8}', '$code{8}')"), 'FLOW_CLOSED', '... nor one that was used before');
    is($at->("SELECT code FROM acctguard.code_send('$flow{4}')"), 'FLOW_CLOSED', 'restore: no flow goes on');
    is(waiting($new, 'restored'), 'email 2 freeze.imposed', 'restore: notices of before are not sent again, new ones are');
    is($at->('SELECT string_agg(event, chr(32) ORDER BY notice_no) FROM acctguard.notice_inbox(2)'), 'service_ticket.issued contact.added freeze.imposed', '... and all are in the inbox');
    is($at->("SELECT acctguard.account_return(2, '$service')"), 'f', 'restore: the ticket of the service is void');
    like(refusal($new, 'restored', $appealing), qr/UG209/, '... that for an appeal, too');
    is($at->('SELECT state, end_reason FROM acctguard.unbind_list(5)'), 'cancelled|restored', 'restore: the change of a number is cancelled');
    is($at->("SELECT due_at - opened_at > interval '3 days' AND due_at > '$due' FROM acctguard.release_hold WHERE ended_at IS NULL"), 't', 'restore: a claim begins its time anew');
    like(refusal($new, 'restored', q{INSERT INTO message VALUES (1, 'x')}), qr/UG403/, 'restore: who is frozen stays frozen');
    ok($new->poll_query_until('restored', 'SELECT state FROM acctguard.worker_status() WHERE this_database', 'running'), 'restore: the worker works');
    is($at->(q{SELECT count(*) FROM acctguard.health() WHERE severity = 'danger'}), '0', 'restore: in good health');
    is($at->(q{SELECT person, after ->> 'sessions' FROM acctguard.audit_read(action => 'installation.restored')}), 'operator_one|3', 'restore: it is in the ledger');
}

#
# A copy beside it: nothing goes to anybody, also what is written later.
#
{
    my $at = sub { ask($new, 'cloned', $_[0]) };
    my $hashes = $at->(q{SELECT string_agg(token_hash::text, '|') FROM (SELECT token_hash FROM acctguard.session UNION ALL SELECT token_hash FROM acctguard.service_ticket UNION ALL SELECT token_hash FROM acctguard.appeal_ticket) h});
    is(done($new, 'cloned', 'clone') =~ s/(notices cancelled )\d\d?\b/$1some/r, 'sessions ended 3, one-time codes voided 2, messages with codes cancelled 1, flows closed 4, '
          . 'service tickets voided 1, tickets for appeals voided 1, changes of numbers cancelled 1, messages about changes of numbers cancelled 1, '
          . 'claims to numbers whose time begins anew 1, notices cancelled some, tokens of sessions blanked 3, tokens of service tickets blanked 1, '
          . 'tokens of tickets for appeals blanked 1, addresses removed 4', 'clone: what was done');
    is(checked($new, 'cloned', $kept, $ended), 'UNKNOWN UNKNOWN', 'clone: no token is known');
    my ($status, $out, $warnings) = $new->psql('cloned', q{SELECT count(*) FROM acctguard.post_restore('clone', 'once more')});
    like($warnings, qr/WARNING:  the copy has the root key of the original/, 'clone: whoever runs it with the same root key is warned');
    my $dump = slurp_dump('cloned');
    unlike($dump, qr/\Q$_\E/, 'clone: ... nor its hash') for map { s/^\\x//r } split /\|/, $hashes;
    $at->(q{SELECT acctguard.freeze_impose(n, 'feature_freeze', 'violation.spam', 'sent one message to 900 strangers') FROM generate_series(2, 8) n WHERE n <> 7});
    is(waiting($new, 'cloned'), '', 'clone: nothing is sent');
    is($at->(q{SELECT count(*) FROM acctguard.notice WHERE channel <> 'in_app' AND state = 'pending'}), '0', '... or waits to be');
    is($at->('SELECT count(*) FROM acctguard.account_contact WHERE address IS NOT NULL OR removed_at IS NULL'), '0', 'clone: nobody has an address');
    is($at->("SELECT acctguard.account_return(2, '$service')"), 'f', 'clone: no ticket is good');
    like(refusal($new, 'cloned', $appealing), qr/UG209/, '... of either kind');
    like(refusal($new, 'cloned', q{INSERT INTO message VALUES (1, 'x')}), qr/UG403/, 'clone: who is frozen stays frozen');
}

#
# The same elsewhere: nothing ends, and what was used stays used.
#
{
    my $at = sub { ask($new, 'upgraded', $_[0]) };
    is(done($new, 'upgraded', 'upgrade'), '', 'upgrade: nothing was done');
    is(checked($new, 'upgraded', $kept, $ended), 'OK OK', 'upgrade: sessions go on');
    is($at->("SELECT code FROM acctguard.code_verify('$flow{8}', '$code{8}')"), 'CODE_USED', 'upgrade: a code that was used is used');
    is($at->("SELECT code FROM acctguard.code_verify('$flow{3}', '$code{3}')"), 'CODE_OK', '... and one that was not is good');
    is(waiting($new, 'upgraded'), 'email 0 code.sent, email 2 contact.added, sms 0 rebind.number_told', 'upgrade: what waits is sent');
    is($at->("SELECT acctguard.account_return(2, '$service')"), 't', 'upgrade: tickets are good');
    is($at->($appealing), 'submitted', '... of either kind');
    is($at->('SELECT state FROM acctguard.unbind_list(5)'), 'cooling', 'upgrade: changes of numbers go on');
}
#
# Called again it ends what was begun since; a large table is gone through in portions; the wrong root key is no hindrance.
#
is(done($new, 'upgraded', 'restore') =~ s/,.*//r, 'sessions ended 3', 'again, and in another mode');
is(done($new, 'upgraded', 'restore'), 'claims to numbers whose time begins anew 1', 'a second time there is nothing left to end');
ask($new, 'upgraded', q{
    INSERT INTO acctguard.session (account_id, no, token_hash, device_no, epoch, opened_at, expires_at, last_seen_at, idle_length, number_only, methods, salt)
    SELECT 1000000 + n, 1, sha256(n::text::bytea), 1, 0, clock_timestamp(), clock_timestamp() + interval '30 days', clock_timestamp(), 86400, false, '{password}', sha256(n::text::bytea)
    FROM generate_series(1, 60000) n});
system_or_bail("$ENV{STAGED_BIN}/acctguard-keygen", '--out', "$dir/other.key");
$new->append_conf('postgresql.conf', "acctguard.root_key_file = '$dir/other.key'\n");
$new->restart;
my ($status, $rows, $notices) = $new->psql('upgraded', q{SELECT what, count FROM acctguard.post_restore('restore', 'a large one') WHERE count > 0 AND what LIKE 'sessions%'});
is("$status $rows", '0 sessions ended|60000', 'a large table');
my @portions = $notices =~ /NOTICE:  sessions ended: (\d+) of (\d+) MB/g;
cmp_ok(@portions, '>=', 4, '... in portions');
is($portions[-2], $portions[-1], '... up to its end');
like(refusal($new, 'cloned', q{SELECT acctguard.notice_claim('email')}), qr/UG002/, 'with another root key a copy reads no address');
unlike(($new->psql('cloned', q{SELECT acctguard.post_restore('clone', 'once more')}))[2], qr/root key/, '... and nobody is warned of it');
$new->stop;

#
# A base backup that is started is not to be told from its original; post_restore() ends what is open there, too.
#
my $back = PostgreSQL::Test::Cluster->new('back');
$back->init_from_backup($old, 'base');
$back->start;
is(checked($back, 'product', $kept, $ended), 'OK OK', 'base backup: a session that was ended since is alive');
is(ask($back, 'product', 'SELECT at_home FROM acctguard.residence_status()'), 't', '... and nothing tells');
like(done($back, 'product', 'restore'), qr/^sessions ended 3,.* notices not sent again 1$/, 'base backup: post_restore() ends what is open');
is(checked($back, 'product', $kept, $ended), 'REVOKED REVOKED', '... sessions with it');
is(waiting($back, 'product'), '', '... and nothing is sent again');

# Nor do cluster and database tell a dump that is restored where it was taken; the tables, which are new, do. A session of the
# server that was there before notices, too.
my $pooled = $back->background_psql('product', on_error_stop => 0);
my $again = ask($back, 'product', q{SELECT token FROM acctguard.session_open(2, '{"id": "pooled"}', '{password}')});
is($pooled->query("SELECT code FROM acctguard.session_check('$again')"), 'OK', 'a session that goes on');
$back->command_ok([ 'pg_restore', '--clean', '--if-exists', '-d', $back->connstr('product'), "$dir/dump" ], 'the dump is restored over the database');
is($pooled->query("SELECT code FROM acctguard.session_check('$kept')"), 'STALE_RESTORE', 'over itself: nobody is let in, by no connection');
is(ask($back, 'product', 'SELECT at_home, system_identifier = here_system_identifier, database = here_database, relation = here_relation FROM acctguard.residence_status()'), 'f|t|t|f',
    '... because the tables are new');
$pooled->quit;
like(done($back, 'product', 'restore'), qr/^sessions ended 3,/, 'over itself: post_restore() ends what is open');
is(checked($back, 'product', $kept, $ended, $again), 'REVOKED REVOKED UNKNOWN', '... sessions with it');
$back->stop;

#
# A failover changes the timeline and stops nothing.
#
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($old, 'base', has_streaming => 1);
$standby->start;
$old->wait_for_catchup($standby);
is(checked($standby, 'product', $kept, $ended), 'OK REVOKED', 'a standby is at home');
is(ask($standby, 'product', 'SELECT at_home, here_timeline IS NULL FROM acctguard.residence_status()'), 't|t', '... on whatever timeline');
like(refusal($standby, 'product', q{SELECT acctguard.post_restore('upgrade', 'x')}), qr/UG004/, '... and moves nowhere');
$old->stop;
$standby->promote;
is(checked($standby, 'product', $kept, $ended), 'OK REVOKED', 'failover: sessions go on');
is(ask($standby, 'product', q{SELECT severity, finding ~ 'timeline 2, and was on 1' FROM acctguard.health() WHERE object = 'residence'}), 'notice|t', 'failover: health() tells of it');
is(done($standby, 'product', 'upgrade'), '', 'failover: somebody makes a note');
is(ask($standby, 'product', q{SELECT count(*) FROM acctguard.health() WHERE object = 'residence'}), '0', '... and health() has nothing to tell');

#
# pg_upgrade: another identifier, and the same rows.
#
my $upgraded = PostgreSQL::Test::Cluster->new('pg_upgraded');
$upgraded->init;
$upgraded->append_conf('postgresql.conf', "acctguard.root_key_file = '$dir/root.key'\n");
$standby->stop;
my $bin = $upgraded->config_data('--bindir');
chdir $dir;
command_ok([ 'pg_upgrade', '--no-sync', '-d', $standby->data_dir, '-D', $upgraded->data_dir, '-b', $bin, '-B', $bin,
    '-s', $upgraded->host, '-p', $standby->port, '-P', $upgraded->port ], 'pg_upgrade runs');
$upgraded->start;
is(checked($upgraded, 'product', $kept, $ended), 'STALE_RESTORE STALE_RESTORE', 'pg_upgrade: nobody is let in at first');
is(done($upgraded, 'product', 'upgrade'), '', 'pg_upgrade: nothing ends');
is(checked($upgraded, 'product', $kept, $ended), 'OK REVOKED', '... and sessions are what they were');
is(ask($upgraded, 'product', q{SELECT string_agg(mode, ' ' ORDER BY no) FROM acctguard.residence}), 'install upgrade upgrade', '... with the way that the database took');
$upgraded->stop;

done_testing();

# opened_at(NODE, DATABASE, ACCOUNT): a new session.
sub opened_at { my ($node, $database, $account) = @_; return ask($node, $database, qq{SELECT token FROM acctguard.session_open($account, '{"id": "new"}', '{password}')}) }
sub slurp_dump
{
    my ($database) = @_;
    $new->command_ok([ 'pg_dump', '-f', "$dir/$database.sql", '-d', $new->connstr($database) ], "$database is dumped");
    return slurp_file("$dir/$database.sql");
}
