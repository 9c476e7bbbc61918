CREATE TABLE acctguard.capability (
    capability text NOT NULL PRIMARY KEY CHECK (capability ~ '^[a-z][a-z0-9_.]{1,47}$'),
    bit smallint NOT NULL UNIQUE CHECK (bit BETWEEN 0 AND 62),
    floor text CHECK (floor IN ('floor', 'soft')),
    description text NOT NULL
);
COMMENT ON TABLE acctguard.capability IS
'What an account may do, one bit of 63 each. A DBA adds his own with policy_set(''capability'', name, ...).';
COMMENT ON COLUMN acctguard.capability.bit IS 'position in the masks of standing; never reused';
COMMENT ON COLUMN acctguard.capability.floor IS 'floor: no record can deny it; soft: denied only by kinds that name it';

INSERT INTO acctguard.capability (capability, bit, floor, description) VALUES
('session.create', 0, NULL, 'log in'),
('session.use', 1, NULL, 'use an existing session'),
('session.refresh', 2, NULL, 'prolong a session'),
('session.add_device', 3, NULL, 'log in from a new device'),
('msg.send.direct', 4, NULL, 'send a message to a contact'),
('msg.send.stranger', 5, NULL, 'send a message to somebody who is not a contact'),
('msg.send.group', 6, NULL, 'send a message to a group'),
('msg.send.channel', 7, NULL, 'send a message to a channel'),
('msg.schedule', 8, NULL, 'schedule a message for later'),
('msg.edit', 9, NULL, 'edit a sent message'),
('msg.recall', 10, NULL, 'recall a sent message'),
('msg.react', 11, NULL, 'react to a message'),
('msg.forward', 12, NULL, 'forward a message'),
('msg.receive', 13, NULL, 'receive messages'),
('msg.read_history', 14, NULL, 'read old messages'),
('msg.mention_all', 15, NULL, 'mention everybody in a group'),
('media.upload', 16, NULL, 'upload pictures and files'),
('media.download', 17, NULL, 'download pictures and files'),
('link.send', 18, NULL, 'send links'),
('call.start', 19, NULL, 'start a call'),
('call.join', 20, NULL, 'join a call'),
('live.start', 21, NULL, 'start a live stream'),
('contact.add', 22, NULL, 'ask somebody to become a contact'),
('contact.accept', 23, NULL, 'accept a contact'),
('group.create', 24, NULL, 'create a group'),
('group.join', 25, NULL, 'join a group'),
('group.invite', 26, NULL, 'invite somebody to a group'),
('group.admin', 27, NULL, 'administer a group'),
('moment.post', 28, NULL, 'post to the timeline'),
('moment.comment', 29, NULL, 'comment on the timeline'),
('profile.edit', 30, NULL, 'edit the own profile'),
('profile.visible', 31, NULL, 'have a visible profile'),
('search.discoverable', 32, NULL, 'be found in the search'),
('security.change_password', 33, NULL, 'change the password'),
('security.change_phone', 34, NULL, 'change the bound phone number'),
('security.change_email', 35, NULL, 'change the e-mail address'),
('security.disable_2fa', 36, NULL, 'switch off two-step verification'),
('pay.send', 37, NULL, 'send money'),
('pay.large', 38, NULL, 'send a large amount of money'),
('pay.receive', 39, NULL, 'receive money'),
('pay.withdraw', 40, NULL, 'withdraw money'),
('api.token', 41, NULL, 'create API tokens'),
('bot.run', 42, NULL, 'run a bot'),
('moderate.others', 43, NULL, 'moderate other accounts'),
('appeal.submit', 44, 'soft', 'appeal against a freeze'),
('appeal.supplement', 45, 'soft', 'add material to an appeal'),
('support.contact', 46, 'soft', 'write to the support'),
('account.data_export', 47, 'soft', 'export the own data'),
('status.view', 48, 'floor', 'see the own standing'),
('session.logout', 49, 'floor', 'log out'),
('session.logout_all', 50, 'floor', 'log out everywhere'),
('account.close_request', 51, 'floor', 'ask to close the account');

CREATE TABLE acctguard.bundle (
    bundle text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    capabilities text[] NOT NULL,
    description text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (bundle, version),
    CHECK (bundle ~ '^[a-z][a-z0-9_.]{1,47}$')
);
COMMENT ON TABLE acctguard.bundle IS
'Named sets of capabilities; the highest version is in force. The bundle all is every capability but the floor and the soft floor.';

