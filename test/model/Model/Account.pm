# One account as the tables say it is: its records, and what follows from them at an instant.
package Model::Account;
use strict;
use warnings;
use List::Util qw(max min first);
use Model::Policy;

sub new
{
    my ($class, %is) = @_;
    return bless {
        state => 'none', rank => 0, freezes => [], strikes => [], signals => [], holds => [], cases => [], tickets => [], issued => [], children => 0, keys => {}, seen => {}, %is,
    }, $class;
}

sub freeze { my ($self, $no) = @_; return $no > 0 ? $self->{freezes}[ $no - 1 ] : undef }
sub kind { return $KIND{ $_[0]{kind} } }
sub category { return $REASON{ $_[0]{reason} }{category} }
sub is_self { return kind($_[0])->{lift_policy} eq 'self' }

# Was it ever more than a proposal?
sub decided { my ($f) = @_; return !defined $f->{proposal_until} || defined $f->{approved_at} }

# When it is, was or will be over.
sub end_of { my ($f) = @_; return min($f->{ends}, $f->{ended_at} // INF) }

# 4.2: state and reason of its end, by the clock.
sub state_of
{
    my ($f, $t) = @_;
    return ('ended', $f->{end_reason}) if defined $f->{ended_at};
    return $t < $f->{proposal_until} ? ('proposed', '') : ('ended', 'proposal_timeout') if !decided($f);
    return ('ended', 'expired') if $t >= $f->{ends};
    return ('scheduled', '') if $t < $f->{starts};
    return ('stayed', '') if grep { $_->[0] <= $t && $t < $_->[1] } @{ $f->{stays} };
    return ('active', '');
}
sub is { my ($f, $t, @states) = @_; my ($state) = state_of($f, $t); return scalar grep { $_ eq $state } @states }

# Did it run, and was it neither replaced nor annulled? Then probation and acknowledgment follow.
sub served
{
    my ($f) = @_;
    return 0 if !decided($f) || defined $f->{vacated_at};
    return 0 if defined $f->{ended_at} && ($f->{end_reason} !~ /^(lifted|condition_met|partial)$/ || $f->{ended_at} <= $f->{starts});
    return 1;
}

# The spans in which its effect is there.
sub spans
{
    my ($f) = @_;
    my ($from, $end) = ($f->{starts}, end_of($f));
    my @spans;
    return if !decided($f);
    foreach my $stay (sort { $a->[0] <=> $b->[0] } @{ $f->{stays} })
    {
        push @spans, [ $from, min($stay->[0], $end) ] if $from < min($stay->[0], $end);
        $from = max($from, $stay->[1]);
    }
    push @spans, [ $from, $end ] if $from < $end;
    return @spans;
}

# Everything is refused then, whatever else is.
sub total_spans
{
    my ($self) = @_;
    return map { spans($_) } grep { kind($_)->{mode} eq 'deny' && ($_->{denies} & everything()) == everything() } @{ $self->{freezes} };
}

# 4.5: [end, end + length), the clock standing still while everything is refused anyway.
sub probation
{
    my ($self, $f) = @_;
    my $kind = kind($f);
    return if !$kind->{probation} || !served($f);
    my $from = end_of($f);
    return if $from == INF;
    my $until = $from + $kind->{probation};
    my $reached = $from;
    foreach my $span (sort { $a->[0] <=> $b->[0] } $self->total_spans)
    {
        my ($begin, $end) = (max($span->[0], $reached), $span->[1]);
        next if $end <= $begin;
        last if $begin >= $until;
        return [ $from, INF ] if $end == INF;
        $until += $end - $begin;
        $reached = $end;
    }
    return [ $from, $until ];
}

sub owes_acknowledgment
{
    my ($self, $f, $t) = @_;
    return kind($f)->{ack} && served($f) && !defined $f->{acknowledged_at} && end_of($f) <= $t;
}

# 4.1: when a closing account closes, for all that is known now.
sub closing_at
{
    my ($self, $t) = @_;
    my $at = $self->{close_at} // INF;
    my $moved = 1;
    while ($moved && $at != INF)
    {
        my $before = $at;
        foreach my $f (grep { kind($_)->{blocks_closure} && decided($_) } @{ $self->{freezes} })
        {
            $at = end_of($f) if $f->{starts} <= $at && $at < end_of($f);
        }
        foreach my $hold (@{ $self->{holds} })
        {
            $at = $hold->{released_at} // INF if $hold->{placed_at} < $at && $at < ($hold->{released_at} // INF);
        }
        $moved = $at != $before;
    }
    return $at;
}

sub lifecycle
{
    my ($self, $t) = @_;
    return $self->{state} eq 'closing' && $self->closing_at($t) <= $t ? 'closed' : $self->{state};
}

# The clock closed it; from now on that is a fact.
sub settle
{
    my ($self, $t) = @_;
    Model::Appeal::settle($self, $t);
    return if $self->{state} ne 'closing' || $self->lifecycle($t) ne 'closed';
    $self->{closed_at} = $self->closing_at($t);
    $self->{state} = 'closed';
    $self->seen('account', 'closing', '(time)', 'closed');
    return;
}

# 4.3: what restricts the account at an instant, one row each: source, number, mode, mask, since, until.
sub restrictions
{
    my ($self, $t) = @_;
    my @rows;
    my $state = $self->lifecycle($t);
    push @rows, [ 'lifecycle', '', 'deny', everything(), $self->{opened_at}, INF ] if $state eq 'pending';
    push @rows, [ 'lifecycle', '', 'deny', everything() | SOFT, $self->{closed_at} // $self->closing_at($t), INF ] if $state =~ /^(closed|erased)$/;
    foreach my $f (@{ $self->{freezes} })
    {
        my $kind = kind($f);
        if (my $span = first { $_->[0] <= $t && $t < $_->[1] } spans($f))
        {
            push @rows, [ 'freeze', $f->{no}, $kind->{mode}, $f->{denies}, $f->{starts}, end_of($f) ];
        }
        my $probation = $self->probation($f);
        push @rows, [ 'probation', $f->{no}, 'deny', $kind->{probation_denies}, @$probation ]
            if $probation && $probation->[0] <= $t && $t < $probation->[1];
        push @rows, [ 'acknowledgment', $f->{no}, 'deny', $kind->{ack}, end_of($f), INF ] if $self->owes_acknowledgment($f, $t);
    }
    return @rows;
}

sub in_probation { my ($self, $t) = @_; return scalar grep { $_->[0] eq 'probation' } $self->restrictions($t) }

sub denied
{
    my ($self, $t, $mode) = @_;
    my $mask = 0;
    $mask |= $_->[3] foreach grep { $_->[2] eq $mode } $self->restrictions($t);
    return $mask;
}

# 4.6: live points of a category; an incident counts once, with its heaviest strike.
sub live { my ($strike, $t) = @_; return !defined $strike->{void_at} && $strike->{at} <= $t && $t < $strike->{expires_at} }

sub points
{
    my (@strikes) = @_;
    my ($sum, %incident) = (0);
    foreach my $strike (@strikes)
    {
        if (!defined $strike->{incident}) { $sum += $strike->{points}; next }
        $incident{ $strike->{incident} } = max($incident{ $strike->{incident} } // 0, $strike->{points});
    }
    $sum += $_ foreach values %incident;
    return $sum;
}

sub score
{
    my ($self, $t, $category) = @_;
    return points(grep { $_->{category} eq $category && live($_, $t) } @{ $self->{strikes} });
}

# What detectors know: each incident once, heaviest report, as of its first; halved with every half life.
sub risk
{
    my ($self, $t) = @_;
    my (%worth, @signals);
    foreach my $signal (grep { !$_->{cleared} } @{ $self->{signals} })
    {
        my $key = $signal->{incident} // "no $signal->{no}";
        my $known = $worth{$key} //= { weight => 0, at => $signal->{at} };
        ($known->{weight}, $known->{signal}) = ($signal->{weight}, $signal->{signal}) if $signal->{weight} > $known->{weight};
    }
    my $score = 0;
    $score += $_->{worth} = int($_->{weight} * 2**(-($t - $_->{at}) / HALF_LIFE) * 1e6 + 0.5) / 1e6 foreach values %worth;
    return $score;
}

# Instants at which an answer changes by itself.
sub boundaries
{
    my ($self, $t) = @_;
    my @at = ($self->{state} eq 'closing' ? $self->closing_at($t) : (), $self->{closed_at} ? $self->{closed_at} + RETENTION : ());
    foreach my $f (@{ $self->{freezes} })
    {
        my $probation = $self->probation($f);
        push @at, $f->{starts}, end_of($f), (map { @$_ } @{ $f->{stays} }), $f->{proposal_until} // (), $f->{disclose} // (), $f->{amendment} ? $f->{amendment}{until} : (),
            $f->{vacating} ? $f->{vacating}{until} : (), $probation ? @$probation : (), $self->appeal_until($f) // ();
    }
    push @at, map { $_->{expires_at} } @{ $self->{strikes} };
    push @at, map { ($_->{due_at}, $_->{claim_until} // (), $_->{ask_until} // (), $_->{sign_until} // ()) } grep { !defined $_->{outcome} } @{ $self->{cases} };
    return grep { $_ > $t && $_ < INF } @at;
}

# Were the reasons told, or are they withheld still?
sub disclosed { my ($f, $t) = @_; return ($f->{disclose} // 0) <= $t }

# Until when it can be appealed, from when the user was informed; undef: never. As long as nobody told him, and he did not
# show that he knows, that is some time after the decision. Reasons that are withheld are told later.
sub appeal_until
{
    my ($self, $f) = @_;
    return if !$f->{appealable} || defined $f->{vacated_at} || !decided($f);
    return if defined $f->{ended_at} && $f->{ended_at} <= $f->{starts};    # it never took effect
    my $disclosed = $f->{disclose} // $f->{told_from};
    return max($disclosed, min($f->{informed_at} // INF, max($disclosed, $f->{told_from}) + INFORMED_AFTER)) + kind($f)->{appeal_window};
}

# The same, and undef also once the user has done all that he can (a case that is open counts apart).
sub remedy_until
{
    my ($self, $f, $t) = @_;
    return Model::Appeal::exhausted($self, $f, $t) ? undef : $self->appeal_until($f);
}

sub final_ban
{
    my ($self, $t) = @_;
    return scalar grep { $_->{kind} eq 'ban' && is($_, $t, 'active') && ($self->remedy_until($_, $t) // 0) <= $t
        && !Model::Appeal::open_case($self, $_->{no}, $t) } @{ $self->{freezes} };
}

sub held { my ($self, $t) = @_; return scalar grep { !defined $_->{released_at} } @{ $self->{holds} } }

# 4.11: INF while something keeps it. A ban keeps the account until nobody can appeal it any more.
sub erasable_at
{
    my ($self, $t) = @_;
    my $at = ($self->{closed_at} // INF) + RETENTION;
    foreach my $f (grep { decided($_) && kind($_)->{blocks_erasure} } @{ $self->{freezes} })
    {
        return INF if $f->{kind} ne 'ban' && $t < end_of($f);
        $at = max($at, $self->remedy_until($f, $t) // 0);
    }
    return $at;
}

sub seen { my ($self, @transition) = @_; $self->{seen}{ join(' ', map { $_ // '' } @transition) =~ s/ +$//r }++; return }

1;
