# Installing: roles that could be traps, leaked default privileges, tables that outlive the extension.

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "acctguard.allow_existing_roles = off\n");
$node->start;

# refuses(DATABASE, SQL): the message of the error.
sub refuses
{
    my ($database, $sql) = @_;
    my ($code, $out, $err) = $node->psql($database, "\\set VERBOSITY verbose\n$sql");
    return $err;
}

# A role made beforehand that can log in, has an attribute or has members would inherit acctguard's rights.
$node->safe_psql('postgres', 'CREATE ROLE acctguard_owner LOGIN');
like(refuses('postgres', 'CREATE EXTENSION acctguard'),
    qr/UG620.*role "acctguard_owner" exists and can log in/, 'a squatted owner that can log in is refused');
$node->safe_psql('postgres', 'ALTER ROLE acctguard_owner NOLOGIN CREATEROLE');
like(refuses('postgres', 'CREATE EXTENSION acctguard'), qr/UG620/, 'a squatted owner with an attribute is refused');
$node->safe_psql('postgres', 'ALTER ROLE acctguard_owner NOCREATEROLE; CREATE ROLE mallory LOGIN; GRANT acctguard_owner TO mallory');
like(refuses('postgres', 'CREATE EXTENSION acctguard'), qr/UG620.*has members: mallory/, 'a squatted owner with members is refused');
like(refuses('postgres', 'SET acctguard.allow_existing_roles = on; CREATE EXTENSION acctguard'),
    qr/UG620.*"acctguard_owner" exists and has members/, '... whatever the setting says');
$node->safe_psql('postgres', 'REVOKE acctguard_owner FROM mallory; CREATE ROLE acctguard_reviewer; GRANT acctguard_reviewer TO mallory');
like(refuses('postgres', 'CREATE EXTENSION acctguard'), qr/UG620.*"acctguard_reviewer"/, 'a squatted reviewer is refused');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_namespace WHERE nspname = 'acctguard'"), '0',
    'a refused installation leaves nothing');
$node->safe_psql('postgres', 'REVOKE acctguard_reviewer FROM mallory');

# Default privileges of the database do not leak onto acctguard's objects.
$node->safe_psql('postgres', q{
    CREATE ROLE readonly;
    ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO readonly;
    ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO readonly;
    ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO readonly;
    ALTER DEFAULT PRIVILEGES FOR ROLE acctguard_owner GRANT SELECT ON TABLES TO readonly;
    CREATE EXTENSION acctguard});
is($node->safe_psql('postgres', q{
    SELECT count(*) FROM pg_proc p, aclexplode(p.proacl) a
    WHERE p.pronamespace = 'acctguard'::regnamespace AND a.grantee IN (0, 'readonly'::regrole)}), '0',
    'no function of acctguard is executable by PUBLIC or by a default privilege');
is($node->safe_psql('postgres', q{
    SELECT count(*) FROM pg_namespace n, aclexplode(n.nspacl) a
    WHERE n.nspname = 'acctguard' AND a.grantee IN (0, 'readonly'::regrole)}), '0', 'nor is the schema usable');

# Without tables every function says what to do.
like(refuses('postgres', 'SELECT acctguard.account_open(1)'), qr/UG006.*have not been created.*HINT.*install/s,
    'before install() the error says what to do');
is($node->safe_psql('postgres', 'SELECT acctguard.install()'), 'acctguard '
      . $node->safe_psql('postgres', q{SELECT extversion FROM pg_extension WHERE extname = 'acctguard'}) . ' is installed',
    'install() tells the version');
is($node->safe_psql('postgres', q{
    SELECT count(*) FROM pg_class c, aclexplode(c.relacl) a
    WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind IN ('r', 'p') AND a.grantee <> c.relowner}), '0',
    'no table has a grant, whatever the default privileges say');
like($node->safe_psql('postgres', 'SELECT acctguard.install()'), qr/exist already .*; 0 repairs/, 'install() again changes nothing');

# A role that reads everything reads nothing here.
$node->safe_psql('postgres', q{
    SELECT acctguard.account_open(1);
    CREATE ROLE snoop LOGIN; GRANT pg_read_all_data TO snoop});
is($node->safe_psql('postgres', 'SET ROLE snoop; SELECT count(*) FROM acctguard.account'), '0', 'pg_read_all_data sees no row');

# Dropping the extension loses no account, creating it again finds them.
$node->safe_psql('postgres', 'DROP EXTENSION acctguard CASCADE');
is($node->safe_psql('postgres', 'SELECT count(*) FROM acctguard.account'), '1', 'the account outlives the extension');
$node->safe_psql('postgres', 'CREATE EXTENSION acctguard');
like($node->safe_psql('postgres', 'SELECT acctguard.install()'), qr/exist already .*; [1-9][0-9]* repairs/, 'install() puts the triggers back');
my ($code, $out, $err) = $node->psql('postgres', 'UPDATE acctguard.account SET state = state');
like($err, qr/changed through acctguard's functions only/, 'which guard the tables again');

# A second database of the same cluster: roles with members are accepted on request only.
$node->safe_psql('postgres', 'GRANT acctguard_app TO mallory; CREATE DATABASE second');
like(refuses('second', 'CREATE EXTENSION acctguard'), qr/UG620.*"acctguard_app" exists and has members: mallory/,
    'members from elsewhere are refused');
my ($code2, $out2, $err2) = $node->psql('second', 'SET acctguard.allow_existing_roles = on; CREATE EXTENSION acctguard');
is($code2, 0, '... unless the superuser allows them');
like($err2, qr/WARNING:  role "acctguard_app" exists and has members: mallory/, '... and is told who they are');

$node->stop;
done_testing();
