-- What changes between 0.1.0 and 0.2.0 in the tables; run by migrate(), in the order of DOMAINS. A line "-- include
-- sql/tables/x.sql" alone on its line brings the tables of a new domain. Columns of old tables go to their end.

ALTER TABLE acctguard.account ADD COLUMN acted_at timestamptz;
COMMENT ON COLUMN acctguard.account.acted_at IS 'when something was last decided about it. A clock that was set back by less than ten minutes stands still for the account until it has caught up';
ALTER TABLE acctguard.account ADD COLUMN session_cuts timestamptz[];
COMMENT ON COLUMN acctguard.account.session_cuts IS 'times at which scheduled freezes revoke the sessions that were opened before, and the last of those that have passed; the clock is enough, nothing has to be written at the time';
ALTER TABLE acctguard.standing DROP CONSTRAINT standing_part_check,
    ADD CONSTRAINT standing_part_check CHECK (part IN ('l', 'f', 'r', 'p', 'a'));
COMMENT ON COLUMN acctguard.standing.part IS 'l lifecycle, f freeze, r the same freeze after a rest that lies ahead of it, p probation after it, a acknowledgment owed after it';
COMMENT ON COLUMN acctguard.standing.starts_at IS '-infinity for what is in force when the row is written: a clock that is set back does not take it out of force';
ALTER TABLE acctguard.account ADD COLUMN owner_seen_at timestamptz;
COMMENT ON COLUMN acctguard.account.owner_seen_at IS 'last sign of life of its owner: somebody got in with more than the number; use of sessions adds to it. NULL: none since it was registered';
ALTER TABLE acctguard.account ADD COLUMN number_lost_at timestamptz;
COMMENT ON COLUMN acctguard.account.number_lost_at IS 'when its login number was taken from it by a new holder or on the carrier''s word; its sessions have to bind another one first. NULL: never, or it has one again';
INSERT INTO acctguard.bundle (bundle, version, capabilities, description, changed_at, changed_by) VALUES
('without_number', 1, '{pay.send,pay.large,pay.withdraw,security.change_password,security.change_email,security.disable_2fa,contact.add,group.invite,api.token}', 'what waits until an account that lost its number has another one', '-infinity', 'acctguard')
ON CONFLICT DO NOTHING;

-- include sql/tables/attempt.sql
-- include sql/tables/outbox.sql
-- Freezes that are there already: the worker looks at each once, and tells nothing of what is past.
ALTER TABLE acctguard.freeze_record ADD COLUMN noted smallint, ADD COLUMN wake_at timestamptz DEFAULT clock_timestamp();
ALTER TABLE acctguard.freeze_record ALTER COLUMN noted SET DEFAULT 0, ALTER COLUMN wake_at DROP DEFAULT;
CREATE INDEX freeze_record_wake ON acctguard.freeze_record (wake_at) WHERE wake_at IS NOT NULL;
COMMENT ON COLUMN acctguard.freeze_record.noted IS 'what the clock did to it and the worker has told, one bit each: 1 it started, 2 it expired, 4 the proposal lapsed, 8 the last stay ended, 16 probation ended, 32 the rules are to be acknowledged, 64 its reasons were disclosed, 128 it was lifted because its review was overdue, 256 it rested for that, 512 that rest ended. NULL: of an older version, the worker has not looked at it yet. No answer depends on it';
ALTER TABLE acctguard.freeze_record ADD COLUMN renewed_at timestamptz;
COMMENT ON COLUMN acctguard.freeze_record.renewed_at IS 'when it last became harsher, which is a new decision: while nobody was informed of that, the appeal window counts from then';
ALTER TABLE acctguard.freeze_record ADD COLUMN lift_at timestamptz, ADD COLUMN rest_at timestamptz, ADD COLUMN rest_until timestamptz,
    DROP CONSTRAINT freeze_record_vacated,
    ADD CONSTRAINT freeze_record_vacated CHECK (
        (vacated_at IS NULL) = (vacated_by IS NULL)
        AND (vacated_at IS NULL OR (vacate_reason IS NOT NULL AND vacated_by IS DISTINCT FROM vacate_proposed_by
             AND coalesce(least(ended_at, ends_at, lift_at) <= vacated_at, false)))),
    ADD CONSTRAINT freeze_record_overdue CHECK (
        (rest_at IS NULL) = (rest_until IS NULL) AND rest_until > rest_at AND (rest_at IS NULL OR lift_at IS NULL));
