# Invigil. `make help` lists what there is to make; `make demo` and `make test` are the two to begin with.

THREAD   := $(filter thread,$(SANITIZE))
B        := build$(if $(FUZZ),/fuzz,$(if $(SANITIZE),/sanitize$(THREAD:%=-%)))
CC       ?= gcc
PKGS     := libpq jansson libxml-2.0 zlib libjwt libzmq libwebsockets libuv libsodium
PKG_CONFIG ?= pkg-config
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wundef
HARDEN   := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
ifdef FUZZ
CC := clang
SANITIZERS := -fsanitize=fuzzer-no-link,address,undefined
else ifneq ($(THREAD),)
SANITIZERS := -fsanitize=thread
export TSAN_OPTIONS := suppressions=$(CURDIR)/tests/support/threads:$(TSAN_OPTIONS)
else ifdef SANITIZE
SANITIZERS := -fsanitize=address,undefined
endif
ifdef SANITIZERS
OPTIMISE := -O1 -g $(SANITIZERS) -fno-sanitize-recover=all -fno-omit-frame-pointer
else
OPTIMISE := -O2 -g -D_FORTIFY_SOURCE=2
endif
CFLAGS   ?=
ALL_CFLAGS = -std=gnu17 $(OPTIMISE) $(WARNINGS) $(HARDEN) -pthread -MMD -MP $(CFLAGS)
CPPFLAGS += -Ishared -I. -I$(B)/gen $(PKG_CFLAGS)
LDFLAGS  += -pie -Wl,-z,relro,-z,now -Wl,--as-needed -pthread $(SANITIZERS)
LIBS     := -lfcgi $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) -lm

