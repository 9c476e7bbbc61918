CREATE TABLE acctguard.number (
    number_id bigint NOT NULL PRIMARY KEY CHECK (number_id > 0),
    country smallint NOT NULL CHECK (country BETWEEN 1 AND 999),
    e164 bytea NOT NULL,
    e164_kid integer NOT NULL CHECK (e164_kid > 0),
    index_kid integer NOT NULL CHECK (index_kid > 0),
    hint text NOT NULL CHECK (hint ~ '^[+][0-9]{1,3}[*]+[0-9]{2}$'),
    epoch bigint NOT NULL DEFAULT 0 CHECK (epoch >= 0),
    event_count integer NOT NULL DEFAULT 0 CHECK (event_count >= 0),
    added_at timestamptz NOT NULL,
    forget_at timestamptz
) WITH (fillfactor = 80);
COMMENT ON TABLE acctguard.number IS
'One row per phone number, however it is written: what locks, bindings and evidence of a number hang on. The number itself is sealed; it is found by number_index.';
COMMENT ON COLUMN acctguard.number.number_id IS 'made at random when the number was first seen; tells nothing about the number';
COMMENT ON COLUMN acctguard.number.country IS 'calling code of the country, such as 86';
COMMENT ON COLUMN acctguard.number.e164 IS 'the canonical number (E.164), sealed with the data key of purpose contact';
COMMENT ON COLUMN acctguard.number.e164_kid IS 'the data key that sealed it';
COMMENT ON COLUMN acctguard.number.index_kid IS 'the newest data key of purpose phone_index under which number_index has it';
COMMENT ON COLUMN acctguard.number.hint IS 'what may be shown of it: calling code and last two digits, such as +86*********00';
COMMENT ON COLUMN acctguard.number.epoch IS 'raised whenever it becomes or ceases to be the login number of an account';
COMMENT ON COLUMN acctguard.number.event_count IS 'number of its last row in number_event';
COMMENT ON COLUMN acctguard.number.forget_at IS 'when to see whether anybody still needs it; NULL: an account that is not erased has or had it';
CREATE INDEX number_forget ON acctguard.number (forget_at) WHERE forget_at IS NOT NULL;
CREATE INDEX number_index_kid ON acctguard.number (index_kid);
CREATE INDEX number_e164_kid ON acctguard.number (e164_kid);
ALTER TABLE acctguard.number ALTER e164 SET STATISTICS 0, ALTER hint SET STATISTICS 0;

CREATE TABLE acctguard.number_index (
    number_idx bytea NOT NULL PRIMARY KEY CHECK (octet_length(number_idx) = 16),
    kid integer NOT NULL CHECK (kid > 0),
    number_id bigint NOT NULL
);
COMMENT ON TABLE acctguard.number_index IS
'By what a number is found: HMAC-SHA-256 of its writing with a data key of purpose phone_index, 16 bytes of it. A number has one row for each key in use and each writing (before and after a renumbering); rows of a key go when the key is retired.';
COMMENT ON COLUMN acctguard.number_index.kid IS 'the data key';
CREATE INDEX number_index_number ON acctguard.number_index (number_id);
CREATE INDEX number_index_key ON acctguard.number_index (kid);
ALTER TABLE acctguard.number_index ALTER number_idx SET STATISTICS 0;

