CREATE OR REPLACE FUNCTION acctguard.contact_add(account_id bigint, channel text, address text,
    locale text DEFAULT NULL, verified boolean DEFAULT true)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_contact_add';
COMMENT ON FUNCTION acctguard.contact_add(bigint, text, text, text, boolean) IS
'Adds an address that notices of the account go to, and returns its number; an address that is there already keeps its number. It is sealed and never shown again. The user is told of it on all his channels.
channel: email (at most 320 bytes, one @, the bare address), sms (E.164: + and 8 to 15 digits) or push (a token of at most 4096 bytes). locale: language of what is sent there, such as zh-CN; NULL: the account''s. verified: the user has proved that it is his; nothing is sent to an address that is not, until it is added once more with true.
Pass the address as a parameter of the statement, not in its text, which servers log. 22023: malformed; the message does not repeat it. UG001: the server has no key. UG701: as many contacts as the policy setting contacts_max allows. UG601: the account is erased. UG404: no such account. The act is recorded, with a hint such as b***@example.org.';

CREATE OR REPLACE FUNCTION acctguard.contact_remove(account_id bigint, contact_no integer, reason text DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_contact_remove';
COMMENT ON FUNCTION acctguard.contact_remove(bigint, integer, text) IS
'Removes a contact: what waits to be sent there is cancelled, its address is deleted, and nothing is ever sent there again. The user is told on the contacts that are left. A verified email or push contact of the account is told as well, and of contacts that were added before; for that its address is kept for 24 hours, until the next claim after them. An sms contact is not: the number may belong to a stranger by then.
contact_no: from contact_list(). reason: for the record, at most 2000 characters. Needs no key. UG700: no such contact, or it was removed. UG404: no such account. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.contact_list(account_id bigint,
    OUT contact_no integer, OUT channel text, OUT hint text, OUT locale text, OUT scope text, OUT scope_no integer,
    OUT verified_at timestamptz, OUT added_at timestamptz, OUT added_by text,
    OUT removed_at timestamptz, OUT removed_by text, OUT remove_reason text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_contact_list';
COMMENT ON FUNCTION acctguard.contact_list(bigint) IS
'The contacts of an account, removed ones too, by number. No address: hint is what may be shown of it. scope: account, or appeal: only the notices of appeal scope_no go there. verified_at: NULL: nothing is sent there. UG404: no such account.';

CREATE OR REPLACE FUNCTION acctguard.notice_prefer(account_id bigint, class text, channels text[])
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_notice_prefer';
COMMENT ON FUNCTION acctguard.notice_prefer(bigint, text, text[]) IS
'Chooses the channels on which the user wants a class of notices, from now on.
class: decision, appeal, account or service (maintenance); notices of class security go everywhere. channels: of email, sms, push; an empty array: in the application only, where every notice appears in any case; NULL: all of them, as without a choice. 22023: unknown class or channel. UG404: no such account. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.notice_preferences(account_id bigint,
    OUT class text, OUT channels text[], OUT set_at timestamptz, OUT set_by text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_notice_preferences';
COMMENT ON FUNCTION acctguard.notice_preferences(bigint) IS
'What notice_prefer() was told for the account, one row per class; a class without a row goes to all channels. UG404: no such account.';

CREATE OR REPLACE FUNCTION acctguard.notice_claim(INOUT channel text, n integer DEFAULT 10, lease interval DEFAULT '60 s',
    OUT account_id bigint, OUT notice_no bigint, OUT idempotency_key uuid, OUT event text,
    OUT address text, OUT locale text, OUT subject text, OUT body text, OUT attempt integer, OUT lease_until timestamptz)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_notice_claim';
COMMENT ON FUNCTION acctguard.notice_claim(text, integer, interval) IS
'Takes up to n notices that are due on a channel, earliest first, for a lease, with address and text ready to be sent. No two callers get the same notice while its lease lasts; whoever has neither acknowledged it (notice_done) nor reported a failure (notice_failed) by then loses it. Commit before sending.
channel: in_app, email, sms or push; in_app has no address. n: 1 to 1000. lease: one second to one day. idempotency_key: the same for every try of the notice, for the provider. event: as in events(). locale: of the text. subject: NULL for sms. attempt: counted from 1.
A notice whose contact was removed, whose account is erased or whose matter is gone is cancelled and not returned; one that falls into the user''s quiet hours waits for their end. LISTEN acctguard_notice wakes; poll as well.
UG001: the server has no key to read addresses with (in_app needs none). UG004: standby. UG007: the database was restored from elsewhere, see post_restore(). Handing out addresses is recorded, once per call.';

CREATE OR REPLACE FUNCTION acctguard.notice_done(account_id bigint, notice_no bigint, receipt text DEFAULT NULL)
RETURNS boolean
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_notice_done';
COMMENT ON FUNCTION acctguard.notice_done(bigint, bigint, text) IS
'Says that a claimed notice was delivered; true if that was news. false: it was acknowledged before, or cancelled. Good also after the lease has run out, and after it was given up. The first delivery of a decision starts the time for an appeal.
receipt: what the provider calls the delivery, at most 255 characters; never an address. UG004: standby.';

CREATE OR REPLACE FUNCTION acctguard.notice_done(account_ids bigint[], notice_nos bigint[], receipts text[] DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_notice_done_many';
COMMENT ON FUNCTION acctguard.notice_done(bigint[], bigint[], text[]) IS
'The same for up to 1000 notices at once, the n-th of each array together; returns for how many it was news. 22023: the arrays differ in length or are too long.';

CREATE OR REPLACE FUNCTION acctguard.notice_failed(account_id bigint, notice_no bigint, reason text, permanent boolean DEFAULT false)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_notice_failed';
COMMENT ON FUNCTION acctguard.notice_failed(bigint, bigint, text, boolean) IS
'Says that a claimed notice could not be delivered, and returns what happens next: retry (later each time; policy settings notice_first_retry, notice_retry_factor, notice_retry_cap) or dead (given up: the failure is permanent, or it was try number notice_tries); done, dead or cancelled if it had ended before; pending if the caller does not hold it (any more), in which case nothing happens.
reason: the provider''s words, at most 2000 characters; what looks like an address in them is blotted out before it is stored. permanent: no further try can help. Of a text message that is evidence against the number, which is suspected to have left its owner until he proves it again (number_evidence()). UG710: no such notice. UG004: standby. Giving up is recorded.';

CREATE OR REPLACE FUNCTION acctguard.notice_inbox(account_id bigint, unread_only boolean DEFAULT false, max_rows integer DEFAULT 50,
    OUT notice_no bigint, OUT event text, OUT record integer, OUT written_at timestamptz, OUT subject text, OUT body text,
    OUT locale text, OUT delivered_at timestamptz, OUT read_at timestamptz)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_notice_inbox';
COMMENT ON FUNCTION acctguard.notice_inbox(bigint, boolean, integer) IS
'The notices of an account inside the application, newest first, in the account''s language. Being listed counts as being delivered (on a standby and in a READ ONLY transaction the list is shown and nothing is noted).
unread_only: only those that notice_read() was not called for. max_rows: 1 to 1000. record: number of the freeze, appeal or contact it is about. Needs no key. UG404: no such account.';

CREATE OR REPLACE FUNCTION acctguard.notice_read(account_id bigint, notice_no bigint)
RETURNS boolean
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_notice_read';
COMMENT ON FUNCTION acctguard.notice_read(bigint, bigint) IS
'The user has opened a notice of the inbox; false if he had before, or there is no such notice in the inbox. UG404: no such account.';

CREATE OR REPLACE FUNCTION acctguard.notice_list(account_id bigint,
    OUT notice_no bigint, OUT event text, OUT record integer, OUT channel text, OUT contact_no integer, OUT state text,
    OUT tries integer, OUT written_at timestamptz, OUT not_before timestamptz, OUT lease_until timestamptz, OUT claimed_by text,
    OUT ended_at timestamptz, OUT receipt text, OUT end_reason text, OUT read_at timestamptz, OUT idempotency_key uuid,
    OUT last_failure text, OUT last_failed_at timestamptz)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_notice_list';
COMMENT ON FUNCTION acctguard.notice_list(bigint) IS
'Every notice of an account and what became of it, oldest first, without texts and addresses. state: pending, done (delivered at ended_at), dead (given up) or cancelled. tries: how often it was claimed. last_failure, last_failed_at: the last one that was reported. notice_transitions() explains the states. UG404: no such account.';

CREATE OR REPLACE FUNCTION acctguard.notice_dead(INOUT channel text DEFAULT NULL, max_rows integer DEFAULT 100,
    OUT account_id bigint, OUT notice_no bigint, OUT event text, OUT contact_no integer, OUT tries integer,
    OUT written_at timestamptz, OUT ended_at timestamptz, OUT end_reason text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_notice_dead';
COMMENT ON FUNCTION acctguard.notice_dead(text, integer) IS
'The notices that were given up and wait for somebody to look at them, newest first; notice_list() has more about each, notice_retry() tries one again. channel: NULL: every channel. max_rows: 1 to 1000.';

CREATE OR REPLACE FUNCTION acctguard.notice_retry(account_id bigint, notice_no bigint)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_notice_retry';
COMMENT ON FUNCTION acctguard.notice_retry(bigint, bigint) IS
'Lets a notice that was given up be tried again, with all its tries and the same idempotency key. UG710: no such notice. UG711: it was not given up. UG404: no such account. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.notice_coverage(
    OUT event text, OUT channel text, OUT class text, OUT placeholders text[], OUT required text[], OUT locales text[], OUT problem text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_notice_coverage';
COMMENT ON FUNCTION acctguard.notice_coverage() IS
'What users are told of, one row per event and channel. placeholders: what a template may use, besides account, product, time and locale. required: what its body must contain. locales: the languages there is a template in. problem: what is wrong with the templates, NULL if nothing is; an event without a template sends nothing over the channel.';

CREATE OR REPLACE FUNCTION acctguard.notice_transitions(
    OUT from_state text, OUT event text, OUT to_state text, OUT who text, OUT note text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_notice_transitions';
COMMENT ON FUNCTION acctguard.notice_transitions() IS
'The states of a notice and what leads from one to the other.';