SHARED_SRC := $(wildcard shared/*/*.c)
APP_SRC    := $(filter-out fcgi-app/main.c,$(wildcard fcgi-app/*.c fcgi-app/*/*.c))
PUSHD_SRC  := $(filter-out pushd/main.c,$(wildcard pushd/*.c pushd/*/*.c))
UNIT_SRC   := $(wildcard tests/unit/*/*.c)
GEN_SRC    := $(B)/gen/queries.c $(B)/gen/migrations.c

# What is being made, a line each; `make V=1` shows the commands themselves.
say = $(if $(V),,@printf '  %-4s %s\n' $(1) $@;)

objects = $(patsubst %.c,$(B)/obj/%.o,$(1))
GEN_OBJ := $(patsubst $(B)/gen/%.c,$(B)/obj/gen/%.o,$(GEN_SRC))
UNITS   := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(UNIT_SRC))

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help

all: $(B)/invigil-app $(B)/invigil-pushd ## build both programs

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- the programs ---------------------------------------------------------------------------------------------------

$(B)/invigil-app: $(B)/obj/fcgi-app/main.o $(B)/obj/gen/commit.o $(B)/app.a $(B)/libinvigil.a
$(B)/invigil-pushd: $(B)/obj/pushd/main.o $(B)/obj/gen/commit.o $(B)/pushd.a $(B)/libinvigil.a
$(B)/invigil-app $(B)/invigil-pushd:
	$(call say,LINK)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/libinvigil.a: $(call objects,$(SHARED_SRC)) $(GEN_OBJ)
$(B)/app.a: $(call objects,$(APP_SRC))
$(B)/pushd.a: $(call objects,$(PUSHD_SRC))
$(B)/%.a:
	@rm -f $@
	$(call say,AR)ar rcs $@ $^

$(B)/obj/%.o: %.c | $(B)/gen/queries.h
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

$(B)/obj/gen/%.o: $(B)/gen/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# --- generated from sql/: each named query a C function, each migration a string -------------------------------------

$(B)/gen/queries.h: $(wildcard sql/queries/*.sql) sql/queries.awk
	@mkdir -p $(@D)
	$(call say,GEN)awk -v part=header -f sql/queries.awk $(sort $(wildcard sql/queries/*.sql)) > $@

$(B)/gen/queries.c: $(wildcard sql/queries/*.sql) sql/queries.awk $(B)/gen/queries.h
	$(call say,GEN)awk -v part=source -f sql/queries.awk $(sort $(wildcard sql/queries/*.sql)) > $@

# the folders, too: a file that has gone makes nothing else newer
$(B)/gen/migrations.c: sql/schema sql/functions $(wildcard sql/schema/*.sql sql/functions/*.sql) sql/migrations.awk
	@mkdir -p $(@D)
	$(call say,GEN)awk -f sql/migrations.awk $(sort $(wildcard sql/schema/*.sql)) $(sort $(wildcard sql/functions/*.sql)) > $@

# --- the commit that --version tells: git's, or the one that a tarball was made of -----------------------------------

# Whoever installs as root isn't the owner of the checkout, and git must not mind.
GIT_COMMIT = git -c safe.directory='*' describe --always --dirty --abbrev=12 --exclude='*'
COMMIT ?= $(shell $(if $(wildcard .git),$(GIT_COMMIT),grep -v Format deploy/commit))

.PHONY: always
$(B)/gen/commit.c: always
	@mkdir -p $(@D)
	@printf '#include "core/version.h"\n\nconst char INVIGIL_COMMIT[] = "%s";\n' '$(COMMIT)' > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

# --- unit tests -----------------------------------------------------------------------------------------------------

.PHONY: unit
unit: $(UNITS) ## the C unit tests: a compiler and cmocka, seconds
	@failed=; for t in $(UNITS); do ./$$t || failed="$$failed $$t"; done; \
	[ -z "$$failed" ] || { echo "failed:$$failed"; exit 1; }

$(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(B)/pushd.a $(B)/app.a $(B)/libinvigil.a
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

# time goes by when the test says so, and it counts what isn't found
$(B)/tests/unit/auth/test_token_cache: LDFLAGS += -Wl,--wrap=clock_now,--wrap=token_verify

# those in which allocations fail or sockets are real, without a database and without a bus
SUPPORT := $(call objects,$(wildcard tests/support/*.c))
ALLOCATIONS := $(addprefix $(B)/tests/unit/,domain/test_attempt fcgi-app/test_allocations \
		pushd/test_allocations pushd/test_clients_allocations pushd/test_socketio_allocations \
		pushd/test_server_allocations pushd/test_polling_allocations pushd/test_outlet)
$(ALLOCATIONS): $(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(SUPPORT) $(B)/pushd.a $(B)/app.a $(B)/libinvigil.a
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

# The dynamic linker calls its malloc before ThreadSanitizer is there.
ifdef THREAD
$(B)/obj/tests/support/failing.o: OPTIMISE := -O1 -g -D__SANITIZE_THREAD__
endif

# small programs that the other tests use
HELPERS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/sql/*.c))
$(HELPERS): $(B)/tests/%: $(B)/obj/tests/%.o $(B)/libinvigil.a
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# the servers that the conformance tests of Engine.IO and Socket.IO talk to
ECHOES := $(B)/tests/engineio_echo $(B)/tests/socketio_echo
$(ECHOES): $(B)/tests/%: $(B)/obj/tests/conformance/%.o $(B)/obj/tests/conformance/echo_server.o $(B)/pushd.a \
		$(B)/libinvigil.a
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# what the fault tests load in front of both programs' libraries; never under a sanitizer itself
PRELOAD := $(B)/tests/faults/preload.so
$(PRELOAD): tests/faults/preload.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) -std=gnu17 -O2 -g $(WARNINGS) $(PKG_CFLAGS) -fPIC -shared -o $@ $< -ldl

# --- fuzzing: a program per decoder, by clang's libFuzzer ------------------------------------------------------------

FUZZ_SUPPORT := $(call objects,$(addprefix tests/support/,array.c database.c request.c))
FUZZERS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/fuzz/*.c))
$(FUZZERS): $(B)/tests/%: $(B)/obj/tests/%.o $(FUZZ_SUPPORT) $(B)/pushd.a $(B)/app.a $(B)/libinvigil.a
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

.PHONY: fuzz fuzzers
fuzzers: $(FUZZERS)

fuzz: ## what a fuzzer makes up, T=60 seconds for each decoder
	@deploy/local/packages build fuzz
	@$(BUILD_ALL) FUZZ=1 fuzzers
	@tests/fuzz/run seconds $(or $(T),60)

# --- the local stack ------------------------------------------------------------------------------------------------

# These install what they miss (deploy/local/packages says so), so the programs are built by a make that looks anew
# for the libraries; it uses every processor unless -j says otherwise.
STACK = BUILD=$(abspath $(B)) deploy/local/stack
BUILD_ALL = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

# lighttpd and lighttpd-spawn, apache, apache-fcgid and apache-cgi, nginx: deploy/local/web
WEB_SETS := web-lighttpd web-apache web-nginx

.PHONY: up down status demo install-packages
up: ## build and start the local stack: PORT=8080 PUSHD_PORT=8765 WEB=lighttpd, or another web server
	@deploy/local/packages build run $(filter $(WEB_SETS),web-$(firstword $(subst -, ,$(WEB))))
	@$(BUILD_ALL) all
	@$(STACK) up

down: ## stop it
	@$(STACK) down

status: ## a line for each of its services
	@$(STACK) status

demo: ## a class of 30 takes a test on it, before your eyes: STUDENTS=30
	@deploy/local/packages build run test
	@tests/support/modules
	@$(BUILD_ALL) all
	@$(STACK) up
	@$(STACK) with node tests/demo/demo.mjs

install-packages: ## the Debian packages for building, running and testing
	@deploy/local/packages build run $(WEB_SETS) test browser pictures bench lint fuzz valgrind monitoring

# --- figures ---------------------------------------------------------------------------------------------------------

GENERATORS := $(patsubst %,$(B)/bench/%,answers answers_ws push fanout room storm)
$(GENERATORS): $(B)/bench/%: $(B)/obj/tests/bench/%.o $(B)/obj/tests/bench/student.o $(B)/obj/tests/bench/wire.o
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(LDFLAGS) -o $@ $^

$(B)/bench/fanout: $(B)/obj/tests/bench/audience.o $(B)/obj/tests/bench/publisher.o

# the bare server that pushd is held against
$(B)/bench/accept: $(B)/obj/tests/bench/accept.o $(B)/obj/tests/bench/wire.o
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# the hostile who are too many for Node, and whom they come to for comparison
HOSTILE := $(patsubst %,$(B)/bench/%,halves sink)
$(HOSTILE): $(B)/bench/%: $(B)/obj/tests/bench/%.o $(B)/obj/tests/bench/wire.o
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(LDFLAGS) -o $@ $^

# the product's own marking, without anything around it
$(B)/bench/marking: $(B)/obj/tests/bench/marking.o $(B)/obj/tests/bench/wire.o $(B)/libinvigil.a
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# PostgreSQL alone, answer by answer
$(B)/bench/growth: $(B)/obj/tests/bench/growth.o $(B)/obj/tests/bench/wire.o
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

.PHONY: bench generators
generators: $(GENERATORS) $(HOSTILE) $(addprefix $(B)/bench/,accept growth marking)

bench: ## how fast it is, beside its limits, into build/bench.jsonl: ONLY=name
	@deploy/local/packages build run test
	@tests/support/modules
	@$(BUILD_ALL) all generators
	@BUILD=$(abspath $(B)) node tests/bench/bench.mjs $(ONLY)

# --- installing ------------------------------------------------------------------------------------------------------

# As the FHS has it; DESTDIR is where a package is put together. Settings and secrets are the host's: nothing is
# written to /etc, and the example lies beside what is installed.
PREFIX  ?= /usr/local
DESTDIR ?=
SBIN    := $(PREFIX)/sbin
SHARE   := $(PREFIX)/share/invigil
MAN     := $(PREFIX)/share/man
SYSTEMD := $(PREFIX)/lib/systemd/system

INSTALLED_PROGRAMS := invigil-app invigil-pushd
INSTALLED_UNITS    := invigil-app.service invigil-app.socket invigil-pushd.service invigil-pushd.socket invigil-.service.d/sandbox.conf
INSTALLED_PAGES    := invigil-app.8 invigil-pushd.8 invigil.conf.5
# the pages people look at, and examples for web servers, Prometheus and several hosts
INSTALLED_TREES    := htdocs errors sieve.sed sieve.sh lighttpd apache nginx monitoring hosts

$(B)/man/%.5: deploy/man/%.5.in deploy/man/settings.awk shared/core/config.def
	@mkdir -p $(@D)
	$(call say,GEN)awk -f deploy/man/settings.awk shared/core/config.def $< > $@

$(B)/man/%.8: deploy/man/%.8
	@mkdir -p $(@D)
	@cp $< $@

.PHONY: man install uninstall
man: $(addprefix $(B)/man/,$(INSTALLED_PAGES))

install: all man ## the programs and what goes with them: PREFIX=/usr/local DESTDIR=
	install -d $(addprefix $(DESTDIR),$(SBIN) $(SHARE) $(MAN)/man5 $(MAN)/man8)
	install -m 0755 $(addprefix $(B)/,$(INSTALLED_PROGRAMS)) $(DESTDIR)$(SBIN)
	install -m 0644 $(addprefix $(B)/man/,$(filter %.5,$(INSTALLED_PAGES))) $(DESTDIR)$(MAN)/man5
	install -m 0644 $(addprefix $(B)/man/,$(filter %.8,$(INSTALLED_PAGES))) $(DESTDIR)$(MAN)/man8
	install -m 0644 deploy/invigil.conf $(DESTDIR)$(SHARE)
	for unit in $(INSTALLED_UNITS); do sed 's,/usr/sbin/,$(SBIN)/,' deploy/systemd/$$unit | \
		install -D -m 0644 /dev/stdin $(DESTDIR)$(SYSTEMD)/$$unit || exit; done
	install -D -m 0644 deploy/systemd/sysusers.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d/invigil.conf
	install -D -m 0644 deploy/systemd/tmpfiles.conf $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/invigil.conf
	rm -rf $(addprefix $(DESTDIR)$(SHARE)/,$(INSTALLED_TREES))
	umask 022; cp -R --no-preserve=mode $(addprefix deploy/,$(INSTALLED_TREES)) $(DESTDIR)$(SHARE)
	find $(DESTDIR)$(SHARE) \( -name '*.conf' -o -name '*.cfg' \) -exec sed -i 's,/usr/share/invigil,$(SHARE),g' {} +

uninstall: ## takes away what install has put there
	rm -f $(addprefix $(DESTDIR)$(SBIN)/,$(INSTALLED_PROGRAMS)) $(addprefix $(DESTDIR)$(MAN)/man?/,$(INSTALLED_PAGES))
	rm -f $(addprefix $(DESTDIR)$(SYSTEMD)/,$(INSTALLED_UNITS)) \
		$(addprefix $(DESTDIR)$(PREFIX)/lib/,sysusers.d/invigil.conf tmpfiles.d/invigil.conf)
	rm -rf $(DESTDIR)$(SHARE)

# --- Debian packages ---------------------------------------------------------------------------------------------------

# In a copy of the tree, because dpkg wants debian/ on top of it; what was compiled there last time is kept. Nothing else: what
# is no more in the tree would be packed, and its SQL functions created.
DEB := build/deb
.PHONY: deb deb-tree test-deb
deb-tree:
	@mkdir -p $(DEB)/invigil
	@rm -rf $(DEB)/*.deb $(DEB)/*.changes $(DEB)/*.buildinfo
	@find $(DEB)/invigil -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
	@tar -c --exclude=./build --exclude=./var --exclude=./.git --exclude=node_modules . | tar -x -C $(DEB)/invigil
	@cp -R deploy/debian $(DEB)/invigil/debian

deb: deb-tree ## invigil-common, invigil-app and invigil-pushd into build/deb/
	@deploy/local/packages build deb
	@cd $(DEB)/invigil && COMMIT='$(COMMIT)' dpkg-buildpackage -b -uc -us -nc -j$(shell nproc) >../build.log 2>&1 || \
		{ tail -n 40 ../build.log; exit 1; }
	@ls $(DEB)/*.deb

test-deb: deb ## what lintian says, and the packages' life in a root of their own: installed, upgraded while in use, removed, purged; and booted
	@deploy/local/packages deb-test
	@tests/deb/run
	@tests/deb/boot

# --- tests and checks -----------------------------------------------------------------------------------------------

.PHONY: test test-web test-hosts units soak model valgrind pictures lint clean
units: $(UNITS) $(HELPERS) $(ECHOES) $(B)/bench/storm $(PRELOAD)

test: ## everything, on a stack of its own: units, stories, the schema, the demo class; SANITIZE=1, =thread
	@deploy/local/packages build run $(WEB_SETS) test browser fuzz monitoring
	@tests/support/modules
	@$(BUILD_ALL) all units
	@$(BUILD_ALL) FUZZ=1 fuzzers
	@BUILD=$(abspath $(B)) tests/run $(UNITS)

test-web: ## every web server in front of both services: WEBS="nginx apache" for some, STORIES=errors
	@deploy/local/packages build run $(WEB_SETS) test
	@tests/support/modules
	@$(BUILD_ALL) all
	@BUILD=$(abspath $(B)) STORIES=$(or $(STORIES),all) node --test tests/web

test-hosts: ## nine hosts, each lost in turn while two classes work, as deploy/hosts has them; needs root
	@deploy/local/packages build run web-lighttpd test hosts
	@tests/support/modules
	@$(BUILD_ALL) all man
	@BUILD=$(abspath $(B)) tests/hosts/run || [ $$? -eq 77 ]

valgrind: ## the demo class against pushd and a worker under valgrind: no error, no leak, no growth; minutes
	@deploy/local/packages build run test valgrind
	@tests/support/modules
	@$(BUILD_ALL) all
	@BUILD=$(abspath $(B)) tests/valgrind/run

soak: ## exams in rounds while everything dies at random, MINUTES=60 SEED=…, CROWD=2000 clients
	@deploy/local/packages build run test
	@tests/support/modules
	@$(BUILD_ALL) all $(PRELOAD)
	@BUILD=$(abspath $(B)) MINUTES=$(MINUTES) SEED=$(SEED) CROWD=$(CROWD) node tests/faults/soak/main.mjs

model: ## steps by chance against the contract in memory: MINUTES=10 SEED=… STEPS=200
	@deploy/local/packages build run test
	@tests/support/modules
	@$(BUILD_ALL) all
	@BUILD=$(abspath $(B)) MINUTES=$(MINUTES) SEED=$(SEED) STEPS=$(STEPS) node tests/model/main.mjs

pictures: ## every page light, dark and on a phone, into build/pictures, and the README's three: ONLY=board
	@deploy/local/packages build run test browser pictures
	@tests/support/modules
	@$(BUILD_ALL) all
	@BUILD=$(abspath $(B)) node tests/pictures/pictures.mjs $(ONLY)

lint: ## include arrows, tables documented, manual pages, format, cppcheck, clang-tidy
	@deploy/local/packages build lint
	@$(MAKE) --no-print-directory $(B)/gen/queries.h man
	@CPPFLAGS="$(CPPFLAGS)" MAN="$(B)/man" tests/lint/run

clean: ## stop the local stack and remove it with its data, and all that was built
	@deploy/local/stack down
	rm -rf build var tests/node_modules

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
