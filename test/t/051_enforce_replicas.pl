# Standbys answer allowed() and never trust a filter; a promoted one enforces at once. Logical replication is let
# through on the subscriber, and a freeze that arrives that way is a freeze.

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 'logical');
$primary->start;
$primary->safe_psql('postgres', q{
    SET client_min_messages = warning;
    CREATE EXTENSION acctguard;
    SELECT acctguard.install();
    CREATE TABLE message (sender_id bigint, body text);
    CREATE TABLE unguarded (sender_id bigint, body text);
    SELECT acctguard.guard('message', 'sender_id', 'msg.send.direct');
    CREATE FUNCTION deny(bigint) RETURNS void LANGUAGE sql AS
    $$ INSERT INTO acctguard.standing SELECT $1, 1, 'f', 1::bigint << bit, 0, 0, '2020-01-01', NULL, NULL
       FROM acctguard.capability WHERE capability = 'msg.send.direct' $$;
    SELECT deny(1);
    INSERT INTO message VALUES (2)});
is($primary->safe_psql('postgres', 'SELECT state FROM acctguard.filter_status()'), 'ready', 'the primary has a filter');

# allowed(NODE, ACCOUNT...): the answers.
sub allowed
{
    my ($node, @accounts) = @_;
    return $node->safe_psql('postgres',
        "SELECT string_agg(acctguard.allowed(a, 'msg.send.direct')::text, ' ') FROM unnest('{" . join(',', @accounts) . "}'::bigint[]) a");
}
sub sqlstate
{
    my ($node, $sql) = @_;
    my ($code, $out, $err) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$sql");
    return $code == 0 ? 'done' : $err =~ /ERROR:\s+(\w+)/ ? $1 : $err;
}

# Streaming
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);
is(allowed($standby, 1, 2), 'false true', 'a standby answers');
is(sqlstate($standby, q{SELECT acctguard.require(1, 'msg.send.direct')}), 'UG403', '... and refuses');
$primary->safe_psql('postgres', 'SELECT deny(3)');
$primary->wait_for_catchup($standby);
is(allowed($standby, 2, 3), 'true false', 'a freeze on the primary is one on the standby');
is($standby->safe_psql('postgres', 'SELECT state FROM acctguard.filter_status()'), 'empty', 'a standby trusts no filter');
is(sqlstate($standby, 'SELECT acctguard.filter_clear()'), 'done', 'clearing it there is harmless');
$primary->safe_psql('postgres', q{SELECT acctguard.policy_set('setting', 'prepare_wait', '1', 'test')});
$primary->safe_psql('postgres', q{INSERT INTO acctguard.standing SELECT 4, 1, 'f', 0, 0, 1::bigint << bit, '2020-01-01', NULL, NULL
    FROM acctguard.capability WHERE capability = 'msg.send.direct'});
$primary->safe_psql('postgres', q{BEGIN; SELECT deny(5); PREPARE TRANSACTION 'freeze'});
$primary->wait_for_catchup($standby);
is(sqlstate($standby, q{SELECT acctguard.require(4, 'msg.send.direct')}), 'done', 'monitor mode writes nothing on a standby');

# Promotion, with a freeze prepared before it
$primary->stop('immediate');
$standby->promote;
is(sqlstate($standby, 'INSERT INTO message VALUES (1)'), 'UG403', 'promoted: refused');
is(sqlstate($standby, 'INSERT INTO message VALUES (2)'), 'done', '... and open');
is($standby->safe_psql('postgres', 'SELECT state FROM acctguard.filter_status()'), 'ready', '... with a filter of its own');
is(sqlstate($standby, 'INSERT INTO message VALUES (3)'), 'UG403', '... that knows what was replayed');
is(sqlstate($standby, q{SET lock_timeout = '500ms'; INSERT INTO message VALUES (5)}), '55P03', 'the prepared freeze is still waited for');
$standby->safe_psql('postgres', q{COMMIT PREPARED 'freeze'});
is(sqlstate($standby, 'INSERT INTO message VALUES (5)'), 'UG403', '... and in force once it is committed');
$standby->safe_psql('postgres', 'SELECT deny(2)');
is(sqlstate($standby, 'INSERT INTO message VALUES (2)'), 'UG403', 'the new primary freezes');

# Logical replication: the publisher has decided; standing itself may be published
my $publisher = $standby;
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init(allows_streaming => 'logical');
$subscriber->start;
$subscriber->safe_psql('postgres', q{
    SET client_min_messages = warning;
    CREATE EXTENSION acctguard;
    SELECT acctguard.install();
    CREATE TABLE message (sender_id bigint, body text);
    CREATE TABLE unguarded (sender_id bigint, body text);
    SELECT acctguard.guard('message', 'sender_id', 'msg.send.direct');
    SELECT acctguard.guard('unguarded', 'sender_id', 'msg.send.direct', '{insert,reassign,update,delete,truncate}');
    INSERT INTO message VALUES (20)});
$publisher->safe_psql('postgres', q{
    ALTER TABLE unguarded REPLICA IDENTITY FULL;
    CREATE PUBLICATION p FOR TABLE acctguard.standing, unguarded;
    INSERT INTO unguarded VALUES (1, 'copied')});
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION s CONNECTION '" . $publisher->connstr . " dbname=postgres' PUBLICATION p");
$subscriber->wait_for_subscription_sync($publisher, 's');
is($subscriber->safe_psql('postgres', 'SELECT count(*) FROM unguarded'), '1', 'the first copy passes');
is(sqlstate($subscriber, 'INSERT INTO message VALUES (1)'), 'UG403', 'a freeze copied to the subscriber is in force there');
$publisher->safe_psql('postgres', q{
    INSERT INTO unguarded VALUES (1, 'applied'); UPDATE unguarded SET body = 'changed' WHERE body = 'copied';
    DELETE FROM unguarded WHERE body = 'applied'; INSERT INTO unguarded VALUES (3, 'applied'); SELECT deny(20)});
$publisher->wait_for_catchup('s');
is($subscriber->safe_psql('postgres', q{SELECT string_agg(sender_id || ' ' || body, ', ' ORDER BY 1) FROM unguarded}),
    '1 changed, 3 applied', 'apply is let through');
is($subscriber->safe_psql('postgres', 'SELECT state FROM acctguard.filter_status()'), 'ready', 'the subscriber has a filter');
is(sqlstate($subscriber, 'INSERT INTO message VALUES (20)'), 'UG403', 'a freeze that was applied reaches it');
is(sqlstate($subscriber, 'INSERT INTO unguarded VALUES (1)'), 'UG403', 'a local session is not let through');

$subscriber->stop;
$standby->stop;
done_testing();
