CREATE TABLE acctguard.installation (
    tables_version integer NOT NULL PRIMARY KEY,
    extension_version text NOT NULL,
    installed_at timestamptz NOT NULL,
    installed_by text NOT NULL
);
COMMENT ON TABLE acctguard.installation IS
'One row per version of the shape of acctguard''s tables; the highest is in force. Written by install() and migrate().';
COMMENT ON COLUMN acctguard.installation.tables_version IS 'version of the tables, counted from 1';
COMMENT ON COLUMN acctguard.installation.extension_version IS 'version of the extension that created or migrated them';
