# Two commands for a newcomer: `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
# A lock names every package and hash; --no-deps keeps pip from looking at what was released since.
LOCKED := install --quiet --disable-pip-version-check --require-hashes --no-deps -r

.PHONY: run test check bench docs mutation lock clean

run: .venv/run.stamp ## Build the environment and start the service with its simulated EHR
	@$(BIN)/countersign serve

test: .venv/test.stamp ## Install what the tests need on top, and run everything
	@$(BIN)/python -m pytest -n auto --dist loadfile --cov --cov-report=term:skip-covered

check: .venv/check.stamp ## Format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/bench.stamp ## Speed and memory, beside comparable services
	$(BIN)/python -m bench.run

docs: .venv/run.stamp ## Write docs/rules.md and the derived parts of manifest.json anew
	$(BIN)/python -m plugin.rulesdoc
	$(BIN)/python -m plugin.manifest

mutation: .venv/mutation.stamp ## Which changes of a rule no table notices (slow); ONLY="rules.units.*" for some
	$(BIN)/mutmut run --max-children $(shell nproc) $(ONLY) >mutants.log 2>&1 || { tail -n 20 mutants.log; exit 1; }
	@$(BIN)/mutmut results

lock: ## Pin every dependency anew, with hashes (needs uv)
	for set in run test check bench mutation; do bash requirements/lock $$set; done

clean:
	rm -rf .venv .venv-bench mutants mutants.log .countersign .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/base.stamp:
	@$(PYTHON) -c 'import sys; sys.exit("Countersign needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name one with: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/run.stamp: requirements/run.txt pyproject.toml | .venv/base.stamp
	$(BIN)/pip $(LOCKED) requirements/run.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

.venv/test.stamp: requirements/test.txt tests/ehr/medplum/package-lock.json .venv/run.stamp
	$(BIN)/pip $(LOCKED) requirements/test.txt
	@sh tests/install.sh chromium chromium chromium-browser google-chrome
	@sh tests/install.sh postgresql postgres '/usr/lib/postgresql/*/bin/postgres'
	@sh tests/ehr/medplum/install.sh
	@touch $@

.venv/check.stamp: requirements/check.txt .venv/test.stamp
	$(BIN)/pip $(LOCKED) requirements/check.txt
	@touch $@

.venv/mutation.stamp: requirements/mutation.txt .venv/test.stamp
	$(BIN)/pip $(LOCKED) requirements/mutation.txt
	@touch $@

# HealthChain is measured from an environment of its own: its pins clash with ours.
.venv/bench.stamp: requirements/bench.txt .venv/run.stamp
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip $(LOCKED) requirements/bench.txt
	@touch $@