CREATE TABLE acctguard.binding (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    number_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('login', 'trusted')),
    proofs text[] NOT NULL CHECK (proofs <> '{}'),
    bound_at timestamptz NOT NULL,
    bound_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    effective_at timestamptz NOT NULL,
    last_owner_proof_at timestamptz,
    released_at timestamptz,
    release_reason text CHECK (release_reason IN
        ('changed_by_owner', 'unbound_by_owner', 'not_mine_claim', 'carrier', 'admin', 'account_deleted')),
    released_by text,
    release_note text,
    history_login_eligible boolean NOT NULL DEFAULT false,
    asked_at timestamptz,
    confirmed_at timestamptz,
    PRIMARY KEY (account_id, no),
    CONSTRAINT binding_released CHECK ((released_at IS NULL) = (release_reason IS NULL)
        AND (released_at IS NULL) = (released_by IS NULL) AND (released_at IS NOT NULL OR release_note IS NULL)),
    CONSTRAINT binding_times CHECK (bound_at <= recorded_at AND bound_at <= effective_at
        AND released_at >= bound_at),
    CONSTRAINT binding_history CHECK (NOT history_login_eligible
        OR (kind = 'login' AND released_at IS NOT NULL AND release_reason IN ('not_mine_claim', 'carrier')))
);
COMMENT ON TABLE acctguard.binding IS
'Which account has, or had, which number: from when, until when, why no longer. Nothing is overwritten; a number that left the account stays here as history.';
COMMENT ON COLUMN acctguard.binding.no IS 'number of the binding in its account';
COMMENT ON COLUMN acctguard.binding.kind IS 'login: the number of the account, at most one, and of no other account; trusted: a number that may vouch for it';
COMMENT ON COLUMN acctguard.binding.proofs IS 'how the number was proved when it was bound, such as {otp} or {import}';
COMMENT ON COLUMN acctguard.binding.bound_at IS 'since when; for an imported one as the former system said';
COMMENT ON COLUMN acctguard.binding.recorded_at IS 'when the row was written';
COMMENT ON COLUMN acctguard.binding.effective_at IS 'from when it counts as proof of identity';
COMMENT ON COLUMN acctguard.binding.last_owner_proof_at IS 'when the owner last proved the number together with something that does not depend on it; NULL: imported without a proof, bound_at is then all that is known';
COMMENT ON COLUMN acctguard.binding.released_at IS 'until when; NULL: in force';
COMMENT ON COLUMN acctguard.binding.release_reason IS 'changed_by_owner, unbound_by_owner, not_mine_claim (a new holder said so), carrier (evidence of the carrier), admin, account_deleted';
COMMENT ON COLUMN acctguard.binding.history_login_eligible IS 'the owner lost the number without wishing it: it may still lead him to his account';
COMMENT ON COLUMN acctguard.binding.asked_at IS 'when the owner was last asked whether the number is still his';
COMMENT ON COLUMN acctguard.binding.confirmed_at IS 'when he last said so, without proving it';
CREATE UNIQUE INDEX binding_one_account ON acctguard.binding (number_id) WHERE kind = 'login' AND released_at IS NULL;
CREATE UNIQUE INDEX binding_one_login ON acctguard.binding (account_id) WHERE kind = 'login' AND released_at IS NULL;
CREATE UNIQUE INDEX binding_trusted_once ON acctguard.binding (account_id, number_id)
    WHERE kind = 'trusted' AND released_at IS NULL;
CREATE INDEX binding_number ON acctguard.binding (number_id);
CREATE INDEX binding_reconfirm ON acctguard.binding (greatest(bound_at, last_owner_proof_at, asked_at, confirmed_at), account_id)
    WHERE kind = 'login' AND released_at IS NULL;

CREATE TABLE acctguard.tombstone (
    account_id bigint NOT NULL,
    binding integer NOT NULL CHECK (binding > 0),
    number_id bigint NOT NULL,
    freeze_no integer NOT NULL CHECK (freeze_no > 0),
    banned_at timestamptz NOT NULL,
    written_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_by text,
    end_note text,
    PRIMARY KEY (account_id, binding),
    CONSTRAINT tombstone_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_note IS NULL)
        AND ended_at >= written_at)
);
COMMENT ON TABLE acctguard.tombstone IS
'A banned account has lost its login number: nobody starts afresh with it until the ban is over and policy tombstone_least has passed, unless providers confirm that it changed hands after the ban began, or an operator ends it. Until when is computed from the freeze as it stands, from number_event and from the clock.';
COMMENT ON COLUMN acctguard.tombstone.account_id IS 'who lost it';
COMMENT ON COLUMN acctguard.tombstone.binding IS 'number of the binding in that account';
COMMENT ON COLUMN acctguard.tombstone.freeze_no IS 'the ban: number of the freeze in that account';
COMMENT ON COLUMN acctguard.tombstone.banned_at IS 'when the ban began';
COMMENT ON COLUMN acctguard.tombstone.written_at IS 'when the number left the account';
COMMENT ON COLUMN acctguard.tombstone.ended_at IS 'ended by decision of an operator';
CREATE INDEX tombstone_number ON acctguard.tombstone (number_id);

CREATE TABLE acctguard.country_floor (
    country text NOT NULL CHECK (country ~ '^([+][1-9][0-9]{0,2}|[*])$'),
    version integer NOT NULL CHECK (version > 0),
    recycled_after interval NOT NULL CHECK (recycled_after > '0'),
    description text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (country, version)
);
COMMENT ON TABLE acctguard.country_floor IS
'After what time at the earliest a carrier may have given a number to somebody else, by calling code; the highest version is in force. A proof of the number that is younger speaks for its holder.';
COMMENT ON COLUMN acctguard.country_floor.country IS 'calling code with +, such as +86; * is every other';
COMMENT ON COLUMN acctguard.country_floor.recycled_after IS 'from the end of a contract to the next: the time for changing one''s mind and the quarantine';

