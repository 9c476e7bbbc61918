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
WHERE EXISTS (SELECT FROM unnest(s.denied) c WHERE NOT EXISTS (SELECT FROM acctguard.explain(a.account_id, c) e WHERE e.mode = 'deny'))
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
