CREATE OR REPLACE FUNCTION acctguard.freeze_transitions(
    OUT id text, OUT from_state text, OUT event text, OUT to_state text, OUT end_reason text,
    OUT who text, OUT guard text, OUT errors text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_transitions';
COMMENT ON FUNCTION acctguard.freeze_transitions() IS
'The state machine of a freeze, as the library has it: from which state which event leads where, who may cause it, what is asked, and which errors (names as in errors()) refuse it. "clock" needs nobody and no write. There are no other transitions; a trigger on freeze_record refuses them.';

CREATE OR REPLACE FUNCTION acctguard.freeze_impose(
    account_id bigint, kind text, reason text, facts text DEFAULT NULL,
    capabilities text[] DEFAULT NULL, starts_at timestamptz DEFAULT NULL, ends_at timestamptz DEFAULT NULL,
    duration interval DEFAULT NULL, evidence jsonb DEFAULT NULL, ground text DEFAULT NULL,
    legal_reference text DEFAULT NULL, conduct_at timestamptz DEFAULT NULL, incident uuid DEFAULT NULL,
    automated boolean DEFAULT false, replaces integer DEFAULT NULL, note text DEFAULT NULL,
    rule jsonb DEFAULT NULL, appeal boolean DEFAULT NULL, disclose_at timestamptz DEFAULT NULL,
    statement jsonb DEFAULT NULL, idempotency_key text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_impose';
COMMENT ON FUNCTION acctguard.freeze_impose(bigint, text, text, text, text[], timestamptz, timestamptz, interval, jsonb, text, text, timestamptz, uuid, boolean, integer, text, jsonb, boolean, timestamptz, jsonb, text) IS
'Imposes a freeze on an account and returns its number there. In effect when the transaction has committed: for every connection, with the sessions locked or revoked as the kind says, the strike counted, the ladder asked. Kinds that need a second person, and automated decisions beyond what the kind leaves to them, become proposals (freeze_approve).
kind, reason: as policy_list(''freeze_kind'') and policy_list(''reason'') have them. Reasons of category own_wish are for the kinds of the user''s own, and those take no other; maintenance is for scopes, dormancy for kinds that end on verified_login.
facts: what happened, shown to the user. evidence: snapshot for reviewers, never shown. note: internal.
capabilities: names and bundles, for kinds that let them be chosen, out of choices of the kind; NULL: those of the kind. The floor cannot be denied. Everything is chosen by two persons only.
starts_at: NULL or any time since the transaction began: now; later: scheduled. ends_at, or duration (months count 30 days, years 365): NULL: as long as the kind says; ends_at ''infinity'': until lifted. A freeze starts and ends within 100 years (36500 days).
ground: the rule or law it rests on, shown. legal_reference: article, or the authority''s order. conduct_at: when the conduct took place; what lies before the last sanction of its category that has begun adds no strike (UG112).
incident: decisions about one incident count one strike. automated: decided without a person; a caller who holds only acctguard_risk always is.
replaces: number of the freeze whose place it takes, without a gap. It needs the right to lift that one, unless it is weaker in nothing: at least as severe, covering its capabilities and its end, with its blocks, probation and acknowledgment, and no easier to leave: no further role lifts, annuls or stays it, no further condition ends it, no milder lift_policy, no appeal or automatic end where there was none. The user''s own kinds replace only one another. Asked again at the approval, if the old one has become harsher meanwhile.
rule: for self_rule: {"devices": ["id"], "hours": ["08:00", "22:00"], "zone": "Asia/Shanghai"}; login is refused outside; zone: default the account''s.
appeal: false closes it to appeal, for kinds that decide case by case, with a legal_reference. disclose_at: the statement is withheld from the user until then.
statement: further fields of the statement of reasons: explanation (the facts fit for publication, without personal data), source (own_initiative, notice, trusted_flagger, order), category, content_types, territory, detection_automated, locale.
idempotency_key: the same request under the same key returns the same number; another request UG122.
Lengths: facts and explanation 5000 characters (as in the transparency database of the Digital Services Act), ground, legal_reference and note 2000, category 63, locale 35, idempotency_key 255 bytes, each jsonb 64 KiB.
Errors: UG102 kind, UG103 role, UG104 rank, UG105 protected, UG106 last administrator, UG107 own account, UG108 length, UG109 start, UG110 automated, UG111 fields (named in the detail), UG112 older conduct, UG120 weaker, UG122 key, UG404 account, UG601 lifecycle, UG610 capability, UG611 reason, 22023 arguments.';

CREATE OR REPLACE FUNCTION acctguard.freeze_transition_guard()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_transition_guard';
COMMENT ON FUNCTION acctguard.freeze_transition_guard() IS
'Trigger on freeze_record: refuses with UG101 every UPDATE that is no step of freeze_transitions(), changes what was decided, or writes anew what is written once; acctguard''s own statements included.';

CREATE OR REPLACE FUNCTION acctguard.freeze_version_guard()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_version_guard';
COMMENT ON FUNCTION acctguard.freeze_version_guard() IS
'Trigger on freeze_version: refuses every UPDATE with UG101.';

CREATE OR REPLACE FUNCTION acctguard.freeze_approve(account_id bigint, freeze_no integer)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_approve';
COMMENT ON FUNCTION acctguard.freeze_approve(bigint, integer) IS
'The second person agrees with what was proposed: a freeze, or a harsher version of one (freeze_amend). Returns the state of the freeze after it: active or scheduled; proposed where an automated actor proposed, the kind needs two persons, and this was the first. A start that has passed moves to now and the length is kept.
Errors: UG100, UG101 nothing proposed, UG103 role, UG104 to UG107 as in freeze_impose(), UG113 same person, UG123 timed out (policy proposal_life, seconds).';

CREATE OR REPLACE FUNCTION acctguard.freeze_reject(account_id bigint, freeze_no integer, reason text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_reject';
COMMENT ON FUNCTION acctguard.freeze_reject(bigint, integer, text) IS
'Rejects what was proposed, a freeze or a harsher version; the proposer withdraws with it. reason: why; internal. Errors: UG100, UG101, UG103 role, UG123 timed out.';

CREATE OR REPLACE FUNCTION acctguard.freeze_amend(
    account_id bigint, freeze_no integer, ends_at timestamptz DEFAULT NULL, capabilities text[] DEFAULT NULL,
    facts text DEFAULT NULL, starts_at timestamptz DEFAULT NULL, legal_reference text DEFAULT NULL,
    evidence jsonb DEFAULT NULL, note text DEFAULT NULL, expected_version integer DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_amend';
COMMENT ON FUNCTION acctguard.freeze_amend(bigint, integer, timestamptz, text[], text, timestamptz, text, jsonb, text, integer) IS
'Changes the terms of an active or scheduled freeze by a new version, whose number it returns. NULL leaves as it is.
A harsher version (another capability, a later end, an earlier start) is a new decision: needs facts of its own, passes the guards of freeze_impose(), waits for freeze_approve() where the kind has a second person, and the user is informed anew. A milder one is a lift in part and needs that authority.
ends_at: the new end; ''infinity'': until lifted. starts_at: only before it has started. expected_version: refuse if the freeze has another version by now. note: why; internal.
Errors: UG100, UG101, UG103 to UG111 as in freeze_impose(), UG113 and UG115 as in freeze_lift(), UG114 version, UG116 own freezes are made milder by lifting them, 22023 nothing would change.';

CREATE OR REPLACE FUNCTION acctguard.freeze_stay(
    account_id bigint, freeze_no integer, reason text, until timestamptz DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_stay';
COMMENT ON FUNCTION acctguard.freeze_stay(bigint, integer, text, timestamptz) IS
'Suspends the effect of an active freeze while it is looked at again; its end does not move. until: NULL as long as the kind allows; all stays of a freeze together last at most stay_max of its kind. The effect comes back by the clock. What a stay takes is missing where the kind lets the freeze rest when its review is overdue.
Errors: UG100, UG101 not active, UG107 own account, UG108 too long, UG115 role, UG119 kind.';

CREATE OR REPLACE FUNCTION acctguard.freeze_unstay(account_id bigint, freeze_no integer, reason text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_unstay';
COMMENT ON FUNCTION acctguard.freeze_unstay(bigint, integer, text) IS
'Ends the stay of a freeze: its effect is back at once. The decision of a case about it does so, too. Errors: UG100, UG101 not stayed, UG107 own account, UG115 role.';

CREATE OR REPLACE FUNCTION acctguard.freeze_vacate(account_id bigint, freeze_no integer, reason text)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_vacate';
COMMENT ON FUNCTION acctguard.freeze_vacate(bigint, integer, text) IS
'Annuls a decision that was wrong, without an appeal, also after its end: two persons who may lift or approve the kind. The first call proposes and returns ''proposed''; the call of another person within policy proposal_life (seconds) confirms and returns ''vacated''. The freeze ends, its strikes are void, neither probation nor acknowledgment follows, and freezes that the ladder built on it are looked at again.
Errors: UG100, UG101 a mere proposal, UG107 own account, UG113 same person, UG115 role, UG121 annulled before.';

CREATE OR REPLACE FUNCTION acctguard.freeze_lift(
    account_id bigint, freeze_no integer, reason text, legal_reference text DEFAULT NULL, proof jsonb DEFAULT NULL,
    OUT source text, OUT no integer, OUT kind text, OUT mode text, OUT capabilities text[],
    OUT since timestamptz, OUT until timestamptz, OUT freeze_reason text, OUT facts text, OUT ground text,
    OUT lifted_by text[], OUT next text[], OUT visible boolean, OUT disclosed boolean, OUT rule jsonb)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_lift';
COMMENT ON FUNCTION acctguard.freeze_lift(bigint, integer, text, text, jsonb) IS
'Ends the one freeze it names (a scheduled one is cancelled, and its strike is void), needs the authority of that freeze''s kind, and returns what still restricts the account: other freezes, the probation and the acknowledgment that follow.
reason: why, in words; internal. legal_reference: for kinds lifted on the word of an authority, by somebody who neither issued nor approved it. proof: {"method": "...", "at": "..."} for freezes that the user imposed on himself, lifted by acctguard_app after the cooling-off time; at most as old as policy proof_age (seconds).
Rows: source (freeze, probation, acknowledgment), no: number of the freeze it comes from, mode (deny, challenge, monitor), lifted_by: roles that lift it, next: what the user can do (lift_yourself, verify_identity, log_in_verified, appeal, acknowledge_rules, wait, contact_support), visible, disclosed: may the user be told that, and why.
Errors: UG100 no such freeze, UG101 not running, UG107 own account, UG111 reference missing, UG113 same person, UG115 role, UG116 proof, UG117 too early.';

CREATE OR REPLACE FUNCTION acctguard.freeze_satisfy(
    account_id bigint, freeze_no integer, condition text, proof jsonb DEFAULT NULL,
    OUT source text, OUT no integer, OUT kind text, OUT mode text, OUT capabilities text[],
    OUT since timestamptz, OUT until timestamptz, OUT freeze_reason text, OUT facts text, OUT ground text,
    OUT lifted_by text[], OUT next text[], OUT visible boolean, OUT disclosed boolean, OUT rule jsonb)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_satisfy';
COMMENT ON FUNCTION acctguard.freeze_satisfy(bigint, integer, text, jsonb) IS
'Ends a freeze because the condition its kind names is met: identity_verified or verified_login (acctguard_app and those who lift the kind, with a fresh proof made after the freeze began) or risk_over (acctguard_risk and those who lift the kind). Returns what remains, as freeze_lift() does. A proof of identity does not end freezes for violations or orders.
proof: {"method": "...", "at": "...", "session_since": "..."}; one from a session opened after the freeze began does not count.
Errors: UG100, UG101, UG115 role, UG116 proof, UG118 condition.';

CREATE OR REPLACE FUNCTION acctguard.freeze_list(
    account_id bigint,
    OUT no integer, OUT state text, OUT end_reason text, OUT kind text, OUT reason text, OUT capabilities text[],
    OUT starts_at timestamptz, OUT ends_at timestamptz, OUT version integer, OUT issued_at timestamptz,
    OUT issued_by text, OUT automated boolean, OUT proposal_until timestamptz, OUT endorsed_by text,
    OUT approved_by text, OUT amendment integer, OUT ended_at timestamptz, OUT ended_by text,
    OUT vacated_at timestamptz, OUT replaces integer, OUT replaced_by integer, OUT ladder_score integer,
    OUT facts text, OUT ground text, OUT legal_reference text, OUT appealable boolean, OUT disclose_at timestamptz,
    OUT puid uuid, OUT incident uuid, OUT batch uuid, OUT note text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_list';
COMMENT ON FUNCTION acctguard.freeze_list(bigint) IS
'Every freeze of an account, for staff: its state now (proposed, scheduled, active, stayed, ended), its terms, who decided. Invisible kinds and internal notes are in it; never hand it to the user. amendment: version that waits for a second person. ended_at, ended_by: who ended it; ''clock'' where it was lifted because its review was overdue; NULL where it runs, or expired. Errors: UG404.';

CREATE OR REPLACE FUNCTION acctguard.statement_of_reasons(
    since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL,
    OUT puid text, OUT decision_visibility text, OUT decision_monetary text, OUT decision_provision text,
    OUT decision_account text, OUT decision_ground text, OUT illegal_content_legal_ground text,
    OUT illegal_content_explanation text, OUT incompatible_content_ground text,
    OUT incompatible_content_explanation text, OUT decision_facts text, OUT category text, OUT content_type text[],
    OUT content_date date, OUT application_date date, OUT end_date_visibility_restriction date,
    OUT end_date_monetary_restriction date, OUT end_date_service_restriction date,
    OUT end_date_account_restriction date, OUT source_type text, OUT automated_detection text,
    OUT automated_decision text, OUT territorial_scope text[])
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_statement_of_reasons';
COMMENT ON FUNCTION acctguard.statement_of_reasons(timestamptz, timestamptz) IS
'The statements of reasons of decisions issued from since until before until (NULL: no bound), in the columns of the transparency database of the Digital Services Act (StatementStoreRequest of its API), one row per version that was in force. Without personal data: decision_facts is the explanation given in statement => {"explanation": ...}, else the public text of the reason; never the facts told to the user. puid is random and never reused. Left out: orders of authorities, invisible and not yet disclosed freezes, and reasons of categories other than violation and regulatory. Dates are those of UTC; no end date: indefinite. category, content_type and territorial_scope are as the statement gives them; category defaults to that of the reason.';

--
-- Strikes and ladder, acknowledgments, risk, legal holds, scope freezes
--

CREATE OR REPLACE FUNCTION acctguard.warn(account_id bigint, reason text, points integer DEFAULT NULL,
    facts text DEFAULT NULL, incident uuid DEFAULT NULL, idempotency_key text DEFAULT NULL,
    OUT score integer, OUT freeze_no integer)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_warn';
COMMENT ON FUNCTION acctguard.warn(bigint, text, integer, text, uuid, text) IS
'Warns the user: a strike without a freeze. Strikes of category violation climb the ladder: when the score rises to a step that was not served for it, the step''s freeze is imposed (or proposed) in the same transaction.
reason: from policy_list(''reason''). points: 0 to 100, default those of the reason; 0 only records the warning. facts: shown to the user. incident: names what happened, one incident counts once. idempotency_key: 1 to 255 bytes; the same call repeated under it changes nothing and returns the same result.
score: live points of the reason''s category afterwards, source strike. freeze_no: the freeze the ladder answered with, or NULL.
Errors: UG404 no such account, UG601 account neither active nor closing, UG104 the account outranks the actor, UG107 the actor''s own account, UG611 no such reason, UG122 key used for another warning, 22023 points out of range.';

CREATE OR REPLACE FUNCTION acctguard.strike_void(account_id bigint, strike_no integer, reason text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_strike_void';
COMMENT ON FUNCTION acctguard.strike_void(bigint, integer, text) IS
'Takes a warning back: its strike counts no more, from the beginning. Ladder freezes that its points were needed for are vacated if nobody has taken them over, else reported by the event freeze.ladder_unsupported. The strike of a freeze is voided by freeze_vacate() only.
Errors: UG130 no such strike, UG101 the strike belongs to a freeze, UG121 voided before, UG107 the actor''s own account, UG404 no such account.';

CREATE OR REPLACE FUNCTION acctguard.strike_list(account_id bigint,
    OUT no integer, OUT freeze_no integer, OUT reason text, OUT category text, OUT points integer,
    OUT incident uuid, OUT facts text, OUT conduct_at timestamptz, OUT at timestamptz,
    OUT expires_at timestamptz, OUT void_at timestamptz, OUT void_reason text, OUT live boolean,
    OUT ladder_no integer, OUT person text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_strike_list';
COMMENT ON FUNCTION acctguard.strike_list(bigint) IS
'Every strike of an account, oldest first: live, expired, voided. freeze_no 0 is a warning; live says whether it counts now; ladder_no is the freeze the ladder answered with. Errors: UG404 no such account.';

CREATE OR REPLACE FUNCTION acctguard.acknowledge(account_id bigint, rules_version text, text_hash bytea,
    locale text DEFAULT NULL, device text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_acknowledge';
COMMENT ON FUNCTION acctguard.acknowledge(bigint, text, bytea, text, text) IS
'The user acknowledges the rules, through the app. Opens the acknowledgment gates that stand now and returns how many; a freeze that has not ended yet leaves a gate of its own later.
rules_version: version of the rules that were shown. text_hash: digest of the shown text, 16 to 64 bytes, e.g. SHA-256. locale: language shown, default the account''s. device: where, as the app names it.
Errors: 42501 called by staff, UG404 no such account, UG601 account closed, 22023 malformed digest.';

CREATE OR REPLACE FUNCTION acctguard.acknowledgment_waive(account_id bigint, freeze_no integer, reason text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_acknowledgment_waive';
COMMENT ON FUNCTION acctguard.acknowledgment_waive(bigint, integer, text) IS
'Opens the acknowledgment gate of one ended freeze without the user, with a reason; an event of its own. Errors: UG100 no such freeze, UG101 no gate of it stands now, UG107 the actor''s own account, UG404 no such account.';

CREATE OR REPLACE FUNCTION acctguard.risk_report(account_id bigint, signal text, weight numeric DEFAULT NULL,
    evidence jsonb DEFAULT NULL, incident uuid DEFAULT NULL, OUT score numeric, OUT freeze_no integer, OUT refused text)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_risk_report';
COMMENT ON FUNCTION acctguard.risk_report(bigint, text, numeric, jsonb, uuid) IS
'Counts a risk signal and keeps it as evidence. When the score, rounded to whole points, reaches the setting risk_threshold, the freeze that policy names for the weightiest signal is imposed in the same transaction, with the signals as its evidence; an account under such a freeze does not get a second one. Staff and protected accounts are scored, never frozen, by this function.
signal: from policy_list(''risk_signal''). weight: points, above 0 to 1000000, default that of the signal. evidence: a JSON object of at most 64 KiB. incident: names what happened; one incident counts once, with its heaviest report, from its first.
score: points after it, to a millionth; each signal loses half with every risk_half_life that passes. Signals from before the risk was over (risk_clear(), a verified identity, a risk freeze that a person lifted, annulled or, deciding an appeal, ended at once) do not count. freeze_no: the freeze it set off, or NULL. refused: the SQLSTATE with which freeze_impose() refused the freeze that the score demanded, such as UG107 where the account is the reporter''s own; else NULL. The signal is kept and counts all the same, and the next report sets the freeze off if it can.
Errors: UG611 no such signal, UG404 no such account, 22023 malformed weight or evidence.';

CREATE OR REPLACE FUNCTION acctguard.risk_clear(account_id bigint, reason text)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_risk_clear';
COMMENT ON FUNCTION acctguard.risk_clear(bigint, text) IS
'Declares the risk over: freezes of category security whose kind ends on the condition risk_over end with condition_met, and no signal so far counts again. Returns the number of freezes ended. Errors: UG404 no such account.';

CREATE OR REPLACE FUNCTION acctguard.risk_list(account_id bigint,
    OUT no integer, OUT signal text, OUT weight numeric, OUT incident uuid, OUT evidence jsonb,
    OUT at timestamptz, OUT score numeric, OUT freeze_no integer, OUT cleared_at timestamptz,
    OUT clear_reason text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_risk_list';
COMMENT ON FUNCTION acctguard.risk_list(bigint) IS
'Every risk signal of an account, oldest first; weight and score in points as of the time it came in. Errors: UG404 no such account.';

CREATE OR REPLACE FUNCTION acctguard.legal_hold_place(account_id bigint, matter text, legal_reference text,
    note text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_legal_hold_place';
COMMENT ON FUNCTION acctguard.legal_hold_place(bigint, text, text, text) IS
'Places an account under the legal hold of a matter and returns the hold''s number. It denies nothing and the user does not see it; the account can be neither closed nor erased until it is released. A matter holds an account once: repeated, the call returns the same number.
matter: the case, compared to the letter. legal_reference: the order or statute. note: internal.
Errors: UG103 role may not, UG404 no such account, UG601 account erased, UG122 held by the matter with another reference.';

CREATE OR REPLACE FUNCTION acctguard.legal_hold_release(matter text, legal_reference text, reason text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_legal_hold_release';
COMMENT ON FUNCTION acctguard.legal_hold_release(text, text, text) IS
'Releases every hold of a matter, all or none, and returns how many. legal_reference: the document that ends the matter. Where kind legal_hold is lifted by authority, as delivered, whoever placed one of the holds cannot release them.
Errors: UG131 no live hold of that matter, UG115 role may not, UG111 no reference, UG113 needs another person.';

CREATE OR REPLACE FUNCTION acctguard.legal_hold_list(account_id bigint,
    OUT no integer, OUT matter text, OUT legal_reference text, OUT note text, OUT placed_at timestamptz,
    OUT placed_by text, OUT released_at timestamptz, OUT released_by text, OUT release_reference text,
    OUT release_reason text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_legal_hold_list';
COMMENT ON FUNCTION acctguard.legal_hold_list(bigint) IS
'The legal holds of an account, released ones included. Errors: UG404 no such account.';

CREATE OR REPLACE FUNCTION acctguard.freeze_scope(scope jsonb, kind text, reason text,
    starts_at timestamptz DEFAULT NULL, ends_at timestamptz DEFAULT NULL, duration interval DEFAULT NULL,
    capabilities text[] DEFAULT NULL, announce_at timestamptz DEFAULT NULL, note text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_scope';
COMMENT ON FUNCTION acctguard.freeze_scope(jsonb, text, text, timestamptz, timestamptz, interval, text[], timestamptz, text) IS
'Freezes a set of accounts with one row and returns its number. It is over by itself at its end.
scope: {"all": true}, {"tenant": "name"} or {"cohort": "name"}, compared with the account''s attributes at each check. kind: one with scope, as delivered maintenance. reason: from policy_list(''reason''). starts_at: default now. ends_at or duration: default the kind''s length. capabilities: what is refused, default what the kind says. announce_at: from when users are told, at the latest the start, default now. note: internal.
Errors: UG102 no such kind, UG103 role may not, UG108 length outside the kind, UG109 start in the past, UG611 no such reason, UG610 no such capability, 22023 malformed scope, kind not for scopes, both ends_at and duration.';

CREATE OR REPLACE FUNCTION acctguard.scope_lift(no integer, reason text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_scope_lift';
COMMENT ON FUNCTION acctguard.scope_lift(integer, text) IS
'Ends a scope freeze now, or cancels it before its start. Errors: UG132 no such scope freeze, UG101 it is over, UG115 role may not.';

CREATE OR REPLACE FUNCTION acctguard.scope_amend(no integer, ends_at timestamptz, reason text DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_scope_amend';
COMMENT ON FUNCTION acctguard.scope_amend(integer, timestamptz, text) IS
'Gives a scope freeze another end, later or earlier, within the length its kind allows counted from the start; NULL is no end where the kind allows that. Every end it had stays in scope_version. Errors: UG132 no such scope freeze, UG101 it is over, UG108 length or an end in the past, UG103 role may not.';

CREATE OR REPLACE FUNCTION acctguard.scope_list(
    OUT no integer, OUT scope jsonb, OUT kind text, OUT reason text, OUT state text, OUT denied text[],
    OUT challenged text[], OUT monitored text[], OUT announce_at timestamptz, OUT starts_at timestamptz,
    OUT ends_at timestamptz, OUT ended_at timestamptz, OUT end_reason text, OUT note text, OUT issued_by text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_scope_list';
COMMENT ON FUNCTION acctguard.scope_list() IS
'Every scope freeze: past, present, planned. state: scheduled, announced (not started), active, expired, lifted; the clock decides, nothing is written.';

CREATE OR REPLACE FUNCTION acctguard.scope_changed()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_scope_changed';
COMMENT ON FUNCTION acctguard.scope_changed() IS
'Trigger on scope_freeze: tells every session that checks have to read it anew.';

CREATE OR REPLACE PROCEDURE acctguard.freeze_many(accounts bigint[], kind text, reason text,
    facts text DEFAULT NULL, duration interval DEFAULT NULL, evidence jsonb DEFAULT NULL,
    INOUT batch uuid DEFAULT NULL, batch_size integer DEFAULT 1000, dry_run boolean DEFAULT false,
    capabilities text[] DEFAULT NULL, ground text DEFAULT NULL, legal_reference text DEFAULT NULL,
    note text DEFAULT NULL)
LANGUAGE c
AS 'MODULE_PATHNAME', 'acctguard_freeze_many';
COMMENT ON PROCEDURE acctguard.freeze_many(bigint[], text, text, text, interval, jsonb, uuid, integer, boolean, text[], text, text, text) IS
'Freezes many accounts with one order, batch_size (1 to 100000) accounts to a transaction, by ascending id; whoever is not being frozen at the moment is not held up. Every account gets its own freeze record, event and strike, as by freeze_impose(). Tells about progress by NOTICE at the end and every ten seconds; batch_status() shows it to others.
accounts: in any order; doubles count once. batch: id of the run, default a new one, returned. Called again with the same batch and the same request by the same person, it goes on where the last commit left off, and does nothing when finished. dry_run: tries each account and keeps nothing; returns NULL.
Accounts that cannot be frozen (errors of class UG: no such account, protected, outranked, ...) are written down, see batch_refusals(), and stop nothing. Other arguments as in freeze_impose().
CALL it as a statement of its own: it commits. Errors: 2D000 inside a transaction block, UG122 batch begun with another request, 40001 another run goes on with the batch, 22023 and those freeze_impose() raises before it looks at an account.';

CREATE OR REPLACE FUNCTION acctguard.batch_undo(batch uuid, reason text, legal_reference text DEFAULT NULL)
RETURNS bigint
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_batch_undo';
COMMENT ON FUNCTION acctguard.batch_undo(uuid, text, text) IS
'Ends what still stands of the batch''s own freezes (running ones are lifted, scheduled ones cancelled, proposals rejected), stops a run that still goes on, and returns how many freezes it ended; nothing else on the accounts is touched. One transaction. Strikes of freezes that had begun stay, as after every lift. Each freeze is ended with the authority freeze_lift() asks for, in the version of the kind it was imposed under; one that may not be ended fails the whole call. A second call does nothing.
legal_reference: the document of the authority, for kinds that are lifted on its word.
Errors: UG133 no such batch, UG115 role may not, UG113 the kind wants another person than the one who decided, UG111 legal_reference is missing.';

CREATE OR REPLACE FUNCTION acctguard.batch_status(batch uuid DEFAULT NULL,
    OUT id uuid, OUT kind text, OUT reason text, OUT total bigint, OUT done bigint, OUT frozen bigint,
    OUT refused bigint, OUT started_at timestamptz, OUT updated_at timestamptz, OUT finished_at timestamptz,
    OUT undone_at timestamptz, OUT person text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_batch_status';
COMMENT ON FUNCTION acctguard.batch_status(uuid) IS
'How far runs of freeze_many() have come, as of their last commit; NULL shows all, oldest first. A run without finished_at whose updated_at stands still was broken off: CALL freeze_many() again with its id.';

CREATE OR REPLACE FUNCTION acctguard.batch_refusals(batch uuid,
    OUT account_id bigint, OUT sqlstate text, OUT message text, OUT at timestamptz)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_batch_refusals';
COMMENT ON FUNCTION acctguard.batch_refusals(uuid) IS
'The accounts that a batch could not freeze, each with the error freeze_impose() would raise.';
