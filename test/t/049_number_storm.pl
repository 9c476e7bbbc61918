# Eight clients, twenty numbers, whatever may be done with them, at random and at once: no deadlock, and afterwards all fits together
# (PHN-04, PHN-06, PHN-07, PHN-15). STORM_SECONDS=300 makes it last; otherwise each client does so many operations.

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use FindBin;

my $dir = PostgreSQL::Test::Utils::tempdir();
chmod 0700, $dir;
system_or_bail("$ENV{STAGED_BIN}/acctguard-keygen", '--out', "$dir/root.key");
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "acctguard.root_key_file = '$dir/root.key'\nmax_connections = 30\nlog_statement = none\nacctguard.pwhash_wait = 20s\n");
$node->start;
sub ask { my ($sql) = @_; return $node->safe_psql('postgres', $sql); }

# The account and what it has to lose, of those that had a number at the beginning.
my $entitlements = 'SELECT string_agg((acctguard.dormancy(n)).entitlements::text, $$,$$ ORDER BY n) FROM generate_series(1, 10) n';

ask('CREATE EXTENSION acctguard; SELECT acctguard.install(); SELECT acctguard.key_create()');
$node->command_ok([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', "$FindBin::RealBin/../storm/setup.sql", $node->connstr('postgres') ], 'accounts and numbers');
is(ask($entitlements), join(',', (1) x 10), 'each has something to lose');

my @length = $ENV{STORM_SECONDS} ? ('-T', $ENV{STORM_SECONDS}, '-P', '10') : ('-t', 60, '--random-seed=1');
$node->command_ok([ 'pgbench', '-n', '-c', 8, '-j', 2, @length, '-f', "$FindBin::RealBin/../storm/operation.pgbench", $node->connstr('postgres') ],
    'a storm: every client comes to its end');
note ask("SELECT string_agg(format('%s: %s %s', what, answer, n), E'\\n' ORDER BY what, n DESC)
    FROM (SELECT what, regexp_replace(answer, '^[0-9].*', 'done') AS answer, count(*) AS n FROM storm.log GROUP BY 1, 2) q");

unlike(slurp_file($node->logfile), qr/deadlock detected|PANIC|TRAP|XX000|terminated by signal/, 'no deadlock, nothing inside out');
is(ask("SELECT count(DISTINCT answer) > 1 FROM storm.log WHERE what = 'commit'"), 't', 'registrations ended in more than one way');
is(ask("SELECT count(*) FROM storm.log WHERE what = 'sweep' AND answer <> 'swept'"), 0, 'no task of the sweep failed');
is(ask('SELECT string_agg(what || detail, $$;$$) FROM storm.violation'), '', 'no code alone opened a recycled account');

# When all claims are due.
ask('UPDATE storm.clock SET day = day + 100; SELECT storm.enter(); SELECT count(*) FROM acctguard.sweep()');
is(ask('SELECT count(*) FROM (SELECT FROM storm.held GROUP BY n HAVING count(*) > 1) q'), 0, 'every number has one account at most');
is(ask('SELECT count(*) FROM (SELECT FROM storm.held GROUP BY account_id HAVING count(*) > 1) q'), 0, '... and every account one number at most');
is(ask("SELECT string_agg(finding || ' ' || what, ';') FROM acctguard.number_check() WHERE finding NOT IN ('never_bound')"), '', 'number_check() finds nothing');
is(ask("SELECT storm.enter(); $entitlements") =~ s/.*\n//sr, join(',', (1) x 10), 'what they had to lose they have');
is(ask("SELECT count(*) FROM acctguard.release_hold WHERE ended_at IS NULL AND NOT EXISTS (SELECT FROM acctguard.binding b
    WHERE b.account_id = holder_id AND b.no = binding AND b.released_at IS NULL)"), 0, 'no claim waits any more for a number that has left');
is(ask("SELECT count(*) FROM storm.session s JOIN acctguard.binding b ON b.account_id = s.account_id AND b.no = s.binding,
    acctguard.session_check(s.token) c WHERE s.confirmed AND b.release_reason = 'not_mine_claim' AND c.code = 'OK'"), 0,
    'what a code had opened when the number was somebody else\'s ended with the number');
is(ask('SELECT count(*) > 0 FROM acctguard.binding WHERE released_at IS NOT NULL'), 't', 'numbers did leave accounts');
$node->stop;
done_testing();
