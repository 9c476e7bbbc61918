#!/usr/bin/env bash
# A backend has ten relcache callbacks: acctguard takes one, in src/base/inval.c.
! grep -nE '\bCacheRegisterRelcacheCallback\(' src/*.[ch] src/*/*.[ch] /dev/null | grep -v '^src/base/inval\.c:'
