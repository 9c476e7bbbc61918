# Chooses steps, writes each as SQL, and says what the server has to answer.
package Model::Walker;
use strict;
use warnings;
use List::Util qw(max min first);
use POSIX qw(strftime);
use Model::Policy;
use Model::Account;
use Model::Freeze;
use Model::Life;
use Model::AppealCommands;
use Model::AppealSteps;

use constant EPOCH => 946684800;    # 2000-01-01, where the server's clock counts from
use constant START => 1104537600;   # 2035-01-01, far enough ahead of the real clock

my @probed = qw(session.create msg.send.stranger msg.mention_all pay.large appeal.submit status.view);

# Who may call what.
my %everybody = map { $_ => 1 } qw(app risk moderator reviewer compliance operator);
my %grant;
sub grant { my ($roles, @commands) = @_; $grant{$_} = $roles foreach @commands; return }
grant([ keys %everybody ], qw(freeze_impose freeze_lift freeze_satisfy));
grant([qw(risk moderator reviewer compliance operator)], qw(freeze_amend freeze_reject));
grant([qw(moderator reviewer compliance operator)], qw(freeze_approve freeze_stay freeze_unstay freeze_vacate));
grant([qw(risk moderator operator)], qw(warn risk_report risk_clear));
grant([qw(moderator reviewer operator)], qw(strike_void));
grant(['moderator'], qw(acknowledgment_waive));
grant(['compliance'], qw(legal_hold_place legal_hold_release));
grant(['app'], qw(acknowledge account_open account_activate account_request_close account_cancel_close));
grant(['app'], qw(appeal_submit appeal_supplement appeal_withdraw));
grant([qw(app compliance operator)], qw(appeal_reopen));
grant([qw(reviewer compliance operator risk)], qw(appeal_claim appeal_release appeal_decide));
grant([qw(reviewer compliance operator)], qw(appeal_ask appeal_sign appeal_refuse_sign));
grant([qw(moderator reviewer compliance operator)], qw(appeal_open_review));
grant([qw(compliance operator)], qw(appeal_revoke_claim));
grant([qw(reviewer compliance operator risk)], qw(appeal_claim_next));
grant([qw(moderator reviewer compliance operator)], qw(appeal_abuse_check));
grant([qw(app moderator reviewer compliance operator)], qw(appeal_ticket_issue));
grant(['operator'], qw(account_terminate account_reopen account_erase account_mark));

sub new
{
    my ($class, %is) = @_;
    my $self = bless { t => START, accounts => [], next => 1, steps => [], %is }, $class;
    srand($self->{seed});
    return $self;
}

sub pick { return $_[ int rand @_ ] }
sub is { return Model::Account::is(@_) }
sub chance { return rand() < $_[0] }

# One of the names, by weight.
sub weighted
{
    my (@pairs) = @_;
    my $sum = 0;
    for (my $i = 1; $i < @pairs; $i += 2) { $sum += $pairs[$i] }
    my $at = rand $sum;
    while (@pairs)
    {
        my ($what, $weight) = splice @pairs, 0, 2;
        return $what if ($at -= $weight) < 0;
    }
    die;
}

#
# SQL text
#

