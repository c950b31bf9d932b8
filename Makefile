# One line a target; `make help` prints them. CI runs these targets and nothing else.
CONFIG ?= debug
BENCH_CONFIG ?= release
SECONDS ?= 60
FUZZ_TARGETS ?=
SWIFT_SOURCES := $(wildcard Sources Tests Plugins Fuzz Benchmarks Package.swift)
WEIR := .build/$(CONFIG)/weir

.DEFAULT_GOAL := help
.PHONY: run demo test bench bench-large soak fuzz format lint build deps clean help

run: build ## start server, agent and lab, show a small network live, stay until Ctrl-C (CONFIG=release for speed)
	@scripts/as-root.sh $(WEIR) demo --stay

demo: build ## the same once: exit 0 only when every sum agrees
	@scripts/as-root.sh $(WEIR) demo

test: deps ## unit, integration (root) and official SDK tests
	@scripts/test.sh $(CONFIG)

bench: deps ## measure the API beside moto, flow records beside nfdump and DuckDB, and what the data plane costs a packet (BENCH_CONFIG=debug to skip the release build)
	@scripts/bench.sh $(BENCH_CONFIG)

bench-large: deps ## lists over 1,000,000 targets, sessions and tags beside lists over 1,000; 50,000,000 flow records
	@BENCH_PARTS="large flows-large" scripts/bench.sh $(BENCH_CONFIG)

soak: deps ## the long forms of the integration tests (WEIR_TEST_PACKETS=… WEIR_TEST_KILL_ROUNDS=… to choose)
	@scripts/soak.sh $(CONFIG)

fuzz: deps ## fuzz the decoders for SECONDS=60 each, FUZZ_TARGETS="…" to choose
	@scripts/fuzz.sh $(SECONDS) $(FUZZ_TARGETS)

format: ## rewrite the Swift sources in the house's format
	@swift format --in-place --parallel --recursive $(SWIFT_SOURCES)

lint: ## check format and lint rules, change nothing
	@swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)

build: deps ## build everything that `run` and `test` need
	@swift build --configuration $(CONFIG) $(if $(filter debug,$(CONFIG)),--build-tests,--static-swift-stdlib)

deps: ## install the Debian packages that are missing, saying which
	@scripts/deps.sh

clean: ## remove what was built
	@rm -rf .build .build-venv .build-venv-bench

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-11s %s\n' "$$name" "$$text"; done
