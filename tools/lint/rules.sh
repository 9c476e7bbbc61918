#!/usr/bin/env bash
# *_rules.c decides: no SPI, no ereport or elog, no palloc.
! grep -nE '\b(SPI_[a-z_]+|ereport|elog|palloc0?|pstrdup|psprintf|MemoryContextAlloc[a-zA-Z]*)\(' src/*/*_rules.c /dev/null
