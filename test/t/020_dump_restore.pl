# pg_dump and pg_restore, plain and parallel: rows, triggers and enforcement come back.

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir();

$node->safe_psql('postgres', 'CREATE DATABASE source');
$node->safe_psql('source', q{
    CREATE EXTENSION acctguard;
    SELECT acctguard.install();
    CREATE TABLE users (id bigint PRIMARY KEY);
    CREATE TABLE message (id int GENERATED ALWAYS AS IDENTITY, sender bigint NOT NULL REFERENCES users, body text);
    INSERT INTO users VALUES (1), (2);
    SELECT acctguard.account_adopt('users', 'id');
    SELECT acctguard.guard('message', 'sender', 'msg.send.direct');
    INSERT INTO message (sender, body) VALUES (1, 'before'), (2, 'before');
    SELECT acctguard.freeze_impose(1, 'feature_freeze', 'violation.spam', 'sent one message to 900 strangers');
    SELECT acctguard.policy_set('setting', 'close_grace', '86400', 'test');
});

# state(DATABASE): every row of every table of acctguard, as one digest per table.
sub state_of
{
    my ($database) = @_;
    return $node->safe_psql($database, q{
        SELECT string_agg(format('%s %s', c.relname, (
            SELECT xpath('/row/d/text()', x)
            FROM query_to_xml(format('SELECT count(*) || '':'' || coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), ''-'') AS d FROM acctguard.%I t', c.relname), false, true, '') x)), E'\n' ORDER BY c.relname)
        FROM pg_class c WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind = 'r'});
}

sub triggers_of
{
    my ($database) = @_;
    return $node->safe_psql($database, q{
        SELECT string_agg(format('%s %s %s', tgrelid::regclass, tgname, tgenabled), E'\n' ORDER BY tgrelid::regclass::text, tgname)
        FROM pg_trigger WHERE NOT tgisinternal});
}

my $rows = state_of('source');
my $triggers = triggers_of('source');
like($rows, qr/freeze_record \{1:/, 'there is something to restore');

sub check
{
    my ($database, $how) = @_;
    is(state_of($database), $rows, "$how: every row is back");
    is(triggers_of($database), $triggers, "$how: every trigger is back, and fires always");
    my ($code, $out, $err) = $node->psql($database, q{INSERT INTO message (sender, body) VALUES (1, 'after')});
    like($err, qr/not allowed/, "$how: the frozen account is refused");
    $node->safe_psql($database, q{INSERT INTO message (sender, body) VALUES (2, 'after')});
    ($code, $out, $err) = $node->psql($database, 'DELETE FROM acctguard.freeze_record');
    like($err, qr/acctguard's functions only/, "$how: the tables are guarded");
    is($node->safe_psql($database, q{SELECT acctguard.freeze_impose(2, 'temp_restrict', 'security.odd_login', 'login from two continents')}),
        '1', "$how: freezing goes on");
}

$node->command_ok([ 'pg_dump', '-d', $node->connstr('source'), '-f', "$dir/plain.sql" ], 'plain dump');
$node->safe_psql('postgres', 'CREATE DATABASE plain');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('plain'), '-f', "$dir/plain.sql" ], 'plain restore');
check('plain', 'plain');

$node->command_ok([ 'pg_dump', '-Fd', '-j', '2', '-d', $node->connstr('source'), '-f', "$dir/dir" ], 'directory dump');
$node->safe_psql('postgres', 'CREATE DATABASE parallel');
$node->command_ok([ 'pg_restore', '-j', '3', '--exit-on-error', '-d', $node->connstr('parallel'), "$dir/dir" ], 'parallel restore');
check('parallel', 'parallel');

# A data-only restore into tables that exist turns ENABLE ALWAYS into plain triggers; post_restore() mends acctguard's own.
$node->safe_psql('postgres', 'CREATE DATABASE dataonly');
$node->command_ok([ 'pg_restore', '--section=pre-data', '--section=post-data', '-d', $node->connstr('dataonly'), "$dir/dir" ], 'schema restore');
$node->command_ok([ 'pg_restore', '--data-only', '--disable-triggers', '-d', $node->connstr('dataonly'), "$dir/dir" ], 'data-only restore');
isnt(triggers_of('dataonly'), $triggers, 'a data-only restore weakens triggers');
is(state_of('dataonly'), $rows, 'data-only: every row is back');
like($node->safe_psql('dataonly', q{SELECT string_agg(finding, ' ') FROM acctguard.health() WHERE severity = 'danger' AND object = 'acctguard.freeze_record'}),
    qr/trigger "acctguard_row" is not ENABLE ALWAYS/, 'health() finds that');
like($node->safe_psql('dataonly', q{SELECT what, count FROM acctguard.post_restore('restore', 'data-only')}), qr/^repairs of acctguard's tables\|[1-9].*guard_health\(\) finds\|[1-9]/s,
    'post_restore() mends it, and says what is left');
is($node->safe_psql('dataonly', q{SELECT string_agg(DISTINCT object, ' ') FROM acctguard.health() WHERE severity = 'danger'}), 'public.users', '... which is not about its own tables');
$node->safe_psql('dataonly', "SELECT remedy FROM acctguard.$_() WHERE severity = 'danger'\n\\gexec") for 'health', 'guard_health';
is($node->safe_psql('dataonly', q{SELECT count(*) FROM acctguard.health() WHERE severity = 'danger'}), '0', 'health() says how to mend that');
is($node->safe_psql('dataonly', q{SELECT count(*) FROM acctguard.guard_health() WHERE severity = 'danger'}), '0', '... and guard_health()');
is(triggers_of('dataonly'), $triggers, '... and every trigger fires always again');

$node->stop;
done_testing();
