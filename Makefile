# Two commands are enough: `make demo` and `make test`. Both set up what they need, once.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
CACHE := .cache

.PHONY: help demo test check lint-code types layers generate verify-deep bench helm4 test-tools lock clean

help: ## Show the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "  %-12s %s\n", $$1, $$2}'

# The environment is made anew only when what it is made from has changed.
$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.10 to 3.13 is needed; name it with PYTHON=..." >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "$(PYTHON) is $$($(PYTHON) -V), but Python 3.10 to 3.13 is needed: make PYTHON=python3.12 ..." >&2; exit 2; }
	@echo "Setting up $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP) ## Generate the chart, lint it, render every profile, validate on every Kubernetes version
	@$(BIN)/kubilitics-chartgen demo

test: $(STAMP) check ## Run everything that must be green: code checks, generated files, tests
	@$(BIN)/pytest -q -n 2 --dist worksteal

check: lint-code types layers $(STAMP) ## Code style, types, layers, and that generated files are fresh
	@$(BIN)/kubilitics-chartgen generate --check

lint-code: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(STAMP)
	@$(BIN)/mypy

layers: $(STAMP)
	@$(BIN)/lint-imports

generate: $(STAMP) ## Write the chart and everything else that is generated
	@$(BIN)/kubilitics-chartgen generate

verify-deep: $(STAMP) ## Verify the chart 3-wise on all Kubernetes versions, and the soundness of slices at length
	@VERIFY_DEEP=1 $(BIN)/pytest -q tests/verify/test_slices_are_sound.py
	@$(BIN)/kubilitics-chartgen verify --strength 3 --random 5000 --isolate ai.enabled

bench: $(STAMP) ## Measure verify and write docs/benchmarks.md
	@$(BIN)/python tools/bench/verify.py

helm4: ## Build Helm 4's command line (needs Go), for the tests that compare engines
	@sh tools/helm4/build.sh

test-tools: ## Install or build what the tests use beside Python (nginx, Helm 4)
	@sh tools/test-tools.sh

lock: ## Resolve the dependencies anew into requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-header --extra lint \
	  --group dev --output-file requirements.lock pyproject.toml

clean: ## Remove what can be made again
	rm -rf build $(CACHE) .pytest_cache .mypy_cache .ruff_cache .hypothesis
