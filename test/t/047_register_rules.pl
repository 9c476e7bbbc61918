# The rows of registration, for every combination of facts, against the table written down once more; no server is needed.

use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;

my ($tap, $noise) = run_command([ "$ENV{TESTDIR}/test/unit/register" ]);
like($tap, qr/^1\.\.[0-9]+$/m, 'the unit tests ran');
unlike($tap, qr/^not ok/m, '... and passed') or diag($tap);
like($tap, qr/agrees with the table in [0-9]{7} combinations/, '... over every combination');

done_testing();
