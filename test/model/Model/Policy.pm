# The product's tables as the oracle knows them: capabilities, kinds, reasons, ladder, roles. Written from the manual,
# not read from the server, so that a change of either shows.
package Model::Policy;
use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(INF DAY HOUR %KIND %REASON @LADDER %SIGNAL %PERSON @CHANGES @CAPABILITY %BIT mask names short everything SOFT FLOOR
    may rank_of automated_only PROPOSAL_LIFE PROOF_AGE RETENTION CLOSE_GRACE INFORMED_AFTER HALF_LIFE THRESHOLD
    APPEAL_DUE APPEAL_LEASE APPEAL_HOLD APPEAL_ITEMS APPEAL_ROUNDS APPEAL_TRIES MATERIAL_TIME SIGNOFF_POINTS SIGNOFF_TIME TEXT_MIN
    TICKET_LIFE ABUSE_COUNT ABUSE_SPAN);

use constant { INF => 1 << 60, HOUR => 3600, DAY => 86400 };
use constant {
    PROPOSAL_LIFE => 3 * DAY, PROOF_AGE => 900, RETENTION => DAY, CLOSE_GRACE => DAY,
    INFORMED_AFTER => 14 * DAY, HALF_LIFE => DAY, THRESHOLD => 100,
    APPEAL_DUE => 7 * DAY, APPEAL_LEASE => 8 * HOUR, APPEAL_HOLD => DAY, APPEAL_ITEMS => 2, APPEAL_ROUNDS => 2, APPEAL_TRIES => 2,
    MATERIAL_TIME => 14 * DAY, SIGNOFF_POINTS => 4, SIGNOFF_TIME => 2 * DAY, TEXT_MIN => 20,
    TICKET_LIFE => 7 * DAY, ABUSE_COUNT => 2, ABUSE_SPAN => 60 * DAY,
};

our @CAPABILITY = qw(
    session.create session.use session.refresh session.add_device
    msg.send.direct msg.send.stranger msg.send.group msg.send.channel msg.schedule msg.edit msg.recall msg.react
    msg.forward msg.receive msg.read_history msg.mention_all media.upload media.download link.send
    call.start call.join live.start contact.add contact.accept group.create group.join group.invite group.admin
    moment.post moment.comment profile.edit profile.visible search.discoverable
    security.change_password security.change_phone security.change_email security.disable_2fa
    pay.send pay.large pay.receive pay.withdraw api.token bot.run moderate.others
    appeal.submit appeal.supplement support.contact account.data_export
    status.view session.logout session.logout_all account.close_request);
