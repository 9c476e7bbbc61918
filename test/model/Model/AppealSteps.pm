# Chooses steps about appeals and reviews; see Model::Walker.
package Model::AppealSteps;
use strict;
use warnings;
use List::Util qw(first);
use Model::Policy;
use Model::Appeal;

sub chance { return rand() < $_[0] }
sub pick { return $_[ int rand @_ ] }
sub is { return Model::Account::is(@_) }
sub state_of { return Model::Appeal::state_of(@_) }

# How much there is to do about appeals, beside everything else.
sub weight
{
    my ($account, $t) = @_;
    return 0.3 if !@{ $account->{freezes} };
    my @open = grep { Model::Appeal::is_open($_, $t) } @{ $account->{cases} };
    my $urgent = grep { state_of($_, $t) ne 'submitted' } @open;
    return 10 + 12 * @open + 100 * $urgent;
}

# One case in such a state as a rule; its number.
sub choose_case
{
    my ($account, $t, @states) = @_;
    my $cases = $account->{cases};
    return 88 if !@$cases || chance(0.01);
    my @fit = grep { my $state = state_of($cases->[$_], $t); grep { $_ eq $state } @states } 0 .. $#$cases;
    # About what is still there, as a rule: there is more to see.
    my @live = grep { is($account->freeze($cases->[$_]{freeze}), $t, qw(active scheduled stayed)) } @fit;
    return @fit && chance(0.93) ? pick(@live && chance(0.7) ? @live : @fit) : int rand @$cases;
}

