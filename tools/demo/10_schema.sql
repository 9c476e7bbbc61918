\echo
\echo '======================================================================'
\echo '  A small messenger: users, messages, contacts, transfers of money'
\echo '======================================================================'
\echo
CREATE EXTENSION acctguard;
SELECT acctguard.install();
-- The server has a root key; data keys are made below it.
SELECT * FROM acctguard.key_create();

CREATE SCHEMA app;
CREATE TABLE app.users (
    id       bigint PRIMARY KEY,
    nickname text NOT NULL
);
CREATE TABLE app.message (
    sender_id   bigint NOT NULL REFERENCES app.users,
    no          bigint NOT NULL,
    receiver_id bigint NOT NULL REFERENCES app.users,
    body        text NOT NULL,
    sent_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (sender_id, no)
);
CREATE TABLE app.contact (
    owner_id  bigint NOT NULL REFERENCES app.users,
    friend_id bigint NOT NULL REFERENCES app.users,
    added_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (owner_id, friend_id)
);
CREATE TABLE app.transfer (
    payer_id bigint NOT NULL REFERENCES app.users,
    no       bigint NOT NULL,
    payee_id bigint NOT NULL REFERENCES app.users,
    amount   numeric(12,2) NOT NULL CHECK (amount > 0),
    paid_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (payer_id, no)
);

INSERT INTO app.users VALUES (1001, 'Lin'), (1002, 'Mei'), (1003, 'Zhao');
INSERT INTO app.contact VALUES (1001, 1002), (1002, 1001), (1001, 1003);
INSERT INTO app.message VALUES (1001, 1, 1002, 'Dinner tonight?'), (1002, 1, 1001, 'At seven.');
INSERT INTO app.transfer VALUES (1001, 1, 1002, 25.00);
