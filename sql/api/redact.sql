CREATE OR REPLACE FUNCTION acctguard.secret_functions()
RETURNS SETOF text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_secret_functions';
COMMENT ON FUNCTION acctguard.secret_functions() IS
'The functions of acctguard that take secrets: statements that name or call them are redacted in the server log, in pg_stat_activity and in pg_stat_statements (doc/redact.md). The setting acctguard.secret_functions adds functions of the application.';

CREATE OR REPLACE FUNCTION acctguard.config_findings(OUT setting text, OUT value text, OUT finding text, OUT remedy text)
RETURNS SETOF record
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH s AS (
        SELECT s.name, s.setting, s.setting ~ '^-?[0-9]{1,9}$' AND s.setting::integer <> 0 AS nonzero FROM pg_settings s)
    SELECT s.name, s.setting, 'bind parameters of logged statements stand in the server log; those of statements that acctguard does not know as secret are readable there',
           'Set log_parameter_max_length = 0.'
    FROM s WHERE s.name = 'log_parameter_max_length' AND s.nonzero
      AND EXISTS (SELECT FROM s l WHERE (l.name IN ('log_min_duration_statement', 'log_min_duration_sample') AND l.setting <> '-1')
                                     OR (l.name = 'log_statement' AND l.setting <> 'none')
                                     OR (l.name = 'log_transaction_sample_rate' AND l.setting <> '0'))
    UNION ALL
    SELECT s.name, s.setting, 'bind parameters of failed statements stand in the server log, and go to the client',
           'Set log_parameter_max_length_on_error = 0.'
    FROM s WHERE s.name = 'log_parameter_max_length_on_error' AND s.nonzero
    UNION ALL
    SELECT s.name, s.setting, 'literals of statements stand in the server log; those of statements that acctguard does not know as secret are readable there',
           'Pass what is secret as bind parameters; name functions of the application that take secrets in acctguard.secret_functions.'
    FROM s WHERE s.name = 'log_statement' AND s.setting IN ('all', 'mod')
    UNION ALL
    SELECT s.name, s.setting, 'parse trees and plans in the server log show every literal', 'Switch it off.'
    FROM s WHERE s.name IN ('debug_print_parse', 'debug_print_rewritten', 'debug_print_plan') AND s.setting = 'on'
    UNION ALL
    SELECT s.name, s.setting, 'pg_stat_statements keeps the text of CALL, DO, SET and other utility statements with their literals', 'Set pg_stat_statements.track_utility = off, or pass nothing secret in such statements.'
    FROM s WHERE s.name = 'pg_stat_statements.track_utility' AND s.setting = 'on'
    UNION ALL
    SELECT s.name, s.setting, 'auto_explain logs statements inside functions, with their parameters from PostgreSQL 16 on', 'Set auto_explain.log_nested_statements = off.'
    FROM s WHERE s.name = 'auto_explain.log_nested_statements' AND s.setting = 'on'
    UNION ALL
    SELECT s.name, s.setting, 'pgaudit logs the parameters of statements', 'Set pgaudit.log_parameter = off.'
    FROM s WHERE s.name = 'pgaudit.log_parameter' AND s.setting = 'on'
    UNION ALL
    SELECT 'shared_preload_libraries', NULL, 'acctguard is not preloaded: the first statement of each session is logged and shown before it can redact anything',
           'Add acctguard to shared_preload_libraries and restart.'
    WHERE NOT EXISTS (SELECT FROM pg_settings p WHERE p.name = 'acctguard.filter_size')
    UNION ALL
    SELECT 'publication ' || p.pubname, 'FOR ALL TABLES', 'acctguard''s tables leave the server with it', 'Publish named tables or schemas.'
    FROM pg_publication p WHERE p.puballtables
    ORDER BY 1, 2
$$;
COMMENT ON FUNCTION acctguard.config_findings() IS
'Settings of this server under which something secret may be seen by those who read logs and statistics, one row per setting; none is best. Redaction covers what acctguard''s own functions take (doc/redact.md); a finding tells what it cannot cover.';
