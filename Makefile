# acctguard: build, stage, test. CONTRIBUTING.md explains every target.
EXTENSION  = acctguard
MODULE_big = acctguard
# The version is written in one place only, the control file.
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" acctguard.control)

# Rank order. A domain's SQL may name only its own and earlier domains; sql/tables and sql/api are
# assembled in this order, and tools/lint/layers.sh holds the same order for the folders of src.
DOMAINS = base policy keyring audit account attempt outbox capability phone session dormancy identity freeze appeal lifecycle flow register rebind wording enforce redact restore worker

CXX_OBJS := $(patsubst %.cpp,%.o,$(wildcard src/*/*.cpp))
OBJS    := $(patsubst %.c,%.o,$(wildcard src/*.c src/*/*.c)) $(CXX_OBJS)
ALL_HEADERS := $(wildcard src/*.h src/*/*.h)

# SQL: the install script, and one direct update script from every frozen release.
INSTALL_SQL := sql/acctguard--$(EXTVERSION).sql
FROZEN      := $(filter-out sql/release/acctguard--$(EXTVERSION).sql,$(wildcard sql/release/acctguard--*.sql))
UPDATE_SQL  := $(patsubst sql/release/acctguard--%.sql,sql/acctguard--%--$(EXTVERSION).sql,$(FROZEN))
DATA        := $(FROZEN)
DATA_built   = $(INSTALL_SQL) $(UPDATE_SQL)
SCRIPTS      = bin/acctguard-keygen
# PGXS builds either a library or a program; the program is one of the things to be built and put beside the scripts.
SCRIPTS_built = client/acctguard-notifier
CLIENT_OBJS  := $(patsubst %.c,%.o,$(wildcard client/*.c))
EXTRA_CLEAN  = $(UNIT_PROGRAMS) $(CLIENT_OBJS) sql/acctguard--*.sql results regression.diffs regression.out output_iso

# Tests. expected/ lies at the top for both kinds; test/prepare makes their databases.
REGRESS        ?= $(sort $(patsubst test/sql/%.sql,%,$(wildcard test/sql/*.sql)))
ISOLATION      ?= $(sort $(patsubst test/specs/%.spec,%,$(wildcard test/specs/*.spec)))
REGRESS_OPTS    = --inputdir=test --use-existing
ISOLATION_OPTS  = --inputdir=test --outputdir=. --use-existing
REGRESS_PREP    = test-databases
# Programs that TAP tests run, without a server.
UNIT_PROGRAMS   = test/unit/envelope test/unit/oracle test/unit/register test/unit/assurance
# Tests that run a second time on a server without shared_preload_libraries.
NOPRELOAD           ?= enforce_% freeze%
NOPRELOAD_REGRESS    = $(filter $(NOPRELOAD),$(REGRESS))
NOPRELOAD_ISOLATION  = $(filter $(NOPRELOAD),$(ISOLATION))
# Tests that run on a server with a root key; the others run on one without.
KEYED               ?= appeal% code% flow% outbox% password% phone% rebind% register% notice_events
KEYED_REGRESS        = $(filter $(KEYED),$(REGRESS))
KEYED_ISOLATION      = $(filter $(KEYED),$(ISOLATION))
KEYLESS_REGRESS      = $(filter-out $(KEYED),$(REGRESS))
KEYLESS_ISOLATION    = $(filter-out $(KEYED),$(ISOLATION))
# Tests that run a second time with the background worker at work all the time; the first time there is none.
WORKER               ?= acknowledge appeal% attempt bulk enforce_% freeze% hold% lifecycle% outbox% register% risk% scope% strike%
WORKER_REGRESS        = $(filter $(WORKER),$(KEYLESS_REGRESS))
WORKER_ISOLATION      = $(filter $(WORKER),$(KEYLESS_ISOLATION))
KEYED_WORKER_REGRESS   = $(filter $(WORKER),$(KEYED_REGRESS))
KEYED_WORKER_ISOLATION = $(filter $(WORKER),$(KEYED_ISOLATION))

# A PostgreSQL that has no headers installed takes those that tools/deps.sh unpacked into .deps.
PG_CONFIG  ?= $(firstword $(wildcard /usr/lib/postgresql/15/bin/pg_config) pg_config)
SERVER_INC := $(shell $(PG_CONFIG) --includedir-server 2>/dev/null)
ifeq ($(wildcard $(SERVER_INC)/postgres.h),)
SERVER_INC := .deps$(SERVER_INC)
endif
SODIUM_DEPS := $(dir $(firstword $(wildcard .deps/usr/lib/*/libsodium.so)))

