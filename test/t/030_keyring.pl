# The keyring: where the root key may come from, rotation, retirement, shredding, and that no secret is found anywhere.

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MIME::Base64;
use Secrets;

my $unit = "$ENV{TESTDIR}/test/unit";
my $keygen = "$ENV{STAGED_BIN}/acctguard-keygen";
my $dir = PostgreSQL::Test::Utils::tempdir();
chmod 0700, $dir;

# What needs no server.
my ($tap, $noise) = run_command([ "$unit/envelope" ]);
like($tap, qr/^1\.\.[0-9]+$/m, 'the unit tests ran');
unlike($tap, qr/^not ok/m, '... and passed') or diag($tap);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', q{
log_statement = all
log_min_duration_statement = 0
log_parameter_max_length_on_error = -1
restart_after_crash = on
});
$node->start;
my $data = $node->data_dir;
$node->safe_psql('postgres', q{
    CREATE EXTENSION acctguard;
    SELECT acctguard.install();
    SELECT acctguard.account_open(n) FROM generate_series(1, 20) n;
    CREATE FUNCTION seal(purpose text, account_id bigint, record bigint, part int, value bytea) RETURNS bytea
        LANGUAGE c STRICT AS 'acctguard', 'acctguard_test_seal';
    CREATE FUNCTION unseal(purpose text, account_id bigint, record bigint, part int, value bytea) RETURNS bytea
        LANGUAGE c STRICT AS 'acctguard', 'acctguard_test_unseal';
    CREATE FUNCTION tag(kid int, value bytea) RETURNS bytea LANGUAGE c STRICT AS 'acctguard', 'acctguard_test_tag';
    CREATE TABLE sealed (no int PRIMARY KEY, purpose text, account_id bigint, body bytea);
});

sub sql { return $node->safe_psql('postgres', $_[0]) }

