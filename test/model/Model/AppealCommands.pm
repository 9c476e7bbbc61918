# The commands about appeals and reviews (P1 to P12); answers as in Model::Freeze.
package Model::Appeal;
use strict;
use warnings;
use List::Util qw(first max min);
use Model::Policy;
use Model::Appeal;
use Model::Freeze;

#
# What a decision does
#

sub partial_errors
{
    my ($f, $t, $x) = @_;
    my $terms = defined $x->{ends} || $x->{capabilities};
    return $terms || $x->{end} ? '22023' : () if $x->{decision} ne 'partially_granted';
    my @errors;
    push @errors, '22023' if $x->{end} ? $terms : !$terms;
    push @errors, 'UG101' if !is($f, $t, $x->{end} ? qw(active stayed) : qw(active scheduled stayed));
    # No later than now, no more than now, and less in something.
    my $ends = $x->{ends} // $f->{ends};
    my $denies = $x->{capabilities} ? mask(@{ $x->{capabilities} }) : $f->{denies};
    push @errors, 'UG108' if defined $x->{ends} && ($ends <= $t || $ends <= $f->{starts});
    push @errors, qw(UG108 22023) if $ends > $f->{ends};
    push @errors, '22023' if $x->{capabilities} && (!kind($f)->{choices} || !Model::Freeze::contains($f->{denies}, $denies));
    push @errors, '22023' if $terms && $ends == $f->{ends} && $denies == $f->{denies};
    return @errors;
}

#
# Commands
#

my $commands = \%Model::Freeze::COMMAND;

# The case that is named; for the user only as he may know of it.
sub the_case
{
    my ($account, $who, $x) = @_;
    my $case = $account->{cases}[ $x->{case} ] or return;
    return $who eq 'app' && hidden($account, $case) ? undef : $case;
}

$commands->{appeal_submit} = sub {
    my ($account, $who, $t, $x) = @_;
    my $f = Model::Freeze::named($account, $who, $x->{no}) && successor($account, $x->{no}, $t) or return ([qw(UG100 UG208 UG209)]);
    if (defined $x->{key} && (my $done = $account->{keys}{"appeal $x->{key}"}))
    {
        return (['UG024']) if erased($account);
        my @errors = ticket_errors($account, $x, $t, $x->{no}, $account->{cases}[ $done->[1] ]);
        return (\@errors) if @errors && $done->[0] eq $x->{request};
        return $done->[0] eq $x->{request} ? ([], "$done->[1] " . state_of($account->{cases}[ $done->[1] ], $t)) : (['UG122']);
    }
    my @errors = (ticket_errors($account, $x, $t, $x->{no}), submit_errors($account, $f, $t), thin($x->{text}));
    return (\@errors) if @errors;
    $f->{informed_at} //= $t;
    my $ticket = defined $x->{ticket} ? $account->{issued}[ $x->{ticket} ] : undef;
    my $case = open_case($account, $f->{no}, $t);
    if ($case)
    {
        my $was = state_of($case, $t);
        $case->{due_at} = due_of($case, $t);
        delete @$case{qw(asked_at ask_until)};
        $case->{appealed_at} = $t;
        push @{ $case->{took_part} }, $who;
        $account->seen('appeal', $was, 'join', state_of($case, $t));
    }
    else
    {
        $case = new_case($account, $who, $t, $f, 'appeal', appealed_at => $t);
        $account->seen('appeal', 'none', 'submit', 'submitted');
    }
    ($case->{ticket}, $ticket->{case}) = ($ticket, $case) if $ticket;
    my $index = first { $account->{cases}[$_] == $case } 0 .. $#{ $account->{cases} };
    $account->{keys}{"appeal $x->{key}"} = [ $x->{request}, $index ] if defined $x->{key};
    return ([], "$index " . state_of($case, $t));
};

$commands->{appeal_supplement} = sub {
    my ($account, $who, $t, $x) = @_;
    my $case = the_case($account, $who, $x) or return ([qw(UG200 UG209)]);
    my $was = state_of($case, $t);
    my @errors = ticket_errors($account, $x, $t, 0, $case);
    push @errors, 'UG201' if !is_open($case, $t) || $was eq 'signoff';
    push @errors, 'UG207' if $account->denied($t, 'deny') >> $BIT{'appeal.supplement'} & 1;
    push @errors, 'UG215' if $case->{supplements} >= APPEAL_ITEMS;
    return (\@errors) if @errors;
    $case->{supplements}++;
    $case->{due_at} = due_of($case, $t);
    delete @$case{qw(asked_at ask_until)};
    push @{ $case->{took_part} }, $who;
    $account->seen('appeal', $was, 'supplement', state_of($case, $t));
    return ([], state_of($case, $t));
};

