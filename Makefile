# Every target makes its own virtual environment first: Python 3.11 or newer, pip and make are all it takes.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO_FLAGS ?=
TEST_FLAGS ?= -n auto
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test check bench nightly serve train train-cause train-when format lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.run ## the virtual environment to run in

setup-dev: $(VENV)/.dev ## the virtual environment to develop in

demo: $(VENV)/.run ## crawl the recorded web, publish it, open the site (DEMO_FLAGS=--no-serve stops before)
	$(BIN)/outagewire demo $(DEMO_FLAGS)

nightly: $(VENV)/.run ## crawl every source, extract, group, check, publish
	$(BIN)/outagewire nightly

serve: $(VENV)/.run ## the site on what was published last
	$(BIN)/outagewire serve

test: $(VENV)/.dev ## the test suite
	$(BIN)/pytest $(TEST_FLAGS)

check: $(VENV)/.dev ## all that a reviewer runs: format, lint, types, imports, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest $(TEST_FLAGS)

bench: $(VENV)/.dev ## the budgets, measured side by side on this machine
	$(BIN)/python -m tests.bench

train: $(VENV)/.dev ## the classifier of relevance anew (GOLD='FILE...' adds labelled records to the repository's own)
	$(BIN)/python -m pipeline.train --gold $(GOLD)

train-cause: $(VENV)/.dev ## the classifiers of causes, and of the part that a sentence plays, anew
	$(BIN)/python -m pipeline.train_cause
	$(BIN)/python -m pipeline.train_parts

train-when: $(VENV)/.dev ## the classifier of what a time is the time of anew
	$(BIN)/python -m pipeline.train_when

format: $(VENV)/.dev ## put the code into the one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.dev ## pin the newest versions that pyproject.toml admits (needs uv on the PATH)
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet --upgrade -o requirements.lock
	uv pip compile pyproject.toml --group build --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet --upgrade -c requirements.lock -o requirements-dev.lock

clean: ## remove what the other targets made, except the data
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
