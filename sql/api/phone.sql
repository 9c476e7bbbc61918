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