INSERT INTO acctguard.bundle (bundle, version, capabilities, description, changed_at, changed_by) VALUES
('login', 1, '{session.create,session.add_device}', 'entering the account', '-infinity', 'acctguard'),
('sessions', 1, '{session.create,session.use,session.refresh,session.add_device}', 'entering and staying in the account', '-infinity', 'acctguard'),
('messaging.out', 1, '{msg.send.direct,msg.send.stranger,msg.send.group,msg.send.channel,msg.schedule,msg.forward,msg.mention_all,media.upload,link.send}', 'everything that sends a message', '-infinity', 'acctguard'),
('social.out', 1, '{contact.add,group.create,group.join,group.invite,moment.post,moment.comment,live.start,call.start}', 'everything that reaches out to others', '-infinity', 'acctguard'),
('money.out', 1, '{pay.send,pay.large,pay.withdraw}', 'everything that moves money out', '-infinity', 'acctguard'),
('security.change', 1, '{security.change_password,security.change_phone,security.change_email,security.disable_2fa}', 'changes to how the account is secured', '-infinity', 'acctguard'),
('visibility', 1, '{profile.visible,search.discoverable}', 'being seen by others', '-infinity', 'acctguard'),
('without_number', 1, '{pay.send,pay.large,pay.withdraw,security.change_password,security.change_email,security.disable_2fa,contact.add,group.invite,api.token}', 'what waits until an account that lost its number has another one', '-infinity', 'acctguard');

CREATE TABLE acctguard.reason (
    reason text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    category text NOT NULL CHECK (category IN
        ('security', 'violation', 'regulatory', 'own_wish', 'maintenance', 'dormancy')),
    public_text text NOT NULL,
    points integer CHECK (points BETWEEN 0 AND 100),
    strike_life interval NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (reason, version),
    CHECK (reason ~ '^[a-z][a-z0-9_.]{1,47}$')
);
COMMENT ON TABLE acctguard.reason IS 'What a freeze can be for; the highest version is in force.';
COMMENT ON COLUMN acctguard.reason.category IS 'groups strikes and statistics; security is the only category a passed identity verification clears; own_wish is for kinds of lift_policy self, which take no other, maintenance for kinds of scopes, dormancy for kinds that end on verified_login';
COMMENT ON COLUMN acctguard.reason.public_text IS 'fit for the user';
COMMENT ON COLUMN acctguard.reason.points IS 'strike points; NULL leaves them to the kind';
COMMENT ON COLUMN acctguard.reason.strike_life IS 'how long a strike for this reason counts';

INSERT INTO acctguard.reason (reason, version, category, public_text, points, strike_life, changed_at, changed_by) VALUES
('security.odd_login', 1, 'security', 'A login from an unusual device or place', NULL, '90 days', '-infinity', 'acctguard'),
('security.wrong_passwords', 1, 'security', 'Many wrong passwords', NULL, '90 days', '-infinity', 'acctguard'),
('security.takeover', 1, 'security', 'Signs that somebody else took over the account', NULL, '90 days', '-infinity', 'acctguard'),
('security.returned', 1, 'security', 'The account was taken back by a verification of identity', 0, '1 day', '-infinity', 'acctguard'),
('violation.spam', 1, 'violation', 'Unsolicited mass messages', 1, '90 days', '-infinity', 'acctguard'),
('violation.harassment', 1, 'violation', 'Harassment of other users', 2, '180 days', '-infinity', 'acctguard'),
('violation.content', 1, 'violation', 'Forbidden content', 2, '180 days', '-infinity', 'acctguard'),
('violation.exploit', 1, 'violation', 'Exploiting a loophole', 2, '180 days', '-infinity', 'acctguard'),
('violation.severe', 1, 'violation', 'A severe violation of the rules', 4, '365 days', '-infinity', 'acctguard'),
('regulatory.order', 1, 'regulatory', 'An order of an authority', 0, '365 days', '-infinity', 'acctguard'),
('regulatory.fraud', 1, 'regulatory', 'Suspected fraud', 0, '365 days', '-infinity', 'acctguard'),
('own_wish', 1, 'own_wish', 'The user''s own wish', 0, '1 day', '-infinity', 'acctguard'),
('appeal.abuse', 1, 'violation', 'Appeals that are manifestly unfounded, after a warning', 0, '180 days', '-infinity', 'acctguard'),
('maintenance', 1, 'maintenance', 'Maintenance', 0, '1 day', '-infinity', 'acctguard'),
('dormancy', 1, 'dormancy', 'The account was not used for a long time', 0, '1 day', '-infinity', 'acctguard'),
('ladder', 1, 'violation', 'Repeated violations', 0, '365 days', '-infinity', 'acctguard');

