# From every release to this version: rows, guards and freezes stay, and migrate() says what it did.

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

$node->safe_psql('postgres', 'CREATE EXTENSION acctguard');
my $version = $node->safe_psql('postgres', q{SELECT extversion FROM pg_extension WHERE extname = 'acctguard'});
my @old = split /\n/, $node->safe_psql('postgres', qq{
    SELECT source FROM pg_extension_update_paths('acctguard') WHERE target = '$version' AND path IS NOT NULL ORDER BY 1});
plan skip_all => 'no release is frozen yet' unless @old;
is($node->safe_psql('postgres', q{
    SELECT count(*) FROM pg_extension_update_paths('acctguard')
    WHERE path IS NOT NULL AND string_to_array(source, '.')::int[] > string_to_array(target, '.')::int[]}), '0',
    'no path leads back to an older version');

foreach my $from (@old)
{
    my $db = "from_$from";
    $db =~ tr/./_/;
    $node->safe_psql('postgres', "CREATE DATABASE $db");
    # The tables as the release's own script makes them, with rows that its own library wrote.
    $node->safe_psql($db, "CREATE EXTENSION acctguard VERSION '$from'; SELECT acctguard.install()");
    $node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($db), '-f', "$ENV{TESTDIR}/test/releases/$from.sql" ],
        "$from: its rows are there");
    my ($code, $out, $err) = $node->psql($db, q{INSERT INTO message VALUES (1, 'between')});
    like($err, qr/not allowed "msg.send.direct" now/, "$from: the newer library refuses what the older one froze");
    is($node->safe_psql($db, q{INSERT INTO message VALUES (2, 'between') RETURNING body}), 'between', "$from: ... and nobody else");
    ($code, $out, $err) = $node->psql($db, "\\set VERBOSITY verbose\nSELECT acctguard.freeze_lift(1, 1, 'enough')");
    like($err, qr/UG006.*HINT:.*UPDATE.*migrate/s, "$from: ... and says what to do before it changes anything");
    my $before = $node->safe_psql($db, q{SELECT jsonb_agg(to_jsonb(r)) FROM acctguard.freeze_record r});

    $node->safe_psql($db, 'ALTER EXTENSION acctguard UPDATE');
    like($node->safe_psql($db, 'SELECT acctguard.migrate()'), qr/are those of \Q$version\E/, "$from: migrate() reaches $version");
    like($node->safe_psql($db, 'SELECT acctguard.migrate()'), qr/; 0 repairs$/, "$from: migrate() again changes nothing");
    cmp_ok($node->safe_psql($db, 'SELECT count(*) FROM acctguard.check_plans()'), '>', 50, "$from: every statement fits");
    is($node->safe_psql($db, q{SELECT count(*) FROM acctguard.health() WHERE severity = 'danger'}), '0', "$from: in good health");
    is($node->safe_psql($db, qq{SELECT bool_and(to_jsonb(r) \@> b.before) FROM acctguard.freeze_record r JOIN jsonb_array_elements('$before') b (before)
        ON (b.before ->> 'account_id')::bigint = r.account_id}), 't', "$from: the freezes are as they were");
    ($code, $out, $err) = $node->psql($db, q{INSERT INTO message VALUES (1, 'after')});
    like($err, qr/not allowed/, "$from: the frozen account is refused");
    $node->safe_psql($db, q{INSERT INTO message VALUES (2, 'after'); INSERT INTO users VALUES (3); SELECT acctguard.account_status(3)});
    $node->safe_psql($db, q{SELECT acctguard.freeze_lift(1, 1, 'enough'); INSERT INTO message VALUES (1, 'after')});
    pass("$from: work goes on");
}

$node->stop;
done_testing();
