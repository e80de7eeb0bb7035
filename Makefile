# Xunjian 校媒巡检: `make run` and `make test` are all a newcomer needs.
SHELL := /bin/bash
.DELETE_ON_ERROR:
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
ARGS ?=

.PHONY: run test test-fast mutants check fix lock setup setup-dev clean docs

run: setup  ## start the service; the demo campus where no register is configured
	$(VENV)/bin/xunjian serve --auto $(ARGS)

test: setup-dev check  ## everything CI runs
	$(PY) -m pytest -n 2 --dist loadfile $(ARGS)

test-fast: setup-dev  ## the heart, while one works on it: rules, platforms, website, policies, years
	$(PY) -m pytest -q -n 2 --dist loadfile tests/rules tests/crawler/page tests/crawler/observe tests/crawler/platforms \
		--ignore tests/rules/names/test_shared_names.py --ignore tests/rules/cases/test_histories.py \
		--ignore tests/rules/test_inquiry_links.py $(ARGS)

mutants: setup-dev  ## random single changes in rules/ and storage/: which of them does no test notice?
	$(PY) -m bench.mutants $(ARGS)

check: setup-dev  ## the fast part: style, types, import contracts
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy

fix: setup-dev
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

docs: setup-dev  ## the tables in docs/ that are generated from the code
	$(PY) -m monitors.docs
	$(PY) -m crawler.platforms
	$(PY) -m monitors.dashboards

lock:  ## needs uv; the lock files name no registry host
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

setup: $(VENV)/.run-ready
setup-dev: $(VENV)/.dev-ready

$(VENV)/.run-ready: requirements.lock deploy/setup.sh
	deploy/setup.sh run $(PYTHON) $(VENV)
	touch $@

$(VENV)/.dev-ready: $(VENV)/.run-ready requirements-dev.lock
	deploy/setup.sh dev $(PYTHON) $(VENV)
	touch $@

clean:
	rm -rf $(VENV) var .mypy_cache .pytest_cache .ruff_cache .hypothesis
