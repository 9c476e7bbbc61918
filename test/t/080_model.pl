# A random walk through freezes, appeals, strikes, risk, holds and the lifecycle, every answer and every state compared
# with an oracle written from the tables of the manual. Always the same walk, so that a change is what makes it fail;
# MODEL_SEED chooses another, MODEL_STEPS makes it longer.

use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir();
chmod 0700, $dir;
run_log([ "$ENV{STAGED_BIN}/acctguard-keygen", '--out', "$dir/root.key" ]);
my $node = PostgreSQL::Test::Cluster->new('model');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off\nacctguard.worker = off\nacctguard.root_key_file = '$dir/root.key'\n");
$node->start;
my @walk = ($^X, "$FindBin::Bin/../model/walk", '--steps', $ENV{MODEL_STEPS} || 600, '--seed', $ENV{MODEL_SEED} || 1);
local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
my ($out, $err) = ('', '');
my $right = IPC::Run::run(\@walk, '<', \undef, '>', \$out, '2>', \$err);
ok($right, 'the server does what the tables say') or diag("$out$err");
like($out, qr/^seed \d+$/m, 'a walk can be repeated');
note($out);
$node->stop;
done_testing();