INSERT INTO acctguard.country_floor (country, version, recycled_after, description, changed_at, changed_by) VALUES
('+1', 1, '45 days', 'North America: quarantine of 45 days', '-infinity', 'acctguard'),
('+86', 1, '120 days', 'China: three months of cancellation, at least one of quarantine', '-infinity', 'acctguard'),
('*', 1, '45 days', 'every other country', '-infinity', 'acctguard');

CREATE TABLE acctguard.number_alias (
    alias text NOT NULL CHECK (alias ~ '^[a-z][a-z0-9_]{1,47}$'),
    version integer NOT NULL CHECK (version > 0),
    old_prefix text NOT NULL CHECK (old_prefix ~ '^[+][1-9][0-9]{1,13}$'),
    old_length smallint NOT NULL CHECK (old_length BETWEEN 5 AND 15),
    new_prefix text NOT NULL CHECK (new_prefix ~ '^[+][1-9][0-9]{1,13}$'),
    valid_from timestamptz NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    description text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (alias, version),
    CONSTRAINT number_alias_length CHECK (old_length >= octet_length(old_prefix)
        AND old_length - octet_length(old_prefix) + octet_length(new_prefix) BETWEEN 5 AND 15)
);
COMMENT ON TABLE acctguard.number_alias IS
'Renumberings: from valid_from on, a number that begins with old_prefix and has old_length digits is written with new_prefix instead, and both writings are one number. The highest version is in force. Add it before the new writing comes into use, so that nobody has a number under it yet.';
COMMENT ON COLUMN acctguard.number_alias.old_prefix IS 'beginning of the old writing, with + and calling code';
COMMENT ON COLUMN acctguard.number_alias.old_length IS 'digits of the old writing, calling code included';
COMMENT ON COLUMN acctguard.number_alias.new_prefix IS 'what stands in its place';

CREATE TABLE acctguard.number_provider (
    provider text NOT NULL CHECK (provider ~ '^[a-z][a-z0-9_.-]{1,47}$'),
    no integer NOT NULL CHECK (no > 0),
    public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
    formats text[] NOT NULL CHECK (formats <> '{}'
        AND formats <@ '{camara/number-recycling,camara/sim-swap,fcc/rnd,carrier/notice,carrier/file}'),
    audience text NOT NULL CHECK (audience <> ''),
    valid_from timestamptz NOT NULL,
    valid_until timestamptz,
    added_at timestamptz NOT NULL,
    added_by text NOT NULL,
    ended_at timestamptz,
    ended_by text,
    end_reason text,
    PRIMARY KEY (provider, no),
    CONSTRAINT number_provider_validity CHECK (valid_until > valid_from),
    CONSTRAINT number_provider_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL)
        AND (ended_at IS NULL) = (end_reason IS NULL))
);
COMMENT ON TABLE acctguard.number_provider IS
'Who may say something about the reassignment of numbers: public keys (Ed25519) of carriers and registers, several for a provider that changes keys.';
COMMENT ON COLUMN acctguard.number_provider.formats IS 'what documents signed with the key may be, see number_event()';
COMMENT ON COLUMN acctguard.number_provider.audience IS 'what their member aud must be: this installation, so that a document for another one is refused';
COMMENT ON COLUMN acctguard.number_provider.valid_from IS 'documents are taken from then on';
COMMENT ON COLUMN acctguard.number_provider.valid_until IS 'until then; NULL: until it is ended';
COMMENT ON COLUMN acctguard.number_provider.ended_at IS 'what came in from then on does not count any more, also if that was before it was ended: a key that got into wrong hands';

