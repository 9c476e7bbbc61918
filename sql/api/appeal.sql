CREATE OR REPLACE FUNCTION acctguard.appeal_transitions(
    OUT id text, OUT from_state text, OUT event text, OUT to_state text,
    OUT who text, OUT guard text, OUT errors text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_transitions';
COMMENT ON FUNCTION acctguard.appeal_transitions() IS
'The state machine of a case, as the library has it: from which state which event leads where, who may cause it, what is asked, and which errors (names as in errors()) refuse it. "clock" needs nobody and no write. There are no other transitions; a trigger on appeal refuses them.';

CREATE OR REPLACE FUNCTION acctguard.appeal_transition_guard()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_transition_guard';
COMMENT ON FUNCTION acctguard.appeal_transition_guard() IS
'Trigger on appeal: refuses with UG201 every UPDATE that is no step of appeal_transitions(), changes what a case is or a closed case, and with UG210 a reviewer who took part in what is reviewed; acctguard''s own statements included.';

CREATE OR REPLACE FUNCTION acctguard.appeal_history_guard()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_history_guard';
COMMENT ON FUNCTION acctguard.appeal_history_guard() IS
'Trigger on appeal_step and appeal_chunk: refuses every UPDATE with UG201.';

CREATE OR REPLACE FUNCTION acctguard.appeal_submit(
    account_id bigint, freeze_no integer, statement text, contact text DEFAULT NULL, locale text DEFAULT NULL,
    ticket text DEFAULT NULL, idempotency_key text DEFAULT NULL,
    OUT appeal_no integer, OUT state text, OUT due_at timestamptz, OUT next text)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_submit';
COMMENT ON FUNCTION acctguard.appeal_submit(bigint, integer, text, text, text, text, text) IS
'Appeals against one freeze on behalf of its user: the application calls it for whoever is logged in, or passes the ticket of somebody who cannot log in. Also against a freeze that has ended, to clear the record. Where a review of the freeze is open without the user, the appeal joins that.
statement: in the user''s own words; at least policy appeal_text_min characters that are not blank, at most 10000. contact: an e-mail address or a number in international form, used for this appeal only. locale: language of the statement; NULL: the account''s. ticket: from appeal_ticket_issue(); good for one appeal. idempotency_key: the same request under the same key returns the same case; another request UG122.
Returns the number of the case in this account, its state, when a decision is due (NULL: open-ended), and what the user can do next. Statement and contact are sealed with the key of the account before anything is written.
The time for it begins when the user is informed of the freeze, or policy informed_after (seconds) after the decision; who appeals knows.
Errors: UG001 no key, UG100 no such freeze, or none that the user may know of: a proposal, a kind that is not shown; UG202 closed to appeal, cancelled, annulled; UG203 reasons not disclosed; UG204 too late; UG205 a case is open; UG206 appealed too often (policy appeal_tries); UG207 appeals suspended; UG208 statement too thin or too long, with advice; UG209 not the application, or a ticket that is not good for it; UG122 key; UG404 account.';

CREATE OR REPLACE FUNCTION acctguard.appeal_supplement(
    account_id bigint, appeal_no integer, statement text DEFAULT NULL, ticket text DEFAULT NULL)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_supplement';
COMMENT ON FUNCTION acctguard.appeal_supplement(bigint, integer, text, text) IS
'Adds to an open case what the user has to say, and answers what a reviewer asked for: the case goes back to the queue, and its clock goes on. statement: at most 10000 characters; NULL where only material was wanted. Returns the state.
Errors: UG001, UG200, UG201 the case is closed or about to be decided, UG207 not allowed now, UG209 not the owner, UG215 more than policy appeal_items supplements.';

CREATE OR REPLACE FUNCTION acctguard.appeal_withdraw(
    account_id bigint, appeal_no integer, proof jsonb DEFAULT NULL, ticket text DEFAULT NULL)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_withdraw';
COMMENT ON FUNCTION acctguard.appeal_withdraw(bigint, integer, jsonb, text) IS
'Takes an appeal back. The case ends; a review that is open anyway goes on without the appeal. Returns the state. proof: as freeze_satisfy() takes it, needed while a freeze for security is in force.
Errors: UG116 proof, UG200, UG201 closed, or no appeal of the user, UG209 not the owner.';

CREATE OR REPLACE FUNCTION acctguard.appeal_reopen(
    account_id bigint, closed_no integer, statement text, ticket text DEFAULT NULL,
    OUT appeal_no integer, OUT state text, OUT due_at timestamptz, OUT next text)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_reopen';
COMMENT ON FUNCTION acctguard.appeal_reopen(bigint, integer, text, text) IS
'Takes a denied, dismissed or lapsed case up again, once per freeze, before the time for appeals is over: the second level, decided by reviewers who did not decide before. By the user with new evidence, or by compliance or an operator. statement: what is new; as in appeal_submit(). Returns the new case.
Errors: UG001, UG200, UG201 not closed like that, UG202, UG203, UG204 too late, UG205 a case is open, UG206 done before, UG207, UG208, UG209, UG107 own account.';

CREATE OR REPLACE FUNCTION acctguard.appeal_status(
    account_id bigint, appeal_no integer DEFAULT NULL, ticket text DEFAULT NULL)
RETURNS jsonb
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_status';
COMMENT ON FUNCTION acctguard.appeal_status(bigint, integer, text) IS
'What the user is told about his cases, oldest first: a JSON array of objects with appeal, freeze, origin, state, opened_at, appealed_at, expected_by and overdue while open, wanted and wanted_until while material is awaited, reasons and what became of the freeze once decided, next (send_material, supplement, withdraw, appeal, wait, reopen) and remedy_until. Times are UTC. No reviewer is named. sealed: true stands for a text that this server has no key to.
appeal_no: one case; with a ticket that case must be named. Errors: UG209 ticket, UG404.';

CREATE OR REPLACE FUNCTION acctguard.appeal_ticket_issue(
    account_id bigint, freeze_no integer, reference text, proof jsonb DEFAULT NULL,
    OUT state text, OUT token text, OUT expires_at timestamptz)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_ticket_issue';
COMMENT ON FUNCTION acctguard.appeal_ticket_issue(bigint, integer, text, jsonb) IS
'Issues a ticket for somebody who cannot log in: good for one appeal against one freeze within policy appeal_ticket_life (seconds), and for following it. By two members of staff (moderator, reviewer, compliance, operator): the first call with a reference returns ''proposed'' and no token, the call of another person with the same reference within policy proposal_life returns the token. By the application alone with a proof of identity made after the freeze began: {"method": "...", "at": "..."}; staff passes none.
token: the account''s id, a dot, 64 hexadecimal digits; shown once, only its SHA-256 is kept. reference: the request it is for.
Errors: UG100, UG107 own account, UG113 same person, UG116 proof, 22023 a proof from staff.';

CREATE OR REPLACE FUNCTION acctguard.appeal_open_review(account_id bigint, freeze_no integer, reason text)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_open_review';
COMMENT ON FUNCTION acctguard.appeal_open_review(bigint, integer, text) IS
'Opens a review of a freeze of staff''s own motion; returns the number of the case. reason: sealed like a statement. The user can join it with appeal_submit().
Errors: UG001, UG100, UG107 own account, UG202 annulled or never in force, UG205 a case is open.';

CREATE OR REPLACE FUNCTION acctguard.appeal_claim(
    n integer DEFAULT 1, OUT account_id bigint, OUT appeal_no integer, OUT freeze_no integer, OUT kind text,
    OUT origin text, OUT due_at timestamptz, OUT claim_until timestamptz, OUT version integer)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_claim';
COMMENT ON FUNCTION acctguard.appeal_claim(integer) IS
'Takes up to n cases (at most 100) from the queue, earliest due first, for policy appeal_lease (seconds): those whose freeze the caller had no part in, whose account he outranks, and that nobody else holds. Two reviewers never get the same case, and none waits for another. Freezes of an authority are reviewed by who lifts their kind; overdue cases of kinds with breach ''escalate'' also by compliance and operators. A member of acctguard_risk, a program, may only grant.
One person holds one case for policy appeal_hold (seconds) at most, all his claims of it together, and at most policy appeal_claims cases at a time.
version: for expected_version of appeal_decide(). Errors: UG221 he holds as many as he may, 22023 n.';

CREATE OR REPLACE FUNCTION acctguard.appeal_claim(
    account bigint, appeal integer, OUT account_id bigint, OUT appeal_no integer, OUT freeze_no integer, OUT kind text,
    OUT origin text, OUT due_at timestamptz, OUT claim_until timestamptz, OUT version integer)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_claim_case';
COMMENT ON FUNCTION acctguard.appeal_claim(bigint, integer) IS
'Takes this very case, as appeal_claim(n) does from the queue; also one that waits for a signature, to read it before signing.
Errors: UG104 rank, UG200, UG201 closed, or waiting for material, UG210 the caller took part, UG211 somebody holds it, UG212 role, UG219 the caller decided it, UG220 he has held it as long as one person may, UG221 he holds as many as he may.';

CREATE OR REPLACE FUNCTION acctguard.appeal_release(account_id bigint, appeal_no integer)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_release';
COMMENT ON FUNCTION acctguard.appeal_release(bigint, integer) IS
'Gives a claimed case back to the queue. A claim also ends by the clock. Errors: UG200, UG214 not the claimer.';

CREATE OR REPLACE FUNCTION acctguard.appeal_revoke_claim(account_id bigint, appeal_no integer, reason text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_revoke_claim';
COMMENT ON FUNCTION acctguard.appeal_revoke_claim(bigint, integer, text) IS
'Takes a case away from whoever holds it, to decide or to sign it: somebody else can claim it at once. For compliance and operators. The event names whom it was taken from. Errors: UG107 own account, UG200, UG201 nobody holds it.';

CREATE OR REPLACE FUNCTION acctguard.appeal_ask(
    account_id bigint, appeal_no integer, wanted text[], deadline timestamptz DEFAULT NULL)
RETURNS timestamptz
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_ask';
COMMENT ON FUNCTION acctguard.appeal_ask(bigint, integer, text[], timestamptz) IS
'Asks the user for material: at most policy appeal_rounds times in a case. wanted: 1 to 20 things, together at most 2000 characters, sealed. deadline: between an hour and 90 days from now; NULL: policy appeal_material_time (seconds). Returns the deadline. Until the user answers (appeal_supplement) nobody holds the case, and the time does not count towards due_at. At the deadline an appeal lapses; a review goes on without.
Errors: UG001, UG200, UG201, UG213 rounds, UG214 not the claimer, 22023 arguments.';

CREATE OR REPLACE FUNCTION acctguard.appeal_decide(
    account_id bigint, appeal_no integer, decision text, reason text, ends_at timestamptz DEFAULT NULL,
    capabilities text[] DEFAULT NULL, end_freeze boolean DEFAULT false, manifestly_unfounded boolean DEFAULT false,
    automated boolean DEFAULT false, expected_version integer DEFAULT NULL)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_decide';
COMMENT ON FUNCTION acctguard.appeal_decide(bigint, integer, text, text, timestamptz, text[], boolean, boolean, boolean, integer) IS
'Decides a claimed case and returns its state. Where everything is denied, or policy signoff_points or more are at stake, the state is ''signoff'' and another reviewer has to sign (appeal_sign). What the decision does happens in the same transaction:
granted: the freeze is annulled as by freeze_vacate(): it ends, its strikes are void, neither probation nor acknowledgment follows, freezes that the ladder built on it are looked at again. partially_granted: the freeze gets an earlier end (ends_at) or fewer capabilities, or ends now (end_freeze) as one that was right while it lasted. denied, dismissed: it stands; dismissed is what is inadmissible, or manifestly_unfounded, which counts towards abuse.
reason: as the user will read it, sealed; at most 5000 characters. automated: decided without a person; a caller who holds only acctguard_risk always is; such decisions only grant. expected_version: refuse if the case has changed since.
Errors: UG001, UG101 the freeze has ended and cannot be reduced, UG108 ends_at, UG200, UG201, UG210 the caller took part, UG214 not the claimer, or the claim has ended, UG216 version, UG217 reason, UG218 a person is needed, 22023 arguments; at the commit 40001 if what the kind says about overdue cases has happened meanwhile.';

CREATE OR REPLACE FUNCTION acctguard.appeal_sign(account_id bigint, appeal_no integer)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_sign';
COMMENT ON FUNCTION acctguard.appeal_sign(bigint, integer) IS
'The second reviewer agrees with a decision, which takes effect in this transaction. Returns the state. Within policy signoff_time (seconds) reviewers sign, afterwards also compliance and operators; always somebody who neither decided nor took part. Who wants to read the case first claims it; nobody else signs meanwhile.
Errors: UG104 rank, UG200, UG201 nothing to sign, UG210 took part, UG211 somebody else holds it, UG212 role, UG218 a program, UG219 the caller decided.';

CREATE OR REPLACE FUNCTION acctguard.appeal_refuse_sign(account_id bigint, appeal_no integer, reason text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_refuse_sign';
COMMENT ON FUNCTION acctguard.appeal_refuse_sign(bigint, integer, text) IS
'The second reviewer disagrees: the case goes back to the queue undecided. reason: for the next reviewer, sealed. Errors: as appeal_sign(), UG001, UG217 reason.';

CREATE OR REPLACE FUNCTION acctguard.appeal_open_statement(
    account_id bigint, appeal_no integer,
    OUT step integer, OUT at timestamptz, OUT what text, OUT decision text, OUT person text, OUT body text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_open_statement';
COMMENT ON FUNCTION acctguard.appeal_open_statement(bigint, integer) IS
'What the user and the reviewers wrote in a case, in order: statements, supplements, what was asked for, reasons. For who holds the case, to decide or to sign it. Each call is recorded.
Errors: UG001, UG020 damaged, or not where it was put, UG024 the account''s key was destroyed, UG200, UG210, UG212, UG214 not the claimer.';

CREATE OR REPLACE FUNCTION acctguard.appeal_attach(
    account_id bigint, appeal_no integer, name text, media_type text, content bytea, ticket text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_attach';
COMMENT ON FUNCTION acctguard.appeal_attach(bigint, integer, text, text, bytea, text) IS
'Adds material to an open case: a screenshot, a document. Returns the number of the item. name: at most 255 characters. media_type: image/png and the like. content: at most policy appeal_item_size bytes; policy appeal_items items in a case. Sealed in chunks of 64 KiB, each bound to its place; name and media type are sealed, too. Nothing of it is changed afterwards. Material alone is no answer to what a reviewer asked for: say so with appeal_supplement().
Errors: UG001, UG200, UG201 the case is closed or about to be decided, UG207, UG209 not the owner, UG215 too many or too large, 22023 arguments.';

CREATE OR REPLACE FUNCTION acctguard.appeal_attach_begin(
    account_id bigint, appeal_no integer, name text, media_type text, size integer, ticket text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_attach_begin';
COMMENT ON FUNCTION acctguard.appeal_attach_begin(bigint, integer, text, text, integer, text) IS
'The same in pieces: announces an item of so many bytes and returns its number; appeal_attach_append() brings the content, appeal_attach_finish() completes it. What is never completed counts as an item all the same. Errors: as appeal_attach().';

CREATE OR REPLACE FUNCTION acctguard.appeal_attach_append(
    account_id bigint, appeal_no integer, item integer, first_chunk integer, content bytea, ticket text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_attach_append';
COMMENT ON FUNCTION acctguard.appeal_attach_append(bigint, integer, integer, integer, bytea, text) IS
'Brings the next chunks of an item: whole ones of 65536 bytes, or all that is left. first_chunk: number of the first of them, from 0; it must be the next one. Returns the next one after these. Errors: as appeal_attach(); UG201 the item is complete, 22023 another chunk is due.';

CREATE OR REPLACE FUNCTION acctguard.appeal_attach_finish(
    account_id bigint, appeal_no integer, item integer, digest bytea DEFAULT NULL, ticket text DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_attach_finish';
COMMENT ON FUNCTION acctguard.appeal_attach_finish(bigint, integer, integer, bytea, text) IS
'Completes an item whose chunks are all there. digest: BLAKE2b-256 of the content as the sender computed it; NULL: not compared. Errors: as appeal_attach(); 22023 chunks are missing, or another digest.';

CREATE OR REPLACE FUNCTION acctguard.appeal_material_list(
    account_id bigint, appeal_no integer,
    OUT item integer, OUT name text, OUT media_type text, OUT size integer, OUT chunks integer, OUT begun_at timestamptz,
    OUT complete_at timestamptz)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_material_list';
COMMENT ON FUNCTION acctguard.appeal_material_list(bigint, integer) IS
'The material of a case, for who holds it, or a second reviewer while it waits for a signature. Each call is recorded. Errors: as appeal_open_statement().';

CREATE OR REPLACE FUNCTION acctguard.appeal_open_material(
    account_id bigint, appeal_no integer, item integer, first_chunk integer DEFAULT 0, chunks integer DEFAULT NULL,
    OUT chunk integer, OUT content bytea)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_open_material';
COMMENT ON FUNCTION acctguard.appeal_open_material(bigint, integer, integer, integer, integer) IS
'The content of an item in its chunks of 64 KiB, from first_chunk on, so many or all. For who holds the case, to decide or to sign it. Each call is recorded.
Errors: as appeal_open_statement().';

CREATE OR REPLACE FUNCTION acctguard.appeal_file(account_id bigint, appeal_no integer)
RETURNS jsonb
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_file';
COMMENT ON FUNCTION acctguard.appeal_file(bigint, integer) IS
'The account''s record beside the case: freezes with every version of their terms, strikes and warnings, risk signals, other cases with their outcomes. For who holds the case, to decide or to sign it. Each call is recorded. Errors: as appeal_open_statement().';

CREATE OR REPLACE FUNCTION acctguard.appeal_abuse_check(
    account_id bigint, OUT unfounded integer, OUT decided integer, OUT warned_at timestamptz, OUT may_suspend boolean)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_abuse_check';
COMMENT ON FUNCTION acctguard.appeal_abuse_check(bigint) IS
'Is it time to suspend the user''s appeals with a freeze of kind appeal_abuse? unfounded: appeals dismissed as manifestly unfounded within policy appeal_abuse_span (seconds), of so many decided; what was taken back, or not signed, is neither. warned_at: the last warning for reason appeal.abuse. may_suspend: at least policy appeal_abuse_count, and one of them after the warning. Whether it is right is for the reviewer to weigh. Errors: UG404.';

CREATE OR REPLACE FUNCTION acctguard.appeal_queue(
    OUT account_id bigint, OUT appeal_no integer, OUT freeze_no integer, OUT kind text, OUT origin text, OUT state text,
    OUT appealed boolean, OUT opened_at timestamptz, OUT due_at timestamptz, OUT overdue boolean, OUT claimed_by text,
    OUT until timestamptz, OUT version integer)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_queue';
COMMENT ON FUNCTION acctguard.appeal_queue() IS
'Every open case, earliest due first; no text of it. appealed: the user takes part. overdue: it ought to have been decided by now; derived from the clock. until: end of the claim, deadline of the material, or when a signature is wanted from further roles.';

CREATE OR REPLACE FUNCTION acctguard.appeal_overdue(
    OUT account_id bigint, OUT appeal_no integer, OUT freeze_no integer, OUT kind text, OUT origin text, OUT state text,
    OUT appealed boolean, OUT opened_at timestamptz, OUT due_at timestamptz, OUT overdue boolean, OUT claimed_by text,
    OUT until timestamptz, OUT version integer)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_overdue';
COMMENT ON FUNCTION acctguard.appeal_overdue() IS
'The rows of appeal_queue() that ought to have been decided, or signed, by now.';

CREATE OR REPLACE FUNCTION acctguard.appeal_closed(
    before timestamptz DEFAULT NULL, before_account bigint DEFAULT NULL, before_appeal integer DEFAULT NULL,
    since timestamptz DEFAULT NULL, INOUT outcome text DEFAULT NULL, max_rows integer DEFAULT 100,
    OUT account_id bigint, OUT appeal_no integer, OUT freeze_no integer, OUT kind text, OUT origin text,
    OUT appealed boolean, OUT opened_at timestamptz, OUT closed_at timestamptz, OUT due_at timestamptz,
    OUT decided_by text, OUT signed_by text, OUT automated boolean, OUT unfounded boolean)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_appeal_closed';
COMMENT ON FUNCTION acctguard.appeal_closed(timestamptz, bigint, integer, timestamptz, text, integer) IS
'Every case that is over, the latest first; no text of it, as in appeal_queue(). Cases that lapsed, or became moot, by the clock are there before any sweep.
before, before_account, before_appeal: closed_at, account_id and appeal_no of the last row of the page before, which the next page begins after; NULL: the first page. before alone: what was closed earlier than that. since: not what was closed earlier. outcome: only this one: granted, partially_granted, denied, dismissed, withdrawn, lapsed, moot. max_rows: 1 to 1000.
appealed: the user took part. due_at: when a decision was due. decided_by, signed_by, automated, unfounded: of decisions that took effect. Errors: 22023 outcome, max_rows.';
