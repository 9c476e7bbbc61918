#!/usr/bin/env bash
# C++ is what libphonenumber needs and no more: it knows nothing of the server, whose errors would jump over its frames,
# and nothing else knows libphonenumber.
bad=$(grep -nE '#include .*postgres|\b(ereport|elog|palloc|pstrdup|SPI_[a-z]+|PG_TRY)\b' src/*/*.cpp src/phone/number_parse.h /dev/null
      grep -nE '#include [<"]phonenumbers' src/*.[ch] src/*/*.[ch] /dev/null
      ls src/*/*.cpp | grep -v '^src/phone/number_parse.cpp$')
[ -z "$bad" ] || { echo "$bad"; exit 1; }
