# Cases: reviews that a kind demands, and what becomes of them when their freeze changes (4.4).
package Model::Appeal;
use strict;
use warnings;
use List::Util qw(first max min);
use Model::Policy;
use Model::Account;

sub state_of
{
    my ($case, $t) = @_;
    return $case->{outcome} // 'submitted';
}

sub open_case
{
    my ($account, $no, $t) = @_;
    return first { $_->{freeze} == $no && state_of($_, $t) eq 'submitted' } @{ $account->{cases} };
}

sub any_open { my ($account, $t) = @_; return scalar grep { state_of($_, $t) eq 'submitted' } @{ $account->{cases} } }

sub new_case
{
    my ($account, $t, $no, $origin, %more) = @_;
    my $due = Model::Account::kind($account->freeze($no))->{review_due};
    my $case = { freeze => $no, origin => $origin, opened_at => $t, due_at => $t + $due, %more };
    push @{ $account->{cases} }, $case;
    return $case;
}

# A kind with a time for review is reviewed whether or not the user appeals.
sub in_force
{
    my ($account, $t, $f) = @_;
    return if !Model::Account::kind($f)->{review_due} || open_case($account, $f->{no}, $t);
    new_case($account, $t, $f->{no}, 'mandatory_review');
    $account->seen('appeal', 'none', 'open', 'submitted');
    return;
}

sub close_case
{
    my ($account, $t, $case, $event, $outcome) = @_;
    $account->seen('appeal', state_of($case, $t), $event, $outcome);
    @$case{qw(outcome closed_at)} = ($outcome, $t);
    return;
}

# The freeze ended: its case is moot where nothing is at stake any more, or goes on with the freeze that took its place.
sub freeze_ended
{
    my ($account, $t, $f, $event) = @_;
    my $case = open_case($account, $f->{no}, $t) or return;
    if ($event eq 'supersede')
    {
        $case->{freeze} = $f->{replaced_by};
        $account->seen('appeal', state_of($case, $t), 'move', 'submitted');
        return;
    }
    my $at_stake = first { $_->{freeze_no} == $f->{no} && Model::Account::live($_, $t) } @{ $account->{strikes} };
    close_case($account, $t, $case, 'moot', 'moot') if $event =~ /^(vacate|close)$/ || !$at_stake;
    return;
}

1;
