CREATE OR REPLACE FUNCTION acctguard.sweep(max_rows integer DEFAULT 1000, OUT task text, OUT done bigint, OUT error text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_sweep';
COMMENT ON FUNCTION acctguard.sweep(integer) IS
'Runs every task of the background worker once, by hand and in this transaction: for a server that has not preloaded the library, or with acctguard.worker off. Call it every minute or so, for example by cron, and again at once while a task returns as much as it may. It may run beside the worker and beside itself; nothing is told twice. No answer of acctguard depends on it.
max_rows: how much each task does at most (1 to 1000000, else 22023); the accounts concerned are locked until the transaction ends. task: as in acctguard.progress. done: how much it did. error: why a task failed; the other tasks go on.
Errors: UG004: standby. UG006: no current tables. UG007: the database was restored from elsewhere, see post_restore().';

CREATE OR REPLACE FUNCTION acctguard.worker_progress(
    OUT task text, OUT what text, OUT database text, OUT state text, OUT started_at timestamptz, OUT last_run timestamptz,
    OUT done bigint, OUT remaining bigint, OUT error text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_worker_progress';
COMMENT ON FUNCTION acctguard.worker_progress() IS
'The rows of view acctguard.progress.';

CREATE OR REPLACE VIEW acctguard.progress AS
    SELECT task, what, database, state, started_at, last_run, done, remaining, error FROM acctguard.worker_progress();
COMMENT ON VIEW acctguard.progress IS
'What is done in the background in this database: a row for each task of the worker, and one for each freeze_many() and each number_event_load() that is not finished.
task, what: its name, and what it does. state: idle, running, failed (it will be tried again), no worker; of a freeze_many() or number_event_load(): unfinished. started_at, last_run: when its last run began and ended. done: records since the worker started; accounts decided, lines recorded. remaining: what waits for it now, counted up to 10000; NULL where that is not counted. error: why its last run failed.';

CREATE OR REPLACE FUNCTION acctguard.worker_status(
    OUT database text, OUT state text, OUT pid integer, OUT since timestamptz, OUT failures integer,
    OUT next_start timestamptz, OUT this_database boolean)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_worker_status';
COMMENT ON FUNCTION acctguard.worker_status() IS
'The background workers of this server, one row per database that the launcher has looked at; none if the library is not preloaded, and on a standby.
state: running; starting; no extension, no current tables (the worker looks again after next_start, and when install(), migrate() or post_restore() has run); restored (the database came from elsewhere, and post_restore() has not run); yielded (it left because somebody copies, renames or drops the database); stopped; failed. since: of the state. failures: in a row; each doubles the time until the next start, up to five minutes.';
