# The commands about accounts, strikes, acknowledgments, risk and legal holds (4.1, 4.5, 4.6); answers as in Model::Freeze.
package Model::Life;
use strict;
use warnings;
use List::Util qw(max first);
use Model::Policy;
use Model::Account;
use Model::Freeze;

my $COMMAND = \%Model::Freeze::COMMAND;

sub is { return Model::Account::is(@_) }
sub kind { return Model::Account::kind(@_) }

sub change
{
    my ($account, $t, $event, $to) = @_;
    $account->seen('account', $account->{state} eq 'none' ? '' : $account->{state}, $event, $to);
    $account->{state} = $to;
    return;
}

# While a security freeze or the user's own one is in force, a proof that holds against each of them.
sub alarm_errors
{
    my ($account, $t, $proof) = @_;
    return map { Model::Freeze::proof_errors($_, $t, $proof) }
        grep { is($_, $t, 'active') && kind($_)->{mode} ne 'monitor' && Model::Account::category($_) =~ /^(security|own_wish)$/ } @{ $account->{freezes} };
}

# The first person proposes, a second one confirms in time: undef, 'proposed', or an error.
sub second_person
{
    my ($account, $who, $t, $what) = @_;
    my $proposal = $account->{proposal};
    my $pending = $proposal && $proposal->{what} eq $what && $t < $proposal->{at} + PROPOSAL_LIFE;
    return 'UG107' if ($account->{person} // '') eq $who;
    return 'UG113' if $pending && $proposal->{by} eq $who;
    $account->{proposal} = $pending ? undef : { what => $what, by => $who, at => $t };
    return $pending ? undef : 'proposed';
}

$COMMAND->{account_open} = sub {
    my ($account, $who, $t, $x) = @_;
    return (['UG600']) if $account->{state} ne 'none';
    change($account, $t, 'open', $x->{pending} ? 'pending' : 'active');
    $account->{opened_at} = $t;
    return ([], $account->{id});
};

$COMMAND->{account_activate} = sub {
    my ($account, $who, $t) = @_;
    return (['UG601']) if $account->{state} ne 'pending';
    change($account, $t, 'activate', 'active');
    return ([], '');
};

$COMMAND->{account_request_close} = sub {
    my ($account, $who, $t, $x) = @_;
    my @errors = $account->{state} eq 'active' ? () : 'UG601';
    push @errors, alarm_errors($account, $t, $x->{proof});
    return (\@errors) if @errors;
    change($account, $t, 'request_close', 'closing');
    $account->{close_at} = $t + CLOSE_GRACE;
    return ([], $account->{close_at});
};

$COMMAND->{account_cancel_close} = sub {
    my ($account, $who, $t, $x) = @_;
    my @errors = $account->{state} eq 'closing' ? () : 'UG601';
    push @errors, alarm_errors($account, $t, $x->{proof});
    return (\@errors) if @errors;
    change($account, $t, 'cancel_close', 'active');
    delete $account->{close_at};
    return ([], '');
};

$COMMAND->{account_terminate} = sub {
    my ($account, $who, $t) = @_;
    my @errors;
    push @errors, 'UG601' if $account->{state} !~ /^(active|closing)$/;
    push @errors, 'UG602' if $account->held($t) || first { kind($_)->{blocks_closure} && is($_, $t, qw(scheduled active stayed)) } @{ $account->{freezes} };
    push @errors, 'UG603' if !$account->final_ban($t);
    return (\@errors) if @errors;
    my $second = second_person($account, $who, $t, 'terminate');
    return ([$second]) if ($second // '') =~ /^UG/;
    return ([], $second) if $second;
    change($account, $t, 'terminate', 'closed');
    $account->{closed_at} = $t;
    $account->{close_at} //= $t;
    return ([], 'terminated');
};

$COMMAND->{account_reopen} = sub {
    my ($account, $who, $t) = @_;
    return (['UG601']) if $account->{state} ne 'closed';
    my $second = second_person($account, $who, $t, 'reopen');
    return ([$second]) if ($second // '') =~ /^UG/;
    return ([], $second) if $second;
    change($account, $t, 'reopen', 'active');
    delete @$account{qw(closed_at close_at)};
    return ([], 'reopened');
};

sub erase_errors
{
    my ($account, $t) = @_;
    return 'UG601' if $account->lifecycle($t) ne 'closed';
    my $at = $account->erasable_at($t);
    my $ban = first { $_->{kind} eq 'ban' && is($_, $t, qw(scheduled active stayed)) && $t < ($account->remedy_until($_, $t) // 0) } @{ $account->{freezes} };
    return (Model::Appeal::any_open($account, $t) ? 'UG605' : (), ($account->held($t) || $at == INF || $ban ? 'UG602' : ()), ($at != INF && $t < $at ? 'UG604' : ()));
}

$COMMAND->{account_erase} = sub {
    my ($account, $who, $t) = @_;
    my @errors = erase_errors($account, $t);
    return (\@errors) if @errors;
    Model::Freeze::finish($account, $t, $_, 'close', 'closed') foreach grep { !is($_, $t, 'ended') } @{ $account->{freezes} };
    change($account, $t, 'erase', 'erased');
    delete $account->{person};
    return ([], '');
};

$COMMAND->{account_mark} = sub {
    my ($account, $who, $t, $x) = @_;
    return (['UG601']) if $account->{state} eq 'erased';
    $account->{rank} = $x->{rank} if defined $x->{rank};
    $account->{protected} = $x->{protected} if defined $x->{protected};
    $account->{person} = $x->{person} if defined $x->{person};
    delete $account->{person} if ($account->{person} // '') eq '';
    return ([], '');
};

$COMMAND->{warn} = sub {
    my ($account, $who, $t, $x) = @_;
    my @errors;
    push @errors, 'UG104' if $account->{rank} && $account->{rank} >= rank_of($who);
    push @errors, 'UG107' if ($account->{person} // '') eq $who;
    push @errors, 'UG601' if $account->lifecycle($t) !~ /^(active|closing)$/;
    return (\@errors) if @errors;
    if (defined $x->{key} && (my $done = $account->{keys}{"warn $x->{key}"}))
    {
        return $done->[0] eq $x->{request} ? ([], $done->[1]) : (['UG122']);
    }
    my $points = $x->{points} // $REASON{ $x->{reason} }{points} // 0;
    my $strike = Model::Freeze::add_strike($account, $who, $t, $x->{reason}, $points, $x->{incident}, 0);
    $strike->{reason} = $x->{reason};
    my $result = join(' ', $strike->{score}, $strike->{ladder_no} // '-');
    $account->{keys}{"warn $x->{key}"} = [ $x->{request}, $result ] if defined $x->{key};
    return ([], $result);
};

$COMMAND->{strike_void} = sub {
    my ($account, $who, $t, $x) = @_;
    my $strike = $account->{strikes}[ $x->{no} ];
    return (['22004']) if !$strike;
    my @errors;
    push @errors, 'UG101' if $strike->{freeze_no};
    push @errors, 'UG121' if defined $strike->{void_at};
    push @errors, 'UG107' if ($account->{person} // '') eq $who;
    return (\@errors) if @errors;
    $strike->{void_at} = $t;
    Model::Freeze::cascade($account, $t, $strike);
    return ([], '');
};

$COMMAND->{acknowledge} = sub {
    my ($account, $who, $t) = @_;
    return (['UG601']) if $account->lifecycle($t) =~ /^(closed|erased)$/;
    $account->{children}++;
    my @open = grep { $account->owes_acknowledgment($_, $t) } @{ $account->{freezes} };
    $_->{acknowledged_at} = $t foreach @open;
    return ([], scalar @open);
};

$COMMAND->{acknowledgment_waive} = sub {
    my ($account, $who, $t, $x) = @_;
    my $f = $account->freeze($x->{no}) or return (['UG100']);
    my @errors;
    push @errors, 'UG107' if ($account->{person} // '') eq $who;
    push @errors, 'UG101' if !$account->owes_acknowledgment($f, $t);
    return (\@errors) if @errors;
    $account->{children}++;
    $f->{acknowledged_at} = $t;
    return ([], '');
};

$COMMAND->{risk_report} = sub {
    my ($account, $who, $t, $x) = @_;
    return (['UG404']) if $account->{state} eq 'none';
    my $incident = $x->{incident};
    my $over = defined $incident && first { ($_->{incident} // '') eq $incident && ($_->{cleared} || $t - $_->{at} >= 48 * HALF_LIFE) } @{ $account->{signals} };
    push @{ $account->{signals} }, { no => ++$account->{children}, signal => $x->{signal}, weight => $x->{weight} // $SIGNAL{ $x->{signal} }, at => $t,
        incident => $incident, cleared => $over ? 1 : 0 };
    my $score = $account->risk($t);
    my $freeze_no = '-';
    if (!$over && sprintf('%.0f', $score) >= THRESHOLD && !$account->{rank} && !$account->{protected} && $account->lifecycle($t) =~ /^(active|closing)$/
        && ($account->{person} // '') ne $who # It would be his decision about his own account.
        && !first { $_->{risk} && is($_, $t, qw(active stayed scheduled proposed)) } @{ $account->{freezes} })
    {
        my $f = Model::Freeze::record($account, $who, $t, { kind => 'temp_restrict', reason => 'security.odd_login', automated => 1, risk => 1,
            denies => $KIND{temp_restrict}{denies}, starts => $t, ends => $t + DAY, appealable => 1 }, 0);
        $freeze_no = $f->{no};
    }
    return ([], sprintf('%.6f %s', $score, $freeze_no));
};

$COMMAND->{risk_clear} = sub {
    my ($account, $who, $t) = @_;
    my @over = grep { is($_, $t, qw(active stayed)) && Model::Account::category($_) eq 'security'
        && grep { $_ eq 'risk_over' } @{ kind($_)->{conditions} } } @{ $account->{freezes} };
    Model::Freeze::finish($account, $t, $_, 'satisfy', 'condition_met') foreach @over;
    Model::Freeze::clear_risk($account);
    return ([], scalar @over);
};

$COMMAND->{legal_hold_place} = sub {
    my ($account, $who, $t, $x) = @_;
    return (['UG601']) if $account->{state} eq 'erased';
    my $live = first { $_->{matter} eq $x->{matter} && !defined $_->{released_at} } @{ $account->{holds} };
    return $live->{reference} eq $x->{reference} ? ([], 'held') : (['UG122']) if $live;
    push @{ $account->{holds} }, { no => ++$account->{children}, matter => $x->{matter}, reference => $x->{reference}, placed_at => $t, by => $who };
    return ([], 'held');
};

$COMMAND->{legal_hold_release} = sub {
    my ($account, $who, $t, $x) = @_;
    my @live = grep { $_->{matter} eq $x->{matter} && !defined $_->{released_at} } @{ $account->{holds} };
    my @errors;
    push @errors, 'UG131' if !@live;
    push @errors, 'UG111' if $x->{reference} eq ' ';
    push @errors, 'UG113' if grep { $_->{by} eq $who } @live;
    return (\@errors) if @errors;
    $_->{released_at} = $t foreach @live;
    return ([], scalar @live);
};

1;