# refused(SQL): SQLSTATE and message of the error.
sub refused
{
    my ($statement) = @_;
    my ($code, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$statement");
    return $err;
}

sub write_file
{
    my ($name, $content, $mode) = @_;
    unlink $name;
    open my $file, '>', $name or die "$name: $!";
    print $file $content;
    close $file;
    chmod $mode, $name;
}

# restart_with(SETTING): one line of configuration, in force after a restart; the part of the log since then.
my $base_conf = slurp_file("$data/postgresql.conf");
sub restart_with
{
    my ($setting) = @_;
    my $offset = -s $node->logfile;
    write_file("$data/postgresql.conf", "$base_conf\n$setting\n", 0600);
    $node->restart;
    return slurp_file($node->logfile, $offset);
}

sub file_setting { return "acctguard.root_key_file = '$_[0]'" }

#
# Without a root key (the regression test keyring has the rest).
#
like(refused('SELECT acctguard.key_create()'), qr/UG001.*no root key.*HINT.*acctguard-keygen/s, 'keyless: UG001 says what to do');
like(refused(q{SELECT seal('contact', 1, 1, 0, 'x')}), qr/UG001/, 'keyless: nothing is sealed');
like(refused(q{SELECT tag(1, 'x')}), qr/UG001/, '... or tagged');

#
# acctguard-keygen
#
my $one = "$dir/one.key";
command_ok([ $keygen, '--out', $one ], 'keygen makes a key');
is((stat $one)[2] & 07777, 0600, '... that only its owner reads');
like(slurp_file($one), qr/\A1:[0-9a-f]{64}\n\z/, '... of version 1');
my $before = slurp_file($one);
command_fails([ $keygen, '--out', $one ], 'it overwrites nothing');
is(slurp_file($one), $before, '... really');
command_fails([ $keygen, '--out', "$data/base/root.key" ], 'it makes no key inside a data directory');
ok(!-e "$data/base/root.key", '... really');
my $two = "$dir/two.key";
command_ok([ $keygen, '--out', $two, '--previous', $one ], 'keygen makes the next version');
like(slurp_file($two), qr/\A2:[0-9a-f]{64}\n1:[0-9a-f]{64}\n\z/, '... in front of the one before');
is((split /\n/, slurp_file($two))[1] . "\n", $before, '... which it keeps');

#
# Unsafe and broken sources: the server starts, without keys, and says why.
#
my $hex = 'ab' x 32;
mkdir "$dir/space" or die $!;
$node->safe_psql('postgres', "CREATE TABLESPACE outside LOCATION '$dir/space'");
my $key = "$dir/bad.key";
write_file("$data/inside.key", "1:$hex\n", 0600);
symlink "$data/inside.key", "$dir/link.key";
mkdir "$dir/folder.key";
system('mkfifo', "$dir/fifo.key") == 0 or die 'mkfifo';
my @refusals = (
    [ 'inside the data directory', "$data/inside.key", undef, 0, qr/lies inside the data directory/ ],
    [ 'a link into it', "$dir/link.key", undef, 0, qr/lies inside the data directory/ ],
    [ 'inside a tablespace', "$dir/space/inside.key", "1:$hex\n", 0600, qr/lies inside a tablespace/ ],
    [ 'writable by its group', $key, "1:$hex\n", 0620, qr/its mode is 0620/ ],
    [ 'writable by all', $key, "1:$hex\n", 0602, qr/its mode is 0602/ ],
    [ 'readable by all', $key, "1:$hex\n", 0604, qr/its mode is 0604/ ],
    [ 'a folder', "$dir/folder.key", undef, 0, qr/not a regular file/ ],
    [ 'a pipe', "$dir/fifo.key", undef, 0, qr/not a regular file/ ],
    [ 'not there', "$dir/none.key", undef, 0, qr/cannot be found/ ],
    [ 'not absolute', 'root.key', undef, 0, qr/path is not absolute/ ],
    [ 'of another form', $key, "1:$hex$hex\n", 0600, qr/not of the form version:64 hexadecimal digits/ ],
    [ 'in the wrong order', $key, "1:$hex\n2:$hex\n", 0600, qr/do not descend/ ],
    [ 'empty', $key, '', 0600, qr/it is empty/ ],
    [ 'all zeros', $key, "\0" x 32, 0600, qr/all zeros/ ],
    [ 'much too long', $key, "1:$hex\n" x 1000, 0600, qr/too long/ ]);
foreach my $case (@refusals)
{
    my ($what, $path, $content, $mode, $why) = @$case;
    write_file($path, $content, $mode) if defined $content;
    my $log = restart_with(file_setting($path));
    like($log, qr/WARNING: .*starts without keys.*refused.*$why/s, "a key file $what is refused, and the log says why");
    is(sql(q{SELECT state FROM acctguard.key_status() WHERE purpose = 'root'}), 'keyless', '... there are no keys');
    unlink $path if defined $content && $path ne $key;
}
unlink "$data/inside.key";
sql('DROP TABLESPACE outside');
like(sql(q{SELECT detail FROM acctguard.key_status() WHERE purpose = 'root'}), qr/refused: .*too long/, 'the operator can ask why');
like(refused('SELECT acctguard.key_create()'), qr/UG001.*refused when the server started/s, 'UG001 tells that it was refused');
like(restart_with("acctguard.root_key_command = 'cat \"$one\"; exit 3'"), qr/exit status 3/, 'a command that fails gives no key');
like(restart_with("acctguard.root_key_command = 'echo nonsense'"), qr/not of the form/, 'nor does one that prints something else');
like(restart_with(file_setting($one) . "\nacctguard.root_key_command = 'cat \"$one\"'"), qr/are both set/, 'nor do two sources');
unlike(slurp_file($node->logfile), qr/$hex/, 'no message shows what it read');

#
# With a root key, from a command: keys, the ledger's tags, a sealed address.
#
like(restart_with("acctguard.root_key_command = 'cat \"$one\"'"), qr/root key version 1 has been read/, 'a command gives the root key');
is(sql(q{SELECT purpose, kid, state, usable FROM acctguard.key_status() LIMIT 1}), 'root|1|unused|t', 'the root key is not used yet');
sql('SELECT acctguard.account_change(1, \'en\', \'UTC\', NULL)');
is(sql('SELECT count(*) FROM acctguard.ledger WHERE key_id IS NOT NULL'), '0', 'no data key, no tag');
is(sql('SELECT count(*) FROM acctguard.key_create()'), '8', 'key_create() makes what is missing');
is(sql('SELECT count(*) FROM acctguard.key_create()'), '0', '... once');
is(sql(q{SELECT count(*) FROM acctguard.key_status() WHERE state = 'active' AND usable}), '8', 'every purpose has a usable key');
like(sql('SELECT acctguard.audit_read(action => \'key.created\')'), qr/ledger_mac/, 'their making is recorded');

my $root = substr(slurp_file($one), 2, 64);
my %secret = ('root key 1' => $root);
sub oracle
{
    my @arguments = @_;
    my ($out, $err) = run_command([ "$unit/oracle", @arguments ]);
    return $err ne '' ? "error: $err" : $out;
}

# data_key(KID): the key, as the document says it is wrapped.
sub data_key
{
    my ($kid, $with, $version) = @_;
    my ($purpose, $wrapped) = split /\|/, sql("SELECT purpose, encode(wrapped, 'hex') FROM acctguard.data_key WHERE kid = $kid");
    my $found = oracle('unwrap', $with, $version, $kid, $purpose, $wrapped);
    $secret{"data key $kid"} = $found;
    return $found;
}
is(oracle('check', $root), sql(q{SELECT encode(check_value, 'hex') FROM acctguard.root_epoch}), 'the check value is as documented');
like(data_key($_, $root, 1), qr/^[0-9a-f]{64}$/, "data key $_ is wrapped as documented") foreach 1 .. 8;

# The address comes with a TCP connection; it needs a password, because the port is open to this machine's users.
my $password = unpack('H*', join '', map { chr int rand 256 } 1 .. 16);
my $port = $node->port;
sql("SET log_statement = 'none'; CREATE ROLE over_tcp SUPERUSER LOGIN PASSWORD '$password'");
my $hba = slurp_file("$data/pg_hba.conf");
write_file("$data/pg_hba.conf", "host all over_tcp 127.0.0.1/32 scram-sha-256\n$hba", 0600);
restart_with("acctguard.root_key_command = 'cat \"$one\"'\nlisten_addresses = '127.0.0.1'");
my $tcp = "host=127.0.0.1 port=$port user=over_tcp password=$password dbname=postgres";
command_ok([ 'psql', '-XAtq', '-d', $tcp, '-c', q{SELECT acctguard.account_change(1, 'de', 'UTC', NULL)} ], 'an act over TCP');
my ($tx, $ord, $origin, $dek, $key_id, $tag) = split /\|/, sql(q{
    SELECT tx, ord, encode(origin, 'hex'), dek, key_id, encode(tag, 'hex') FROM acctguard.ledger WHERE origin IS NOT NULL});
is(sql("SELECT purpose FROM acctguard.data_key WHERE kid = $dek"), 'origin', 'the address is sealed');
is(oracle('open', $secret{"data key $dek"}, 'ledger.origin', 1, $tx, $ord, 0, $origin), unpack('H*', '127.0.0.1'), '... as documented');
is(sql(q{SELECT DISTINCT address FROM acctguard.audit_read(1) WHERE address IS NOT NULL}), '127.0.0.1', '... and the auditor reads it');
is($tag, oracle('tag', $secret{"data key $key_id"}, sql("SELECT encode(acctguard.audit_encoding($tx, $ord), 'hex')")),
    'the tag is the keyed hash of the canonical encoding');
is(sql("SELECT encode(tag($key_id, 'x'), 'hex')"), oracle('tag', $secret{"data key $key_id"}, unpack('H*', 'x')),
    'a key named by a row makes a tag, also where the session has named none before');
like(refused(q{SELECT tag(99, 'x')}), qr/UG020/, '... and none that never was');
is(sql('SELECT count(*) FROM acctguard.ledger WHERE key_id IS NULL AND tx > (SELECT min(tx) FROM acctguard.ledger WHERE key_id IS NOT NULL)'),
    '0', 'every event since then has a tag');

#
# Sealed values: round trips, what they are bound to, and uniform refusal.
#
sql(q{INSERT INTO sealed
    SELECT n, p, 1 + n % 20, seal(p, 1 + n % 20, n, 0, convert_to('value ' || n, 'UTF8'))
    FROM generate_series(1, 200) n, LATERAL (SELECT CASE WHEN n % 2 = 0 THEN 'contact' ELSE 'subject' END) AS purpose (p)});
my $all_open = q{SELECT count(*) FROM sealed WHERE convert_from(unseal(purpose, account_id, no, 0, body), 'UTF8') = 'value ' || no};
is(sql($all_open), '200', 'what was sealed opens, under data keys and under keys of accounts');
is(sql('SELECT count(*), count(DISTINCT account_id) FROM acctguard.subject_key'), '10|10', 'an account has one key');
my ($account, $no, $kek, $wrapped) = split /\|/, sql(q{SELECT account_id, no, kid, encode(wrapped, 'hex') FROM acctguard.subject_key LIMIT 1});
like($secret{'account key'} = oracle('subject', $secret{"data key $kek"}, $account, $no, $wrapped), qr/^[0-9a-f]{64}$/,
    'which is wrapped as documented');
my $flips = q{
    CREATE FUNCTION pg_temp.outcome(purpose text, account_id bigint, record bigint, part int, value bytea) RETURNS text LANGUAGE plpgsql AS $$
    DECLARE m text; d text; h text; c text; BEGIN
        RETURN 'opened: ' || unseal(purpose, account_id, record, part, value);
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
        RETURN concat_ws('/', SQLSTATE, m, d, h);
    END $$;
};
my $uniform = 'UG020/a sealed value cannot be opened//';
foreach my $what ('contact', 'subject')
{
    is(sql($flips . qq{
        SELECT DISTINCT pg_temp.outcome(purpose, account_id, no, 0, set_byte(body, i, get_byte(body, i) # (1 << b)))
        FROM (SELECT * FROM sealed WHERE purpose = '$what' LIMIT 1) s, generate_series(0, length(body) - 1) i, generate_series(0, 7) b}),
        $uniform, "no bit of a value ($what) can be changed, and every refusal reads the same");
    is(sql($flips . qq{
        SELECT DISTINCT pg_temp.outcome(purpose, account_id, no, 0, substr(body, 1, i))
        FROM (SELECT * FROM sealed WHERE purpose = '$what' LIMIT 1) s, generate_series(0, length(body) - 1) i}), $uniform, '... nor cut off');
    is(sql($flips . qq{
        SELECT DISTINCT pg_temp.outcome(v.purpose, account_id + a, no + r, p, body)
        FROM (SELECT * FROM sealed WHERE purpose = '$what' LIMIT 1) s, LATERAL (VALUES
            (s.purpose, 2, 0, 0), (s.purpose, 0, 1, 0), (s.purpose, 0, 0, 1), ('origin', 0, 0, 0), ('pw_pepper', 0, 0, 0)) v (purpose, a, r, p)}),
        $uniform, '... nor put elsewhere');
}
sql('CREATE TABLE nonce AS SELECT substr(seal(\'contact\', 1, n, 0, \'\'), 9, 24) AS nonce FROM generate_series(1, 100000) n');
is(sql('SELECT count(*) = count(DISTINCT nonce) FROM nonce'), 't', '100000 nonces of one statement are distinct');
sql('DROP TABLE nonce');
is(sql(q{BEGIN; CREATE TEMP TABLE made AS SELECT kid FROM acctguard.key_create('contact'); CREATE TEMP TABLE s AS SELECT seal('contact', 1, 1, 0, 'a') v;
    ROLLBACK; SELECT octet_length(seal('contact', 1, 1, 0, 'a'))}), '49', 'after a rollback the key before it is the active one again');
is(sql(q{SELECT get_byte(seal('contact', 1, 1, 0, 'a'), 7) = kid FROM acctguard.key_status() WHERE purpose = 'contact'}), 't', '... really');

#
# Rotation of the root key.
#
restart_with(file_setting($two));
my $root2 = $secret{'root key 2'} = substr(slurp_file($two), 2, 64);
is(sql(q{SELECT string_agg(kid || ' ' || state, ', ') FROM acctguard.key_status() WHERE purpose = 'root'}), '2 unused, 1 older', 'two versions are here');
is(sql($all_open), '200', 'all opens with two versions');
is(sql(q{SELECT * FROM acctguard.key_rewrap('root', 5)}), '5|3', 'rewrapping: a batch');
is(sql('SELECT * FROM acctguard.key_rewrap()'), '3|0', '... and the rest');
is(sql('SELECT * FROM acctguard.key_rewrap()'), '0|0', '... and nothing more');
is(data_key(3, $root2, 2), $secret{'data key 3'}, 'the data key stays what it was');
my $only_two = "$dir/only_two.key";
write_file($only_two, "2:$root2\n", 0640);
restart_with(file_setting($only_two));
is(sql($all_open), '200', 'all opens with the new version alone');
is(sql(q{SELECT string_agg(kid || ' ' || state, ', ') FROM acctguard.key_status() WHERE purpose = 'root'}), '2 newest, 1 absent', 'the old one is absent');

#
# A wrong root key: never used, and nothing but secrets stops.
#
my $rows = sql('SELECT count(*) FROM acctguard.root_epoch');
foreach my $wrong ([ 'another version 2', "2:$hex\n" ], [ 'an older one', "1:$root\n" ], [ 'a newer one alone', "3:$hex\n" ],
    [ 'raw bytes', pack('H*', $hex) ], [ 'a new one before a wrong one', "3:$root2\n2:$hex\n" ])
{
    my ($what, $content) = @$wrong;
    write_file($key, $content, 0600);
    restart_with(file_setting($key));
    like(refused(q{SELECT seal('contact', 1, 1, 0, 'x')}), qr/UG002/, "wrong root ($what): nothing is sealed");
    like(refused(q{SELECT unseal(purpose, account_id, no, 0, body) FROM sealed}), qr/UG002/, '... or opened');
    like(refused("SELECT tag($key_id, 'x')"), qr/UG002/, '... or tagged');
    like(refused('SELECT acctguard.key_create(\'contact\')'), qr/UG002/, '... no key is made');
    like(refused('SELECT acctguard.key_rewrap()'), qr/UG002/, '... or wrapped');
    is(sql(q{SELECT count(*) FROM acctguard.key_status() WHERE usable AND purpose <> 'root'}), '0', '... and the inventory says so');
}
is(sql('SELECT count(*) FROM acctguard.root_epoch'), $rows, 'no wrong key became known');
sql(q{SELECT acctguard.freeze_impose(2, 'feature_timeout', 'violation.spam', 'sent one message to 900 strangers')});
is(sql(q{SELECT acctguard.allowed(2, 'msg.send.direct')}), 'f', 'a freeze works with the wrong root');
is(sql('SELECT key_id IS NULL AND tag IS NULL FROM acctguard.ledger ORDER BY tx DESC, ord DESC LIMIT 1'), 't', '... its event has no tag');
like(slurp_file($node->logfile), qr/goes on without its key of purpose "ledger_mac"/, '... which the log tells');
is(sql('SELECT count(*) > 0 FROM acctguard.audit_read(1) WHERE address IS NULL'), 't', '... and the ledger can be read');

#
# Retirement.
#
restart_with(file_setting($only_two));
my $contact = sql(q{SELECT kid FROM acctguard.key_status() WHERE purpose = 'contact'});
like(refused("SELECT acctguard.key_retire($contact)"), qr/UG023.*active key/s, 'the active key is not retired');
like(refused("BEGIN; SELECT acctguard.key_create('contact'); SELECT acctguard.key_retire($contact)"), qr/55000/, 'nor one superseded just now');
like(refused('SELECT acctguard.key_retire(99)'), qr/UG003/, 'nor one that is not there');
sql('SELECT acctguard.key_create(\'contact\')');
my $session = $node->background_psql('postgres');
$session->query_safe(q{BEGIN; SELECT seal('origin', 1, 1, 0, 'x')});
my ($code, $out, $err) = $node->psql('postgres', "SET lock_timeout = '300ms'; SELECT acctguard.key_retire($contact)");
like($err, qr/lock timeout/, 'retiring waits for who uses keys now');
my $other = sql(q{SET lock_timeout = '300ms'; SELECT length(seal('contact', 1, 1, 0, 'x'))});
is($other, '49', '... while nobody else waits');
$session->query_safe('COMMIT');
$session->quit;
is(sql(q{SELECT count(*) FROM sealed WHERE purpose = 'contact' AND unseal(purpose, account_id, no, 0, body) IS NOT NULL}), '100',
    'an older key opens what it sealed');
my $mac = sql(q{SELECT kid FROM acctguard.key_status() WHERE purpose = 'ledger_mac'});
sql('SELECT acctguard.key_create(\'ledger_mac\')');
like(refused("SELECT acctguard.key_retire($mac)"), qr/UG023.*tags in rows of the ledger/s, 'a key with tags in the ledger stays');
sql("SELECT acctguard.key_retire($contact)");
is(sql("SELECT state, usable FROM acctguard.key_status() WHERE kid = $contact AND purpose = 'contact'"), 'retired|f', 'a key without a user is retired');
is(sql("SELECT wrapped IS NULL FROM acctguard.data_key WHERE kid = $contact"), 't', '... its bytes are gone');
like(refused(q{SELECT unseal(purpose, account_id, no, 0, body) FROM sealed WHERE purpose = 'contact'}), qr/UG003/, '... and what it sealed with it');
like(refused("SELECT tag($contact, 'x')"), qr/UG003/, '... and it tags nothing');
like(refused("SELECT acctguard.key_retire($contact)"), qr/UG003.*retired already/s, '... once');

#
# Rotation of data keys while four clients write; rewrapping killed in the middle.
#
sql(q{INSERT INTO sealed SELECT n, 'subject', n, seal('subject', n, n, 0, convert_to('value ' || n, 'UTF8')) FROM generate_series(1001, 5000) n});
my $load = "$dir/load.sql";
write_file($load, q{\set id random(3, 20)
SELECT acctguard.account_change(:id, 'en', 'UTC', NULL);
SELECT seal('origin', :id, 1, 0, 'x'), unseal(purpose, account_id, no, 0, body) FROM sealed WHERE no = 1000 + :id;
}, 0644);
sql("UPDATE sealed SET no = no WHERE false; SELECT acctguard.account_change(n, 'de', 'UTC', NULL) FROM generate_series(3, 20) n");
my $bench = IPC::Run::start([ 'pgbench', '-n', '-c', '4', '-T', '8', '-f', $load, '-d', $node->connstr('postgres') ],
    '>', \my $bench_out, '2>', \my $bench_err);
foreach my $round (1 .. 3)
{
    sql("SELECT acctguard.key_create('$_')") foreach 'ledger_mac', 'origin', 'subject_kek';
    my $left;
    do { $left = sql(q{SELECT remaining FROM acctguard.key_rewrap(batch => 700)}) } while ($left > 0);
}
$bench->finish;
unlike($bench_err, qr/error|aborted/i, 'four clients notice nothing of three rotations') or diag($bench_err);
like($bench_out, qr/number of failed transactions: 0 /, '... no transaction failed') or diag($bench_out);
is(sql(q{SELECT count(*) FROM sealed WHERE purpose = 'subject' AND convert_from(unseal(purpose, account_id, no, 0, body), 'UTF8') = 'value ' || no}),
    '4100', 'everything opens afterwards');
is(sql('SELECT count(*) > 2 FROM (SELECT DISTINCT key_id FROM acctguard.ledger WHERE key_id IS NOT NULL) k'), 't', 'the tags are of several keys');
my $damaged = sql(q{SELECT count(*) FROM acctguard.ledger WHERE key_id IS NOT NULL AND octet_length(tag) <> 16});
is($damaged, '0', '... and whole');
my @old = split /\n/, sql(q{SELECT kid FROM acctguard.key_status() WHERE purpose = 'subject_kek' AND state = 'decrypt_only'});
sql("SELECT acctguard.key_retire($_)") foreach @old;
is(scalar(@old), 3, 'keys that nothing is wrapped with any more are retired');

sql('SELECT acctguard.key_create(\'subject_kek\')');
my $rewrap = $node->background_psql('postgres');
my $pid = $rewrap->query_safe('SELECT pg_backend_pid()');
$rewrap->query_safe('SELECT * FROM acctguard.key_rewrap(batch => 1500)');
$rewrap->query_safe('BEGIN');
$rewrap->query_safe('SELECT * FROM acctguard.key_rewrap(batch => 1000)');
my $crash = -s $node->logfile;
kill 'KILL', $pid;
eval { $rewrap->{run}->finish };
$node->wait_for_log(qr/database system is ready to accept connections/, $crash);
my $undone = sql('SELECT remaining FROM acctguard.key_rewrap(batch => 1)');
is($undone, sql('SELECT count(*) - 1501 FROM acctguard.subject_key'), 'killed in the middle of the second batch, the first is done');
sql('SELECT acctguard.key_rewrap(batch => 100000)');
is(sql('SELECT remaining FROM acctguard.key_rewrap()'), '0', '... the next call goes on');
is(sql(q{SELECT count(*) FROM sealed WHERE purpose = 'subject' AND convert_from(unseal(purpose, account_id, no, 0, body), 'UTF8') = 'value ' || no}),
    '4100', '... and everything opens, with the root key of before the crash');

#
# A standby reads, and changes nothing.
#
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', q{SELECT convert_from(unseal(purpose, account_id, no, 0, body), 'UTF8') FROM sealed WHERE no = 1}),
    'value 1', 'a standby with the root key opens');
is($standby->safe_psql('postgres', q{SELECT count(*) FROM acctguard.key_status() WHERE purpose = 'root' AND state = 'newest'}), '1', '... and tells its keys');
foreach my $change (q{key_create('contact')}, 'key_rewrap()', 'key_retire(1)', q{subject_shred(5, 'ticket')})
{
    ($code, $out, $err) = $standby->psql('postgres', "\\set VERBOSITY verbose\nSELECT acctguard.$change");
    like($err, qr/UG004/, "... but refuses $change");
}

#
# Shredding.
#
my $reader = $node->background_psql('postgres', on_error_stop => 0);
is($reader->query_safe(q{SELECT convert_from(unseal('subject', account_id, no, 0, body), 'UTF8') FROM sealed WHERE no = 1}), 'value 1', 'a session has the key at hand');
is(sql(q{SELECT acctguard.subject_shred(account_id, 'ticket 1') FROM sealed WHERE no = 1}), 't', 'an account is shredded');
($out) = $reader->query(q{SELECT unseal('subject', account_id, no, 0, body) FROM sealed WHERE no = 1});
unlike($out // '', qr/value/, '... and that session has it no more');
$reader->quit;
like(refused(q{SELECT unseal('subject', account_id, no, 0, body) FROM sealed WHERE no = 1}), qr/UG024/, '... nobody opens what it sealed');
like(refused(q{SELECT seal('subject', account_id, no, 0, 'x') FROM sealed WHERE no = 1}), qr/UG024/, '... it gets no other key');
is(sql(q{SELECT count(*) FROM sealed WHERE purpose = 'subject' AND account_id <> (SELECT account_id FROM acctguard.shred)
    AND convert_from(unseal(purpose, account_id, no, 0, body), 'UTF8') = 'value ' || no}), '4090', '... other accounts keep theirs');
$node->wait_for_catchup($standby);
($code, $out, $err) = $standby->psql('postgres', "\\set VERBOSITY verbose\nSELECT unseal('subject', account_id, no, 0, body) FROM sealed WHERE no = 1");
like($err, qr/UG024/, '... the standby opens it no more');
$standby->stop;

#
# H9, planted secrets: every key of this test, as bytes, hexadecimal and base64, in files, WAL, logs and a dump.
#
data_key($_, $root2, 2) foreach split /\n/, sql(q{SELECT kid FROM acctguard.data_key WHERE state <> 'retired'});
$node->command_ok([ 'pg_dumpall', '-d', $node->connstr('postgres'), '-f', "$dir/dump.sql" ], 'a dump');
sql('CHECKPOINT');
$node->stop;
my @places = (Secrets::files($data, $standby->data_dir, $PostgreSQL::Test::Utils::log_path), "$dir/dump.sql");
my @patterns;
foreach my $name (sort keys %secret)
{
    my $bytes = pack('H*', $secret{$name});
    push @patterns, quotemeta($bytes), quotemeta(lc $secret{$name}), quotemeta(uc $secret{$name}), quotemeta(substr(encode_base64($bytes, ''), 0, 42));
}
my $pattern = join '|', @patterns;
cmp_ok(scalar(keys %secret), '>', 12, 'there are secrets to look for');
my ($bytes_read, $found) = Secrets::search($pattern, @places);
is($found, '', 'H9: no key is found in ' . scalar(@places) . ' files');
cmp_ok($bytes_read, '>', 50_000_000, '... of many megabytes');
ok(('x' . pack('H*', $root) . 'x') =~ /$pattern/s, '... though the search would find one');

done_testing();