CREATE TABLE acctguard.number_event (
    number_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    signal text NOT NULL CHECK (signal IN ('recycled', 'disconnected', 'sim_changed', 'ported', 'subscriber_changed',
        'delivery_failed', 'claim_opened', 'claim_closed', 'claim_completed')),
    answer text CHECK (answer IN ('yes', 'no', 'no_data')),
    since timestamptz,
    occurred_at timestamptz,
    stated_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    provider text,
    provider_key integer,
    jti text,
    PRIMARY KEY (number_id, no),
    CONSTRAINT number_event_answer CHECK ((signal = 'recycled') = (answer IS NOT NULL)
        AND (answer IS NULL) = (since IS NULL) AND (answer IS NULL) = (occurred_at IS NOT NULL)),
    CONSTRAINT number_event_source CHECK ((provider IS NULL) = (provider_key IS NULL) AND (provider IS NULL) = (jti IS NULL)
        AND (provider IS NOT NULL OR signal LIKE 'claim%' OR signal = 'delivery_failed')
        AND (provider IS NULL OR signal NOT LIKE 'claim%'))
);
COMMENT ON TABLE acctguard.number_event IS
'What was said about the reassignment of a number. Rows are facts and stay; what follows from them for a binding is computed from them, from the time of its last proof, and from the clock.';
COMMENT ON COLUMN acctguard.number_event.signal IS 'recycled: an answer to whether the number has changed hands since a time; disconnected; sim_changed; ported; subscriber_changed (another subscriber token); delivery_failed (a text message, for good; by a provider, or seen here: provider is NULL); claim_opened, claim_closed, claim_completed: a new holder says that the account is not his';
COMMENT ON COLUMN acctguard.number_event.answer IS 'yes, no, no_data';
COMMENT ON COLUMN acctguard.number_event.since IS 'the time asked about; of a day its least telling hour, wherever in the world the day was meant';
COMMENT ON COLUMN acctguard.number_event.occurred_at IS 'when it happened; of a day its earliest hour';
COMMENT ON COLUMN acctguard.number_event.stated_at IS 'when the provider said so';
COMMENT ON COLUMN acctguard.number_event.provider_key IS 'number of the key that signed it, in number_provider';
COMMENT ON COLUMN acctguard.number_event.jti IS 'the provider''s own name of the document, taken once';
CREATE UNIQUE INDEX number_event_once ON acctguard.number_event (provider, jti);

CREATE TABLE acctguard.number_load (
    load uuid NOT NULL PRIMARY KEY,
    provider text NOT NULL,
    provider_key integer NOT NULL,
    jti text NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    lines bigint NOT NULL CHECK (lines > 0),
    stated_at timestamptz NOT NULL,
    opened_at timestamptz NOT NULL,
    opened_by text NOT NULL,
    checked_at timestamptz,
    done bigint NOT NULL DEFAULT 0,
    recorded bigint NOT NULL DEFAULT 0,
    unknown bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT number_load_counts CHECK (done BETWEEN 0 AND lines AND recorded >= 0 AND unknown >= 0 AND refused >= 0
        AND recorded + unknown + refused <= done),
    CONSTRAINT number_load_checked CHECK (checked_at IS NOT NULL OR done = 0),
    CONSTRAINT number_load_finished CHECK (finished_at IS NULL OR (done = lines AND recorded + unknown + refused = lines))
);
COMMENT ON TABLE acctguard.number_load IS
'Files of carriers about many numbers: who signed them, how far they have been recorded in number_event.';
COMMENT ON COLUMN acctguard.number_load.jti IS 'the provider''s own name of the file, taken once';
COMMENT ON COLUMN acctguard.number_load.digest IS 'SHA-256 of the lines, each ended by a line feed, as the provider signed it';
COMMENT ON COLUMN acctguard.number_load.stated_at IS 'when the provider signed it';
COMMENT ON COLUMN acctguard.number_load.checked_at IS 'when the lines were found to be those that were signed; from then on none is added';
COMMENT ON COLUMN acctguard.number_load.done IS 'lines that are recorded, of numbers unknown here, or refused; the next run goes on behind them';
COMMENT ON COLUMN acctguard.number_load.unknown IS 'lines of numbers that nobody has or had: nothing is kept of them';
COMMENT ON COLUMN acctguard.number_load.refused IS 'lines that are in number_load_refusal, with the reason';
CREATE UNIQUE INDEX number_load_once ON acctguard.number_load (provider, jti);

CREATE TABLE acctguard.number_load_line (
    load uuid NOT NULL,
    line bigint NOT NULL CHECK (line > 0),
    content text NOT NULL,
    PRIMARY KEY (load, line)
);
COMMENT ON TABLE acctguard.number_load_line IS
'Lines of files of carriers on their way: copied in through the view number_load_input, removed when they are recorded. Numbers are plain here, and nowhere else.';
ALTER TABLE acctguard.number_load_line ALTER content SET STATISTICS 0;

CREATE TABLE acctguard.number_load_refusal (
    load uuid NOT NULL,
    line bigint NOT NULL,
    code text NOT NULL,
    PRIMARY KEY (load, line)
);
COMMENT ON TABLE acctguard.number_load_refusal IS
'Lines that were not recorded, and why, see number_load_refusals(). The line itself is in the file.';