CREATE TABLE acctguard.freeze_kind (
    kind text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    enabled boolean NOT NULL DEFAULT true,
    scope boolean NOT NULL DEFAULT false,
    severity smallint NOT NULL CHECK (severity BETWEEN 0 AND 9),
    mode text NOT NULL DEFAULT 'deny' CHECK (mode IN ('deny', 'challenge', 'monitor')),
    denies text[] NOT NULL,
    choosable boolean NOT NULL DEFAULT false,
    min_length interval CHECK (min_length >= '0'),
    max_length interval CHECK (max_length > '0'),
    default_length interval CHECK (default_length > '0'),
    indefinite boolean NOT NULL,
    automated_max interval CHECK (automated_max >= '0'),
    impose_roles text[] NOT NULL,
    approve_roles text[] NOT NULL DEFAULT '{}',
    lift_roles text[] NOT NULL,
    second_person boolean NOT NULL DEFAULT false,
    lift_policy text NOT NULL CHECK (lift_policy IN ('manual', 'authority', 'self', 'system')),
    cooldown interval CHECK (cooldown >= '0'),
    conditions text[] NOT NULL DEFAULT '{}',
    session_effect text NOT NULL CHECK (session_effect IN ('keep', 'lock', 'revoke')),
    appeal text NOT NULL CHECK (appeal IN ('yes', 'case', 'no')),
    appeal_window interval,
    review_due interval CHECK (review_due > '0'),
    breach text CHECK (breach IN ('notify', 'escalate', 'stay', 'auto_lift')),
    stayable boolean NOT NULL DEFAULT false,
    stay_max interval CHECK (stay_max > '0'),
    points integer NOT NULL DEFAULT 0 CHECK (points BETWEEN 0 AND 100),
    points_max integer NOT NULL DEFAULT 0 CHECK (points_max BETWEEN 0 AND 100),
    probation interval CHECK (probation > '0'),
    probation_denies text[] NOT NULL DEFAULT '{}',
    pause_probation boolean NOT NULL DEFAULT true,
    acknowledge boolean NOT NULL DEFAULT false,
    acknowledge_denies text[] NOT NULL DEFAULT '{}',
    blocks_closure boolean NOT NULL DEFAULT false,
    blocks_erasure boolean NOT NULL DEFAULT false,
    visible boolean NOT NULL DEFAULT true,
    required text[] NOT NULL DEFAULT '{reason,facts}',
    description text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    choices text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (kind, version),
    CHECK (kind ~ '^[a-z][a-z0-9_]{1,47}$'),
    CONSTRAINT freeze_kind_second CHECK (second_person = (approve_roles <> '{}')),
    CONSTRAINT freeze_kind_choices CHECK (choosable = (choices <> '{}')),
    CONSTRAINT freeze_kind_length CHECK (indefinite OR max_length IS NOT NULL),
    CONSTRAINT freeze_kind_default CHECK (default_length IS NOT NULL OR indefinite),
    CONSTRAINT freeze_kind_review CHECK ((review_due IS NULL) = (breach IS NULL)),
    CONSTRAINT freeze_kind_stay CHECK (stayable = (stay_max IS NOT NULL)),
    CONSTRAINT freeze_kind_probation CHECK ((probation IS NULL) = (probation_denies = '{}')),
    CONSTRAINT freeze_kind_acknowledge CHECK (acknowledge = (acknowledge_denies <> '{}')),
    CONSTRAINT freeze_kind_auto_lift CHECK (breach IS DISTINCT FROM 'auto_lift' OR severity <= 6)
);
COMMENT ON TABLE acctguard.freeze_kind IS
'What a kind of freeze means: what it denies, who may impose and lift it, how long, what follows. The highest version is in force for new freezes; a freeze keeps the version it was imposed under.';
COMMENT ON COLUMN acctguard.freeze_kind.mode IS 'deny refuses with UG403, challenge with UG401, monitor only records';
COMMENT ON COLUMN acctguard.freeze_kind.denies IS 'capabilities and bundles; with choosable the default, else fixed';
COMMENT ON COLUMN acctguard.freeze_kind.choices IS 'capabilities and bundles that may be chosen, of a choosable kind; every capability together only in kinds with a second person, for scopes, or that only monitor';
COMMENT ON COLUMN acctguard.freeze_kind.automated_max IS 'longest freeze an automated actor may impose alone; NULL: it may only propose';
COMMENT ON COLUMN acctguard.freeze_kind.lift_policy IS 'manual: lift_roles; authority: lift_roles, not the issuer or approver, with a legal reference; self: the owner after cooldown with proof, or lift_roles; system: its end or its condition, or lift_roles';
COMMENT ON COLUMN acctguard.freeze_kind.conditions IS 'what ends it by freeze_satisfy(): identity_verified, risk_over, verified_login';
COMMENT ON COLUMN acctguard.freeze_kind.session_effect IS 'keep: sessions stay; lock: they cannot be used while it lasts; revoke: they end';
COMMENT ON COLUMN acctguard.freeze_kind.appeal IS 'yes, no, or case: yes unless the freeze itself says no with a legal reference';
COMMENT ON COLUMN acctguard.freeze_kind.required IS 'fields of the statement of reasons that must be filled: reason, facts, ground, legal_reference, conduct_at, evidence';