# A reviewer who may, as a rule.
sub reviewer
{
    my ($account, $t, $case, $command) = @_;
    my @all = Model::Walker::persons(qw(reviewer));
    return Model::Walker::actor($command) if !$case || chance(0.08);
    my @further = $command eq 'appeal_claim' ? Model::Appeal::claimers($account, $t, $case)
        : $case->{sign_until} && $t >= $case->{sign_until} ? qw(compliance operator) : ();
    my @fit = grep { Model::Appeal::none(Model::Appeal::reviewer_errors($account, $_, $t, $case, @further)) && $_ ne ($case->{decided_by} // '') } sort keys %PERSON;
    return pick(@fit && chance(0.9) ? @fit : @all);
}

sub text { return chance(0.03) ? 'too thin ' . ' ' x 20 : 'I did not send these messages, number ' . int rand 1e6 }

sub terms
{
    my ($f, $t) = @_;
    return (end => 1) if chance(is($f, $t, 'stayed') ? 0.8 : 0.4);
    my %terms;
    $terms{ends} = ($f->{ends} < INF ? int(($t + $f->{ends}) / 2) : $t + 1 + int rand 20 * DAY) if chance(0.7);
    $terms{ends} = pick($t, $t - 60, $f->{ends}, $f->{ends} + 60, $f->{starts}) if chance(0.04);
    delete $terms{ends} if defined $terms{ends} && $terms{ends} >= INF;
    $terms{capabilities} = chance(0.8) && $f->{denies} != everything() ? Model::Walker::few($f->{denies}, 0.6) : Model::Walker::choice() if !%terms || chance(0.15);
    $terms{end} = 1 if chance(0.02);
    return %terms;
}

# Of those that were given, now and then any.
sub ticket { my ($account) = @_; return @{ $account->{issued} } && chance(0.35) ? (ticket => int rand(@{ $account->{issued} } + 0.1)) : () }

my %of = (
    appeal_submit => sub {
        my ($account, $t) = @_;
        my $no = Model::Walker::choose_freeze($account, $t, active => 8, scheduled => 3, stayed => 6, ended => 2, proposed => 0.3) || 99;
        return { who => Model::Walker::actor('appeal_submit', 'app'), x => { no => $no, text => text(), ticket($account), chance(0.05) ? (key => 'key ' . ++$account->{key_count}) : () } };
    },
    appeal_supplement => sub {
        my ($account, $t) = @_;
        return { who => Model::Walker::actor('appeal_supplement', 'app'), x => { case => choose_case($account, $t, qw(awaiting_material awaiting_material submitted in_review)), text => text(), ticket($account) } };
    },
    appeal_withdraw => sub {
        my ($account, $t) = @_;
        my $proof = Model::Walker::a_proof($t);
        # Out of a review the user goes while it waits for its signature, too.
        my @signed = first { state_of($account->{cases}[$_], $t) eq 'signoff' && Model::Appeal::appealed($account->{cases}[$_]) && !Model::Appeal::is_appeal($account->{cases}[$_]) } 0 .. $#{ $account->{cases} };
        return { who => Model::Walker::actor('appeal_withdraw', 'app'), x => { case => defined $signed[0] && chance(0.6) ? $signed[0] : choose_case($account, $t, qw(submitted in_review awaiting_material signoff)), proof => $proof, ticket($account) } };
    },
    appeal_reopen => sub {
        my ($account, $t) = @_;
        return { who => Model::Walker::actor('appeal_reopen', pick(qw(app app app compliance operator))), x => { case => choose_case($account, $t, qw(denied dismissed lapsed)), text => text(), ticket($account) } };
    },
    appeal_open_review => sub {
        my ($account, $t) = @_;
        my $no = Model::Walker::choose_freeze($account, $t, active => 8, scheduled => 3, stayed => 6, ended => 2, proposed => 0.3) || 99;
        return { who => Model::Walker::actor('appeal_open_review', qw(moderator reviewer compliance operator)), x => { no => $no, why => 'look at this again' } };
    },
    appeal_claim => sub {
        my ($account, $t) = @_;
        my $i = choose_case($account, $t, chance(0.3) ? 'signoff' : 'submitted');
        return { who => reviewer($account, $t, $account->{cases}[$i], 'appeal_claim'), x => { case => $i } };
    },
    appeal_claim_next => sub {
        my ($account, $t) = @_;
        return { who => Model::Walker::actor('appeal_claim_next', 'reviewer'), x => { n => chance(0.02) ? pick(0, 101) : 1 + int rand 3, world => $account->{world} } };
    },
    appeal_abuse_check => sub { return { who => Model::Walker::actor('appeal_abuse_check'), x => {} } },
    appeal_ticket_issue => sub {
        my ($account, $t) = @_;
        my $asked = first { !$_->{expires} && $t < $_->{until} } @{ $account->{tickets} };
        my %x = $asked && chance(0.8) ? (no => $asked->{freeze}, reference => $asked->{reference})
            : (no => Model::Walker::choose_freeze($account, $t, active => 8, scheduled => 3, stayed => 6, ended => 2, proposed => 0.3) || 99, reference => 'letter ' . int rand 3);
        my $who = Model::Walker::actor('appeal_ticket_issue', $asked ? qw(moderator reviewer) : qw(app moderator));
        $x{proof} = Model::Walker::a_proof($t) if chance($who eq 'app' ? 0.95 : 0.03);
        return { who => $who, x => \%x };
    },
    appeal_release => sub { return held_step(@_) },
    appeal_revoke_claim => sub {
        my ($account, $t) = @_;
        return { who => Model::Walker::actor('appeal_revoke_claim', qw(compliance operator)), x => { case => choose_case($account, $t, qw(in_review signoff)), why => 'he is ill' } };
    },
    appeal_ask => sub {
        my ($account, $t) = @_;
        my $step = held_step(@_);
        $step->{x}{wanted} = ['a photo of the new phone'];
        $step->{x}{deadline} = $t + pick(HOUR, HOUR + int rand DAY, int rand 10 * DAY, 90 * DAY + pick(-1, 0, 1)) if chance(0.7);
        return $step;
    },
    appeal_decide => sub {
        my ($account, $t) = @_;
        my $step = held_step(@_);
        my $case = $account->{cases}[ $step->{x}{case} ];
        my $f = $case ? $account->freeze($case->{freeze}) : undef;
        my $x = $step->{x};
        my $less = !$f ? 1 : is($f, $t, 'stayed') ? 9 : is($f, $t, qw(active scheduled)) ? 3 : 0.3;
        $x->{decision} = Model::Walker::weighted(granted => 2, partially_granted => $less, denied => 3, dismissed => 2);
        $x->{text} = chance(0.03) ? '  ' : 'The messages came from another device.';
        %$x = (%$x, terms($f, $t)) if $f && $x->{decision} eq 'partially_granted';
        $x->{end} = 1 if chance(0.01);
        $x->{unfounded} = 1 if $x->{decision} eq 'dismissed' ? chance(0.5) : chance(0.01);
        $x->{automated} = 1 if chance(0.04);
        ($case && chance(0.15)) ? $x->{stale} = $x->{case} : $x->{version} = $x->{case} if $case && chance(0.2);
        return $step;
    },
    appeal_sign => sub { return sign_step('appeal_sign', @_) },
    appeal_refuse_sign => sub {
        my $step = sign_step('appeal_refuse_sign', @_);
        $step->{x}{why} = chance(0.05) ? ' ' : 'I see it otherwise';
        return $step;
    },
);

# Whoever holds the case, as a rule.
sub held_step
{
    my ($account, $t) = @_;
    my $i = choose_case($account, $t, 'in_review', chance(0.1) ? 'signoff' : ());
    my $case = $account->{cases}[$i];
    my $who = $case && $case->{claimed_by} && chance(0.93) ? $case->{claimed_by} : pick(Model::Walker::persons(qw(reviewer compliance)));
    return { who => $who, x => { case => $i } };
}

sub sign_step
{
    my ($command, $account, $t) = @_;
    my $i = choose_case($account, $t, 'signoff');
    my $case = $account->{cases}[$i];
    my $who = $case && chance(0.05) ? $case->{decided_by} // 'rev1' : reviewer($account, $t, $case, $command);
    return { who => $who, x => { case => $i } };
}

sub choose
{
    my ($account, $t) = @_;
    my %is;
    $is{ state_of($_, $t) }++ foreach @{ $account->{cases} };
    my $any = @{ $account->{cases} } ? 1 : 0;
    my $has = sub { my ($much, $little, @states) = @_; return (first { $is{$_} } @states) ? $much : $little * $any };
    my $command = Model::Walker::weighted(
        appeal_submit => 10, appeal_supplement => $has->(14, 0.5, 'awaiting_material') + $has->(2, 0, qw(submitted in_review)),
        appeal_withdraw => ($is{signoff} ? 4 : 0) + $has->(3, 0.3, qw(submitted in_review awaiting_material signoff)),
        appeal_reopen => $has->(7, 0.4, qw(denied dismissed lapsed)), appeal_open_review => 2, appeal_claim_next => 1.5, appeal_abuse_check => $any, appeal_ticket_issue => 3,
        appeal_claim => $is{in_review} ? 4 : $has->(18, 0.5, 'submitted'), appeal_release => $has->(2, 0.3, qw(in_review signoff)), appeal_revoke_claim => $has->(1.5, 0.2, qw(in_review signoff)), appeal_ask => $has->(9, 0.3, 'in_review'),
        appeal_decide => $has->(45, 0.5, 'in_review'), appeal_sign => $has->(25, 0.4, 'signoff'), appeal_refuse_sign => $has->(5, 0.3, 'signoff'));
    return { %{ $of{$command}->($account, $t) }, command => $command };
}

1;
