# Two commands are enough: `make demo` and `make test`. Both set up what they need, once.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
CACHE := .cache

# Each program of the toolkit that tests start would compile its modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-cluster check lint-code types layers generate verify-deep helm4 actionlint control-plane plan-accuracy \
  probe-rules test-tools lock bench bench-fleet mutation-score clean

help: ## Show the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "  %-13s %s\n", $$1, $$2}'

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

demo: $(STAMP) ## Generate the chart, lint it, render every profile on every Kubernetes, and verify it
	@$(BIN)/kubilitics-chartgen demo
	@$(BIN)/kubilitics-chartgen verify

# One process more than processors, for some tests wait for servers and limits of time. Helm within them would collect its
# garbage all the time.
test: $(STAMP) check ## Run everything that must be green: code checks, generated files, tests
	@$(BIN)/pytest -q -m timing
	@GOGC=600 $(BIN)/pytest -q -n 3 --dist worksteal -m "not timing" --ignore tests/cluster
	@$(MAKE) --no-print-directory test-cluster

# One process for each file: what one installs for the whole cluster, such as definitions, its own tests alone see. The
# longest files are the first.
test-cluster: $(STAMP) ## Run the tests against a real control plane; KUBE=1.33.13 builds and takes that version
	@test -z "$(KUBE)" || sh tools/control-plane/build.sh
	@$(BIN)/python -m tests.cluster.control_plane $(BIN)/pytest -q -n 4 --dist loadfile --no-loadscope-reorder tests/cluster

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
	@$(BIN)/kubilitics-chartgen verify --strength 3 --random 5000

mutation-score: $(STAMP) ## Put faults into the chart, count how many verify finds, write docs/mutation-score.md (30 minutes)
	@$(BIN)/python -m tests.verify.mutation

bench: $(STAMP) ## Measure verify and write docs/benchmarks.md
	@$(BIN)/python tools/bench/verify.py

bench-fleet: $(STAMP) ## Measure `plan --fleet` on 10,000 values files and write docs/benchmarks-fleet.md (3 minutes)
	@$(BIN)/python tools/bench/fleet.py

helm4: ## Build Helm 4's command line (needs Go), for the tests that compare engines
	@sh tools/helm4/build.sh

actionlint: ## Build actionlint (needs Go), for the tests of the generated workflows
	@sh tools/actionlint/build.sh

plan-accuracy: $(STAMP) ## Hold what `plan` says against a real API server, and write what came of it into docs/ (15 minutes)
	@$(BIN)/python -m tests.cluster.control_plane $(BIN)/python -m tests.cluster.plan_accuracy
	@$(BIN)/python -m tests.cluster.control_plane $(BIN)/python -m tests.cluster.plan_rollouts

probe-rules: $(STAMP) ## Ask a real API server which fields never change, for plan (3 minutes); KUBE=1.33.13 asks that one
	@test -z "$(KUBE)" || sh tools/control-plane/build.sh
	@$(BIN)/python -m tests.cluster.control_plane $(BIN)/python -m tests.cluster.probe_rules

control-plane: ## Build a control plane (needs Go, about 6 minutes, once), for the tests that ask a real API server
	@sh tools/control-plane/build.sh

test-tools: ## Install or build what the tests use beside Python (Debian packages, Helm 4, actionlint, a control plane, charts)
	@sh tools/test-tools.sh

lock: ## Resolve the dependencies anew into requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-header --extra lint --extra cluster --extra dask \
	  --group dev --output-file requirements.lock pyproject.toml

clean: ## Remove what can be made again
	rm -rf build $(CACHE) .pytest_cache .mypy_cache .ruff_cache .hypothesis
