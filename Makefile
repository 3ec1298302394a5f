# What people type. Each target says what it does in `make help`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTEST := /usr/bin/python3 -m pytest -q -p no:cacheprovider -W ignore::DeprecationWarning
JOBS ?= $(shell nproc)

.PHONY: help deps build build-dev deb run test test-unit test-sim test-service test-browser test-tsan test-openstack test-package soak bench bench-smoke fuzz format tidy clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

deps: ## Install the Debian packages that are missing
	@scripts/install-deps

build: ## Build the optimised binary: build/release/src/app/tricircle
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS) --target tricircle

build-dev: ## Build with sanitizers and warnings as errors
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev -j $(JOBS)

deb: build ## Make the Debian package: build/deb/tricircle-qos_VERSION_ARCH.deb
	@scripts/build-deb

run: deps build ## Install, build, start a cloud of two embedded pods, show a policy reaching them, and stay
	@scripts/run-demo

test: deps build-dev test-unit test-sim test-service test-browser ## All tests that need no OpenStack

test-unit:
	@scripts/check-rooms --self-test
	@scripts/check-rooms
	@scripts/check-defects --self-test
	@scripts/check-defects
	@ctest --preset dev -j $(JOBS) --output-on-failure | tail -n 40

test-sim: ## 2,000 simulated stories of faults, kills and races (SIM_SEEDS, SIM_FIRST)
	@scripts/sim-bugs --check
	@scripts/sim --seeds $${SIM_SEEDS:-2000} --first $${SIM_FIRST:-1} --jobs $(JOBS)

test-service:
	@$(PYTEST) -n 6 tests/service

test-browser: ## The page in Debian's Chromium; screenshots in tests/browser/screenshots/
	@tests/browser/run

test-tsan: ## The engine's tests, and those of what it stands on, under ThreadSanitizer
	@cmake --preset tsan >/dev/null
	@cmake --build --preset tsan -j $(JOBS) --target tricircle_storage_test tricircle_http_test tricircle_engine_test
	@ctest --preset tsan -j $(JOBS) -R '^(storage|http|engine)\.' --output-on-failure | tail -n 20

test-openstack: build-dev ## Against real Neutron servers: tests/openstack/lab is started and stopped
	@scripts/install-deps --lab
	@tests/openstack/run

test-package: deb ## Install, run, upgrade, remove and purge the package in a clean Debian 12; wants root
	@$(PYTEST) -rs tests/package

soak: build ## Long counts, by hand
	@scripts/sim --seeds $${SIM_SEEDS:-1000000} --first $${SIM_FIRST:-100001} --jobs $(JOBS)
	@scripts/sim-bugs
	@TRICIRCLE_BIN=$${TRICIRCLE_BIN:-$(CURDIR)/build/release/src/app/tricircle} $(PYTEST) -s tests/soak/test_one_dead_pod.py
	@PLANNED_EDITS=1000 TRICIRCLE_BIN=$${TRICIRCLE_BIN:-$(CURDIR)/build/release/src/app/tricircle} \
		$(PYTEST) -s tests/service/test_plans.py -k random
	@scripts/install-deps --lab
	@TRICIRCLE_BIN=$${TRICIRCLE_BIN:-$(CURDIR)/build/release/src/app/tricircle} TESTS=../soak/test_random_kills.py \
		tests/openstack/run -s -n 0
	@tests/openstack/run -m "soak or not soak" -k "tempest or differential"
	@for tests in test_import.py test_agent.py test_cluster.py; do \
		CONVERGED_WITHIN=10 TRICIRCLE_BIN=$${TRICIRCLE_BIN:-$(CURDIR)/build/release/src/app/tricircle} TESTS=$$tests tests/openstack/run -s -n 0 \
			-m soak || exit 1; done

bench: ## Measure the release build beside real servers; tables, and JSON in build/bench/ (docs/performance.md)
	@scripts/bench --lab

bench-smoke: ## All benchmarks, small: do they work?
	@scripts/bench --smoke

fuzz: ## Feed each parser hostile input for ten minutes (FUZZ_SECONDS)
	@scripts/fuzz --seconds $${FUZZ_SECONDS:-600}

format: ## Put every C++ file in form
	@git ls-files -z '*.cpp' '*.hpp' | xargs -0 clang-format-19 -i

tidy: ## clang-tidy on FILES="src/..." (default: all of src but tests; half an hour)
	@cmake --preset dev >/dev/null
	@files="$(FILES)"; files=$${files:-$$(git ls-files 'src/*.cpp' | grep -v -e _test.cpp -e _impl.cpp)}; \
	printf '%s\n' $$files | xargs -P $(JOBS) -n 2 clang-tidy-19 -p build/dev --quiet 2>/dev/null

clean: ## Remove everything that was built
	@rm -rf build
