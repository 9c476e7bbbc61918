# Appeals and reviews: a case at an instant, what becomes of it when its freeze changes, who may do what about it (4.4).
# Cases are counted from 0: their numbers are nobody's business. The commands are in Model/AppealCommands.pm.
package Model::Appeal;
use strict;
use warnings;
use List::Util qw(first max min uniq);
use Model::Policy;
use Model::Account;

sub kind { return Model::Account::kind(@_) }
sub is { return Model::Account::is(@_) }

#
# A case at an instant
#

sub state_of
{
    my ($case, $t) = @_;
    return $case->{outcome} if defined $case->{outcome};
    return 'signoff' if $case->{decision};
    return $t < $case->{ask_until} ? 'awaiting_material' : is_appeal($case) ? 'lapsed' : 'submitted' if defined $case->{asked_at};
    return is_held($case, $t) ? 'in_review' : 'submitted';
}

# By somebody, to decide or to sign.
sub is_held { my ($case, $t) = @_; return defined $case->{claimed_by} && $t < $case->{claim_until} }

sub is_open { return state_of(@_) =~ /^(submitted|in_review|awaiting_material|signoff)$/ }

# The user's, so that it ends without him; a review goes on.
sub is_appeal { my ($case) = @_; return defined $case->{appealed_at} && $case->{origin} =~ /^(appeal|level2)$/ && $case->{appealed_at} == $case->{opened_at} }

# Does the user take part?
sub appealed { my ($case) = @_; return defined $case->{appealed_at} && !defined $case->{retracted_at} }

sub open_case { my ($account, $no, $t) = @_; return first { $_->{freeze} == $no && is_open($_, $t) } @{ $account->{cases} } }
sub any_open { my ($account, $t) = @_; return scalar grep { is_open($_, $t) } @{ $account->{cases} } }

# Time that is spent waiting for the user does not count.
sub due_of
{
    my ($case, $t) = @_;
    return $case->{due_at} if $case->{due_at} == INF || !defined $case->{asked_at};
    return $case->{due_at} + min($t, $case->{ask_until}) - $case->{asked_at};
}

sub overdue { my ($case, $t) = @_; return due_of($case, $t) <= $t }

# What the clock did by now becomes a fact.
sub settle
{
    my ($account, $t) = @_;
    foreach my $case (grep { !defined $_->{outcome} } @{ $account->{cases} })
    {
        if (defined $case->{asked_at} && $t >= $case->{ask_until})
        {
            my $until = $case->{ask_until};
            if (is_appeal($case)) { close_case($account, $until, $case, 'lapse', 'lapsed') }
            else
            {
                $account->seen('appeal', 'awaiting_material', 'resume', 'submitted');
                $case->{due_at} = due_of($case, $until);
                delete @$case{qw(asked_at ask_until)};
            }
        }
        elsif (defined $case->{claimed_by} && $t >= $case->{claim_until})
        {
            my $was = state_of($case, $case->{claim_until} - 1);
            end_claim($case, $case->{claim_until});
            $account->seen('appeal', $was, 'release', state_of($case, $t));
        }
    }
    return;
}

#
# Steps of the record
#

# Expected handling time: a review that is demanded counts from the start of the freeze; orders of authorities are open-ended.
sub due_for
{
    my ($f, $t) = @_;
    return INF if kind($f)->{lift_policy} eq 'authority';
    return kind($f)->{review_due} ? max($t, $f->{starts}) + kind($f)->{review_due} : $t + APPEAL_DUE;
}

sub new_case
{
    my ($account, $who, $t, $f, $origin, %more) = @_;
    my $case = { freeze => $f->{no}, origin => $origin, opened_at => $t, opened_by => $who, rounds => 0, supplements => 0, reviewers => [],
        took_part => [ $origin eq 'mandatory_review' ? () : $who ], owners => [ $account->{person} ],
        due_at => due_for($f, $t), %more };
    push @{ $account->{cases} }, $case;
    return $case;
}