INSERT INTO acctguard.freeze_kind
(kind, version, severity, denies, choosable, min_length, max_length, default_length, indefinite, automated_max,
 impose_roles, approve_roles, lift_roles, second_person, lift_policy, cooldown, conditions, session_effect,
 appeal, appeal_window, review_due, breach, stayable, stay_max, points, points_max, probation, probation_denies,
 acknowledge, acknowledge_denies, blocks_closure, blocks_erasure, visible, required, scope, mode, description,
 changed_at, changed_by, choices) VALUES
('temp_restrict', 1, 2, '{login}', false, NULL, '24 hours', '24 hours', false, '24 hours',
 '{risk,moderator,operator}', '{}', '{moderator,operator}', false, 'system', NULL, '{identity_verified,risk_over}', 'keep',
 'yes', '6 months', NULL, NULL, false, NULL, 0, 0, '72 hours', '{security.change,pay.large}',
 false, '{}', false, false, true, '{reason,facts}', false, 'deny',
 'temporary restriction: no login, the rest works, over by itself within 24 hours or by passed verification',
 '-infinity', 'acctguard', '{}'),
('feature_freeze', 1, 4, '{msg.send.direct,msg.send.stranger,msg.send.group,msg.send.channel,contact.add}', true,
 NULL, NULL, NULL, true, '72 hours',
 '{risk,moderator,operator}', '{}', '{moderator,reviewer,operator}', false, 'manual', NULL, '{}', 'keep',
 'yes', '6 months', '72 hours', 'escalate', true, '7 days', 1, 2, '7 days', '{security.change,pay.large}',
 true, '{msg.send.stranger,msg.mention_all}', false, false, true, '{reason,facts}', false, 'deny',
 'function freeze: named functions are refused, login works; lifted by human review only',
 '-infinity', 'acctguard', '{messaging.out,social.out}'),
('feature_timeout', 1, 3, '{msg.send.direct,msg.send.stranger,msg.send.group,msg.send.channel,contact.add}', true,
 '1 minute', '30 days', '24 hours', false, '30 days',
 '{risk,moderator,operator}', '{}', '{moderator,reviewer,operator}', false, 'system', NULL, '{}', 'keep',
 'yes', '6 months', NULL, NULL, true, '7 days', 0, 2, '7 days', '{security.change,pay.large}',
 true, '{msg.send.stranger,msg.mention_all}', false, false, true, '{reason,facts}', false, 'deny',
 'function freeze of a fixed length, as the ladder imposes it',
 '-infinity', 'acctguard', '{messaging.out,social.out}'),
