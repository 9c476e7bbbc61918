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
    $node->safe_psql($db, qq{
        CREATE EXTENSION acctguard VERSION '$from';
        SELECT acctguard.install();
        CREATE TABLE users (id bigint PRIMARY KEY);
        CREATE TABLE message (sender bigint, body text);
        INSERT INTO users VALUES (1), (2);
        SELECT acctguard.account_adopt('users', 'id');
        SELECT acctguard.guard('message', 'sender', 'msg.send.direct');
        SELECT acctguard.freeze_impose(1, 'feature_freeze', 'violation.spam', 'sent one message to 900 strangers')});
    my $before = $node->safe_psql($db, q{SELECT to_jsonb(r) FROM acctguard.freeze_record r});

    $node->safe_psql($db, 'ALTER EXTENSION acctguard UPDATE');
    like($node->safe_psql($db, 'SELECT acctguard.migrate()'), qr/are those of \Q$version\E/, "$from: migrate() reaches $version");
    like($node->safe_psql($db, 'SELECT acctguard.migrate()'), qr/; 0 repairs$/, "$from: migrate() again changes nothing");
    cmp_ok($node->safe_psql($db, 'SELECT count(*) FROM acctguard.check_plans()'), '>', 50, "$from: every statement fits");
    is($node->safe_psql($db, q{SELECT count(*) FROM acctguard.health() WHERE severity = 'danger'}), '0', "$from: in good health");
    is($node->safe_psql($db, qq{SELECT to_jsonb(r) \@> '$before' FROM acctguard.freeze_record r}), 't', "$from: the freeze is as it was");
    my ($code, $out, $err) = $node->psql($db, q{INSERT INTO message VALUES (1, 'after')});
    like($err, qr/not allowed/, "$from: the frozen account is refused");
    $node->safe_psql($db, q{INSERT INTO message VALUES (2, 'after'); INSERT INTO users VALUES (3); SELECT acctguard.account_status(3)});
    $node->safe_psql($db, q{SELECT acctguard.freeze_lift(1, 1, 'enough'); INSERT INTO message VALUES (1, 'after')});
    pass("$from: work goes on");
}

$node->stop;
done_testing();