# Nobody holds it any more; how long he did is remembered.
sub end_claim
{
    my ($case, $t) = @_;
    $case->{held}{ $case->{claimed_by} } += $t - $case->{claimed_at} if defined $case->{claimed_by};
    delete @$case{qw(claimed_by claimed_at claim_until)};
    return;
}

# Back in the queue.
sub unclaim { my ($case, $t) = @_; end_claim($case, $t); delete @$case{qw(asked_at ask_until decision decided_by sign_until)}; return }

sub close_case
{
    my ($account, $t, $case, $event, $outcome) = @_;
    $account->seen('appeal', $event eq 'lapse' ? 'awaiting_material' : state_of($case, $t), $event, $outcome);
    @$case{qw(outcome closed_at)} = ($outcome, $t);
    # An appeal that stood in the place of a review that is demanded leaves that review to be made.
    my $f = $account->freeze($case->{freeze});
    demand_review($account, $f->{by}, $t, $f) if $outcome =~ /^(withdrawn|lapsed)$/ && is($f, $t, qw(active scheduled stayed));
    return;
}

# A kind with a time for review is reviewed whether or not the user appeals.
sub demand_review
{
    my ($account, $who, $t, $f) = @_;
    return if !kind($f)->{review_due} || grep { $_->{freeze} == $f->{no} && state_of($_, $t) !~ /^(withdrawn|lapsed)$/ } @{ $account->{cases} };
    new_case($account, $who, $t, $f, 'mandatory_review');
    $account->seen('appeal', 'none', 'open', 'submitted');
    return;
}

# The freeze ended: its case is moot where nothing is at stake any more, or goes on with the freeze that took its place.
sub freeze_ended
{
    my ($account, $t, $f, $event) = @_;
    my $case = open_case($account, $f->{no}, $t) or return;
    if ($event eq 'supersede')
    {
        my $was = state_of($case, $t);
        $case->{freeze} = $f->{replaced_by};
        my $due = due_for($account->freeze($case->{freeze}), $t);
        $case->{due_at} = $due == INF ? INF : min($case->{due_at}, $due);
        push @{ $case->{owners} }, $account->{person};
        my %party = map { $_ => 1 } parties($account, $case);
        unclaim($case, $t) if $was eq 'signoff' || ($was eq 'in_review' && $party{ $case->{claimed_by} });
        $account->seen('appeal', $was, 'move', state_of($case, $t));
        return;
    }
    close_case($account, $t, $case, 'moot', 'moot') if $event =~ /^(vacate|close)$/ || !at_stake($account, $f, $t);
    return;
}

# The freeze was amended: whoever did that does not review it.
sub freeze_amended
{
    my ($account, $t, $f) = @_;
    my $case = open_case($account, $f->{no}, $t) or return;
    push @{ $case->{owners} }, $account->{person};
    return if drop_partial($account, $case, $t);
    return if !is_held($case, $t) || !grep { $_ eq $case->{claimed_by} } parties($account, $case);
    my $was = state_of($case, $t);
    end_claim($case, $t);
    $account->seen('appeal', $was, 'release', state_of($case, $t));
    return;
}

# Whoever decided it turned out to take part in what it is about: his decision drops out.
sub drop_partial
{
    my ($account, $case, $t) = @_;
    return 0 if state_of($case, $t) ne 'signoff' || !grep { $_ eq $case->{decided_by} } parties($account, $case);
    unclaim($case, $t);
    $account->seen('appeal', 'signoff', 'move', 'submitted');
    return 1;
}

sub at_stake
{
    my ($account, $f, $t) = @_;
    return Model::Account::points(grep { $_->{freeze_no} == $f->{no} && Model::Account::live($_, $t) } @{ $account->{strikes} });
}

#
# Who, and when
#

# The freeze and those whose place it took.
sub chain
{
    my ($account, $f) = @_;
    my @chain = ($f);
    while (my $old = $f->{replaces} && $account->freeze($f->{replaces}))
    {
        push @chain, $f = $old;
    }
    return @chain;
}