('ban', 1, 9, '{all}', false, '1 day', '1 year', NULL, true, NULL,
 '{risk,moderator,compliance,operator}', '{moderator,compliance,operator}', '{reviewer,compliance,operator}', true, 'manual', NULL, '{}', 'revoke',
 'case', '6 months', NULL, NULL, true, '30 days', 4, 8, '30 days', '{security.change,money.out,msg.send.stranger}',
 true, '{messaging.out,social.out}', false, true, true, '{reason,facts,ground}', false, 'deny',
 'ban: everything but the floor is refused; two persons, appealable case by case',
 '-infinity', 'acctguard', '{}'),
('emergency_lock', 1, 6, '{all}', false, NULL, '72 hours', '72 hours', false, '72 hours',
 '{risk,moderator,compliance,operator}', '{}', '{moderator,compliance,operator}', false, 'manual', NULL, '{identity_verified,risk_over}', 'lock',
 'yes', '6 months', '24 hours', 'auto_lift', false, NULL, 0, 0, NULL, '{}',
 false, '{}', true, true, true, '{reason,facts}', false, 'deny',
 'emergency lock: everything is refused for at most 72 hours, until a reviewed kind takes its place',
 '-infinity', 'acctguard', '{}'),
('compliance', 1, 8, '{all}', true, NULL, NULL, NULL, true, NULL,
 '{compliance}', '{compliance}', '{compliance}', true, 'authority', NULL, '{}', 'lock',
 'case', '6 months', NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', true, true, true, '{reason,facts,ground,legal_reference}', false, 'deny',
 'order of an authority: two officers, its reference, lifted by a third with the authority''s reference',
 '-infinity', 'acctguard', '{all}'),
('legal_hold', 1, 0, '{}', false, NULL, NULL, NULL, true, NULL,
 '{compliance}', '{}', '{compliance}', false, 'authority', NULL, '{}', 'keep',
 'no', NULL, NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', true, true, false, '{reason,legal_reference}', false, 'deny',
 'legal hold: denies nothing, blocks closing and erasure; invisible to the user',
 '-infinity', 'acctguard', '{}'),
('self_freeze', 1, 5, '{all}', false, NULL, NULL, NULL, true, NULL,
 '{app}', '{}', '{app,moderator,operator}', false, 'self', '1 hour', '{}', 'lock',
 'no', NULL, NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', false, false, true, '{reason}', false, 'deny',
 'the user''s own freeze: undone by the user after a cooling-off hour with a proof of identity, or by support',
 '-infinity', 'acctguard', '{}'),
('self_rule', 1, 1, '{login}', false, NULL, NULL, NULL, true, NULL,
 '{app}', '{}', '{app,moderator,operator}', false, 'self', '1 hour', '{}', 'keep',
 'no', NULL, NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', false, false, true, '{reason}', false, 'deny',
 'the user''s own rule: login only from chosen devices or in daily hours of his time zone',
 '-infinity', 'acctguard', '{}'),
('maintenance', 1, 1, '{messaging.out,money.out}', true, NULL, '30 days', '1 hour', false, NULL,
 '{operator}', '{}', '{operator}', false, 'system', NULL, '{}', 'keep',
 'no', NULL, NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', false, false, true, '{reason}', true, 'deny',
 'maintenance of a scope of accounts, announced ahead, over by itself',
 '-infinity', 'acctguard', '{all}'),
('dormancy', 1, 1, '{session.create,search.discoverable}', false, NULL, NULL, NULL, true, NULL,
 '{operator}', '{}', '{operator,moderator}', false, 'system', NULL, '{verified_login,identity_verified}', 'revoke',
 'no', NULL, NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', false, false, true, '{reason}', false, 'challenge',
 'protection of an account that was not used for a long time: login needs a verification',
 '-infinity', 'acctguard', '{}'),
('money_wait', 1, 1, '{money.out}', false, NULL, '30 days', '72 hours', false, '30 days',
 '{operator}', '{}', '{moderator,operator}', false, 'system', NULL, '{}', 'keep',
 'no', NULL, NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', false, false, true, '{reason}', false, 'deny',
 'no punishment: whoever came back through the gate T4 moves money only later; begins and ends by itself',
 '-infinity', 'acctguard', '{}'),
('appeal_abuse', 1, 1, '{appeal.submit}', false, NULL, '30 days', '30 days', false, NULL,
 '{reviewer,operator}', '{}', '{reviewer,operator}', false, 'manual', NULL, '{}', 'keep',
 'no', NULL, NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', false, false, true, '{reason,facts}', false, 'deny',
 'suspends appeals of somebody who abused them after a warning',
 '-infinity', 'acctguard', '{}'),
