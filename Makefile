# Everything a person types. `make` alone prints the list.
# Each step leaves a stamp in .venv, so that the second run starts at once, and the stamps depend on each other, so that
# `make -j` never runs two pips in one environment.

VENV   := .venv
BIN    := $(VENV)/bin
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11
ARGS   ?=
WORKERS ?= 3

export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help run test check lint format bench trust lock clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' Makefile
	@echo 'ARGS="…" is handed on: make test ARGS="-k muting"'

run: $(VENV)/runtime.stamp ## install what is missing, fill an empty store with the demo world, and start the dashboard
	@$(BIN)/misheard demo --if-empty
	@$(BIN)/streamlit run app.py $(ARGS)

test: $(VENV)/dev.stamp ## run all tests, with a real Postgres and a real browser
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal $(ARGS)

# One after the other even under -j, so that the test runner has the last word.
check: lint ## run every check that a change must pass: make lint, then make test
	@$(MAKE) --no-print-directory test

lint: $(VENV)/dev.stamp ## look at format, style, types and the direction of imports, without changing anything
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(VENV)/dev.stamp ## put the code into the one format, and repair what can be repaired without thinking
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/dev.stamp ## measure: ratios between two ways, side by side on this machine
	@$(BIN)/python -m benchmarks $(ARGS)

trust: $(VENV)/dev.stamp ## show what SECURITY.md promises, each with its figure (ARGS=--quick for small numbers)
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m trust $(ARGS)

# setuptools is locked too: it builds the editable install below, which would otherwise fetch its newest release.
# No index address is written: whoever installs uses the index of their own pip.
UV_COMPILE = echo 'setuptools>=80' | $(BIN)/uv pip compile pyproject.toml - --universal --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" --quiet $(ARGS)

lock: $(BIN)/python ## write the two lock files anew from pyproject.toml (ARGS=--upgrade for newer releases)
	@$(BIN)/python -m pip install --quiet uv
	@$(UV_COMPILE) --output-file requirements.lock
	@$(UV_COMPILE) --extra dev --extra privacy --constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove the environment and everything that can be made again; the store in data/ stays
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@for python in $(PYTHON); do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi; python=; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Misheard needs Python 3.11 or newer; none of these is: $(PYTHON). Name yours: make run PYTHON=/path/to/python" >&2; exit 1; \
	fi; \
	if ! $$python -c 'import ensurepip' 2>/dev/null; then \
		echo "$$python cannot make environments; on Debian and Ubuntu, install what is missing with: apt-get install python3-venv" >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$($$python --version)"; \
	$$python -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/runtime.stamp: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what Misheard needs (once)"
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/runtime.stamp
	@echo "Installing what the tests need (once)"
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.lock
	@touch $@
