# News Monitor: every target works on a fresh clone, sets up what it needs, and is quick the second time.
# Needs make and Python 3.11 or newer; uses uv for installing when it is there.
SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
STAMP := .venv/.installed
DATA ?= data

.PHONY: help setup demo run test check format lock clean airflow env stack-test bench-real bench-fetch bench-embed bench-overhead bench-stories bench-copies bench-judge bench-elastic bench-latency

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F'\t' '{printf "  %-16s %s\n", $$1, $$2}'

# --no-deps: the lock names everything, and pip's resolver refuses hashed locks in which a package is wanted with and without extras.
$(STAMP): requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"; exit 2; }
	@echo "Setting up .venv with $$($(PYTHON) --version) (a few minutes the first time: the models' library is large)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@if command -v uv >/dev/null 2>&1; then \
		VIRTUAL_ENV=$(CURDIR)/.venv uv pip install --quiet --require-hashes -r requirements/dev.txt && \
		VIRTUAL_ENV=$(CURDIR)/.venv uv pip install --quiet --no-deps -e . ; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e . ; \
	fi
	@touch $(STAMP)
	@echo "Ready: $(BIN)/monitor --help"

setup: $(STAMP) ## create .venv with the locked dependencies and the command .venv/bin/monitor

demo: $(STAMP) ## run the main job on the bundled sample news (invented world, embedded store, mails as files)
	@$(BIN)/python -m samples.demo

run: $(STAMP) ## load seeds/ and watch the feeds of config/feeds.yaml for ever (needs the internet; end with Ctrl-C)
	@$(BIN)/monitor seeds load && $(BIN)/monitor run --watch

test: $(STAMP) ## run all tests (unit, contract, services, dags) but those of make stack-test
	@$(BIN)/python -m pytest -m "not stack"

check: $(STAMP) ## all that CI runs: format, lint, types, import layers, tests
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/python -m pytest -m "not stack"

format: $(STAMP) ## format the code and mend what the linter can
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: ## lock the dependencies anew, with hashes (needs uv)
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -p 3.11 pyproject.toml -o requirements/base.txt
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -p 3.11 --extra dev --extra elastic --extra airflow -c requirements/base.txt pyproject.toml -o requirements/dev.txt
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -p 3.11 --extra elastic --extra airflow -c requirements/dev.txt pyproject.toml -o requirements/airflow.txt

bench-real: $(STAMP) ## the whole pipeline on real pages and the seed texts (DATA=folder with seeds/ and data/pages; AGAIN=1: only judge anew; PAGES=20: fewer pages)
	@$(BIN)/python -m benchmarks.real --data $(DATA) $(if $(AGAIN),--again) $(if $(PAGES),--pages $(PAGES))

bench-fetch: $(STAMP) ## polling unchanged feeds, against bare aiohttp that keeps nothing
	@$(BIN)/python -m benchmarks.fetch

bench-embed: $(STAMP) ## embedding against a bare SentenceTransformer.encode
	@$(BIN)/python benchmarks/embed/encode.py

bench-overhead: $(STAMP) ## the stages' own share of CPU time and the peak memory on 500 articles
	@$(BIN)/python -m benchmarks.overhead

bench-stories: $(STAMP) ## clustering on public sets (DATA=folder of story sets)
	@$(BIN)/python -m benchmarks.stories --data $(DATA)

bench-copies: $(STAMP) ## copy detection on public sets (DATA=folder of story sets)
	@$(BIN)/python -m benchmarks.copies --data $(DATA)

bench-elastic: $(STAMP) ## the Elasticsearch store against bare calls of its client, on a real node (needs a JDK 21+ and Maven)
	@$(BIN)/python -m benchmarks.elastic.run

bench-latency: $(STAMP) ## from an entry in a feed to its mail: monitor run --watch, and Airflow on PostgreSQL (an hour; needs PostgreSQL installed)
	@$(BIN)/python -m benchmarks.latency

bench-judge: $(STAMP) ## the judges on our own labelled pairs and public sets (DATA=folder of stance sets)
	@$(BIN)/python -m benchmarks.judge --data $(DATA)

airflow: $(STAMP) ## Airflow's UI with our DAGs on the embedded store, no containers (DEMO=1: on the sample news; end with Ctrl-C)
	@$(BIN)/python docker/standalone.py $(if $(DEMO),--demo)

env: ## write .env for docker compose, with random secrets (DEMO=1: with the sample news); an existing one stays
	@$(PYTHON) docker/make_env.py $(if $(DEMO),--demo)

stack-test: $(STAMP) ## run Airflow for real over the sample news, with a worker killed midway (some fifteen minutes)
	@$(BIN)/python -m pytest -m stack tests/stack

clean: ## remove what the targets made (the environment, caches, var/)
	@rm -rf .venv var .airflow .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build *.egg-info