our %BIT;
@BIT{@CAPABILITY} = (0 .. $#CAPABILITY);
use constant { SOFT => 0xF << 44, FLOOR => 0xF << 48 };

my %bundle = (
    login => [qw(session.create session.add_device)],
    'messaging.out' => [qw(msg.send.direct msg.send.stranger msg.send.group msg.send.channel msg.schedule msg.forward
        msg.mention_all media.upload link.send)],
    'social.out' => [qw(contact.add group.create group.join group.invite moment.post moment.comment live.start call.start)],
    'money.out' => [qw(pay.send pay.large pay.withdraw)],
    'security.change' => [qw(security.change_password security.change_phone security.change_email security.disable_2fa)],
);

# Everything that a ban denies: every capability but floor and soft floor.
sub everything { return (1 << 44) - 1 }

# The set of these capabilities and bundles, one bit each.
sub mask
{
    my $mask = 0;
    foreach my $name (@_)
    {
        if ($name eq 'all') { $mask |= everything() }
        elsif ($bundle{$name}) { $mask |= 1 << $BIT{$_} foreach @{ $bundle{$name} } }
        else { defined $BIT{$name} or die "no capability $name"; $mask |= 1 << $BIT{$name} }
    }
    return $mask;
}

my %names;
sub names
{
    my ($mask) = @_;
    return $names{$mask} //= short(join(',', map { $mask >> $BIT{$_} & 1 ? $_ : () } @CAPABILITY));
}

# Lists of names are easier to read with the longest of them named.
my $everything = join(',', @CAPABILITY[ 0 .. 43 ]);
sub short { return $_[0] =~ s/\Q$everything\E/everything/gr }

my $functions = mask(qw(msg.send.direct msg.send.stranger msg.send.group msg.send.channel contact.add));
my $chosen = mask('messaging.out', 'social.out');
my %follows = (probation => 7 * DAY, probation_denies => mask('security.change', 'pay.large'), ack => mask(qw(msg.send.stranger msg.mention_all)));

# default: length when none is asked for; automated: longest by a machine, absent: only a proposal; ack: denied until acknowledged.
our %KIND = (
    temp_restrict => {
        severity => 2, denies => mask('login'), max => DAY, default => DAY, automated => DAY, lift_policy => 'system',
        impose => [qw(risk moderator operator)], lift => [qw(moderator operator)], conditions => [qw(identity_verified risk_over)],
        probation => 72 * HOUR, probation_denies => mask('security.change', 'pay.large'), appeal => 'yes', appeal_window => 20 * DAY },
    feature_freeze => {
        severity => 4, denies => $functions, choices => $chosen, default => INF, indefinite => 1, automated => 72 * HOUR,
        impose => [qw(risk moderator operator)], lift => [qw(moderator reviewer operator)], lift_policy => 'manual',
        stay_max => 7 * DAY, points => 1, points_max => 2, review_due => 72 * HOUR, breach => 'escalate', %follows, appeal => 'yes' },
    feature_timeout => {
        severity => 3, denies => $functions, choices => $chosen, min => 60, max => 30 * DAY, default => DAY, automated => 30 * DAY,
        impose => [qw(risk moderator operator)], lift => [qw(moderator reviewer operator)], lift_policy => 'system',
        stay_max => 7 * DAY, points => 0, points_max => 2, %follows, appeal => 'yes', appeal_window => 30 * DAY },
    ban => {
        severity => 9, denies => everything(), min => DAY, max => 365 * DAY, default => INF, indefinite => 1,
        impose => [qw(risk moderator compliance operator)], approve => [qw(moderator compliance operator)],
        lift => [qw(reviewer compliance operator)], second => 1, lift_policy => 'manual',
        stay_max => 30 * DAY, points => 4, points_max => 8, probation => 30 * DAY,
        probation_denies => mask('security.change', 'money.out', 'msg.send.stranger'), ack => mask('messaging.out', 'social.out'),
        appeal => 'case', ground => 1, blocks_erasure => 1 },
    emergency_lock => {
        severity => 6, denies => everything(), max => 72 * HOUR, default => 72 * HOUR, automated => 72 * HOUR,
        impose => [qw(risk moderator compliance operator)], lift => [qw(moderator compliance operator)], lift_policy => 'manual',
        conditions => [qw(identity_verified risk_over)], appeal => 'yes', review_due => DAY, blocks_closure => 1, blocks_erasure => 1 },
    compliance => {
        severity => 8, denies => everything(), choices => everything(), default => INF, indefinite => 1,
        impose => ['compliance'], approve => ['compliance'], lift => ['compliance'], second => 1, lift_policy => 'authority',
        appeal => 'case', ground => 1, reference => 1, blocks_closure => 1, blocks_erasure => 1 },
    self_freeze => {
        severity => 5, denies => everything(), default => INF, indefinite => 1, impose => ['app'], lift => [qw(app moderator operator)],
        lift_policy => 'self', cooldown => HOUR, appeal => 'no', no_facts => 1 },
    dormancy => {
        severity => 1, denies => mask(qw(session.create search.discoverable)), mode => 'challenge', default => INF, indefinite => 1,
        impose => ['operator'], lift => [qw(operator moderator)], lift_policy => 'system',
        conditions => [qw(verified_login identity_verified)], stay_max => 2 * DAY, appeal => 'no', no_facts => 1 },
    appeal_abuse => {
        severity => 1, denies => mask('appeal.submit'), max => 30 * DAY, default => 30 * DAY, impose => [qw(reviewer operator)],
        lift => [qw(reviewer operator)], lift_policy => 'manual', appeal => 'no' },
    monitor => {
        severity => 0, denies => everything(), choices => everything(), mode => 'monitor', max => 90 * DAY, default => 14 * DAY,
        automated => 14 * DAY, impose => [qw(risk moderator operator)], lift => [qw(moderator operator)], lift_policy => 'system',
        appeal => 'no', no_facts => 1 },
);
foreach my $kind (values %KIND)
{
    $kind->{$_} //= [] foreach qw(approve conditions);
    $kind->{mode} //= 'deny';
    $kind->{$_} //= 0 foreach qw(points points_max);
    $kind->{appeal_window} //= $kind->{appeal} eq 'no' ? undef : 180 * DAY;
}

# Points: undef leaves them to the kind.
our %REASON = (
    'security.odd_login' => { category => 'security', life => 90 * DAY },
    'security.wrong_passwords' => { category => 'security', life => 90 * DAY },
    'security.takeover' => { category => 'security', life => 90 * DAY },
    'violation.spam' => { category => 'violation', points => 1, life => 90 * DAY },
    'violation.harassment' => { category => 'violation', points => 2, life => 180 * DAY },
    'violation.severe' => { category => 'violation', points => 4, life => 365 * DAY },
    'appeal.abuse' => { category => 'violation', points => 0, life => 180 * DAY },
    'regulatory.order' => { category => 'regulatory', points => 0, life => 365 * DAY },
    'own_wish' => { category => 'own_wish', points => 0, life => DAY },
    'dormancy' => { category => 'dormancy', points => 0, life => DAY },
    'ladder' => { category => 'violation', points => 0, life => 365 * DAY },
);

our @LADDER = (
    { score => 1 },
    { score => 2, kind => 'feature_timeout', length => DAY },
    { score => 3, kind => 'feature_timeout', length => 3 * DAY },
    { score => 4, kind => 'feature_timeout', length => 7 * DAY },
    { score => 6, kind => 'feature_timeout', length => 30 * DAY },
    { score => 8, kind => 'ban', length => INF, proposal => 1 },
);

our %SIGNAL = (
    wrong_password => 10, new_device => 20, odd_login => 40, impossible_travel => 60, mass_messages => 40,
    takeover_report => 80, credential_leak => 60,
);

# What the walk changes about the policy as delivered, so that no state is out of its reach: accounts close and can be
# erased within days, and there is a kind that can be stayed and ends on a condition.
our @CHANGES = (
    [ 'setting', 'close_grace', '"1 day"' ], [ 'setting', 'retention', '"1 day"' ], [ 'setting', 'appeal_items', '2' ], [ 'setting', 'appeal_rounds', '2' ],
    [ 'setting', 'appeal_abuse_count', '2' ], [ 'setting', 'appeal_abuse_span', '"60 days"' ],
    # Two kinds whose time for appeals runs out before one's eyes.
    [ 'freeze_kind', 'temp_restrict', '{"appeal_window": "20 days"}' ], [ 'freeze_kind', 'feature_timeout', '{"appeal_window": "30 days"}' ],
    # Breach policy auto_lift is carried out by the worker, late if it does not run; everything else is the clock's alone.
    [ 'freeze_kind', 'emergency_lock', '{"breach": "notify"}' ],
    [ 'freeze_kind', 'dormancy', '{"stayable": true, "stay_max": "2 days"}' ],
);

# Who takes part, and the roles of each. "desk" is a back office that speaks for moderators.
our %PERSON = (
    mod1 => ['moderator'], mod2 => ['moderator'], mod3 => ['moderator'],
    rev1 => ['reviewer'], rev2 => ['reviewer'], rev3 => ['reviewer'],
    duo => [qw(moderator reviewer)],
    off1 => ['compliance'], off2 => ['compliance'], off3 => ['compliance'],
    op1 => ['operator'], op2 => ['operator'],
    risk => ['risk'], app => ['app'],
);

sub may
{
    my ($person, @roles) = @_;
    my %has = map { $_ => 1 } @{ $PERSON{$person} };
    return scalar grep { $has{$_} } @roles;
}

my %rank = (operator => 4, compliance => 3, moderator => 2, reviewer => 2, risk => 1, app => 0);
sub rank_of
{
    my ($rank) = sort { $b <=> $a } map { $rank{$_} } @{ $PERSON{ $_[0] } };
    return $rank;
}

sub automated_only { return !grep { $_ ne 'risk' } @{ $PERSON{ $_[0] } } }

1;
