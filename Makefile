# Everything a person or CI does with this repository. `make help` lists it.

PYTHON ?= python3
DATA ?= data
# Three on two cores: many tests wait for servers, leases and clocks.
PYTEST_ARGS ?= -n 3 --dist loadfile
CHAOS ?= 5000
DATABASE ?= postgresql15
ARCHIVE ?= s3
KEYS ?= softhsm
TIME ?= 180
LEDGER ?= ledgers/fuzz

BIN = .venv/bin
STAMP = .venv/.installed
DEMO_STAMP = $(DATA)/.demo

# What tests run against and this service does not bring itself (Debian names).
SYSTEM_PACKAGES = python3-venv poppler-utils qpdf chromium fonts-dejavu-core \
	softhsm2 openssl postgresql openjdk-17-jdk-headless maven \
	libtiff-tools libopenjp2-tools libheif-examples libnss3-tools util-linux \
	systemd docker-compose

.DEFAULT_GOAL := help
.PHONY: help setup system run demo settings test conformance bench load chaos fuzz hidden attacks quality large check lock clean

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

setup: $(STAMP) ## make .venv with everything of requirements.lock and the project

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

system: ## install the Debian packages tests use (as root), or name what is missing
	@if ! command -v dpkg-query >/dev/null; then \
		echo "Not Debian. Tests use: $(SYSTEM_PACKAGES)"; exit 0; fi; \
	missing=; for package in $(SYSTEM_PACKAGES); do \
		dpkg-query -W -f '$${db:Status-Status}' $$package 2>/dev/null \
			| grep -qx installed || missing="$$missing $$package"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" != 0 ]; then \
		echo "Missing, their tests will skip:$$missing"; exit 0; fi; \
	export DEBIAN_FRONTEND=noninteractive; \
	apt-get update -qq && apt-get install -qq --yes --no-install-recommends $$missing

run: setup ## serve, with the demo data when there is none yet
	@test -e $(DEMO_STAMP) || $(MAKE) --no-print-directory demo
	$(BIN)/certify serve --data $(DATA)

demo: setup ## certify the sample papers into data/
	$(BIN)/certify demo --data $(DATA)
	@touch $(DEMO_STAMP)

settings: setup ## write docs/settings.md from the settings in the code
	$(BIN)/python -m api.settings_reference

test: setup system ## run the tests; with CI=true nothing may be skipped for want of a component
	$(BIN)/python -m pytest $(PYTEST_ARGS)

conformance: setup system ## write docs/conformance.md from what independent judges say
	$(BIN)/python -m pytest tests/integration/test_judges.py --write-conformance

bench: setup ## measure signing beside a floor and its peers, intake and scan quality, some 20 minutes
	$(BIN)/python -m bench

load: setup ## 4 workers, 20 authorities, 2,000 copies, a worker killed every 10 s; an hour or more
	$(BIN)/python -m tests.load.workers

chaos: setup system ## inject CHAOS faults more, some two hours (ledger in ledgers/chaos; DATABASE=sqlite ARCHIVE=folder KEYS=file for the embedded default), then the acceptance runs
	$(BIN)/python -m tests.chaos.run --count $(CHAOS) --data ledgers/chaos \
		--database $(DATABASE) --archive $(ARCHIVE) --keys $(KEYS)
	$(BIN)/python -m tests.chaos.exactly_once
	$(BIN)/python -m tests.chaos.throttled_tsa

fuzz: setup ## try broken files on intake and verification for TIME seconds (ledger in LEDGER)
	$(BIN)/python -m tests.fuzz.run --seconds $(TIME) --ledger $(LEDGER)

hidden: setup ## try 2,000 PDFs that hide something, some minutes
	$(BIN)/python -m tests.support.hidden_judge 2000

attacks: setup ## judge some 480 forged files, ask EU DSS too, write docs/attacks.md
	$(BIN)/python -m tests.attacks.run

quality: setup ## measure recall and false alarms of the scan quality checks on 1,020 pages
	$(BIN)/python -m bench.quality

large: setup ## send 200 pages of 100 MB through intake and certify them, some minutes
	$(BIN)/python -m bench.large

check: setup ## lint, format, types, import arrows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

lock: ## resolve pyproject.toml into requirements.lock (needs uv)
	UV_PYTHON_DOWNLOADS=never uv pip compile --quiet --universal --generate-hashes --no-header \
		--group pyproject.toml:dev pyproject.toml -o requirements.lock
	UV_PYTHON_DOWNLOADS=never uv pip compile --quiet --universal --generate-hashes --no-header \
		--no-annotate -c requirements.lock pyproject.toml deploy/build-requirements.txt \
		-o deploy/requirements.lock
	@! grep -nE '://|^-' requirements.lock deploy/requirements.lock || { echo "a lock names an address" >&2; exit 1; }

clean: ## remove what make and the tools made; never data
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache \
		bench/out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
