# The gate, for every set of at most three methods in every situation, against the tables written down once more; no server is needed.

use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;

my ($tap, $noise) = run_command([ "$ENV{TESTDIR}/test/unit/assurance" ]);
like($tap, qr/^1\.\.[0-9]+$/m, 'the unit tests ran');
unlike($tap, qr/^not ok/m, '... and passed') or diag($tap);
like($tap, qr/agrees with the tables in [0-9]{8} combinations/, '... over every combination');

done_testing();