sub quote { my ($text) = @_; $text =~ s/'/''/g; return "'$text'" }
sub stamp { my ($t) = @_; return $t >= INF ? "'infinity'" : strftime("'%Y-%m-%d %H:%M:%S+00'", gmtime($t + EPOCH)) }
sub array { return "'{" . join(',', @{ $_[0] }) . "}'" }
sub uuid { return sprintf("'%08d-0000-4000-8000-000000000000'", $_[0]) }
sub proof
{
    my ($proof) = @_;
    my $text = '{"method": "face", "at": ' . (stamp($proof->{at}) =~ s/'/"/gr);
    $text .= ', "session_since": ' . (stamp($proof->{session_since}) =~ s/'/"/gr) if $proof->{session_since};
    return "'$text}'";
}
sub evidence
{
    my ($evidence) = @_;
    return "'{" . join(', ', map { qq("$_": ) . ($_ eq 'complainant' ? qq("$evidence->{$_}") : 'true') } sort keys %$evidence) . "}'";
}
# Numbers of child records are nobody's business here: the nth strike, the nth case.
my $asked;
sub strike_no { return "(SELECT s.no FROM acctguard.strike_list($asked) s ORDER BY s.no OFFSET $_[0] LIMIT 1)" }
sub boolean { return $_[0] ? 'true' : 'false' }

# An argument of a step: its name in SQL, how it is written.
my %argument = (
    kind => [ 'kind', \&quote ], reason => [ 'reason', \&quote ], facts => [ 'facts', \&quote ],
    capabilities => [ 'capabilities', \&array ], starts => [ 'starts_at', \&stamp ], ends => [ 'ends_at', \&stamp ],
    length => [ 'duration', sub { "'$_[0] seconds'" } ], ground => [ 'ground', \&quote ], reference => [ 'legal_reference', \&quote ],
    conduct => [ 'conduct_at', \&stamp ], incident => [ 'incident', \&uuid ], automated => [ 'automated', \&boolean ],
    replaces => [ 'replaces', sub { $_[0] } ], appeal => [ 'appeal', \&boolean ], evidence => [ 'evidence', \&evidence ], disclose => [ 'disclose_at', \&stamp ],
    ticket => [ 'ticket', sub { "model.token($asked, $_[0])" } ], n => [ 'n', sub { $_[0] } ],
    key => [ 'idempotency_key', \&quote ], no => [ 'freeze_no', sub { $_[0] } ], expected => [ 'expected_version', sub { $_[0] } ],
    until => [ 'until', \&stamp ], condition => [ 'condition', \&quote ], proof => [ 'proof', \&proof ], why => [ 'reason', \&quote ],
    points => [ 'points', sub { $_[0] } ], signal => [ 'signal', \&quote ],
    weight => [ 'weight', sub { $_[0] } ], matter => [ 'matter', \&quote ], pending => [ 'pending', \&boolean ],
    rank => [ 'staff_rank', sub { $_[0] } ], protected => [ 'protected', \&boolean ], person => [ 'person', \&quote ],
    rules => [ 'rules_version', \&quote ], hash => [ 'text_hash', \&quote ],
    case => [ 'appeal_no', sub { "model.appeal_no($asked, $_[0])" } ], text => [ 'statement', \&quote ], deadline => [ 'deadline', \&stamp ],
    wanted => [ 'wanted', sub { array([ map { qq("$_") } @{ $_[0] } ]) } ], decision => [ 'decision', \&quote ], end => [ 'end_freeze', \&boolean ],
    unfounded => [ 'manifestly_unfounded', \&boolean ],
);
# Names that differ from function to function.
my %called = (
    strike_void => { no => [ 'strike_no', \&strike_no ] },
    appeal_ticket_issue => { reference => [ 'reference', \&quote ] },
    appeal_claim => { account => 'account', case => [ 'appeal', $argument{case}[1] ] },
    appeal_reopen => { case => [ 'closed_no', $argument{case}[1] ] },
    appeal_decide => { text => [ 'reason', \&quote ], stale => [ 'expected_version', sub { "model.appeal_version($asked, $_[0]) - 1" } ],
        version => [ 'expected_version', sub { "model.appeal_version($asked, $_[0])" } ] },
);
# Commands that are one function, told apart by their arguments; those that name no account.
my %function = (appeal_claim_next => 'appeal_claim');
my %of_nobody = map { $_ => 1 } qw(legal_hold_release appeal_claim_next);
my %rows = (
    freeze_lift => q{SELECT coalesce(string_agg(source || ' ' || no, ',' ORDER BY (source || ' ' || no) COLLATE "C"), '') FROM %s},
    warn => q{SELECT score || ' ' || coalesce(freeze_no::text, '-') FROM %s},
    risk_report => q{SELECT score::numeric(19,6) || ' ' || coalesce(freeze_no::text, '-') FROM %s},
    legal_hold_place => q{SELECT 'held' FROM %s},
    account_request_close => q{SELECT model.seconds(%s)},
    appeal_submit => q{SELECT model.appeal_index(%a, appeal_no) || ' ' || state FROM %s},
    appeal_open_review => q{SELECT model.appeal_index(%a, %s)},
    appeal_claim => q{SELECT model.seconds(claim_until) FROM %s},
    appeal_claim_next => q{SELECT coalesce(string_agg(concat_ws(' ', account_id, model.appeal_index(account_id, appeal_no), model.seconds(claim_until)), ','), '') FROM %s},
    appeal_abuse_check => q{SELECT concat_ws(' ', unfounded, decided, model.seconds(warned_at), may_suspend::integer) FROM %s},
    appeal_ticket_issue => q{SELECT model.keep(%a, state, token) FROM %s},
    appeal_ask => q{SELECT model.seconds(%s)},
);
$rows{freeze_satisfy} = $rows{freeze_lift};
$rows{appeal_reopen} = $rows{appeal_submit};

sub sql
{
    my ($account, $command, $x) = @_;
    my %name = (%argument, %{ $called{$command} // {} });
    $asked = $account->{id};
    my @arguments = $of_nobody{$command} ? () : ($name{account} // 'account_id') . " => $account->{id}";
    foreach my $name (sort keys %$x)
    {
        next if $name =~ /^(request|world)$/ || !defined $x->{$name};
        push @arguments, "$name{$name}[0] => " . $name{$name}[1]->($x->{$name});
    }
    my $call = 'acctguard.' . ($function{$command} // $command) . '(' . join(', ', @arguments) . ')';
    return ($rows{$command} // 'SELECT %s') =~ s/%a/$account->{id}/r =~ s/%s/$call/r;
}

#
# What the account looks like, in the words of model.state()
#

sub seconds { my ($t) = @_; return !defined $t || $t >= INF ? '-' : $t }

sub picture
{
    my ($account, $t) = @_;
    my $state = $account->lifecycle($t);
    my $closes = $state eq 'closing' ? $account->closing_at($t) : $state =~ /^(closed|erased)$/ ? $account->{closed_at} // $account->closing_at($t) : INF;
    my @parts = ("account $state " . seconds($closes));
    foreach my $f (@{ $account->{freezes} })
    {
        my ($is, $reason) = Model::Account::state_of($f, $t);
        push @parts, join(' ', 'freeze', $f->{no}, $is, $reason eq '' ? '-' : $reason, $f->{kind}, "v$f->{version}", seconds($f->{starts}), seconds($f->{ends}),
            $f->{amendment} && $t < $f->{amendment}{until} && $is ne 'ended' ? $f->{amendment}{version} : '-', seconds($f->{vacated_at}), $f->{replaces} // '-');
    }
    push @parts, map { Model::Appeal::picture($account, $account->{cases}[$_], $t, $_) } 0 .. $#{ $account->{cases} };
    push @parts, map { join(' ', @$_[0, 1, 2], names($_->[3]), seconds($_->[5])) } sort { "$a->[0] $a->[1]" cmp "$b->[0] $b->[1]" } $account->restrictions($t);
    foreach my $strike (@{ $account->{strikes} })
    {
        push @parts, join(' ', 'strike', $strike->{freeze_no}, $strike->{points}, Model::Account::live($strike, $t) ? 'live' : 'over', $strike->{ladder_no} // '-');
    }
    my ($denied, $challenged) = ($account->denied($t, 'deny'), $account->denied($t, 'challenge'));
    push @parts, 'denied ' . names($denied), 'challenged ' . names($challenged & ~$denied);
    push @parts, 'allowed ' . join('', map { ($denied | $challenged) >> $BIT{$_} & 1 ? 0 : 1 } @probed);
    if ($state eq 'closed')
    {
        my @errors = Model::Life::erase_errors($account, $t);
        push @parts, 'erasable ' . (@errors ? "no" : 'yes');
    }
    return join(' | ', @parts);
}

sub probed { return array(\@probed) }

#
# Choosing
#

# How far the clock goes before the next step: often little, sometimes to an instant at which something changes, or just beside it.
sub advance
{
    my ($self, $account) = @_;
    my $t = $self->{t};
    my @soon = grep { $_ < $t + (chance(0.15) ? 40 * DAY : 4 * DAY) } $account->boundaries($t);
    my @far = $account->boundaries($t);
    my $how = weighted(little => 50, hours => 25, days => 9, boundary => @soon ? 12 : 0, far => @far ? 0.3 : 0, weeks => 0.7);
    my $step = $how eq 'little' ? 1 + int rand 900 : $how eq 'hours' ? 1 + int rand 12 * HOUR : $how eq 'days' ? int rand 3 * DAY : int rand 25 * DAY;
    $step = pick(@soon) + pick(-1, 0, 0, 1) - $t if $how eq 'boundary';
    $step = pick(@far) + pick(-1, 0, 1) - $t if $how eq 'far';
    # An account on its way out is followed to its end, with whatever it still has.
    my $out = $account->final_ban($t) ? INF : $account->{state} eq 'closing' ? $account->closing_at($t) : $account->{state} eq 'closed' ? $account->{closed_at} + RETENTION : INF;
    $step = $out + pick(0, 1, int rand 3600) - $t if $out < INF && $out > $t && chance(0.4);
    $step = 1 + int rand 900 if defined $self->{follow};
    $self->{t} += max(1, $step);
    return;
}

sub persons
{
    my (@roles) = @_;
    return grep { may($_, @roles) } sort keys %PERSON;
}

# Somebody who may, as a rule; else somebody who may call it; else anybody.
sub actor
{
    my ($command, @fit) = @_;
    return pick(persons(@fit)) if @fit && chance(0.85);
    return pick(persons(@{ $grant{$command} })) if chance(0.8);
    return pick(sort keys %PERSON);
}

sub choose_freeze
{
    my ($account, $t, @weights) = @_;
    return 0 if !@{ $account->{freezes} } || chance(0.01);
    my %weight = @weights;
    my @choices = map { ($_, $weight{ (Model::Account::state_of($_, $t))[0] } // 0.2) } @{ $account->{freezes} };
    return weighted(@choices)->{no};
}

sub freeze_step
{
    my ($account, $t, $command) = @_;
    my %states = (
        freeze_approve => [ proposed => 10, active => 0.5, scheduled => 2, ended => 0.1 ], freeze_reject => [ proposed => 10, active => 0.5, ended => 0.1 ],
        freeze_lift => [ active => 8, scheduled => 8, stayed => 20, ended => 0.1 ], freeze_amend => [ active => 8, scheduled => 12, ended => 0.1 ],
        freeze_stay => [ active => 10, ended => 0.1 ], freeze_unstay => [ stayed => 10, active => 0.5, ended => 0.1 ],
        freeze_satisfy => [ active => 10, stayed => 60, ended => 0.1 ], freeze_vacate => [ active => 5, stayed => 15, scheduled => 12, ended => 2 ],
        acknowledgment_waive => [ ended => 5 ],
    );
    my $no = choose_freeze($account, $t, @{ $states{$command} });
    if ($command eq 'freeze_stay' && chance(0.7))
    {
        my @fit = grep { is($_, $t, 'active') && Model::Account::kind($_)->{stay_max} } @{ $account->{freezes} };
        my @busy = grep { Model::Appeal::open_case($account, $_->{no}, $t) } @fit;
        $no = pick(@busy && chance(0.6) ? @busy : @fit)->{no} if @fit;
    }
    if ($command =~ /approve|reject|vacate/ && chance(0.6))
    {
        my $waits = first { $command eq 'freeze_vacate' ? $_->{vacating} && !defined $_->{vacated_at} : $_->{amendment} } @{ $account->{freezes} };
        $no = $waits->{no} if $waits;
    }
    my $f = $account->freeze($no);
    return { command => $command, who => actor($command), x => { no => $no || 99, _extra($command, undef, $t) } } if !$f;
    my $kind = Model::Account::kind($f);
    my @fit = $command =~ /approve|reject/ ? (@{ $kind->{approve} } ? @{ $kind->{approve} } : @{ $kind->{impose} })
        : $command eq 'freeze_amend' ? (chance(0.5) ? @{ $kind->{impose} } : @{ $kind->{lift} })
        : $command eq 'freeze_satisfy' ? (chance(0.75) ? 'app' : 'risk') : $command =~ /stay/ ? 'reviewer' : $command =~ /waive/ ? 'moderator' : @{ $kind->{lift} };
    return { command => $command, who => actor($command, @fit), x => { no => $no, _extra($command, $f, $t) } };
}

sub a_proof
{
    my ($t, $f) = @_;
    return if chance(0.1);
    my $at = $t - (chance(0.8) ? int rand 300 : pick(900, 901, -1, 5000));
    return { at => $at, chance(0.15) ? (session_since => $at - 60 - int rand 5000) : () };
}

sub _extra
{
    my ($command, $f, $t) = @_;
    return () if $command eq 'freeze_approve';
    return (why => 'because', chance(0.7) ? (reference => chance(0.05) ? ' ' : 'order 7') : (), proof => scalar a_proof($t, $f)) if $command eq 'freeze_lift';
    return (condition => pick(qw(identity_verified identity_verified risk_over verified_login)), proof => scalar a_proof($t, $f)) if $command eq 'freeze_satisfy';
    return (why => 'look again', chance(0.7) ? (until => $t + pick(-5, 60, HOUR, int rand 3 * DAY, int rand 9 * DAY)) : ()) if $command eq 'freeze_stay';
    return (why => 'because') if $command ne 'freeze_amend';
    my %x;
    my $ends = $f && $f->{ends} < INF ? $f->{ends} : $t + 10 * DAY;
    $x{ends} = weighted($ends + int rand 5 * DAY, 3, int(($t + $ends) / 2), 3, INF, 1, $t - 60, 0.2) if chance(0.7);
    $x{starts} = $t + 1 + (chance(0.6) ? int rand 2 * HOUR : int rand 4 * DAY) if $f && $f->{starts} > $t && chance(0.6);
    $x{capabilities} = choice() if chance(0.35);
    # A second person who takes his time with an earlier start.
    %x = (starts => $t + 1 + int rand 2 * HOUR, facts => 'it cannot wait that long') if $f && $f->{starts} > $t && $f->{kind} eq 'ban' && chance(0.6);
    $x{facts} //= chance(0.03) ? '  ' : 'he went on ' . int rand 1e6 if chance(0.7);
    $x{expected} = $f->{version} - (chance(0.2) ? 1 : 0) if $f && chance(0.2);
    $x{reference} = 'order 8' if chance(0.5);
    return %x;
}

# Some of what is denied, each with such a chance.
sub few
{
    my ($denies, $chance) = @_;
    my @some = grep { $denies >> $BIT{$_} & 1 && chance($chance) } @CAPABILITY;
    return @some ? \@some : ['msg.send.stranger'];
}

sub choice
{
    return pick([qw(msg.send.direct msg.send.stranger msg.send.group msg.send.channel contact.add)], ['messaging.out'], [qw(messaging.out social.out)],
        ['msg.send.group'], [qw(moment.post moment.comment)], ['msg.send.stranger'], ['money.out']);
}

sub impose_step
{
    my ($account, $t) = @_;
    my $name = weighted(temp_restrict => 4, feature_freeze => 7, feature_timeout => 6, ban => $account->{state} eq 'closing' ? 30 : 6, emergency_lock => 4, compliance => 3, self_freeze => 3,
        dormancy => 1.5, appeal_abuse => 1.5, monitor => 1);
    # What becomes of a case that somebody works on when its freeze is replaced?
    my ($busy) = grep { is($_, $t, qw(active stayed)) } map { $account->freeze($_->{freeze}) }
        grep { Model::Appeal::state_of($_, $t) =~ /^(in_review|awaiting_material|signoff)$/ } @{ $account->{cases} };
    $busy = undef if !chance(0.3);
    $name = $busy->{kind} if $busy;
    my $kind = $KIND{$name};
    my $who = actor('freeze_impose', @{ $kind->{impose} });
    my %reason = (self_freeze => ['own_wish'], dormancy => ['dormancy'], compliance => ['regulatory.order'],
        ban => [qw(violation.severe violation.harassment violation.spam)], emergency_lock => [qw(security.takeover)],
        temp_restrict => [qw(security.odd_login security.wrong_passwords violation.spam)]);
    my %x = (kind => $name, reason => pick(@{ $reason{$name} // [qw(violation.spam violation.harassment violation.severe security.takeover)] }));
    $x{reason} = pick(sort grep { $_ ne 'ladder' } keys %REASON) if chance(0.04);
    $x{facts} = 'long enough a text' if !$kind->{no_facts} || chance(0.2);
    $x{facts} = 'short' if chance(0.02);
    $x{ground} = 'Terms, 4.2' if $kind->{ground} && chance(0.95);
    $x{reference} = 'order 1' if $kind->{reference} ? chance(0.95) : chance(0.05);
    $x{capabilities} = choice() if $kind->{choices} ? chance(0.4) : chance(0.01);
    $x{starts} = $t + (chance($account->{state} eq 'closing' ? 0.3 : 0.8) ? int rand 4 * DAY : int rand 60 * DAY) if chance($account->{state} eq 'closing' || $name eq 'ban' ? 0.5 : 0.18);
    $x{starts} = -EPOCH() + 1e9 if chance(0.01);
    my $length = pick(60, HOUR, 5 * HOUR, DAY, 2 * DAY, 3 * DAY, 10 * DAY, 30 * DAY, 90 * DAY, 366 * DAY, 59);
    $length = pick(HOUR, DAY) if $kind->{max} && $length > $kind->{max} && chance(0.85);
    if (chance(0.5)) { chance(0.5) ? ($x{length} = $length) : ($x{ends} = ($x{starts} // $t) + $length) }
    elsif (chance(0.1)) { $x{ends} = INF }
    $x{automated} = 1 if chance(0.05);
    $x{appeal} = chance(0.5) ? 1 : 0 if chance(0.05);
    @x{qw(appeal reference)} = (0, 'law 7') if $name eq 'ban' && chance(0.3);
    $x{conduct} = $t - int rand 10 * DAY if chance(0.1);
    $x{evidence}{prior_conduct} = 1 if chance(0.05);
    $x{evidence}{complainant} = pick(persons(qw(moderator reviewer))) if chance(0.08);
    $x{disclose} = $t + pick(-60, HOUR, int rand 4 * DAY, int rand 40 * DAY) if chance(0.08);
    $x{incident} = $account->{id} * 100 + int rand 5 if chance(0.2);
    if (@{ $account->{freezes} } && chance((grep { is($_, $t, qw(stayed scheduled)) } @{ $account->{freezes} }) ? 0.4 : 0.15))
    {
        $x{replaces} = choose_freeze($account, $t, active => 10, scheduled => 30, stayed => 40, ended => 0.1) || 77;
        delete $x{starts};
    }
    if ($busy)
    {
        $x{replaces} = $busy->{no};
        delete @x{qw(starts capabilities length ends)};
        $x{ends} = $busy->{ends} if $busy->{ends} < INF || $kind->{indefinite};
        $x{capabilities} = few($busy->{denies}, 1) if $busy->{denies} != $kind->{denies};
        # Whoever holds the case is then a party of it.
        my $case = Model::Appeal::open_case($account, $busy->{no}, $t);
        $who = $case->{claimed_by} if $case && defined $case->{claimed_by} && chance(0.4);
    }
    $x{key} = 'key ' . ++$account->{key_count} if chance(0.06);
    return { command => 'freeze_impose', who => $who, x => \%x };
}

sub repeat_step
{
    my ($account) = @_;
    my $old = pick(@{ $account->{keyed} });
    my %step = (%$old, x => { %{ $old->{x} } });
    $step{x}{ $step{command} eq 'appeal_submit' ? 'text' : 'facts' } = 'another text altogether' if chance(0.3);
    return \%step;
}

sub other_step
{
    my ($account, $t, $command) = @_;
    my %step = (command => $command, who => $command eq 'account_open' && $account->{state} eq 'none' ? 'app' : actor($command, @{ $grant{$command} }));
    my $held = first { !defined $_->{released_at} } @{ $account->{holds} };
    $step{x} = $command eq 'warn' ? { reason => pick(qw(violation.spam violation.harassment violation.severe security.takeover appeal.abuse appeal.abuse)), facts => 'mind the rules',
            chance(0.3) ? (points => int rand 5) : (), chance(0.2) ? (incident => $account->{id} * 100 + int rand 5) : (),
            chance(0.05) ? (key => 'key ' . ++$account->{key_count}) : () }
        : $command eq 'strike_void' ? { no => @{ $account->{strikes} } ? int rand @{ $account->{strikes} } : 0, why => 'mistaken' }
        : $command eq 'risk_report' ? { signal => pick(sort keys %SIGNAL), chance(0.4) ? (weight => 1 + int rand 150) : (),
            chance(0.2) ? (incident => $account->{id} * 100 + int rand 5) : () }
        : $command eq 'acknowledge' ? { rules => 'rules-8', hash => '\x' . '00' x 32 }
        : $command eq 'legal_hold_place' ? { matter => "matter $account->{id} " . int rand 2, reference => chance(0.9) ? 'order 17' : 'order 18' }
        : $command eq 'legal_hold_release' ? { matter => $held ? $held->{matter} : "matter $account->{id} 0", chance(0.95) ? (reference => 'settled') : (reference => ' ') }
        : $command =~ /request_close|cancel_close/ ? { proof => scalar a_proof($t) }
        : $command eq 'account_open' ? { pending => chance(0.1) ? 1 : 0 }
        : $command eq 'account_activate' ? {}
        : $command eq 'account_mark' ? (chance(0.6) ? { rank => 0, protected => 0, person => '' }
            : pick({ rank => 1 + int rand 4 }, { protected => 1 }, { person => pick(sort keys %PERSON) }))
        : { why => 'because' };
    return \%step;
}

# The next step of an account.
sub choose
{
    my ($account, $t) = @_;
    return other_step($account, $t, 'account_open') if $account->{state} eq 'none';
    my $state = $account->lifecycle($t);
    my %is;
    $is{ (Model::Account::state_of($_, $t))[0] }++ foreach @{ $account->{freezes} };
    my $live = ($is{active} // 0) + ($is{scheduled} // 0) + ($is{stayed} // 0);
    my $any = @{ $account->{freezes} } ? 1 : 0;
    my $waiting = grep { $_->{amendment} } @{ $account->{freezes} };
    my $closed = $state =~ /^(closed|erased)$/;
    my $final = $account->final_ban($t);
    my $total = grep { Model::Account::kind($_)->{blocks_erasure} || Model::Account::kind($_)->{review_due} } @{ $account->{freezes} };
    my @not_erasable = $state eq 'closed' ? Model::Life::erase_errors($account, $t) : 'it is not closed';
    my $stayable = $state eq 'closed' && grep { is($_, $t, 'active') && Model::Account::kind($_)->{stay_max} } @{ $account->{freezes} };
    my $rests = grep { is($_, $t, 'stayed') && @{ Model::Account::kind($_)->{conditions} } } @{ $account->{freezes} };
    my $command = weighted(
        impose => $closed ? 2 : $state eq 'closing' ? 40 : $live > 5 ? 6 : 22, repeat => $account->{keyed} ? 0.6 : 0,
        freeze_approve => $is{proposed} || $waiting ? 60 : $any, freeze_reject => $is{proposed} || $waiting ? 6 : 0.4 * $any,
        freeze_lift => $live ? 6 + $live : 0.5 * $any, freeze_amend => $live ? 9 : 0.4 * $any, freeze_stay => $stayable ? 25 : $is{active} ? 8 : 0.3 * $any,
        freeze_unstay => $is{stayed} ? 4 : 0.3 * $any, freeze_satisfy => $rests ? 40 : $is{active} ? 5 : 0.3 * $any, freeze_vacate => 7 * $any,
        acknowledgment_waive => 1.5 * $any, acknowledge => $any ? 3 : 0.5, warn => 6, strike_void => @{ $account->{strikes} } ? 2.5 : 0.3,
        risk_report => 7, risk_clear => 0.8, legal_hold_place => 0.8, legal_hold_release => $account->held($t) ? 3 : 0.3,
        account_request_close => $final ? 40 : !$total ? 6 : 1.6, account_cancel_close => $state eq 'closing' ? 2 : 0.3, account_terminate => $final ? ($state eq 'closing' ? 80 : 25) : 0.4,
        account_reopen => $state eq 'closed' ? 7 : 0.4, account_erase => !@not_erasable ? 60 : $closed ? 3 : 0.3, account_mark => $account->{rank} || $account->{protected} || $account->{person} ? 6 : 1.2,
        account_activate => $state eq 'pending' ? 12 : 0.2, account_open => 0.3, appeal => Model::AppealSteps::weight($account, $t));
    return impose_step($account, $t) if $command eq 'impose';
    return repeat_step($account) if $command eq 'repeat';
    return freeze_step($account, $t, $command) if $command =~ /^(freeze_|acknowledgment_)/;
    return Model::AppealSteps::choose($account, $t) if $command eq 'appeal';
    return other_step($account, $t, $command);
}

# After these there is more to do about the same account before long, so likely: a case that somebody holds, what a second person confirms.
my %followed = (appeal_claim => 0.9, appeal_ask => 0.7, appeal_decide => 0.5, map { $_ => 0.5 } qw(freeze_impose freeze_approve freeze_stay freeze_vacate account_request_close account_terminate));

# One step: chosen, done in the oracle, remembered with its answer and what the account looks like then.
sub step
{
    my ($self) = @_;
    my $slot = $self->{follow} // int rand $self->{width};
    my $account = $self->{accounts}[$slot];
    if (!$account || $account->{count}++ > $self->{life} || ($account->{state} eq 'erased' && chance(0.2)))
    {
        $account = $self->{accounts}[$slot] = Model::Account->new(id => $self->{next}++, seen => $self->{seen}, world => $self->{all} //= []);
        push @{ $self->{all} }, $account;
    }
    $self->advance($account);
    my $t = $self->{t};
    $account->settle($t);
    $account->{before} = { map { $_->{no} => (Model::Account::state_of($_, $t))[0] } @{ $account->{freezes} } };
    my $step = choose($account, $t);
    my ($command, $who, $x) = @$step{qw(command who x)};
    delete $x->{request};
    # Whom the next cases belong to nobody knows; the worker has been there before, so that all of them are where they belong.
    $_->settle($t) foreach $x->{world} ? @{ $x->{world} } : ();
    my $sql = sql($account, $command, $x);
    $x->{request} = "$who $sql";
    my ($errors, $result) = may($who, @{ $grant{$command} }) ? $Model::Freeze::COMMAND{$command}->($account, $who, $t, $x) : (['42501']);
    push @{ $account->{keyed} }, $step if defined $x->{key} && !@$errors;
    $self->{follow} = chance(!@$errors && $followed{$command} || (defined $self->{follow} ? 0.6 : 0)) ? $slot : undef;
    my %seen;
    my @wanted = @$errors ? grep { !$seen{$_}++ } @$errors : "ok: $result";
    push @wanted, 'UG106' if @$errors && $account->{rank} == 4;
    $self->{answers}{ "$command " . (@$errors ? join('/', sort @wanted) : 'ok') }++;
    my $swept = delete $x->{world};
    push @{ $self->{steps} }, { t => $t, swept => $swept ? 1 : 0, account => $account->{id}, who => $who, sql => $sql, command => $command, wanted => \@wanted, picture => picture($account, $t) };
    return;
}

# Transitions that the clock takes are seen when the account is looked at.
sub clock
{
    my ($self) = @_;
    my $t = $self->{t};
    foreach my $account (@{ $self->{all} })
    {
        foreach my $f (@{ $account->{freezes} })
        {
            my ($state, $reason) = Model::Account::state_of($f, $t);
            my $was = $f->{was};
            $f->{was} = $state;
            next if !$was || $was eq $state;
            $account->seen('freeze', 'scheduled', 'start', 'active') if $was eq 'scheduled' && $state eq 'active';
            $account->seen('freeze', $was, 'expire', 'ended', 'expired') if $reason eq 'expired' && $was =~ /^(active|stayed)$/;
            $account->seen('freeze', 'proposed', 'timeout', 'ended', 'proposal_timeout') if $reason eq 'proposal_timeout';
            $account->seen('freeze', 'stayed', 'unstay', 'active') if $was eq 'stayed' && $state eq 'active';
        }
    }
    return;
}

1;
