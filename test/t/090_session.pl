# Sessions without a key, on a standby, and on disk: no byte of a token is kept; a device signs with a key of its own.
# FRZ-12, LGN-08.

use strict;
use warnings;
use MIME::Base64 qw(encode_base64url decode_base64url);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->start;
$primary->safe_psql('postgres', q{
    SET client_min_messages = warning;
    CREATE EXTENSION acctguard;
    SELECT acctguard.install();
    SELECT acctguard.account_open(n) FROM generate_series(1, 3) n});

# ask(NODE, SQL): what it prints.
sub ask
{
    my ($node, $sql) = @_;
    return $node->safe_psql('postgres', $sql);
}
sub opened
{
    my ($account, $device) = @_;
    return ask($primary, "SELECT token FROM acctguard.session_open($account, '$device', '{password}')");
}
sub code { my ($node, $token) = @_; return ask($node, "SELECT code FROM acctguard.session_check('$token')"); }

# An account about which nothing is on record: the answer may be used for a while, once the filter is known.
my $token = opened(1, '{"id": "phone"}');
is(ask($primary, "SELECT code, cache_ttl FROM acctguard.session_check('$token')"), 'OK|5', 'keyless: open and good for 5 seconds');
ask($primary, q{SELECT acctguard.policy_set('setting', 'session_cache', '2', 'test')});
is(ask($primary, "SELECT cache_ttl FROM acctguard.session_check('$token')"), 2, '... or as long as policy says');

# A standby
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);
is(code($standby, $token), 'OK', 'a standby answers');
is(ask($standby, "BEGIN; SELECT FROM acctguard.session_bind('$token'); SELECT acctguard.current_account(); COMMIT"), 1, '... and binds');
is(ask($standby, 'SELECT count(*) FROM acctguard.session_list(1)'), 1, '... and lists');
for my $call ("session_open(1, '{\"id\": \"x\"}', '{password}')", "session_refresh('$token')", "session_revoke('$token')", "device_challenge(1, 'phone')")
{
    my ($status, $out, $err) = $standby->psql('postgres', "\\set VERBOSITY sqlstate\nSELECT acctguard.$call");
    like($err, qr/ERROR:  UG004/, "... but does not " . ($call =~ /(\w+)/)[0]);
}
ask($primary, q{SELECT acctguard.freeze_impose(1, 'emergency_lock', 'security.takeover', 'a freeze on the primary')});
$primary->wait_for_catchup($standby);
is(code($standby, $token), 'LOCKED', 'a freeze on the primary locks it there');
ask($primary, q{SELECT acctguard.freeze_lift(1, 1, 'false alarm')});
ask($primary, "SELECT acctguard.session_revoke('$token')");
$primary->wait_for_catchup($standby);
is(code($standby, $token), 'REVOKED', 'a logout on the primary counts there');

# A device with a key
SKIP: {
    my $dir = PostgreSQL::Test::Utils::tempdir;
    skip 'no openssl that signs with Ed25519', 5
        if system("openssl genpkey -algorithm ed25519 -out $dir/key.pem 2> $dir/log && openssl pkey -in $dir/key.pem -pubout -outform DER -out $dir/public.der 2>> $dir/log");
    my $public = encode_base64url(substr(slurp_file("$dir/public.der"), -32));
    ok(opened(2, qq({"id": "k", "key": "$public"})) ne '', 'a device is enrolled with its key');

    # signed(ACCOUNT, DOMAIN): the signature over a fresh challenge
    my $signed = sub {
        my ($account, $domain) = @_;
        my $challenge = decode_base64url(ask($primary, "SELECT acctguard.device_challenge(2, 'k')"));
        open my $file, '>:raw', "$dir/message" or die $!;
        print $file $domain . "\0" . pack('Q>', $account) . $challenge;
        close $file;
        system("openssl pkeyutl -sign -rawin -inkey $dir/key.pem -in $dir/message -out $dir/signature 2>> $dir/log") == 0 or die slurp_file("$dir/log");
        return encode_base64url(slurp_file("$dir/signature"));
    };
    my $answer = sub { ask($primary, qq(SELECT code FROM acctguard.session_open(2, '{"id": "k", "signature": "$_[0]"}', '{password}'))) };
    my $signature = $signed->(2, 'acctguard device 1');
    is($answer->($signature), 'OK', 'it signs and is in');
    is($answer->($signature), 'DEVICE_PROOF', 'a signature is good once');
    is($answer->($signed->(3, 'acctguard device 1')), 'DEVICE_PROOF', 'what it signs for another account is of no use');
    is($answer->($signed->(2, 'acctguard device 2')), 'DEVICE_PROOF', '... nor for another purpose');
    is(ask($primary, q{SELECT proofs FROM acctguard.session_list(2) LIMIT 1}), '{password,device_key}', 'the proof is on record');
}

# A token is nowhere: not in a dump, not in the files, not in WAL. Its text and its bytes.
my $secret = opened(3, '{"id": "planted"}');
my $next = ask($primary, "SELECT new_token FROM acctguard.session_refresh('$secret')");
is(code($primary, $next), 'OK', 'a token to look for');
$primary->safe_psql('postgres', 'CHECKPOINT');
my $dump = $primary->basedir . '/dump.sql';
$primary->command_ok(['pg_dump', '-f', $dump, '-d', $primary->connstr('postgres')], 'a dump');
$primary->stop;
my $found = 0;
my $files = 0;
for my $planted ($secret, $next)
{
    my ($digits) = $planted =~ /([^.]+)$/;
    my $bytes = decode_base64url($digits);
    for my $path ($dump, split /\n/, `find '@{[$primary->data_dir]}/base' '@{[$primary->data_dir]}/pg_wal' -type f`)
    {
        my $content = slurp_file($path);
        $files++;
        $found++ if index($content, $digits) >= 0 || index($content, $bytes) >= 0 || index($content, unpack('H*', $bytes)) >= 0;
    }
}
cmp_ok($files, '>', 100, 'files were looked at');
is($found, 0, 'no token in any of them');

done_testing();