COMMENT ON COLUMN acctguard.freeze_record.ended_at IS 'when it was ended; NULL where it runs or ended by the clock (ends_at, lift_at)';
COMMENT ON COLUMN acctguard.freeze_record.lift_at IS 'when its review is overdue, and review_due of its kind has passed since its start, if its kind has it lifted then (breach auto_lift) and nobody decides before: from then on it has ended as lifted, and nothing is written';
COMMENT ON COLUMN acctguard.freeze_record.rest_at IS 'when its review is overdue, and review_due of its kind has passed since its start, if its kind has it rest then (breach stay) and nobody decides before: its effect is suspended until rest_until, as by a stay, and nothing is written. Who ends that early turns what has passed of it into one of stays';
COMMENT ON COLUMN acctguard.freeze_record.wake_at IS 'when the clock will have done something that is to be told, or an earlier time; NULL while nothing is ahead. No answer depends on it';
CREATE INDEX account_closing ON acctguard.account (close_at, account_id) WHERE state = 'closing';
CREATE TABLE acctguard.scope_announcement (
    no integer NOT NULL REFERENCES acctguard.scope_freeze,
    event integer NOT NULL CHECK (event > 0),
    version integer NOT NULL CHECK (version >= 0),
    cursor bigint NOT NULL,
    told bigint NOT NULL CHECK (told >= 0),
    begun_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (no, event, version)
);
COMMENT ON TABLE acctguard.scope_announcement IS 'How far the users whom a scope freeze concerns have been told of it, of another end, of its end. Notices only: no answer depends on it.';
COMMENT ON COLUMN acctguard.scope_announcement.event IS 'what they are told, see events()';
COMMENT ON COLUMN acctguard.scope_announcement.version IS 'of the scope freeze, for another end; else 0';
COMMENT ON COLUMN acctguard.scope_announcement.cursor IS 'accounts up to this one have been told';
COMMENT ON COLUMN acctguard.scope_announcement.told IS 'how many accounts that were';
-- include sql/tables/session.sql
-- include sql/tables/appeal.sql
INSERT INTO acctguard.reason (reason, version, category, public_text, points, strike_life, changed_at, changed_by)
VALUES ('appeal.abuse', 1, 'violation', 'Appeals that are manifestly unfounded, after a warning', 0, '180 days', '-infinity', 'acctguard')
ON CONFLICT DO NOTHING;
INSERT INTO acctguard.reason (reason, version, category, public_text, points, strike_life, changed_at, changed_by)
VALUES ('security.returned', 1, 'security', 'The account was taken back by a verification of identity', 0, '1 day', '-infinity', 'acctguard')
ON CONFLICT DO NOTHING;
INSERT INTO acctguard.freeze_kind
(kind, version, severity, denies, choosable, min_length, max_length, default_length, indefinite, automated_max,
 impose_roles, approve_roles, lift_roles, second_person, lift_policy, cooldown, conditions, session_effect,
 appeal, appeal_window, review_due, breach, stayable, stay_max, points, points_max, probation, probation_denies,
 acknowledge, acknowledge_denies, blocks_closure, blocks_erasure, visible, required, scope, mode, description,
 changed_at, changed_by, choices) VALUES
('money_wait', 1, 1, '{money.out}', false, NULL, '30 days', '72 hours', false, '30 days',
 '{operator}', '{}', '{moderator,operator}', false, 'system', NULL, '{}', 'keep',
 'no', NULL, NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', false, false, true, '{reason}', false, 'deny',
 'no punishment: whoever came back through the gate T4 moves money only later; begins and ends by itself',
 '-infinity', 'acctguard', '{}')
ON CONFLICT DO NOTHING;
-- include sql/tables/phone.sql
-- include sql/tables/identity.sql
-- include sql/tables/dormancy.sql
-- include sql/tables/flow.sql
-- include sql/tables/register.sql
-- include sql/tables/rebind.sql
-- include sql/tables/wording.sql
-- include sql/tables/restore.sql
