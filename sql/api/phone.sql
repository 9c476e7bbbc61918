CREATE OR REPLACE FUNCTION acctguard.number_canonical(number text, region text DEFAULT NULL)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_canonical';
COMMENT ON FUNCTION acctguard.number_canonical(text, text) IS
'The canonical form (E.164, such as +8613800138000) of a number however it is written, after renumberings in force (policy number_alias); NULL: it is no number. To clean lists before they are imported; asks no table of numbers and keeps nothing.
number: at most 100 bytes. Digits, also full-width ones, with blanks, hyphens, dots and brackets among them; + or 00 and the calling code in front, or the national form, with its trunk prefix, of region. Anything else is no number. Possible lengths decide, not prefixes in use.
region: two letters of ISO 3166, such as CN; 22023 if there is none of that name.';

CREATE OR REPLACE FUNCTION acctguard.number_import(
    account_id bigint, number text, region text DEFAULT NULL, kind text DEFAULT 'login',
    bound_at timestamptz DEFAULT NULL, proof_at timestamptz DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_import';
COMMENT ON FUNCTION acctguard.number_import(bigint, text, text, text, timestamptz, timestamptz) IS
'Binds a number that another system has proved to an account: for moving existing users. Returns the number of the binding in the account. The number is sealed, in every writing it is one number, and the ledger names it by its id only.
number, region: as for number_canonical(). kind: login (an account has one, and nobody else has it) or trusted. bound_at: since when the account has it; default proof_at, else now. proof_at: when the owner last proved it together with something that does not depend on it; NULL: never, as far as is known, and then no rule that trusts a young proof applies.
Pass the number as a parameter, not in the text of the statement, which servers log.
Errors: UG300 it is no number; UG301 another account has it; UG302 the account has a login number, or trusts this one; UG404 no such account; UG601 the account is neither active nor pending; UG001 the server has no key; 22023 region, kind, or times that are in the future or in the wrong order.';

CREATE OR REPLACE FUNCTION acctguard.number_release(account_id bigint, binding integer, reason text, note text)
RETURNS boolean
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_release';
COMMENT ON FUNCTION acctguard.number_release(bigint, integer, text, text) IS
'Ends a binding by decision of an operator: the number is free, and stays with the account as history. False: it had ended before.
binding: its number, see account_numbers(). reason: admin, or carrier (the carrier says that the number has left its owner; the old number may then still lead him to his account). note: why, for the ledger.
Needs no key. Errors: UG303 no such binding; UG404 no such account; 22023 another reason.';

CREATE OR REPLACE FUNCTION acctguard.account_numbers(account_id bigint,
    OUT binding integer, OUT kind text, OUT hint text, OUT country integer, OUT state text, OUT proofs text[],
    OUT bound_at timestamptz, OUT last_owner_proof_at timestamptz, OUT released_at timestamptz,
    OUT release_reason text, OUT released_by text, OUT history_login_eligible boolean)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_numbers';
COMMENT ON FUNCTION acctguard.account_numbers(bigint) IS
'The numbers an account has and had, in the order in which it got them. hint: calling code and last two digits, all that is ever shown. country: calling code. state: active or released. proofs: how the number was proved when it was bound. last_owner_proof_at: when the owner last proved it together with something that does not depend on it; NULL: not known. history_login_eligible: he lost it without wishing it, and it may still lead him to his account.
Needs no key. Errors: UG404 no such account.';

CREATE OR REPLACE FUNCTION acctguard.tombstone_list(account_id bigint,
    OUT account bigint, OUT binding integer, OUT hint text, OUT freeze_no integer, OUT banned_at timestamptz,
    OUT written_at timestamptz, OUT until timestamptz, OUT state text, OUT ended_by text, OUT end_note text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_tombstone_list';
COMMENT ON FUNCTION acctguard.tombstone_list(bigint) IS
'The numbers that an account lost while it was banned, and until when nobody starts afresh with them.
account: who lost it. binding: of which binding the number was, see account_numbers(). freeze_no: the ban. until: the end of the ban as it stands now, or written_at and policy tombstone_least, whichever is later; NULL: without end, or the ban was annulled. state: in_force; over (until has passed); annulled (the ban was); reassigned (providers have confirmed that the number changed hands after the ban began); ended (an operator did, with end_note).
Needs no key. Errors: UG404 no such account.';

CREATE OR REPLACE FUNCTION acctguard.tombstone_find(number text, region text DEFAULT NULL,
    OUT account bigint, OUT binding integer, OUT hint text, OUT freeze_no integer, OUT banned_at timestamptz,
    OUT written_at timestamptz, OUT until timestamptz, OUT state text, OUT ended_by text, OUT end_note text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_tombstone_find';
COMMENT ON FUNCTION acctguard.tombstone_find(text, text) IS
'The same rows by number, for whoever helps its new holder: what holds this number? number, region: as for number_canonical(); pass the number as a parameter.
Errors: UG300 it is no number; UG001 the server has no key; 22023 region.';

CREATE OR REPLACE FUNCTION acctguard.tombstone_end(account_id bigint, binding integer, note text)
RETURNS boolean
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_tombstone_end';
COMMENT ON FUNCTION acctguard.tombstone_end(bigint, integer, text) IS
'Lets somebody start afresh with a number that a banned account lost, by decision of an operator: its holder is another person. False: it was ended before. The ban stays as it is.
binding: see tombstone_list(). note: what the decision rests on, for the ledger.
Needs no key. Errors: UG330 the binding left no tombstone; UG404 no such account.';

CREATE OR REPLACE FUNCTION acctguard.number_provider_add(
    provider text, public_key bytea, formats text[], audience text,
    valid_from timestamptz DEFAULT NULL, valid_until timestamptz DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_provider_add';
COMMENT ON FUNCTION acctguard.number_provider_add(text, bytea, text[], text, timestamptz, timestamptz) IS
'Lets a provider say something about the reassignment of numbers: adds a public key of it, and returns the number of the key. A provider may have several, so that he can change them.
provider: its name here, small letters, digits, dots, hyphens. public_key: Ed25519, 32 bytes. formats: what it may say: camara/number-recycling, camara/sim-swap, fcc/rnd, carrier/notice, carrier/file. audience: what the member aud of its documents must be; a name of this installation that no other one has. valid_from (default now), valid_until (default never): when documents are taken.
Errors: 22023 the key is none, or one of small order under which anybody can sign; 23514 name, formats, or times are wrong; 40001 somebody else has just added a key of the provider. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.number_provider_end(provider text, key integer, reason text, at timestamptz DEFAULT NULL)
RETURNS boolean
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_provider_end';
COMMENT ON FUNCTION acctguard.number_provider_end(text, integer, text, timestamptz) IS
'Ends a key of a provider: nothing signed with it is taken any more, and what came in from at on does not count any more. False: it was ended before.
at: default now; an earlier time for a key that got into wrong hands. Errors: UG304 there is no such key; 22023 at is in the future. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.number_providers(
    OUT provider text, OUT key integer, OUT public_key bytea, OUT formats text[], OUT audience text,
    OUT valid_from timestamptz, OUT valid_until timestamptz, OUT added_by text,
    OUT ended_at timestamptz, OUT ended_by text, OUT end_reason text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_providers';
COMMENT ON FUNCTION acctguard.number_providers() IS
'The keys of providers, those that have ended included.';

CREATE OR REPLACE FUNCTION acctguard.number_event(document bytea, signature bytea, provider text,
    OUT code text, OUT event integer)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_event';
COMMENT ON FUNCTION acctguard.number_event(bytea, bytea, text) IS
'Takes what a provider says about a number: a JSON document (UTF-8, at most 8 KiB) and its Ed25519 signature over acctguard/number-event/v1, a zero byte, the provider''s name, a zero byte, and the document. What the document has to contain: doc/phone.md.
code: RECORDED (event is its number among those of the phone number); UNKNOWN_NUMBER: nobody has or had it, nothing is kept; NOTHING_FOLLOWS: as a SIM that was not changed; FORGED: no valid key of the provider has signed this, or the provider may not say it; MALFORMED; OTHER_AUDIENCE: it is meant for somebody else; FUTURE: said, or about something, after now; EXPIRED: exp has passed, or lies more than 30 days after iat; REPLAYED: its jti was taken before. The last six are recorded in the ledger as refused.
Numbers never appear in errors or in the ledger. Errors: UG001 the server has no key.';

CREATE OR REPLACE FUNCTION acctguard.number_evidence(account_id bigint, binding integer DEFAULT NULL,
    OUT no integer, OUT kind text, OUT hint text, OUT evidence text, OUT sim_risk boolean,
    OUT sim_risk_until timestamptz, OUT clear_until timestamptz, OUT decided_by integer,
    OUT last_owner_proof_at timestamptz, OUT recycled_after interval, OUT young_proof boolean)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_evidence';
COMMENT ON FUNCTION acctguard.number_evidence(bigint, integer) IS
'Whether the numbers of an account may have been given to somebody else since their owner last proved them, as far as providers have said so by now. All numbers in force, or one binding, also a past one.
evidence: confirmed, suspected, unknown, clear (until clear_until, unless something worse comes in). sim_risk: the SIM or the carrier changed within policy sim_risk (seconds), which says nothing about the owner but makes codes to the number worth nothing; until sim_risk_until. decided_by: the event of the number that decided. recycled_after: policy country_floor. young_proof: the last proof is younger than that, and nothing speaks against it.
A binding that was imported without a proof is judged as if it had been proved when it was bound, and has no young proof. Needs no key. Errors: UG404 no such account; UG303 no such binding.';

CREATE OR REPLACE FUNCTION acctguard.number_load_open(document bytea, signature bytea, provider text,
    OUT code text, OUT load uuid)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_load_open';
COMMENT ON FUNCTION acctguard.number_load_open(bytea, bytea, text) IS
'Announces a carrier''s file of statements about many numbers: a JSON document of format carrier/file with the number of its lines and their SHA-256, signed as for number_event(). Then copy the lines into number_load_input and CALL number_event_load().
code: OPEN (load names the file from now on), or why not, as for number_event(); those are recorded in the ledger as refused.';

CREATE OR REPLACE FUNCTION acctguard.number_load_line()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_load_line';
COMMENT ON FUNCTION acctguard.number_load_line() IS
'Trigger of the view number_load_input: keeps a line of a load that is open. Errors: UG331 no such load; UG332 its lines are complete; 22023 it has no such line; 23505 it has the line already.';

CREATE OR REPLACE VIEW acctguard.number_load_input AS
    SELECT NULL::uuid AS load, NULL::bigint AS line, NULL::text AS content WHERE false;
COMMENT ON VIEW acctguard.number_load_input IS
'Where the lines of a carrier''s file are copied to: COPY acctguard.number_load_input (load, line, content) FROM ...; shows nothing.
load: as number_load_open() named it. line: 1 for the first. content: the line as it was signed, without its line feed.';
CREATE OR REPLACE TRIGGER number_load_line INSTEAD OF INSERT ON acctguard.number_load_input
    FOR EACH ROW EXECUTE FUNCTION acctguard.number_load_line();

CREATE OR REPLACE FUNCTION acctguard.number_load_clear(load uuid)
RETURNS bigint
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_load_clear';
COMMENT ON FUNCTION acctguard.number_load_clear(uuid) IS
'Removes the lines of a load that were copied so far, to copy them again or to give the load up; returns how many. Errors: UG331 no such load; UG332 its lines were complete and right, and are being recorded.';

CREATE OR REPLACE PROCEDURE acctguard.number_event_load(load uuid, batch_size integer DEFAULT 1000)
LANGUAGE c
AS 'MODULE_PATHNAME', 'acctguard_number_event_load';
COMMENT ON PROCEDURE acctguard.number_event_load(uuid, integer) IS
'Records the lines of a carrier''s file, batch_size (1 to 10000) to a transaction, after it has found them to be exactly those that were signed. Each becomes an event of its number, with an event in the ledger, as by number_event(). Tells about progress by NOTICE at the end and every ten seconds; number_loads() and progress show it to others. Called again, also after a crash, it goes on where the last commit left off, and does nothing when finished.
Lines of numbers that nobody has or had are counted; lines that are wrong are counted and listed, see number_load_refusals(); neither stops anything. Recorded lines are removed.
CALL it as a statement of its own: it commits. Errors: UG331 no such load; UG333 the lines are not those that were signed, and nothing was recorded; 40001 another run goes on with the load; 2D000 inside a transaction block; UG001 the server has no key.';

CREATE OR REPLACE FUNCTION acctguard.number_loads(load uuid DEFAULT NULL,
    OUT id uuid, OUT provider text, OUT state text, OUT lines bigint, OUT done bigint, OUT recorded bigint,
    OUT unknown bigint, OUT refused bigint, OUT opened_at timestamptz, OUT opened_by text, OUT updated_at timestamptz,
    OUT finished_at timestamptz)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_loads';
COMMENT ON FUNCTION acctguard.number_loads(uuid) IS
'Files of carriers, or one of them, and how far they are. state: open (lines are being copied), checked (they are those that were signed, and are being recorded), finished. done: recorded, unknown (of numbers that nobody has or had) and refused together.';

CREATE OR REPLACE FUNCTION acctguard.number_load_refusals(load uuid, OUT line bigint, OUT code text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_load_refusals';
COMMENT ON FUNCTION acctguard.number_load_refusals(uuid) IS
'Lines of a carrier''s file that were not recorded. code: LENGTH (more than 200 bytes), COLUMNS (not three, or four for recycled), NUMBER (not canonical, or no number), EVENT, ANSWER (unknown), TIME (neither a day nor a time with its zone), FUTURE (after the file was signed), REPLAYED (the provider has a document of the name jti#line).';

CREATE OR REPLACE FUNCTION acctguard.number_check(after bigint DEFAULT 0, most integer DEFAULT 100000, sealed boolean DEFAULT true,
    OUT number_id bigint, OUT finding text, OUT what text, OUT can_be_mended boolean)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_check';
COMMENT ON FUNCTION acctguard.number_check(bigint, integer, boolean) IS
'Looks for what does not fit together about numbers, their bindings, indexes, events and tombstones: after a restore, after a repair by hand, from time to time. No row: all is well. Writes and locks nothing; runs on a standby.
after, most: at most so many numbers (1 to 1000000) with ids above after; a row with finding more says where to go on. sealed: also open each number and compare hint, country and indexes with it, which needs the keys.
finding: see doc/phone.md. can_be_mended: number_repair() mends it; the others are for a person to decide.
Errors: UG001 sealed is true and the server has no key; 22023 most.';

CREATE OR REPLACE FUNCTION acctguard.number_repair(number_id bigint, note text, sealed boolean DEFAULT true,
    OUT number bigint, OUT finding text, OUT what text, OUT can_be_mended boolean)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_repair';
COMMENT ON FUNCTION acctguard.number_repair(bigint, text, boolean) IS
'Mends what number_check() finds about a number now and what can be mended, and returns that; the rest stays. Who has a number is never decided here. The act is recorded, with note; so is each binding that it ends.
Errors: UG001 sealed is true and the server has no key; 22023 note is empty.';
