# One command per need; each does its own set-up. CI runs the same.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup build console lint format test test-unit test-e2e test-differential test-helm stack demo bench scale failover bench-verify docs clean

export PATH := $(CURDIR)/.tools/bin:$(CURDIR)/node_modules/.bin:$(PATH)
RUN := node --disable-warning=ExperimentalWarning --conditions=source
STACK := $(RUN) e2e/src/stack/main.ts

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{ printf "  make %-17s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Fetch Node, pnpm and the packages, build the native Kafka client where no prebuilt one is to be had
	@scripts/setup.sh

build: setup ## Compile everything; leaves runnable apps/worker/bin/penstock-worker and apps/cli/bin/penstock, and the console
	@tsc -b
	@$(MAKE) --no-print-directory console

console: apps/console/dist/index.html ## Build the web console, where its sources are newer than it

apps/console/dist/index.html: $(shell find apps/console packages/client/src -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name '*.test.ts' -not -name '*.md') pnpm-lock.yaml | setup
	@cd apps/console && node_modules/.bin/vite build --logLevel warn

lint: setup ## Check style and common mistakes
	@biome check .

format: setup ## Rewrite the sources in the project's style
	@biome check --write .

test: ## Build, lint, unit tests and end-to-end tests on real servers; last line: N passed, N failed
	@scripts/test.sh

test-unit: setup ## Unit tests (ARGS='record' runs the files whose path holds it)
	@vitest run --project unit $(ARGS)

test-e2e: build ## End-to-end tests on real servers (ARGS as above)
	@scripts/setup.sh --tests
	@$(STACK) run -- vitest run --project e2e $(ARGS)

test-differential: build ## The same requests and records to Kafka Connect on the JVM and to ours (ARGS as above)
	@scripts/setup.sh --servers
	@$(STACK) run -- vitest run --project differential $(ARGS)

test-helm: build ## The Helm chart on real Kubernetes servers, which are built the first time (ARGS as above)
	@scripts/setup.sh --servers
	@scripts/kube-tools.sh
	@node --test --test-isolation=none --test-reporter=dot helm/check.test.mjs
	@$(STACK) run -- vitest run --project helm $(ARGS)

stack: setup ## Start Kafka and Elasticsearch, print their URLs, stop them on Ctrl-C
	@scripts/setup.sh --servers
	@$(STACK) up

demo: build ## Stream real data sets through three workers, one of which is killed
	@scripts/setup.sh --servers
	@$(STACK) run -- $(RUN) e2e/src/demo/main.ts $(ARGS)

bench: build ## Measure records per second, CPU and memory against the ceiling of the machine
	@scripts/setup.sh --servers
	@$(STACK) run -- $(RUN) e2e/src/bench/main.ts $(ARGS)

scale: build ## Measure a group with 200 connectors and 1,000 tasks (ARGS='--connectors 20' for fewer)
	@scripts/setup.sh --servers
	@$(STACK) run -- $(RUN) e2e/src/bench/scale.ts $(ARGS)

failover: build ## Measure how long records wait when workers, executors or machines die (ARGS='--rounds 10')
	@scripts/setup.sh --servers
	@$(STACK) run -- $(RUN) e2e/src/bench/failover.ts $(ARGS)

bench-verify: build ## Measure a verification of a million documents (ARGS='--records 10000000' for more)
	@scripts/setup.sh --servers
	@$(STACK) run -- $(RUN) e2e/src/bench/verify.ts $(ARGS)

docs: setup ## Build the documentation into docs/dist; open docs/dist/index.html
	@$(RUN) apps/docs/src/main.ts

clean: ## Remove what build and tests left (keeps .tools and node_modules)
	@rm -rf packages/*/dist apps/*/dist docs/dist e2e/dist scripts/dist .stack .turbo coverage .tools/results .tools/images