$commands->{appeal_withdraw} = sub {
    my ($account, $who, $t, $x) = @_;
    my $case = the_case($account, $who, $x) or return ([qw(UG200 UG209)]);
    my @errors = ticket_errors($account, $x, $t, 0, $case);
    push @errors, 'UG201' if !is_open($case, $t) || !appealed($case);
    push @errors, map { Model::Freeze::proof_errors($_, $t, $x->{proof}) }
        grep { is($_, $t, 'active') && kind($_)->{mode} ne 'monitor' && Model::Account::category($_) eq 'security' } @{ $account->{freezes} };
    return (\@errors) if @errors;
    if (is_appeal($case))
    {
        close_case($account, $t, $case, 'withdraw', 'withdrawn');
        end_stay($account, $t, $account->freeze($case->{freeze}), $case->{opened_at});
    }
    else
    {
        my $was = state_of($case, $t);
        $case->{due_at} = due_of($case, $t);
        delete @$case{qw(asked_at ask_until)};
        $case->{retracted_at} = $t;
        $account->seen('appeal', $was, 'retract', state_of($case, $t));
    }
    return ([], state_of($case, $t));
};

$commands->{appeal_reopen} = sub {
    my ($account, $who, $t, $x) = @_;
    my $case = the_case($account, $who, $x) or return ([qw(UG200 UG208 UG209)]);
    my $staff = $who ne 'app';
    my @errors = (reopen_errors($account, $case, $t, $staff), thin($x->{text}), ticket_errors($account, $x, $t, 0, $case));
    push @errors, 'UG209' if $staff && defined $x->{ticket};
    push @errors, 'UG107' if $staff && ($account->{person} // '') eq $who;
    return (\@errors) if @errors;
    my $f = $staff ? $account->freeze($case->{freeze}) : known($account, $case);
    my $new = new_case($account, $who, $t, $f, 'level2', previous => $case, $staff ? () : (appealed_at => $t, ticket => $case->{ticket}));
    $f->{informed_at} //= $t if !$staff;
    $account->seen('appeal', 'none', 'reopen', 'submitted');
    return ([], "$#{ $account->{cases} } " . state_of($new, $t));
};

$commands->{appeal_open_review} = sub {
    my ($account, $who, $t, $x) = @_;
    my $f = $account->freeze($x->{no}) or return (['UG100']);
    my @errors;
    push @errors, 'UG107' if ($account->{person} // '') eq $who && !Model::Account::is_self($f);
    push @errors, 'UG202' if defined $f->{vacated_at} || !Model::Account::decided($f) || (defined $f->{ended_at} && $f->{ended_at} <= $f->{starts});
    push @errors, 'UG205' if open_case($account, $f->{no}, $t);
    push @errors, erased($account);
    return (\@errors) if @errors;
    new_case($account, $who, $t, $f, 'own_motion');
    $account->seen('appeal', 'none', 'open', 'submitted');
    return ([], $#{ $account->{cases} });
};

$commands->{appeal_claim} = sub {
    my ($account, $who, $t, $x) = @_;
    my $case = the_case($account, $who, $x) or return (['UG200']);
    my %before = (%$case, held => { %{ $case->{held} // {} } });
    drop_partial($account, $case, $t) if !is_held($case, $t);
    my $state = state_of($case, $t);
    my $left = APPEAL_HOLD - ($case->{held}{$who} // 0);
    my @errors = $state eq 'signoff' ? signer_errors($account, $who, $t, $case) : reviewer_errors($account, $who, $t, $case, claimers($account, $t, $case));
    push @errors, 'UG211' if is_held($case, $t);
    push @errors, 'UG201' if $state !~ /^(submitted|in_review|signoff)$/;
    push @errors, 'UG220' if $left <= 0;
    %$case = %before if @errors;
    return (\@errors) if @errors;
    $account->seen('appeal', $state, 'claim', $state eq 'signoff' ? 'signoff' : 'in_review');
    push @{ $case->{owners} }, $account->{person};
    @$case{qw(claimed_by claimed_at claim_until)} = ($who, $t, $t + min(APPEAL_LEASE, $left));
    return ([], $case->{claim_until});
};

# The next of all cases, whosever they are.
$commands->{appeal_claim_next} = sub {
    my (undef, $who, $t, $x) = @_;
    return (['22023']) if $x->{n} < 1 || $x->{n} > 100;
    my @queue = map { my $account = $_; map { [ $account, $_, $account->{cases}[$_] ] } 0 .. $#{ $account->{cases} } } @{ $x->{world} };
    @queue = sort { due_of($a->[2], $t) <=> due_of($b->[2], $t) || $a->[2]{opened_at} <=> $b->[2]{opened_at} || $a->[0]{id} <=> $b->[0]{id} || $a->[1] <=> $b->[1] }
        grep { state_of($_->[2], $t) eq 'submitted' && none(reviewer_errors($_->[0], $who, $t, $_->[2], claimers($_->[0], $t, $_->[2])))
            && APPEAL_HOLD > ($_->[2]{held}{$who} // 0) } @queue;
    my @claimed;
    foreach my $next (@queue)
    {
        last if @claimed == $x->{n};
        my ($errors, $until) = $commands->{appeal_claim}->($next->[0], $who, $t, { case => $next->[1] });
        push @claimed, "$next->[0]{id} $next->[1] $until";
    }
    return ([], join(',', @claimed));
};

$commands->{appeal_abuse_check} = sub {
    my ($account, $who, $t) = @_;
    my ($unfounded, $decided, $warned, $suspend) = abuse($account, $t);
    return ([], join(' ', $unfounded, $decided, $warned || '-', $suspend));
};

# Two members of staff give it, or the application by a proof of identity.
$commands->{appeal_ticket_issue} = sub {
    my ($account, $who, $t, $x) = @_;
    my $f = Model::Freeze::named($account, $who, $x->{no}) or return ([qw(UG100 22023)]);
    my @errors;
    my $ticket;
    if ($who eq 'app') { push @errors, Model::Freeze::proof_errors($f, $t, $x->{proof}) }
    else
    {
        push @errors, '22023' if $x->{proof};
        push @errors, 'UG107' if ($account->{person} // '') eq $who && !Model::Account::is_self($f);
        $ticket = first { $_->{freeze} == $f->{no} && $_->{reference} eq $x->{reference} && !$_->{expires} && $t < $_->{until} } @{ $account->{tickets} };
        push @errors, 'UG113' if $ticket && $ticket->{by} eq $who;
    }
    return (\@errors) if @errors;
    my $proposed = !$ticket && $who ne 'app';
    if (!$ticket)
    {
        $ticket = { freeze => $f->{no}, reference => $x->{reference}, by => $who, until => $t + PROPOSAL_LIFE };
        push @{ $account->{tickets} }, $ticket;
    }
    return ([], 'proposed') if $proposed;
    @$ticket{qw(issued_by expires)} = ($who, $t + TICKET_LIFE);
    push @{ $account->{issued} }, $ticket;
    return ([], 'issued');
};

$commands->{appeal_revoke_claim} = sub {
    my ($account, $who, $t, $x) = @_;
    my $case = the_case($account, $who, $x) or return (['UG200']);
    my @errors;
    push @errors, 'UG107' if ($account->{person} // '') eq $who;
    push @errors, 'UG201' if !is_open($case, $t) || !is_held($case, $t);
    return (\@errors) if @errors;
    my $was = state_of($case, $t);
    end_claim($case, $t);
    $account->seen('appeal', $was, 'release', state_of($case, $t));
    return ([], '');
};

# Only who holds it.
sub holder_errors
{
    my ($case, $who, $t) = @_;
    my $state = state_of($case, $t);
    return ($state eq 'in_review' && $case->{claimed_by} eq $who ? () : 'UG214', $state !~ /^(submitted|in_review)$/ ? 'UG201' : ());
}

$commands->{appeal_release} = sub {
    my ($account, $who, $t, $x) = @_;
    my $case = the_case($account, $who, $x) or return (['UG200']);
    my $was = state_of($case, $t);
    return ([ 'UG214', $was =~ /^(submitted|in_review|signoff)$/ ? () : 'UG201' ]) if !is_open($case, $t) || !is_held($case, $t) || $case->{claimed_by} ne $who;
    end_claim($case, $t);
    $account->seen('appeal', $was, 'release', state_of($case, $t));
    return ([], '');
};

$commands->{appeal_ask} = sub {
    my ($account, $who, $t, $x) = @_;
    my $case = the_case($account, $who, $x) or return ([qw(UG200 22023)]);
    my @errors = holder_errors($case, $who, $t);
    my $until = $x->{deadline} // $t + MATERIAL_TIME;
    push @errors, 'UG213' if $case->{rounds} >= APPEAL_ROUNDS;
    push @errors, '22023' if $until < $t + HOUR || $until > $t + 90 * DAY;
    return (\@errors) if @errors;
    $account->seen('appeal', 'in_review', 'ask', 'awaiting_material');
    unclaim($case, $t);
    push @{ $case->{reviewers} }, $who;
    $case->{rounds}++;
    @$case{qw(asked_at ask_until)} = ($t, $until);
    return ([], $until);
};

$commands->{appeal_decide} = sub {
    my ($account, $who, $t, $x) = @_;
    my $case = the_case($account, $who, $x) or return ([qw(UG200 UG217 UG218 22023)]);
    my $f = $account->freeze($case->{freeze});
    my $what = $x->{decision};
    my @errors = (holder_errors($case, $who, $t), reviewer_errors($account, $who, $t, $case, claimers($account, $t, $case)), partial_errors($f, $t, $x));
    push @errors, 'UG216' if defined $x->{stale};
    push @errors, 'UG217' if $x->{text} =~ /^\s*$/;
    push @errors, 'UG218' if $what ne 'granted' && ($x->{automated} || automated_only($who));
    push @errors, '22023' if $x->{unfounded} && $what ne 'dismissed';
    return (\@errors) if @errors;
    $case->{decision} = { what => $what, unfounded => $x->{unfounded}, end => $x->{end}, ends => $x->{ends},
        denies => $x->{capabilities} ? mask(@{ $x->{capabilities} }) : undef };
    $case->{decided_by} = $who;
    push @{ $case->{reviewers} }, $who;
    end_claim($case, $t);
    if (needs_signature($account, $f, $t))
    {
        $account->seen('appeal', 'in_review', 'decide', 'signoff');
        $case->{sign_until} = $t + SIGNOFF_TIME;
        return ([], 'signoff');
    }
    my $decision = delete $case->{decision};
    $account->seen('appeal', 'in_review', 'decide', $what);
    return ([], conclude($account, $who, $t, $case, $decision));
};

# The decision takes effect.
sub conclude
{
    my ($account, $who, $t, $case, $decision) = @_;
    my $f = $account->freeze($case->{freeze});
    @$case{qw(outcome closed_at decision)} = ($decision->{what}, $t, $decision);
    if ($decision->{what} eq 'granted') { Model::Freeze::annul($account, $t, $f) if !defined $f->{vacated_at} }
    elsif ($decision->{what} eq 'partially_granted' && is($f, $t, $decision->{end} ? qw(active stayed) : qw(active scheduled stayed)))
    {
        # It may have become milder while the terms waited for the signature, and their time may have passed.
        my $ends = min($decision->{ends} // INF, $f->{ends});
        my $denies = $f->{denies} & ($decision->{denies} // $f->{denies});
        if ($decision->{end} || !$denies || $ends <= max($t, $f->{starts}))
        {
            my @how = is($f, $t, 'scheduled') ? qw(cancel cancelled) : qw(reduce partial);
            Model::Freeze::finish($account, $t, $f, @how);
        }
        elsif ($ends < $f->{ends} || $denies != $f->{denies})
        {
            end_stay($account, $t, $f, -1);
            Model::Freeze::amend($account, $t, $f, { starts => $f->{starts}, ends => $ends, denies => $denies, by => $case->{decided_by}, automated => 0 }, 0);
        }
    }
    end_stay($account, $t, $f, -1);
    return $case->{outcome};
}

# A stay was for the time of the review.
sub end_stay
{
    my ($account, $t, $f, $since) = @_;
    return if !is($f, $t, 'stayed') || $f->{stays}[-1][0] < $since;
    $account->seen('freeze', 'stayed', 'unstay', 'active');
    $f->{stays}[-1][1] = $t;
    return;
}

sub signer_errors
{
    my ($account, $who, $t, $case) = @_;
    return 'UG201' if state_of($case, $t) ne 'signoff';
    my @errors = reviewer_errors($account, $who, $t, $case, $t >= $case->{sign_until} ? qw(compliance operator) : ());
    push @errors, 'UG219' if $who eq $case->{decided_by};
    push @errors, 'UG211' if is_held($case, $t) && $case->{claimed_by} ne $who;
    return @errors;
}

$commands->{appeal_sign} = sub {
    my ($account, $who, $t, $x) = @_;
    my $case = the_case($account, $who, $x) or return (['UG200']);
    my @errors = signer_errors($account, $who, $t, $case);
    push @errors, 'UG210' if state_of($case, $t) eq 'signoff' && grep { $_ eq $case->{decided_by} } parties($account, $case);
    return (\@errors) if @errors;
    $account->seen('appeal', 'signoff', 'sign', $case->{decision}{what});
    end_claim($case, $t);
    push @{ $case->{reviewers} }, $who;
    return ([], conclude($account, $who, $t, $case, $case->{decision}));
};

$commands->{appeal_refuse_sign} = sub {
    my ($account, $who, $t, $x) = @_;
    my $case = the_case($account, $who, $x) or return ([qw(UG200 UG217)]);
    my @errors = signer_errors($account, $who, $t, $case);
    push @errors, 'UG217' if $x->{why} =~ /^\s*$/;
    return (\@errors) if @errors;
    $account->seen('appeal', 'signoff', 'refuse', 'submitted');
    push @{ $case->{reviewers} }, $who;
    push @{ $case->{took_part} }, $case->{decided_by};    # he is done with it
    unclaim($case, $t);
    return ([], '');
};

1;
