CREATE TABLE acctguard.installation (
    extension_version text NOT NULL PRIMARY KEY,
    tables_version integer NOT NULL,
    installed_at timestamptz NOT NULL,
    installed_by text NOT NULL
);
COMMENT ON TABLE acctguard.installation IS
'One row per version of the extension whose tables were made or migrated here. Written by install() and migrate().';
COMMENT ON COLUMN acctguard.installation.tables_version IS
'shape of the tables, counted from 1; the highest is in force, and the library refuses to work with any but its own';

-- The shape that the files of sql/tables make; the same number as AG_TABLES_VERSION in src/base/base.h.
INSERT INTO acctguard.installation (extension_version, tables_version, installed_at, installed_by)
SELECT extversion, 2, clock_timestamp(), session_user FROM pg_extension WHERE extname = 'acctguard';
