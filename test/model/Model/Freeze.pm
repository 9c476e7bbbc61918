# The commands about freezes (F1 to F11). Each answers with the errors that would be right, any of them, or does it and
# answers with the result. Nothing is changed where an error is answered.
package Model::Freeze;
use strict;
use warnings;
use List::Util qw(max min first sum0);
use Model::Policy;
use Model::Account;
use Model::Appeal;

our %COMMAND;

sub state_of { return Model::Account::state_of(@_) }
sub is { return Model::Account::is(@_) }
sub kind { return Model::Account::kind(@_) }
sub is_self { return Model::Account::is_self(@_) }

# The freeze of a number, for who acts for the user as far as he is told of it: no proposals, no monitor mode.
sub named
{
    my ($account, $who, $no) = @_;
    my $f = $account->freeze($no) or return;
    return if $who eq 'app' && (!Model::Account::decided($f) || kind($f)->{mode} eq 'monitor');
    return $f;
}

sub contains { my ($all, $some) = @_; return ($some & ~$all) == 0 }
sub subset { my ($some, $all) = @_; my %in = map { $_ => 1 } @$all; return !grep { !$in{$_} } @$some }

# Guards about the account that every new or harsher decision passes.
sub target_errors
{
    my ($account, $who, $t, $kind, $automated) = @_;
    my @errors;
    push @errors, 'UG601' if $account->lifecycle($t) !~ /^(active|closing)$/;
    return @errors if $kind->{lift_policy} eq 'self';
    push @errors, 'UG104' if $account->{rank} && $account->{rank} >= rank_of($who);
    push @errors, 'UG107' if ($account->{person} // '') eq $who;
    push @errors, 'UG105' if $account->{protected} && (!$kind->{second} || $automated);
    return @errors;
}

sub length_errors
{
    my ($kind, $starts, $ends) = @_;
    return 'UG108' if $ends <= $starts;
    return $kind->{indefinite} ? () : 'UG108' if $ends == INF;
    return 'UG108' if $kind->{max} && $ends - $starts > $kind->{max};
    return 'UG108' if $kind->{min} && $ends - $starts < $kind->{min};
    return;
}

# Who may lift it, as F6 says. $for_replacing: the question of F10, where no proof and no cooling-off are asked for.
sub lift_errors
{
    my ($account, $who, $t, $f, $reference) = @_;
    my $kind = kind($f);
    my @errors;
    push @errors, 'UG115' if !may($who, @{ $kind->{lift} });
    push @errors, 'UG107' if !is_self($f) && ($account->{person} // '') eq $who;
    if ($kind->{lift_policy} eq 'authority')
    {
        push @errors, 'UG113' if $who eq $f->{by} || $who eq ($f->{approved_by} // '') || $who eq ($f->{endorsed_by} // '');
        push @errors, 'UG111' if ($reference // ' ') eq ' ';
    }
    return @errors;
}

# A proof made after the freeze began, at most proof_age old, from no session that was opened after it began.
sub proof_errors
{
    my ($f, $t, $proof) = @_;
    return 'UG116' if !$proof || $proof->{at} > $t || $proof->{at} < $t - PROOF_AGE || $proof->{at} < $f->{starts};
    return 'UG116' if $proof->{session_since} && $proof->{session_since} > $f->{starts};
    return;
}

# What a user is left with: number and kind of what still restricts him.
sub remaining
{
    my ($account, $t) = @_;
    return join(',', sort map { "$_->[0] $_->[1]" } grep { $_->[0] ne 'lifecycle' } $account->restrictions($t));
}

#
# Strikes and the ladder
#

# The freeze came into force: its strike, and the ladder's answer.
sub strike_of
{
    my ($account, $who, $t, $f) = @_;
    my $points = points_of($f);
    add_strike($account, $who, $t, $f->{reason}, $points, $f->{incident}, $f->{no}) if $points;
    return;
}

# The points of the reason, within what the kind allows; only violations are struck.
sub points_of
{
    my ($f) = @_;
    my ($kind, $reason) = (kind($f), $REASON{ $f->{reason} });
    return 0 if $reason->{category} ne 'violation' || $f->{ladder};
    return min($kind->{points_max}, max($kind->{points}, $reason->{points} // $kind->{points}));
}

sub add_strike
{
    my ($account, $who, $t, $reason, $points, $incident, $freeze_no) = @_;
    my $category = $REASON{$reason}{category};
    my $before = $account->score($t, $category);
    my $strike = { no => ++$account->{children}, freeze_no => $freeze_no, points => $points, category => $category, incident => $incident,
        at => $t, expires_at => $t + $REASON{$reason}{life} };
    push @{ $account->{strikes} }, $strike;
    my $after = $account->score($t, $category);
    $strike->{score} = $after;
    $strike->{ladder_no} = climb($account, $who, $t, $after) if $category eq 'violation' && $after > $before;
    return $strike;
}

# 4.6: the highest step the score reaches, one higher in probation, unless it was taken for these points or stands already.
sub climb
{
    my ($account, $who, $t, $score) = @_;
    my ($reached) = grep { $LADDER[$_]{score} <= $score } reverse 0 .. $#LADDER;
    my $step = $LADDER[ min($#LADDER, $reached + ($account->in_probation($t) ? 1 : 0)) ];
    my @live = grep { $_->{category} eq 'violation' && Model::Account::live($_, $t) } @{ $account->{strikes} };
    return if $account->lifecycle($t) !~ /^(active|closing)$/;
    return if !$step->{kind} || $account->{protected} || $account->{rank} == 4;
    foreach my $taken (grep { $_->{ladder} && !defined $_->{vacated_at} } @{ $account->{freezes} })
    {
        my %for = map { $_ => 1 } @{ $taken->{ladder}{strikes} };
        return if $taken->{ladder}{step} >= $step->{score}
            && Model::Account::points(grep { $for{ $_->{no} } } @live) >= $taken->{ladder}{threshold};
    }
    my $kind = $KIND{ $step->{kind} };
    my $ends = $step->{length} == INF ? INF : $t + $step->{length};
    return if first { is($_, $t, 'active') && kind($_)->{severity} >= $kind->{severity} && kind($_)->{mode} eq 'deny'
        && contains($_->{denies}, $kind->{denies}) && $_->{ends} >= $ends } @{ $account->{freezes} };
    my $f = record($account, $who, $t, { kind => $step->{kind}, reason => 'ladder', automated => 1, denies => $kind->{denies}, starts => $t,
        ends => $ends, appealable => 1, ladder => { step => $step->{score}, threshold => $LADDER[$reached]{score},
        strikes => [ map { $_->{no} } @live ] } }, $step->{proposal});
    return $f->{no};
}

# Strikes were voided: ladder freezes that they do not carry any more go, unless a person has taken them over.
sub cascade
{
    my ($account, $t, @voided) = @_;
    foreach my $f (grep { $_->{ladder} && !defined $_->{vacated_at} } @{ $account->{freezes} })
    {
        my %for = map { $_ => 1 } @{ $f->{ladder}{strikes} };
        next if !grep { $for{ $_->{no} } } @voided;
        next if Model::Account::points(grep { $for{ $_->{no} } && !defined $_->{void_at} } @{ $account->{strikes} }) >= $f->{ladder}{threshold};
        next if defined $f->{approved_by} || defined $f->{endorsed_by} || $f->{taken_over};
        if (Model::Account::decided($f)) { annul($account, $t, $f) }
        elsif (is($f, $t, 'proposed')) { finish($account, $t, $f, 'reject', 'rejected') }
    }
    return;
}

#
# Steps of the record
#

# A new record, numbered; in force at once unless it is a proposal.
sub record
{
    my ($account, $who, $t, $terms, $proposal) = @_;
    my $f = { no => @{ $account->{freezes} } + 1, version => 1, by => $who, issued_at => $t, told_from => $t, stays => [], %$terms };
    push @{ $account->{freezes} }, $f;
    if ($proposal)
    {
        $f->{proposal_until} = $t + PROPOSAL_LIFE;
        $account->seen('freeze', 'none', 'propose', 'proposed');
    }
    else
    {
        $account->seen('freeze', 'none', 'impose', (state_of($f, $t))[0]);
    }
    return $f;
}

sub finish
{
    my ($account, $t, $f, $event, $reason) = @_;
    $account->seen('freeze', (state_of($f, $t))[0], $event, 'ended', $reason);
    @$f{qw(ended_at end_reason)} = ($t, $reason);
    delete $f->{amendment};
    # A person has judged what the signals came to.
    clear_risk($account) if $f->{risk} && $event =~ /^(lift|reduce)$/;
    void_strikes($account, $t, $f) if $event eq 'cancel';
    Model::Appeal::freeze_ended($account, $t, $f, $event) if $event ne 'vacate';
    return;
}

# What it came with counts no more: it was wrong, or it never began.
sub void_strikes
{
    my ($account, $t, $f) = @_;
    my @voided = grep { $_->{freeze_no} == $f->{no} && !defined $_->{void_at} } @{ $account->{strikes} };
    $_->{void_at} = $t foreach @voided;
    cascade($account, $t, @voided) if @voided;
    return;
}

sub annul
{
    my ($account, $t, $f) = @_;
    if (is($f, $t, 'ended')) { $account->seen('freeze', 'ended', 'vacate', 'ended', '') }
    else { finish($account, $t, $f, 'vacate', 'overturned') }
    $f->{vacated_at} = $t;
    delete $f->{vacating};
    Model::Appeal::freeze_ended($account, $t, $f, 'vacate');
    clear_risk($account) if $f->{risk};
    void_strikes($account, $t, $f);
    return;
}

# The risk is over: no signal so far counts again.
sub clear_risk { my ($account) = @_; $_->{cleared} = 1 foreach @{ $account->{signals} }; return }

# It takes effect: what it replaces ends, the strike counts.
sub in_force
{
    my ($account, $who, $t, $f) = @_;
    my $old = $f->{replaces} && $account->freeze($f->{replaces});
    if ($old && is($old, $t, qw(active stayed scheduled)))
    {
        $old->{replaced_by} = $f->{no};
        finish($account, $t, $old, 'supersede', 'superseded');
    }
    Model::Appeal::demand_review($account, $who, $t, $f);
    strike_of($account, $who, $t, $f);
    return;
}

# Does the new one take away anything that the old one does (F10)?
sub weaker
{
    my ($old, $new, $t) = @_;
    my ($o, $n) = (kind($old), kind($new));
    return 1 if $n->{severity} < $o->{severity} || !contains($new->{denies}, $old->{denies}) || ($n->{mode} ne 'deny' && $n->{mode} ne $o->{mode});
    return 1 if $new->{ends} < $old->{ends} || max($new->{starts}, $t) > max($old->{starts}, $t);
    return 1 if ($o->{blocks_closure} && !$n->{blocks_closure}) || ($o->{blocks_erasure} && !$n->{blocks_erasure});
    return 1 if ($n->{probation} // 0) < ($o->{probation} // 0) || !contains($n->{probation_denies} // 0, $o->{probation_denies} // 0);
    return 1 if !contains($n->{ack} // 0, $o->{ack} // 0);
    return 1 if !subset($n->{lift}, $o->{lift}) || !subset([ @{ $n->{lift} }, @{ $n->{approve} } ], [ @{ $o->{lift} }, @{ $o->{approve} } ]);
    return 1 if $n->{stay_max} && (!$o->{stay_max} || $n->{stay_max} > $o->{stay_max} || !subset(stayers($n), stayers($o)));
    return 1 if !subset([ conditions($new) ], [ conditions($old) ]) || ($new->{appealable} && !$old->{appealable});
    my %strict = (authority => 3, manual => 2, system => 1, self => 0);
    return 1 if $strict{ $n->{lift_policy} } < $strict{ $o->{lift_policy} };
    return 0;
}

# What ends it: a proof of identity does not undo what a person did or an authority ordered.
sub conditions
{
    my ($f) = @_;
    my $act = Model::Account::category($f) =~ /^(violation|regulatory)$/;
    return grep { $_ eq 'risk_over' || !$act } @{ kind($f)->{conditions} };
}

sub stayers { my ($kind) = @_; return [ 'reviewer', @{ $kind->{lift} }, @{ $kind->{approve} } ] }

sub replacement_errors
{
    my ($account, $who, $t, $new, $reference) = @_;
    my $old = named($account, $who, $new->{replaces}) or return 'UG100';
    return 'UG101' if !is($old, $t, qw(active stayed scheduled));
    return 'UG120' if is_self($new) && !is_self($old);
    return if !weaker($old, $new, $t);
    return 'UG120' if !may($who, @{ kind($old)->{lift} }) || (is_self($old) && $who eq 'app');
    return lift_errors($account, $who, $t, $old, $reference);
}

#
# Commands
#

$COMMAND{freeze_impose} = sub {
    my ($account, $who, $t, $x) = @_;
    my $kind = $KIND{ $x->{kind} };
    my @errors = may($who, @{ $kind->{impose} }) ? () : 'UG103';
    if (defined $x->{key} && (my $done = $account->{keys}{ $x->{key} }))
    {
        return (\@errors) if @errors;
        return $done->[0] eq $x->{request} ? ([], $done->[1]) : (['UG122']);
    }
    my $automated = $x->{automated} || automated_only($who);
    my ($starts, $ends) = ($x->{starts} // $t, $x->{ends});
    push @errors, 'UG109' if $starts < $t;
    if (defined $x->{length}) { $ends = $starts + $x->{length} }
    elsif (!defined $ends)
    {
        my $length = $automated && defined $kind->{automated} ? min($kind->{default}, $kind->{automated}) : $kind->{default};
        $ends = $length == INF ? INF : $starts + $length;
    }
    my $proposal = $kind->{second} || ($automated && !defined $kind->{automated});
    my $denies = $x->{capabilities} ? mask(@{ $x->{capabilities} }) : $kind->{denies};
    push @errors, '22023' if $x->{capabilities} && (!$kind->{choices} || !contains($kind->{choices}, $denies));
    push @errors, length_errors($kind, $starts, $ends) if $starts >= $t;
    push @errors, 'UG110' if $automated && defined $kind->{automated} && ($ends == INF || $ends - $starts > $kind->{automated});
    push @errors, target_errors($account, $who, $t, $kind, $automated);
    push @errors, 'UG111' if !$kind->{no_facts} && length($x->{facts} // '') < 10;
    push @errors, 'UG111' if ($kind->{ground} && !$x->{ground}) || ($kind->{reference} && !$x->{reference});
    if (defined $x->{appeal})
    {
        push @errors, '22023' if $kind->{appeal} ne 'case' && !$x->{appeal} != ($kind->{appeal} eq 'no');
        push @errors, 'UG111' if !$x->{appeal} && !$x->{reference};
    }
    my $category = $REASON{ $x->{reason} }{category};
    push @errors, '22023' if ($category eq 'own_wish') != ($kind->{lift_policy} eq 'self') || ($category eq 'dormancy' && !grep { $_ eq 'verified_login' } @{ $kind->{conditions} });
    if (defined $x->{conduct} && !($x->{evidence} && $x->{evidence}{prior_conduct}) && points_of({ kind => $x->{kind}, reason => $x->{reason} }))
    {
        my ($last) = sort { $b->{starts} <=> $a->{starts} } grep { Model::Account::decided($_) && !defined $_->{vacated_at}
            && $_->{no} != ($x->{replaces} // 0) && $_->{starts} <= $t && (!defined $_->{ended_at} || $_->{ended_at} > $_->{starts}) && Model::Account::category($_) eq $category } @{ $account->{freezes} };
        my $known = defined $x->{incident} && first { ($_->{incident} // '') eq $x->{incident} && !defined $_->{void_at} } @{ $account->{strikes} };
        push @errors, 'UG112' if $last && $x->{conduct} < $last->{starts} && !$known;
    }
    my $terms = { kind => $x->{kind}, reason => $x->{reason}, automated => $automated, denies => $denies, starts => $starts, ends => $ends,
        replaces => $x->{replaces}, incident => $x->{incident}, risk => $x->{risk},
        disclose => $x->{disclose}, complainant => $x->{evidence} ? $x->{evidence}{complainant} : undef,
        appealable => $kind->{appeal} eq 'no' ? 0 : $x->{appeal} // 1 };
    if ($x->{replaces})
    {
        my $old = named($account, $who, $x->{replaces});
        push @errors, replacement_errors($account, $who, $t, $terms, $x->{reference}), $old ? Model::Appeal::undecided($account, $who, $t, $old) : ();
    }
    return (\@errors) if @errors;

    my $f = record($account, $who, $t, $terms, $proposal);
    $f->{reference} = $x->{reference};
    $account->{keys}{ $x->{key} } = [ $x->{request}, $f->{no} ] if defined $x->{key};
    in_force($account, $who, $t, $f) if !$proposal;
    return ([], $f->{no});
};

# Kinds without a second person are approved, where a machine proposed them, by the persons who impose them.
sub approvers { my ($kind) = @_; return @{ $kind->{approve} } ? @{ $kind->{approve} } : grep { $_ ne 'risk' } @{ $kind->{impose} } }

$COMMAND{freeze_approve} = sub {
    my ($account, $who, $t, $x) = @_;
    my $f = $account->freeze($x->{no}) or return (['UG100']);
    my ($kind, $state) = (kind($f), state_of($f, $t));
    my @approvers = approvers($kind);
    my @errors = may($who, @approvers) ? () : 'UG103';
    if ($f->{amendment})
    {
        my $new = $f->{amendment};
        push @errors, 'UG123' if $t >= $new->{until} || $new->{ends} <= $t;
        push @errors, 'UG101' if $state !~ /^(active|scheduled)$/;
        push @errors, 'UG113' if $who eq $new->{by};
        push @errors, target_errors($account, $who, $t, $kind, 0);
        return (\@errors) if @errors;
        $new->{starts} = $state eq 'active' ? $f->{starts} : max($new->{starts}, $t);
        $new->{approved_by} = $who;
        amend($account, $t, $f, $new, 1);
        return ([], (state_of($f, $t))[0]);
    }
    my ($was, $how) = state_of($f, $t);
    push @errors, target_errors($account, $who, $t, $kind, $f->{automated});
    return ([ 'UG123', @errors ]) if ($how // '') eq 'proposal_timeout';
    return ([ 'UG101', @errors ]) if $was ne 'proposed';
    push @errors, 'UG113' if $who eq $f->{by} || $who eq ($f->{endorsed_by} // '');
    my $endorse = $kind->{second} && $f->{automated} && !defined $f->{endorsed_by};
    my $starts = max($f->{starts}, $t);
    my $new = { %$f, starts => $starts, ends => $f->{ends} == INF ? INF : $f->{ends} + $starts - $f->{starts} };
    my $old = $f->{replaces} && !$endorse && $account->freeze($f->{replaces});
    if ($old && is($old, $t, qw(active stayed scheduled)))
    {
        push @errors, Model::Appeal::undecided($account, $who, $t, $old);
        # The proposer was not asked about what it became since.
        push @errors, replacement_errors($account, $who, $t, $new, $f->{reference}) if $old->{told_from} > $f->{issued_at};
    }
    return (\@errors) if @errors;
    if ($endorse)
    {
        $account->seen('freeze', 'proposed', 'endorse', 'proposed');
        $f->{endorsed_by} = $who;
        return ([], 'proposed');
    }
    @$f{qw(approved_by approved_at starts ends told_from)} = ($who, $t, @$new{qw(starts ends)}, $t);
    $f->{version}++;
    ($state) = state_of($f, $t);
    $account->seen('freeze', 'proposed', 'approve', $state);
    in_force($account, $who, $t, $f);
    return ([], $state);
};

$COMMAND{freeze_reject} = sub {
    my ($account, $who, $t, $x) = @_;
    my $f = $account->freeze($x->{no}) or return (['UG100']);
    my $kind = kind($f);
    my @approvers = approvers($kind);
    my ($state, $how) = state_of($f, $t);
    my @errors;
    my $proposer = $f->{amendment} ? $f->{amendment}{by} : $f->{by};
    push @errors, 'UG103' if !may($who, @approvers) && $who ne $proposer;
    if ($f->{amendment})
    {
        push @errors, 'UG123' if $t >= $f->{amendment}{until};
        push @errors, 'UG101' if $state eq 'ended';
        return (\@errors) if @errors;
        delete $f->{amendment};
        return ([], '');
    }
    push @errors, $how eq 'proposal_timeout' ? 'UG123' : 'UG101' if $state ne 'proposed';
    return (\@errors) if @errors;
    finish($account, $t, $f, 'reject', 'rejected');
    return ([], '');
};

# New terms are in force.
sub amend
{
    my ($account, $t, $f, $new, $harsher) = @_;
    my ($was) = state_of($f, $t);
    @$f{qw(starts ends denies)} = @$new{qw(starts ends denies)};
    $f->{version}++;
    $f->{taken_over} = 1 if !$new->{automated};
    push @{ $f->{amenders} }, $new->{approved_by} // ();
    # A new decision, of which the user is informed anew.
    if ($harsher) { $f->{told_from} = $t; delete $f->{informed_at} }
    delete $f->{amendment};
    $account->seen('freeze', $was, 'amend', (state_of($f, $t))[0]);
    Model::Appeal::freeze_amended($account, $t, $f);
    return;
}

$COMMAND{freeze_amend} = sub {
    my ($account, $who, $t, $x) = @_;
    my $f = $account->freeze($x->{no}) or return (['UG100']);
    my $kind = kind($f);
    my $state = (state_of($f, $t))[0];
    my @errors;
    push @errors, Model::Appeal::reviewing($account, $who, $t, $f);
    push @errors, 'UG114' if defined $x->{expected} && $x->{expected} != $f->{version};
    push @errors, 'UG101' if $state !~ /^(active|scheduled)$/ || (defined $x->{starts} && $state eq 'active');
    my $new = { starts => $x->{starts} // $f->{starts}, ends => $x->{ends} // $f->{ends},
        denies => $x->{capabilities} ? mask(@{ $x->{capabilities} }) : $f->{denies}, by => $who };
    push @errors, '22023' if $x->{capabilities} && (!$kind->{choices} || !contains($kind->{choices}, $new->{denies}));
    push @errors, 'UG111' if defined $x->{facts} && length $x->{facts} < 10;
    push @errors, 'UG108' if $new->{ends} <= $t;
    push @errors, length_errors($kind, $new->{starts}, $new->{ends});
    push @errors, 'UG109' if defined $x->{starts} && $x->{starts} < $f->{starts} && $x->{starts} < $t;
    my $harsher = !contains($f->{denies}, $new->{denies}) || $new->{ends} > $f->{ends} || $new->{starts} < $f->{starts};
    my $milder = !contains($new->{denies}, $f->{denies}) || $new->{ends} < $f->{ends} || $new->{starts} > $f->{starts};
    my $automated = $new->{automated} = automated_only($who);
    if ($harsher)
    {
        push @errors, 'UG103' if !may($who, @{ $kind->{impose} });
        push @errors, 'UG111' if !$x->{facts} && $kind->{severity} > 0 && $kind->{lift_policy} ne 'self';
        push @errors, 'UG110' if $automated && defined $kind->{automated}
            && ($new->{ends} == INF || $new->{ends} - $new->{starts} > $kind->{automated});
        push @errors, target_errors($account, $who, $t, $kind, $automated);
    }
    if ($milder)
    {
        push @errors, lift_errors($account, $who, $t, $f, $x->{reference});
        push @errors, 'UG116' if is_self($f) && !may($who, grep { $_ ne 'app' } @{ $kind->{lift} });
    }
    if (!$harsher && !$milder)
    {
        push @errors, '22023' if !$x->{facts} && !$x->{reference};
        push @errors, 'UG103' if !may($who, @{ $kind->{impose} });
    }
    push @errors, 'UG103' if !may($who, @{ $kind->{impose} }, @{ $kind->{lift} });
    return (\@errors) if @errors;
    push @{ $f->{amenders} }, $who;
    if ($harsher && ($kind->{second} || ($automated && !defined $kind->{automated})))
    {
        $f->{amendment} = { %$new, version => ++$f->{version}, until => $t + PROPOSAL_LIFE };
        return ([], $f->{version});
    }
    amend($account, $t, $f, $new, $harsher);
    return ([], $f->{version});
};

$COMMAND{freeze_lift} = sub {
    my ($account, $who, $t, $x) = @_;
    my $f = named($account, $who, $x->{no}) or return (['UG100']);
    my @errors = lift_errors($account, $who, $t, $f, $x->{reference});
    push @errors, Model::Appeal::reviewing($account, $who, $t, $f), Model::Appeal::past_case($account, $who, $t, $f);
    push @errors, 'UG101' if !is($f, $t, qw(active stayed scheduled));
    if (is_self($f) && $who eq 'app')
    {
        push @errors, 'UG117' if $t < $f->{starts} + kind($f)->{cooldown};
        push @errors, proof_errors($f, $t, $x->{proof});
    }
    return (\@errors) if @errors;
    if (is($f, $t, 'scheduled')) { finish($account, $t, $f, 'cancel', 'cancelled') }
    else { finish($account, $t, $f, 'lift', 'lifted') }
    return ([], remaining($account, $t));
};

$COMMAND{freeze_satisfy} = sub {
    my ($account, $who, $t, $x) = @_;
    my $f = named($account, $who, $x->{no}) or return (['UG100']);
    my ($kind, $condition) = (kind($f), $x->{condition});
    my @errors;
    push @errors, Model::Appeal::reviewing($account, $who, $t, $f);
    push @errors, 'UG101' if !is($f, $t, qw(active stayed));
    push @errors, 'UG107' if !is_self($f) && ($account->{person} // '') eq $who;
    push @errors, 'UG118' if !grep { $_ eq $condition } @{ $kind->{conditions} };
    if ($condition eq 'risk_over')
    {
        push @errors, 'UG115' if !may($who, 'risk', @{ $kind->{lift} });
    }
    else
    {
        push @errors, 'UG115' if !may($who, 'app', @{ $kind->{lift} });
        push @errors, proof_errors($f, $t, $x->{proof});
        push @errors, 'UG118' if Model::Account::category($f) =~ /^(violation|regulatory)$/;
    }
    return (\@errors) if @errors;
    finish($account, $t, $f, 'satisfy', 'condition_met');
    clear_risk($account) if Model::Account::category($f) eq 'security';
    return ([], remaining($account, $t));
};

$COMMAND{freeze_stay} = sub {
    my ($account, $who, $t, $x) = @_;
    my $f = $account->freeze($x->{no}) or return (['UG100']);
    my $kind = kind($f);
    my @errors = Model::Appeal::undecided($account, $who, $t, $f);
    push @errors, 'UG119' if !$kind->{stay_max};
    push @errors, 'UG101' if !is($f, $t, 'active');
    push @errors, 'UG107' if !is_self($f) && ($account->{person} // '') eq $who;
    push @errors, 'UG115' if !may($who, @{ stayers($kind) });
    my $left = ($kind->{stay_max} // 0) - sum0(map { $_->[1] - $_->[0] } @{ $f->{stays} });
    my $until = $x->{until} // $t + $left;
    push @errors, 'UG108' if $kind->{stay_max} && ($until <= $t || $until - $t > $left);
    return (\@errors) if @errors;
    $account->seen('freeze', 'active', 'stay', 'stayed');
    push @{ $f->{stays} }, [ $t, $until ];
    return ([], '');
};

$COMMAND{freeze_unstay} = sub {
    my ($account, $who, $t, $x) = @_;
    my $f = $account->freeze($x->{no}) or return (['UG100']);
    my @errors = Model::Appeal::undecided($account, $who, $t, $f);
    push @errors, 'UG101' if !is($f, $t, 'stayed');
    push @errors, 'UG107' if !is_self($f) && ($account->{person} // '') eq $who;
    push @errors, 'UG115' if !may($who, @{ stayers(kind($f)) });
    return (\@errors) if @errors;
    $account->seen('freeze', 'stayed', 'unstay', 'active');
    $f->{stays}[-1][1] = $t;
    return ([], '');
};

$COMMAND{freeze_vacate} = sub {
    my ($account, $who, $t, $x) = @_;
    my $f = $account->freeze($x->{no}) or return (['UG100']);
    my $kind = kind($f);
    my @errors;
    push @errors, 'UG115' if !may($who, @{ $kind->{lift} }, @{ $kind->{approve} });
    push @errors, 'UG107' if !is_self($f) && ($account->{person} // '') eq $who;
    push @errors, 'UG101' if !Model::Account::decided($f);
    push @errors, 'UG121' if defined $f->{vacated_at};
    my $pending = $f->{vacating} && $t < $f->{vacating}{until};
    push @errors, 'UG113' if $pending && $f->{vacating}{by} eq $who;
    return (\@errors) if @errors;
    if (!$pending)
    {
        $f->{vacating} = { by => $who, until => $t + PROPOSAL_LIFE };
        return ([], 'proposed');
    }
    annul($account, $t, $f);
    return ([], 'vacated');
};

1;