LIBPQ_INC := $(shell $(PG_CONFIG) --includedir 2>/dev/null)
ifneq ($(wildcard $(LIBPQ_INC)/libpq-fe.h),)
LIBPQ_LINK := -L$(shell $(PG_CONFIG) --libdir 2>/dev/null) -lpq
else
LIBPQ_INC := .deps$(LIBPQ_INC)
LIBPQ_LINK := -l:libpq.so.5
endif

# -isystem: our warnings are not meant for PostgreSQL's headers. Three warnings are off because the server's own
# idiom sets them off: PG_FUNCTION_ARGS leaves arguments unused, its macros compare signed with unsigned, and
# statement tables name only the members they set.
WARNINGS = -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
PG_CPPFLAGS = -isystem $(SERVER_INC) -Isrc -DAG_VERSION='"$(EXTVERSION)"'
# The test clock, acctguard.test_clock_offset, exists only in the library that test/run builds for the tests.
PG_CPPFLAGS += $(if $(TEST_CLOCK),-DAG_TEST_CLOCK)
PG_CFLAGS   = $(WARNINGS) $(if $(WERROR),-Werror)
# Only what the server looks up is exported; everything else binds inside the library.
SHLIB_LINK  = -Wl,--version-script=src/acctguard.exports
ifneq ($(SODIUM_DEPS),)
PG_CPPFLAGS += -isystem .deps/usr/include
SHLIB_LINK  += -L$(SODIUM_DEPS) -Wl,-rpath,'$$ORIGIN'
endif
SHLIB_LINK  += -lsodium

