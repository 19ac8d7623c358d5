# The face of the house. Every target first installs the Debian packages it lacks (as
# root or through sudo, saying which; else it prints the one command to run), then calls
# Meson. Build folders: build (release), build-check (GCC, assertions on), build-asan and
# build-fuzz (Clang).

PREFIX ?= /usr/local
DESTDIR ?=
RULES ?= data/rules
SCANFLAGS ?=
SECONDS ?= 60
TARGET ?=
YARA ?= no
KEYS ?=

# Through the environment, so that the shell does not read what a folder is called.
export DIR RULES KEYS PREFIX DESTDIR TARGET SECONDS

# Node.js from elsewhere brings its own npm, and Debian's cannot be put beside it.
need_node = $(if $(shell command -v npm),,nodejs npm)
need_build = gcc libc6-dev meson ninja-build pkg-config libssl-dev libcurl4-openssl-dev libmicrohttpd-dev libjansson-dev libcapstone-dev libarchive-dev libmagic-dev zlib1g-dev
need_lint = $(need_build) python3 binutils pmccabe clang-format-14 mandoc
need_clang = clang-14 libclang-rt-14-dev llvm-14
need_check = $(need_lint) $(need_clang) yara procps git openssh-client openssl dpkg-dev golang-go golang-golang-x-mod-dev $(need_node)
need_bench = $(need_build) python3 yara libyara-dev $(need_node) xz-utils valgrind golang-go golang-golang-x-mod-dev diffoscope-minimal
need_deb = $(need_build) debhelper dpkg-dev python3

clang = CC=clang-14 tools/build
asan = -Db_sanitize=address,undefined -Db_lundef=false

.DEFAULT_GOAL := help
.PHONY: help scan build check need lint tidy bench fuzz install deb handover clean

help: ## this list
	@echo 'candor finds malware with the YARA rules you have. Targets:'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1 \2/p' Makefile | \
		while read -r t what; do printf '  make %-8s %s\n' "$$t" "$$what"; done
	@echo 'Variables: DIR RULES SCANFLAGS, TARGET SECONDS, PREFIX DESTDIR YARA=yes (link yara, yarac to candor).'

# candor says 1 when it found something. That is an answer, not a failure of make, so
# make ends well with 0 and 1; scripts that must tell them apart call candor itself.
scan: build ## scan a folder: make scan DIR=/some/folder [RULES=file or folder]
	@if [ -z "$$DIR" ]; then echo 'usage: make scan DIR=/some/folder [RULES=FILE|FOLDER]' >&2; exit 2; fi
	@build/bin/candor scan -r "$$RULES" $(SCANFLAGS) -- "$$DIR" || { code=$$?; [ $$code -eq 1 ] || exit $$code; }

build: ## compile the release build, hardened, in build/
	@tools/need $(need_build)
	@tools/build build --buildtype=release

check: ## every test: GCC, then Clang with sanitizers, then one line
	@tools/need $(need_check)
	@tools/build build-check
	@$(clang) build-asan $(asan)
	@tools/check

need: # what check needs, and nothing else: for .ci/run
	@tools/need $(need_check)

lint: ## the rules of the house, each by its own small program
	@tools/need $(need_lint)
	@tools/build build-check
	@meson test -C build-check --no-rebuild --suite lint --print-errorlogs

bench: build ## candor beside yara, yara-x and diffoscope, on the same files
	@tools/need $(need_bench)
	@bench/run
	@bench/parse
	@bench/compare

tidy: ## clang-tidy on every file (some minutes; .ci/run: on what changed)
	@tools/need $(need_build) $(need_clang) clang-tidy-14 python3
	@$(clang) build-asan $(asan)
	@nice tools/tidy build-asan --all

fuzz: ## libFuzzer on TARGET (default: each) for SECONDS (default: 60)
	@tools/need $(need_build) $(need_clang)
	@$(clang) build-fuzz -Dfuzz=true $(asan)
	@tools/fuzz build-fuzz "$$SECONDS" "$$TARGET"

install: build ## install to PREFIX (/usr/local), below DESTDIR
	@meson configure build --prefix="$$PREFIX" -Dyara=$(if $(filter yes,$(YARA)),true,false) >/dev/null
	@tools/build build
	@meson install -C build --no-rebuild --quiet $(if $(DESTDIR),--destdir "$$DESTDIR")

deb: ## Debian packages, the same bytes wherever they are built, in build-deb/out
	@tools/need $(need_deb)
	@rm -rf build-deb
	@SOURCE=$(CURDIR) WORK=$(CURDIR)/build-deb/work OUT=$(CURDIR)/build-deb/out tools/recipe
	@ls -l build-deb/out

handover: build ## a release of candor: built, handed over, rebuilt, attested, logged, taken
	@tools/need $(need_deb) git
	@rm -rf build-handover
	@tools/handover build/bin/candor build-handover $(if $(KEYS),--keys "$$KEYS")
	@echo 'what to publish is in build-handover: the bundle, the statements, and site/'

clean: ## remove the build folders
	rm -rf build build-check build-asan build-fuzz build-deb build-handover
