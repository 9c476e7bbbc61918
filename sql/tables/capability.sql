CREATE TABLE acctguard.standing (
    account_id bigint NOT NULL,
    freeze_no integer NOT NULL,
    part "char" NOT NULL CHECK (part IN ('l', 'f', 'r', 'p', 'a')),
    denied bigint NOT NULL,
    challenged bigint NOT NULL,
    monitored bigint NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    rule jsonb,
    PRIMARY KEY (account_id, freeze_no, part),
    CONSTRAINT standing_interval CHECK (ends_at > starts_at),
    CONSTRAINT standing_lifecycle CHECK ((part = 'l') = (freeze_no = 0))
);
COMMENT ON TABLE acctguard.standing IS
'What is denied to whom, and when: rows only for accounts that are denied something, one per thing that denies. The verdict at an instant is the union of the rows whose interval [starts_at, ends_at) contains it. Derived from the records in the transaction that changes them; checks read nothing else.';
COMMENT ON COLUMN acctguard.standing.freeze_no IS 'the freeze it comes from; 0 for the lifecycle';
COMMENT ON COLUMN acctguard.standing.part IS 'l lifecycle, f freeze, r the same freeze after a rest that lies ahead of it, p probation after it, a acknowledgment owed after it';
COMMENT ON COLUMN acctguard.standing.denied IS 'capabilities refused, one bit each (capability.bit)';
COMMENT ON COLUMN acctguard.standing.challenged IS 'capabilities that need a stronger proof first';
COMMENT ON COLUMN acctguard.standing.monitored IS 'capabilities allowed but recorded (monitor mode)';
COMMENT ON COLUMN acctguard.standing.starts_at IS '-infinity for what is in force when the row is written: a clock that is set back does not take it out of force';
COMMENT ON COLUMN acctguard.standing.ends_at IS 'end, exclusive; NULL is indefinite';
COMMENT ON COLUMN acctguard.standing.rule IS 'condition of a self_rule: {"hours": ["08:00", "22:00"], "zone": "Asia/Shanghai", "devices": ["id"]}; the row is in force outside those hours or devices';