# libphonenumber is C++, and so is what calls it. Unpacked into .deps, it and what it needs are found beside the
# library (RPATH, which unlike RUNPATH also holds for the libraries of a library).
PHONE_DEPS := $(dir $(firstword $(wildcard .deps/usr/lib/*/libphonenumber.so)))
PHONE_INC  := $(if $(PHONE_DEPS),-isystem .deps/usr/include)
ifneq ($(PHONE_DEPS),)
SHLIB_LINK += -L$(PHONE_DEPS) -Wl,--disable-new-dtags,-rpath,'$$ORIGIN'
endif
SHLIB_LINK += -lphonenumber -lstdc++

# No bitcode: it would need the clang and llvm that this PostgreSQL was built with, and buys only inlining by the JIT.
override with_llvm := no
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifneq ($(wildcard $(PGXS)),)
include $(PGXS)
else
all install installcheck:
	$(error PostgreSQL 15 is not here yet: run make deps)
endif

# clang knows no -fexcess-precision=standard and none of gcc's -Wno-*-truncation.
ifneq ($(findstring clang,$(CC)),)
override CFLAGS := $(filter-out -fexcess-precision=% -Wno-format-truncation -Wno-stringop-truncation \
    -Wimplicit-fallthrough=% -Wno-cast-function-type,$(CFLAGS))
endif

# PGXS on Debian tracks no headers: a changed header rebuilds everything. So does a changed Makefile or version.
$(OBJS): $(ALL_HEADERS) Makefile acctguard.control
# C++: as little as there is, without what the server's flags say of C. clang++ where C is compiled by clang.
PHONE_CXX = $(if $(findstring clang,$(CC)),$(subst clang,clang++,$(CC)),$(CXX))
$(CXX_OBJS): %.o: %.cpp
	@$(if $(wildcard .deps/usr/include/phonenumbers/phonenumberutil.h /usr/include/phonenumbers/phonenumberutil.h),, \
	    echo "libphonenumber is not here yet: run make deps" >&2; exit 1)
	$(PHONE_CXX) -std=c++14 -O2 -g -fPIC -fvisibility=hidden -Wall -Wextra $(if $(WERROR),-Werror) $(COPT) \
	    -Isrc $(PHONE_INC) -c -o $@ $<
# The folders stand for files that were removed.
$(MODULE_big).so: src/acctguard.exports $(wildcard src src/*/.)

# The notifier is a client and knows nothing of the server's headers or of the library.
$(CLIENT_OBJS): $(wildcard client/*.h) Makefile acctguard.control
$(CLIENT_OBJS): override CPPFLAGS := -D_GNU_SOURCE -DAG_VERSION='"$(EXTVERSION)"' -isystem $(LIBPQ_INC)
client/acctguard-notifier: $(CLIENT_OBJS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBPQ_LINK)

# A few object files are different in a test build; which kind they are is written in the name of an empty file.
CLOCK := .clock-$(if $(TEST_CLOCK),test,real)
ifeq ($(wildcard $(CLOCK)),)
$(shell rm -f .clock-* src/base/clock.o src/crypto/sign.o src/*/*_test_api.o src/register/*.o; touch $(CLOCK))
endif

# Sources that need no server are compiled into the programs that test them.
test/unit/envelope: test/unit/envelope.c test/unit/vectors.h $(wildcard src/crypto/*.c) src/keyring/envelope_rules.c \
    src/keyring/keyring_rules.c $(ALL_HEADERS)
	$(CC) $(CPPFLAGS) $(CFLAGS) -o $@ $(filter-out src/crypto/hash.c,$(filter %.c,$^)) $(UNIT_LIBS)
test/unit/oracle: test/unit/oracle.c
	$(CC) $(if $(SODIUM_DEPS),-isystem .deps/usr/include) -O2 -Wall -Wextra -o $@ $< $(UNIT_LIBS)
test/unit/register: test/unit/register.c src/register/register_rules.c $(ALL_HEADERS)
	$(CC) $(CPPFLAGS) $(CFLAGS) -o $@ $(filter %.c,$^)
test/unit/assurance: test/unit/assurance.c src/identity/assurance_rules.c src/phone/evidence_rules.c $(ALL_HEADERS)
	$(CC) $(CPPFLAGS) $(CFLAGS) -o $@ $(filter %.c,$^)
# Static, because the server's user runs them where it may not be able to read the tree.
UNIT_LIBS = $(if $(SODIUM_DEPS),-L$(SODIUM_DEPS)) -l:libsodium.a
.PHONY: unit-programs
unit-programs: $(UNIT_PROGRAMS)

# Assembled every time, which takes milliseconds, and also notices a source that was removed.
$(INSTALL_SQL) $(UPDATE_SQL): FORCE
	@DOMAINS="$(DOMAINS)" tools/assemble.sh $@
.PHONY: FORCE

.PHONY: test-databases deps demo demo-server demo-stop test model lint upgradecheck coverage ubsan format check-format docs bench release
test-databases:
	test/prepare "$(CONTRIB_TESTDB)" "$(ISOLATION_TESTDB)"

deps:
	@tools/deps.sh
test: deps
	@test/run all
demo: deps
	@tools/demo.sh
demo-server:
	@tools/demo.sh server
demo-stop:
	@tools/demo.sh stop
upgradecheck coverage ubsan:
	@tools/$@.sh $(SUITES)
lint:
	@tools/deps.sh format
	@tools/lint.sh
format:
	@tools/deps.sh format
	@tools/lint/format.sh --fix
check-format:
	@tools/deps.sh format
	@tools/lint.sh format
docs:
	@[ ! -x tools/docs.sh ] || tools/docs.sh
bench:
	@test/bench/run
# A long random walk against the oracle: make model STEPS=100000 [SEED=S] [JOBS=N].
STEPS ?= 10000
model: deps
	@test/model/run --steps $(STEPS) $(if $(SEED),--seed $(SEED)) $(if $(JOBS),--jobs $(JOBS)) --coverage
release:
	@tools/release.sh $(NEXT)
print-%:
	@echo $($*)
