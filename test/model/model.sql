-- What the random walk needs in its database: the people, a command's answer, and an account in one line.
CREATE SCHEMA model;
GRANT USAGE ON SCHEMA model TO PUBLIC;

CREATE FUNCTION model.seconds(at timestamptz) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN at IS NULL OR at = 'infinity' THEN '-' ELSE trim_scale(extract(epoch FROM at) - 946684800)::text END
$$;

-- What a command answers: ok and its result, or SQLSTATE and message.
CREATE FUNCTION model.try(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE command INTO result;
    RETURN 'ok: ' || coalesce(result, '');
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || replace(SQLERRM, E'\n', ' ');
END
$$;

-- Whether the account could be erased now; nothing is.
CREATE FUNCTION model.erasable(account bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM acctguard.account_erase(account, 'is it possible?');
    RAISE EXCEPTION USING ERRCODE = 'P0099', MESSAGE = 'yes';
EXCEPTION WHEN OTHERS THEN
    RETURN CASE WHEN SQLSTATE = 'P0099' THEN 'yes' WHEN SQLSTATE IN ('UG602', 'UG604', 'UG605') THEN 'no' ELSE SQLSTATE END;
END
$$;

-- The nth case of an account, and its version; whoever asks.
CREATE FUNCTION model.appeal_no(account bigint, n integer) RETURNS integer LANGUAGE sql SECURITY DEFINER AS $$
    SELECT coalesce((SELECT a.no FROM acctguard.appeal a WHERE a.account_id = account ORDER BY a.no OFFSET n LIMIT 1), 9999)
$$;
CREATE FUNCTION model.appeal_index(account bigint, number integer) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$
    SELECT count(*) FROM acctguard.appeal a WHERE a.account_id = account AND a.no < number
$$;
CREATE FUNCTION model.appeal_version(account bigint, n integer) RETURNS integer LANGUAGE sql SECURITY DEFINER AS $$
    SELECT a.version FROM acctguard.appeal a WHERE a.account_id = account ORDER BY a.no OFFSET n LIMIT 1
$$;

-- Tickets as they were issued; a token is told once.
CREATE TABLE model.ticket (account bigint, n serial, token text);
CREATE FUNCTION model.keep(account bigint, state text, token text) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
    INSERT INTO model.ticket (account, token) SELECT account, token WHERE token IS NOT NULL;
    SELECT state
$$;
CREATE FUNCTION model.token(account bigint, nth integer) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
    SELECT coalesce((SELECT t.token FROM model.ticket t WHERE t.account = $1 ORDER BY t.n OFFSET nth LIMIT 1), account || '.none')
$$;

-- What a case looks like to its user and in the queue.
CREATE FUNCTION model.cases(account bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', 'case', a.n - 1, coalesce(c->>'state', q.state, a.outcome), a.freeze_no, a.origin,
        'remedy ' || model.seconds((c->>'remedy_until')::timestamptz), CASE WHEN c IS NULL THEN 'hidden' END,
        CASE WHEN q.appeal_no IS NOT NULL THEN concat_ws(' ', 'due', model.seconds(q.due_at), CASE WHEN q.overdue THEN 'late' ELSE 'in_time' END,
            CASE WHEN q.appealed THEN 'heard' ELSE '-' END, coalesce(q.claimed_by, '-'), model.seconds(q.until)) END), ' | ' ORDER BY a.no)
    FROM (SELECT *, row_number() OVER (ORDER BY no) AS n FROM acctguard.appeal WHERE account_id = account) a
        LEFT JOIN jsonb_array_elements(acctguard.appeal_status(account)) c ON (c->>'appeal')::integer = a.no
        LEFT JOIN acctguard.appeal_queue() q ON q.account_id = account AND q.appeal_no = a.no
$$;

CREATE FUNCTION model.state(account bigint, probed text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    about record;
    parts text;
BEGIN
    SELECT s.state, model.seconds(s.closes_at) AS closes INTO about FROM acctguard.account_show(account) s;
    parts := concat_ws(' ', 'account', about.state, about.closes);
    parts := concat_ws(' | ', parts, (SELECT string_agg(concat_ws(' ', 'freeze', l.no, l.state, coalesce(l.end_reason, '-'), l.kind, 'v' || l.version,
        model.seconds(l.starts_at), model.seconds(l.ends_at), coalesce(l.amendment::text, '-'), model.seconds(l.vacated_at), coalesce(l.replaces::text, '-')),
        ' | ' ORDER BY l.no) FROM acctguard.freeze_list(account) l));
    IF EXISTS (SELECT FROM acctguard.appeal a WHERE a.account_id = account) THEN
        parts := concat_ws(' | ', parts, model.cases(account));
    END IF;
    parts := concat_ws(' | ', parts, (SELECT string_agg(concat(e.source, ' ', e.no, ' ', e.mode, ' ', array_to_string(e.capabilities, ','), ' ', model.seconds(e.until)),
        ' | ' ORDER BY concat(e.source, ' ', e.no) COLLATE "C") FROM acctguard.explain(account) e));
    parts := concat_ws(' | ', parts, (SELECT string_agg(concat_ws(' ', 'strike', s.freeze_no, s.points, CASE WHEN s.live THEN 'live' ELSE 'over' END,
        coalesce(s.ladder_no::text, '-')), ' | ' ORDER BY s.no) FROM acctguard.strike_list(account) s));
    parts := concat_ws(' | ', parts, (SELECT concat('denied ', array_to_string(s.denied, ','), ' | challenged ', array_to_string(s.challenged, ','))
        FROM acctguard.standing(account) s));
    parts := concat(parts, ' | allowed ', (SELECT string_agg(CASE WHEN acctguard.allowed(account, p.capability) THEN '1' ELSE '0' END, '' ORDER BY p.ord)
        FROM unnest(probed) WITH ORDINALITY p (capability, ord)));
    IF about.state = 'closed' THEN
        parts := concat(parts, ' | erasable ', model.erasable(account));
    END IF;
    RETURN parts;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;

-- The stopped clock.
CREATE FUNCTION model.now() RETURNS timestamptz LANGUAGE sql AS $$
    SELECT timestamptz '2000-01-01 00:00:00+00' + current_setting('acctguard.test_clock')::interval
$$;

-- What must hold of every account at every instant, and does not: one row each; no row is good news.
CREATE VIEW model.broken_rules AS
SELECT 'I1 a freeze in force is not enforced' AS rule, a.account_id, l.no
FROM acctguard.account a, acctguard.freeze_list(a.account_id) l
WHERE l.state = 'active' AND EXISTS (SELECT FROM acctguard.freeze_kind k WHERE k.kind = l.kind AND k.version = 1 AND k.mode <> 'monitor')
    AND EXISTS (SELECT FROM unnest(l.capabilities) c WHERE acctguard.allowed(a.account_id, c))
UNION ALL
SELECT 'I2 something is refused without a reason', a.account_id, 0
FROM acctguard.account a, acctguard.standing(a.account_id) s
WHERE s.denied <> '{}' AND NOT s.denied <@ ARRAY(SELECT c FROM acctguard.explain(a.account_id) e, unnest(e.capabilities) c WHERE e.mode = 'deny')
UNION ALL
SELECT 'I2 what refuses has no record', s.account_id, s.freeze_no
FROM acctguard.standing s
WHERE s.part <> 'l' AND NOT EXISTS (SELECT FROM acctguard.freeze_record r WHERE r.account_id = s.account_id AND r.no = s.freeze_no)
UNION ALL
SELECT 'I5 annulled and something is left', r.account_id, r.no
FROM acctguard.freeze_record r
WHERE r.vacated_at IS NOT NULL AND (coalesce(least(r.ended_at, r.ends_at) > r.vacated_at, true)
    OR EXISTS (SELECT FROM acctguard.standing s WHERE s.account_id = r.account_id AND s.freeze_no = r.no)
    OR EXISTS (SELECT FROM acctguard.strike k WHERE k.account_id = r.account_id AND k.freeze_no = r.no AND k.void_at IS NULL))
UNION ALL
SELECT 'I6 one person decided for two', r.account_id, r.no
FROM acctguard.freeze_record r JOIN acctguard.freeze_kind k ON k.kind = r.kind AND k.version = r.kind_version
WHERE k.second_person AND EXISTS (SELECT FROM acctguard.standing s WHERE s.account_id = r.account_id AND s.freeze_no = r.no)
    AND (r.approved_by IS NULL OR r.approved_by = r.issued_by OR r.approved_by = r.endorsed_by OR (r.automated AND r.endorsed_by IS NULL))
UNION ALL
SELECT 'I7 appeals are refused by what does not name them', a.account_id, e.no
FROM acctguard.account a, acctguard.explain(a.account_id, 'appeal.submit') e
WHERE e.source = 'freeze' AND e.kind NOT IN ('appeal_abuse', 'compliance')
UNION ALL
SELECT 'I9 an instant between the end and what follows', f.account_id, f.freeze_no
FROM acctguard.standing f JOIN acctguard.standing p ON p.account_id = f.account_id AND p.freeze_no = f.freeze_no AND p.part IN ('p', 'a')
WHERE f.part = 'f' AND f.ends_at IS DISTINCT FROM p.starts_at
    AND EXISTS (SELECT FROM acctguard.freeze_record r WHERE r.account_id = f.account_id AND r.no = f.freeze_no AND r.stays = '{}')
UNION ALL
SELECT 'I11 in force outside its time', s.account_id, s.freeze_no
FROM acctguard.standing s JOIN acctguard.freeze_record r ON r.account_id = s.account_id AND r.no = s.freeze_no
WHERE s.part = 'f' AND (CASE WHEN s.starts_at = '-infinity' THEN r.starts_at > model.now() ELSE s.starts_at < r.starts_at END
    OR coalesce(s.ends_at, 'infinity') > coalesce(least(r.ended_at, r.ends_at), 'infinity'))
UNION ALL
SELECT 'I3 two open cases about one freeze', q.account_id, q.freeze_no
FROM acctguard.appeal_queue() q GROUP BY 1, 2, 3 HAVING count(*) > 1
UNION ALL
SELECT 'I4 who took part reviews', a.account_id, a.no
FROM acctguard.appeal a JOIN acctguard.freeze_record r ON r.account_id = a.account_id AND r.no = a.freeze_no
WHERE EXISTS (SELECT FROM unnest(ARRAY[CASE WHEN a.claim_until > model.now() THEN a.claimed_by END, a.decided_by, a.signed_by]) p
        WHERE p = ANY (a.parties) OR p IN (r.issued_by, r.endorsed_by, r.approved_by) OR (a.closed_at IS NULL
            AND EXISTS (SELECT FROM acctguard.freeze_version v WHERE v.account_id = a.account_id AND v.no = a.freeze_no AND p IN (v.issued_by, v.approved_by))))
    OR a.signed_by = a.decided_by
UNION ALL
SELECT 'I4 one person decided two cases about a freeze', a.account_id, a.freeze_no
FROM acctguard.appeal a JOIN acctguard.appeal b ON b.account_id = a.account_id AND b.freeze_no = a.freeze_no AND b.no > a.no
WHERE b.decided_by IN (a.decided_by, a.signed_by) OR b.signed_by IN (a.decided_by, a.signed_by)
UNION ALL
SELECT 'a decision about everything that one person made', a.account_id, a.no
FROM acctguard.appeal a JOIN acctguard.freeze_kind k ON k.kind = (SELECT r.kind FROM acctguard.freeze_record r WHERE r.account_id = a.account_id AND r.no = a.freeze_no) AND k.version = 1
WHERE a.outcome IN ('granted', 'partially_granted', 'denied', 'dismissed') AND a.signed_by IS NULL AND 'all' = ANY (k.denies) AND NOT k.choosable
UNION ALL
SELECT 'a program did more than grant', a.account_id, a.no
FROM acctguard.appeal a WHERE (a.decided_by = 'risk' OR a.signed_by = 'risk') AND a.outcome NOT IN ('granted', 'withdrawn', 'moot', 'lapsed')
UNION ALL
SELECT 'closed in one place and open in another', a.account_id, a.no
FROM acctguard.appeal a WHERE (a.outcome IS NULL) <> EXISTS (SELECT FROM acctguard.appeal_queue() q WHERE q.account_id = a.account_id AND q.appeal_no = a.no)
    AND NOT (a.outcome IS NULL AND a.ask_until <= model.now())
UNION ALL
SELECT 'I5 granted and not annulled', a.account_id, a.freeze_no
FROM acctguard.appeal a JOIN acctguard.freeze_record r ON r.account_id = a.account_id AND r.no = a.freeze_no
WHERE a.outcome = 'granted' AND r.vacated_at IS NULL
UNION ALL
SELECT 'a case about what was annulled is open', q.account_id, q.freeze_no
FROM acctguard.appeal_queue() q JOIN acctguard.freeze_record r ON r.account_id = q.account_id AND r.no = q.freeze_no
WHERE r.vacated_at IS NOT NULL
UNION ALL
SELECT 'a freeze in force that has to be reviewed and is not', r.account_id, r.no
FROM acctguard.freeze_record r JOIN acctguard.freeze_kind k ON k.kind = r.kind AND k.version = r.kind_version
WHERE k.review_due IS NOT NULL AND EXISTS (SELECT FROM acctguard.freeze_list(r.account_id) l WHERE l.no = r.no AND l.state IN ('scheduled', 'active', 'stayed'))
    AND NOT EXISTS (SELECT FROM acctguard.appeal a WHERE a.account_id = r.account_id AND a.freeze_no = r.no AND a.outcome IS DISTINCT FROM 'withdrawn' AND a.outcome IS DISTINCT FROM 'lapsed')
UNION ALL
SELECT 'what somebody wrote can be read in the table', s.account_id, s.no
FROM acctguard.appeal_step s WHERE position('messages'::bytea IN s.body) > 0
UNION ALL
SELECT 'an event is missing in the ledger', a.account_id, 0
FROM acctguard.account a
WHERE a.version <> (SELECT count(*) FROM acctguard.ledger l WHERE l.account_id = a.account_id);

-- I8: a sweep does what the worker does, and changes no answer. Which account looks different after it?
CREATE FUNCTION model.swept() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before text[] := ARRAY(SELECT model.state(account_id, '{session.create}') FROM acctguard.account WHERE account_id > 0 ORDER BY account_id);
    after text[];
    failed text;
BEGIN
    SELECT string_agg(concat(s.task, ': ', s.error), '; ') INTO failed FROM acctguard.sweep() s WHERE s.error IS NOT NULL;
    after := ARRAY(SELECT model.state(account_id, '{session.create}') FROM acctguard.account WHERE account_id > 0 ORDER BY account_id);
    RETURN (SELECT coalesce('sweep failed: ' || failed, string_agg(format('I8 swept: %s | was: %s', a, b), '; ')) FROM unnest(before, after) AS s (b, a) WHERE a <> b);
END
$$;

CREATE FUNCTION model.broken() RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(b, '; '), '') FROM (
        SELECT format('%s: account %s, number %s', r.rule, r.account_id, r.no) FROM model.broken_rules r
        UNION ALL SELECT format('health(): %s %s', h.object, h.finding) FROM acctguard.health() h WHERE h.severity = 'danger'
        UNION ALL SELECT model.swept()) AS all_of_it (b)
$$;
