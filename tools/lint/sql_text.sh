#!/usr/bin/env bash
# SQL text stands only in *_store.c.
sql='SELECT|INSERT INTO|DELETE FROM|MERGE INTO|LOCK TABLE|CALL|UPDATE [a-z_%]+|WITH [a-z_]+ AS'
sql+='|(CREATE|ALTER|DROP|TRUNCATE)( OR REPLACE)? (TABLE|INDEX|UNIQUE|VIEW|ROLE|TRIGGER|CONSTRAINT|FUNCTION|POLICY|SCHEMA|TYPE)'
! grep -nE "\"($sql) " src/*.[ch] src/*/*.[ch] |
    grep -vE '^[^:]*_store\.c:|^[^:]*:[0-9]+:[ \t]*(/?\*|errhint|errmsg|errdetail|AG_ERROR\()'