('monitor', 1, 0, '{all}', true, NULL, '90 days', '14 days', false, '14 days',
 '{risk,moderator,operator}', '{}', '{moderator,operator}', false, 'system', NULL, '{}', 'keep',
 'no', NULL, NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', false, false, false, '{reason}', false, 'monitor',
 'monitor mode: refuses nothing, records what would have been refused',
 '-infinity', 'acctguard', '{all}');

CREATE TABLE acctguard.ladder_step (
    score integer NOT NULL CHECK (score > 0),
    version integer NOT NULL CHECK (version > 0),
    kind text,
    length interval CHECK (length > '0'),
    proposal boolean NOT NULL DEFAULT false,
    enabled boolean NOT NULL DEFAULT true,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (score, version),
    CONSTRAINT ladder_step_kind CHECK (kind IS NOT NULL OR (length IS NULL AND NOT proposal))
);
COMMENT ON TABLE acctguard.ladder_step IS
'The ladder of repeated violations: from score live strike points on, this kind for this length. The highest version of each score is in force.';
COMMENT ON COLUMN acctguard.ladder_step.kind IS 'NULL: a warning only';
COMMENT ON COLUMN acctguard.ladder_step.length IS 'NULL: indefinite';
COMMENT ON COLUMN acctguard.ladder_step.proposal IS 'a person has to approve';

INSERT INTO acctguard.ladder_step (score, version, kind, length, proposal, changed_at, changed_by) VALUES
(1, 1, NULL, NULL, false, '-infinity', 'acctguard'),
(2, 1, 'feature_timeout', '24 hours', false, '-infinity', 'acctguard'),
(3, 1, 'feature_timeout', '72 hours', false, '-infinity', 'acctguard'),
(4, 1, 'feature_timeout', '7 days', false, '-infinity', 'acctguard'),
(6, 1, 'feature_timeout', '30 days', false, '-infinity', 'acctguard'),
(8, 1, 'ban', NULL, true, '-infinity', 'acctguard');

CREATE TABLE acctguard.risk_signal (
    signal text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    weight numeric(13,6) NOT NULL CHECK (weight > 0 AND weight <= 1000000),
    kind text NOT NULL,
    reason text NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    description text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (signal, version),
    CHECK (signal ~ '^[a-z][a-z0-9_.]{1,47}$')
);
COMMENT ON TABLE acctguard.risk_signal IS
'What detectors report to risk_report(), and what one report is worth; the highest version is in force. Weights add up with decay; when they reach the setting risk_threshold, the signal worth most says which freeze follows.';
COMMENT ON COLUMN acctguard.risk_signal.weight IS 'points of one report that names no weight of its own';
COMMENT ON COLUMN acctguard.risk_signal.kind IS 'kind of the freeze it sets off';
COMMENT ON COLUMN acctguard.risk_signal.reason IS 'reason of that freeze';

INSERT INTO acctguard.risk_signal (signal, version, weight, kind, reason, description, changed_at, changed_by) VALUES
('wrong_password', 1, 10, 'temp_restrict', 'security.wrong_passwords', 'a wrong password', '-infinity', 'acctguard'),
('new_device', 1, 20, 'temp_restrict', 'security.odd_login', 'a login from a device never seen before', '-infinity', 'acctguard'),
('odd_login', 1, 40, 'temp_restrict', 'security.odd_login', 'a login from an unusual place or at an unusual time', '-infinity', 'acctguard'),
('impossible_travel', 1, 60, 'temp_restrict', 'security.odd_login', 'two logins too far apart for the time between them', '-infinity', 'acctguard'),
('mass_messages', 1, 40, 'temp_restrict', 'security.takeover', 'a sudden burst of messages to strangers', '-infinity', 'acctguard'),
('takeover_report', 1, 80, 'temp_restrict', 'security.takeover', 'somebody reports that the account was taken over', '-infinity', 'acctguard'),
('credential_leak', 1, 60, 'temp_restrict', 'security.takeover', 'the password was found in a leak', '-infinity', 'acctguard');

CREATE TABLE acctguard.setting (
    setting text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    value bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (setting, version)
);
COMMENT ON TABLE acctguard.setting IS
'Changed policy settings, the highest version is in force; a setting without a row has its default. policy_list(''setting'') shows names, units, ranges and defaults.';
