-- What changes between 0.1.0 and 0.2.0 in the tables; run by migrate(), in the order of DOMAINS. A line "-- include
-- sql/tables/x.sql" alone on its line brings the tables of a new domain. Columns of old tables go to their end.

ALTER TABLE acctguard.account ADD COLUMN acted_at timestamptz;
COMMENT ON COLUMN acctguard.account.acted_at IS 'when something was last decided about it. A clock that was set back by less than ten minutes stands still for the account until it has caught up';
COMMENT ON COLUMN acctguard.standing.starts_at IS '-infinity for what is in force when the row is written: a clock that is set back does not take it out of force';

-- include sql/tables/outbox.sql
