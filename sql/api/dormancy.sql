CREATE OR REPLACE FUNCTION acctguard.dormancy(account_id bigint,
    OUT seen_at timestamptz, OUT used_at timestamptz, OUT recycled_after interval, OUT dormant_at timestamptz,
    OUT dormant boolean, OUT idle boolean, OUT entitlements bigint, OUT unanswered integer, OUT protected boolean)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_dormancy';
COMMENT ON FUNCTION acctguard.dormancy(bigint) IS
'Is the owner of an account still there, what has he to lose, is the account protected? Computed now, from signs of life, the application''s queries and the clock.
seen_at: the owner''s last sign of life, more than a code to the number; registration, where there was none. used_at: the last time anybody got in, also with the number alone. recycled_after: after what time the number may be somebody else''s, see policy_list(''country_floor''). dormant_at: seen_at and that time. dormant: it has passed. idle: nobody at all has used the account for so long. entitlements: what the sources count; unanswered: sources that did not answer, see entitlement_check(). protected: dormant, and there is something to lose or nobody knows: the number alone opens nothing; a known device together with the password does, or the gate T4. A protected account is not frozen: nothing in it is refused, changed or lost.
UG404: no such account.';

CREATE OR REPLACE FUNCTION acctguard.account_seen(account_id bigint, seen_at timestamptz DEFAULT NULL)
RETURNS boolean
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_seen';
COMMENT ON FUNCTION acctguard.account_seen(bigint, timestamptz) IS
'Tells that the application has seen the owner of the account, by a login of its own with more than a code to the number, or by a tap on a device he has used before. Sessions of acctguard tell that by themselves. For accounts that were taken over: when the owner was last seen.
seen_at: when, now if NULL; not in the future. True if it is noted; false if that much is known (to the hour), or if the account is protected, which needs a proof here. UG404: no such account. UG601: it is not active. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.entitlement_register(source text, query text, run_as text, reason text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_entitlement_register';
COMMENT ON FUNCTION acctguard.entitlement_register(text, text, text, text) IS
'Registers a query that counts what an account has to lose, or another one in its place; returns its version. It is asked whenever that decides something: about dormant accounts, and in the flows of phone numbers.
source: its name. query: takes the account as $1 and returns one bigint, 0 for an account that has nothing, such as SELECT count(*) FROM app.coupon WHERE user_id = $1 AND valid_until > now(); all names qualified, since nothing but pg_catalog is in search_path. run_as: the role it runs as, of which the caller is a member: not a superuser, without attributes, in no role of acctguard or of the server. It cannot write, and has policy entitlement_timeout; failing, NULL, a negative number or taking longer counts as more than nothing.
UG640: it does not answer 0 for account 0, which does not exist. UG641: the role is unfit. UG004: standby. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.entitlement_remove(source text, reason text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_entitlement_remove';
COMMENT ON FUNCTION acctguard.entitlement_remove(text, text) IS
'Asks a source of entitlements no longer. What only it counted protects no account from now on. UG642: there is no such source. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.entitlement_sources(
    OUT source text, OUT version integer, OUT enabled boolean, OUT query text, OUT run_as text,
    OUT changed_at timestamptz, OUT changed_by text, OUT change_reason text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_entitlement_sources';
COMMENT ON FUNCTION acctguard.entitlement_sources() IS
'The registered queries, in their newest version; those that were removed are not enabled.';

CREATE OR REPLACE FUNCTION acctguard.entitlement_check(account_id bigint, OUT source text, OUT entitlements bigint, OUT problem text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_entitlement_check';
COMMENT ON FUNCTION acctguard.entitlement_check(bigint) IS
'Asks every source about an account and shows what each says, or why it did not answer. UG404: no such account.';
