# SPDX-License-Identifier: MIT
# The commands of daily work; meson and Vite do the building. `make` alone lists them.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help install run build web test test-unit test-e2e test-interop test-kill lint fuzz bench format asan tsan clean

BUILD ?= build
DATA ?= data
CONFIG ?= config/lectern.conf
PORT ?=
PROGRAMS := src/lecternd src/ctl/lecternctl src/recorder/lectern-recorder
# A node that config/install.sh fetched, where the system's own is too old.
export PATH := $(CURDIR)/build-node/bin:$(PATH)

# A stamp is younger than what it was made from, or its part is made again.
WEB_SOURCES := $(shell find web-client signaling/schema -type f \
	-not -path '*/node_modules/*' -not -path '*/dist/*' -not -name '*.gen.ts' 2>/dev/null)

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# On a terminal the server is in a process group of its own, so that Ctrl-C reaches it alone and make
# ends with its exit code; should make be ended instead, the server ends with it.
run: build ## install what is missing, build, and serve a demo academy on http://localhost:8080 (PORT=9000: there)
	@[ -t 0 ] && set -m; setpriv --pdeathsig TERM -- $(BUILD)/src/lecternd --demo --config $(CONFIG) --data $(DATA) \
		$(if $(PORT),--port $(PORT)); exit $$?

install:
	@config/install.sh

build: $(BUILD)/build.ninja web-client/dist/.built ## build server, recorder and web client
	@ninja -C $(BUILD) -n $(PROGRAMS) 2>/dev/null | grep -q 'no work to do' || { echo "Building the server and the recorder"; \
		ninja -C $(BUILD) $(PROGRAMS) >$(BUILD)/ninja.log 2>&1 || { tail -60 $(BUILD)/ninja.log; exit 1; }; }

web: web-client/dist/.built ## build the web client alone

test: ## install what tests need, run everything; ends with "N passed, N failed"
	@config/install.sh --test
	@tests/run.py

test-unit: $(BUILD)/build.ninja ## unit tests and simulated calls of the C code
	@tests/run.py unit

test-kill: $(BUILD)/build.ninja ## kill the server with -9 while it is written to, 500 times (20 minutes)
	@ninja -C $(BUILD) $(PROGRAMS) >$(BUILD)/ninja.log || { tail -60 $(BUILD)/ninja.log; exit 1; }
	@LECTERN_KILLS=500 python3 tests/unit/academy/kill_test.py $(BUILD)/src/lecternd $(BUILD)/src/ctl/lecternctl

test-e2e: ## whole classes in real browsers
	@config/install.sh --test
	@tests/run.py build e2e

test-interop: ## five WebRTC stacks publish and watch by WHIP and WHEP
	@config/install.sh --test
	@tests/run.py build interop

lint: $(BUILD)/build.ninja ## layers, sizes, headers, format, banned calls
	@tests/run.py lint

fuzz: ## every fuzz target with libFuzzer and sanitizers, FUZZ_SECONDS=60 each
	@config/install.sh --test
	@tests/fuzz.sh

# libcurl may have come after meson looked for it.
bench: $(BUILD)/build.ninja ## measure Lectern, Janus and the floor in turn, judge the budgets (BENCH=quick: 4 minutes)
	@config/install.sh --bench
	@[ -n "$$(ninja -C $(BUILD) -t query tests/bench/lectern-bench 2>/dev/null)" ] || meson setup --reconfigure $(BUILD) >$(BUILD)/setup.log
	@ninja -C $(BUILD) $(PROGRAMS) tests/bench/lectern-bench tests/bench/libcount-alloc.so >$(BUILD)/ninja.log || { tail -60 $(BUILD)/ninja.log; exit 1; }
	@tests/bench/run.py --build $(BUILD)

format: ## lay out the C code with clang-format
	@git ls-files '*.c' '*.h' | xargs clang-format-14 -i

asan: ## unit tests under AddressSanitizer and UndefinedBehaviorSanitizer, in build-asan
	@tests/run.py --build build-asan --sanitize address,undefined unit

tsan: ## unit tests under ThreadSanitizer, in build-tsan
	@tests/run.py --build build-tsan --sanitize thread unit

clean: ## remove what was built; the data folder stays
	@rm -rf $(BUILD) build-asan build-tsan build-fuzz web-client/dist

$(BUILD)/build.ninja: | install
	@mkdir -p $(BUILD)
	@meson setup $(BUILD) >$(BUILD)/setup.log || { cat $(BUILD)/setup.log; exit 1; }

web-client/node_modules/.installed: web-client/package-lock.json | install
	@echo "Installing npm packages of the web client"
	@npm ci --prefix web-client --silent --no-audit --no-fund
	@touch $@

web-client/dist/.built: web-client/node_modules/.installed $(WEB_SOURCES)
	@echo "Building the web client"
	@mkdir -p $(BUILD)
	@npm run build --prefix web-client --silent >$(BUILD)/web.log 2>&1 || { cat $(BUILD)/web.log; exit 1; }
	@touch $@