# An appeal against a freeze whose place another took is about that one, if the user may know of it and why.
sub successor
{
    my ($account, $no, $t) = @_;
    my $f = $account->freeze($no) or return;
    while (my $next = $f->{replaced_by} && !defined $f->{vacated_at} && Model::Freeze::named($account, 'app', $f->{replaced_by}))
    {
        last if !Model::Account::disclosed($next, $t);
        $f = $next;
    }
    return $f;
}

# Everybody who took part in what is reviewed.
sub parties
{
    my ($account, $case) = @_;
    my @chain = chain($account, $account->freeze($case->{freeze}));
    my %in = map { $_->{no} => 1 } @chain;
    my @parties = map { ($_->{by}, $_->{endorsed_by}, $_->{approved_by}, $_->{complainant}, @{ $_->{amenders} // [] }) } @chain;
    push @parties, map { (@{ $_->{took_part} }, $_->{ticket} ? @{ $_->{ticket} }{qw(by issued_by)} : (), $_ == $case ? () : @{ $_->{reviewers} }) }
        grep { $in{ $_->{freeze} } } @{ $account->{cases} };
    return uniq grep { defined && $_ ne '' } @parties, $account->{person}, @{ $case->{owners} };
}

sub reviewer_errors
{
    my ($account, $who, $t, $case, @further) = @_;
    my $kind = kind($account->freeze($case->{freeze}));
    my @roles = $kind->{lift_policy} eq 'authority' ? @{ $kind->{lift} } : qw(reviewer);
    my @errors;
    push @errors, 'UG212' if !may($who, @roles, @further);
    push @errors, 'UG210' if grep { $_ eq $who } parties($account, $case);
    push @errors, 'UG104' if $account->{rank} && $account->{rank} >= rank_of($who);
    return @errors;
}

# Besides reviewers: programs, which only grant; where it is late, those who look after it.
sub claimers
{
    my ($account, $t, $case) = @_;
    my $kind = kind($account->freeze($case->{freeze}));
    return $kind->{lift_policy} eq 'authority' ? () : ('risk', ($kind->{breach} // '') eq 'escalate' && overdue($case, $t) ? qw(compliance operator) : ());
}

# Who holds or has decided the case about a freeze changes and ends it by a decision only.
sub reviewing
{
    my ($account, $who, $t, $f) = @_;
    my $case = open_case($account, $f->{no}, $t) or return;
    return (is_held($case, $t) && $case->{claimed_by} eq $who) || ($case->{decision} && $case->{decided_by} eq $who) ? 'UG210' : ();
}

# Where a decision needs a signature, a reviewer with no other role for the freeze does not lift it past its open case.
sub past_case
{
    my ($account, $who, $t, $f) = @_;
    my @roles = grep { may($who, $_) } @{ kind($f)->{lift} };
    return "@roles" eq 'reviewer' && needs_signature($account, $f, $t) && open_case($account, $f->{no}, $t) ? 'UG212' : ();
}

# Who has decided leaves the freeze alone until somebody has signed.
sub undecided
{
    my ($account, $who, $t, $f) = @_;
    my $case = open_case($account, $f->{no}, $t) or return;
    return $case->{decision} && $case->{decided_by} eq $who ? 'UG210' : ();
}

sub needs_signature { my ($account, $f, $t) = @_; return total($f) || at_stake($account, $f, $t) >= SIGNOFF_POINTS }

# Cases about a freeze, and about those whose place it took unless they were lighter; those in which the user was heard.
sub cases_so_far
{
    my ($account, $f) = @_;
    my %counts = map { $_->{no} => 1 } grep { kind($_)->{severity} >= kind($f)->{severity} } chain($account, $f);
    return grep { $counts{ $_->{freeze} } } @{ $account->{cases} };
}
sub heard { my ($account, $f) = @_; return grep { defined $_->{appealed_at} } cases_so_far($account, $f) }

# The user's second levels, after which nothing follows; appeals that came to nothing.
sub second_level { my ($account, $f) = @_; return grep { $_->{origin} eq 'level2' } heard($account, $f) }
sub unsuccessful
{
    my ($account, $f, $t) = @_;
    return scalar grep { $_->{origin} ne 'level2' && (defined $_->{retracted_at} || state_of($_, $t) =~ /^(denied|dismissed|withdrawn|lapsed)$/) } heard($account, $f);
}

# As often as the user can appeal.
sub tried
{
    my ($account, $f, $t) = @_;
    return 1 if grep { !is_open($_, $t) && state_of($_, $t) ne 'moot' } second_level($account, $f);
    return unsuccessful($account, $f, $t) >= APPEAL_TRIES;
}

# Nor can anything of it be taken up again.
sub exhausted
{
    my ($account, $f, $t) = @_;
    return tried($account, $f, $t) && !grep { none(again_errors($account, $_, $t, 0)) } cases_so_far($account, $f);
}

# Closed to appeal, or too late.
sub remedy_errors
{
    my ($account, $f, $t) = @_;
    my @errors;
    my $disclosed = Model::Account::disclosed($f, $t);
    # Whether it can be appealed is told with the reasons.
    push @errors, 'UG202' if ($disclosed && !$f->{appealable}) || defined $f->{vacated_at} || !Model::Account::decided($f)
        || (defined $f->{ended_at} && $f->{ended_at} <= $f->{starts});
    push @errors, 'UG203' if !$disclosed;
    push @errors, 'UG204' if $t >= ($account->appeal_until($f) // INF);
    return @errors;
}

# May the user appeal now? A freeze of everything is heard of once, also of somebody whose appeals are suspended.
sub suspended
{
    my ($account, $f, $t) = @_;
    return 0 if !($account->denied($t, 'deny') >> $BIT{'appeal.submit'} & 1);
    return 1 if grep { $_->[0] eq 'lifecycle' && $_->[3] >> $BIT{'appeal.submit'} & 1 } $account->restrictions($t);
    return !total($f) || heard($account, $f) ? 1 : 0;
}

sub total { my ($f) = @_; return kind($f)->{mode} eq 'deny' && ($f->{denies} & everything()) == everything() }
sub erased { my ($account) = @_; return $account->{state} eq 'erased' ? 'UG024' : () }
sub thin { my ($text) = @_; return length($text =~ s/\s//gr) < TEXT_MIN ? 'UG208' : () }

# Can the user join the case that is open?
sub joinable { my ($case, $t) = @_; return !defined $case->{appealed_at} && state_of($case, $t) ne 'signoff' }

sub submit_errors
{
    my ($account, $f, $t) = @_;
    my $open = open_case($account, $f->{no}, $t);
    return (remedy_errors($account, $f, $t), $open && !joinable($open, $t) ? 'UG205' : (),
        tried($account, $f, $t) ? 'UG206' : (), suspended($account, $f, $t) ? 'UG207' : (), erased($account));
}

# What was denied, dismissed or lapsed is taken up again once by staff and once by the user, not after him.
sub again_errors
{
    my ($account, $case, $t, $staff) = @_;
    my $f = $account->freeze($case->{freeze});
    my @errors;
    push @errors, 'UG201' if state_of($case, $t) !~ /^(denied|dismissed|lapsed)$/ || (!$staff && !heard($account, $f))
        || grep { ($_->{previous} // 0) == $case } @{ $account->{cases} };
    push @errors, 'UG206' if second_level($account, $f) || ($staff && grep { $_->{origin} eq 'level2' } cases_so_far($account, $f));
    return @errors;
}

sub reopen_errors
{
    my ($account, $case, $t, $staff) = @_;
    my $f = $staff ? $account->freeze($case->{freeze}) : known($account, $case);
    return (again_errors($account, $case, $t, $staff), remedy_errors($account, $f, $t), open_case($account, $f->{no}, $t) ? 'UG205' : (),
        !$staff && suspended($account, $f, $t) ? 'UG207' : (), erased($account));
}

sub none { return !@_ }

# A ticket is good for one appeal against its freeze, or one that took its place, and for following that appeal.
sub ticket_errors
{
    my ($account, $x, $t, $no, $case) = @_;
    return if !defined $x->{ticket};
    my $ticket = $account->{issued}[ $x->{ticket} ] or return 'UG209';
    return ($case->{ticket} // 0) == $ticket ? () : 'UG209' if $case;
    my $f = $account->freeze($ticket->{freeze});
    $f = $account->freeze($f->{replaced_by}) while $f && $f->{no} != $no && $f->{replaced_by};
    return $f && $f->{no} == $no && Model::Freeze::named($account, 'app', $no) && !$ticket->{case} && $t < $ticket->{expires} ? () : 'UG209';
}

# Appeals of the user that were decided of late; those that were manifestly unfounded; whether that suspends further ones.
sub abuse
{
    my ($account, $t) = @_;
    my @decided = grep { appealed($_) && ($_->{outcome} // '') =~ /^(granted|partially_granted|denied|dismissed)$/ && $_->{closed_at} >= $t - ABUSE_SPAN } @{ $account->{cases} };
    my @unfounded = grep { $_->{decision}{unfounded} } @decided;
    my $warned = max(0, map { $_->{at} } grep { ($_->{reason} // '') eq 'appeal.abuse' && !defined $_->{void_at} } @{ $account->{strikes} });
    my $last = max(0, map { $_->{closed_at} } @unfounded);
    return (scalar @unfounded, scalar @decided, $warned, @unfounded >= ABUSE_COUNT && $warned && $warned < $last ? 1 : 0);
}

# A case about a freeze that the user must not know of, unless he takes part because of one before it.
sub hidden
{
    my ($account, $case) = @_;
    return !known($account, $case);
}

# The freeze that a case is about, as its user knows it.
sub known
{
    my ($account, $case) = @_;
    my @chain = chain($account, $account->freeze($case->{freeze}));
    return first { Model::Freeze::named($account, 'app', $_->{no}) } defined $case->{appealed_at} ? @chain : $chain[0];
}

# What the user can do next about a case.
sub next_of
{
    my ($account, $case, $t) = @_;
    my $state = state_of($case, $t);
    my $f = $account->freeze($case->{freeze});
    if (is_open($case, $t))
    {
        my @first = $state eq 'awaiting_material' ? 'send_material' : $state eq 'signoff' ? () : 'supplement';
        my @own = appealed($case) ? 'withdraw' : none(submit_errors($account, $f, $t)) ? 'appeal' : ();
        return (@first, @own, 'wait');
    }
    return 'reopen' if none(reopen_errors($account, $case, $t, 0));
    return 'appeal' if none(submit_errors($account, $f, $t));
    return;
}

sub picture
{
    my ($account, $case, $t, $index) = @_;
    my $state = state_of($case, $t);
    my $f = known($account, $case) // $account->freeze($case->{freeze});
    my $remedy = (grep { is_open($_, $t) } $case, cases_so_far($account, $f)) ? 0 : $account->remedy_until($f, $t) // 0;
    my @parts = ('case', $index, $state, $case->{freeze}, $case->{origin}, 'remedy', $t < $remedy && !hidden($account, $case) ? $remedy : '-', hidden($account, $case) ? 'hidden' : ());
    if (is_open($case, $t))
    {
        my $due = due_of($case, $t);
        my $until = $state eq 'in_review' ? $case->{claim_until} : $state eq 'awaiting_material' ? $case->{ask_until} : $state eq 'signoff' ? $case->{sign_until} : undef;
        push @parts, 'due', $due >= INF ? '-' : $due, overdue($case, $t) ? 'late' : 'in_time', appealed($case) ? 'heard' : '-', is_held($case, $t) ? $case->{claimed_by} : '-', $until // '-';
    }
    return join(' ', @parts);
}

1;
