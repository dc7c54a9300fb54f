# All targets use the virtual environment in .venv, installed from the pinned lock files; nothing is installed globally.
.DEFAULT_GOAL := help
.PHONY: help demo init doctor test quick run check lock pictures peers bench clean

# The first Python found that is 3.11 or newer; choose another with `make test PYTHON=python3.12`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
# The lock is complete. Without --no-deps, pip resolves extras of dependencies again and may pick unpinned versions.
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install --require-hashes --no-deps

help:
	@echo "make demo     try Park in a sandbox, in your browser: no Slack, no PBX, no database"
	@echo "make init     set Park up: asks for Slack, the PBX and who may do what, and writes .env and a policy"
	@echo "make doctor   check the whole set-up and say what to do about each problem; changes nothing"
	@echo "make run      run Park, with the settings in the environment or in .env (docs/setup.md)"
	@echo "make test     run the tests"
	@echo "make quick    run the tests that need no running bot, for the inner loop"
	@echo "make check    lint, types, import contracts, the command table of docs/commands.md"
	@echo "make lock     pin the newest dependencies that pyproject.toml allows"
	@echo "make bench    print the benchmarks: ratios to a bare Bolt app, requests of the PBX, a long journal"
	@echo "make peers    install a bot on another framework, which the benchmarks then compare with too"
	@echo "make pictures take the README's pictures again (needs Chromium)"
	@echo "make clean    remove .venv and caches"

# Tests start many processes, and each would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Park needs Python 3.11 or newer: install it, or say where it is: make $(MAKECMDGOALS) PYTHON=/path/to/python"; exit 1; }
	@echo "Making a virtual environment in $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.run: requirements.lock | $(BIN)/python
	@echo "Installing what Park needs to run, pinned in requirements.lock"
	@$(PIP) --requirement requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(BIN)/python
	@echo "Installing what the tests need, pinned in requirements-dev.lock"
	@$(PIP) --requirement requirements-dev.lock
	@touch $@ $(VENV)/.run

demo: $(VENV)/.run
	@$(BIN)/python -m bot demo

init: $(VENV)/.run
	@$(BIN)/python -m bot init

doctor: $(VENV)/.run
	@$(BIN)/python -m bot doctor

run: $(VENV)/.run
	@$(BIN)/python -m bot run

test: $(VENV)/.dev
	@echo "Running the tests"
	@$(BIN)/python -m pytest

quick: $(VENV)/.dev
	@$(BIN)/python -m pytest -n logical --exitfirst tests/messages tests/times tests/policy tests/operations tests/changes tests/test_architecture.py

check: $(VENV)/.dev
	@echo "Lint"; $(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "Types"; $(BIN)/mypy
	@echo "Import contracts"; $(BIN)/lint-imports
	@echo "The command table"; $(BIN)/python -m bot table --check docs/commands.md

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

# The container's lock leaves out the sandbox and has no versions of its own; the wheel's build tools have a lock too.
lock: $(BIN)/python
	@$(BIN)/python -m pip --quiet install uv
	@$(LOCK) --upgrade --all-extras pyproject.toml --output-file requirements.lock
	@$(LOCK) --upgrade --all-extras --group dev pyproject.toml --output-file requirements-dev.lock
	@$(LOCK) --extra postgresql --constraint requirements.lock pyproject.toml --output-file deploy/requirements.lock
	@$(LOCK) --upgrade --group peers --output-file requirements-peers.lock
	@echo hatchling | $(LOCK) --upgrade - --output-file deploy/build.lock

pictures: $(VENV)/.dev
	@$(BIN)/python -m tests.browser.pictures .github

peers: $(BIN)/python requirements-peers.lock
	@echo "Installing the bot that the benchmarks compare with, pinned in requirements-peers.lock"
	@$(BIN)/python -m venv $(VENV)/peers
	@$(VENV)/peers/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes --no-deps --requirement requirements-peers.lock

bench: $(VENV)/.dev
	@$(BIN)/python -m tests.bench

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .import_linter_cache
