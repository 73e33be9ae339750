# `make` alone prints this list. Everything happens in .venv; nothing else is needed
# but Python 3.11 or newer (PYTHON=python3.12 picks another one).
PYTHON ?= python3
BIN := .venv/bin
# Most tests wait for processes that they started: four at a time keep two cores busy.
PYTEST := $(BIN)/pytest --numprocesses 4 --dist worksteal
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run demo test test-all chaos containers services check lint types layers wheel clean

help: ## Print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

.venv/run: setup.cfg constraints.txt
	$(PYTHON) -m venv .venv
	$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

.venv/dev: setup.cfg constraints.txt
	$(PYTHON) -m venv .venv
	$(PIP) install --quiet --constraint constraints.txt --editable '.[test,check]'
	@touch $@ .venv/run

run: .venv/run ## Start the worker on the embedded defaults and the live API
	$(BIN)/greenpulse worker

demo: .venv/run ## Start simulator and worker together; needs no network
	$(BIN)/greenpulse demo

test: .venv/dev services ## Pass the tests, in a few minutes
	$(PYTEST) -m "not long and not chaos"

test-all: .venv/dev services ## Pass all tests, the long ones and five minutes of chaos too
	$(PYTEST) -m "not chaos"
	$(BIN)/pytest -m chaos -rP

chaos: export GREENPULSE_CHAOS_SECONDS ?= 2400
chaos: .venv/dev services ## Kill, freeze and restart everything on real services for 40 minutes
	$(BIN)/pytest -m chaos -rP

containers: .venv/dev ## Run docker-compose.yml, kill and restart what is in it, audit
	bash tests/containers/run.sh

# Kafka by Java and Maven, MinIO by Go, Power BI's parsers by npm and pip: fetched once. Without
# them their tests are skipped.
services: .venv/dev
	@cd tests && ../$(BIN)/python -m support.services.programs
	@cd tests && ../$(BIN)/python -m support.powerbi_tools

check: lint types layers wheel ## Lint, types, layers, and a wheel tried in an empty folder

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --disable-progress-bar sql

types: .venv/dev
	$(BIN)/mypy -p greenpulse
	$(BIN)/mypy tests
	$(BIN)/mypy -p powerbi.generator

layers: .venv/dev
	$(BIN)/lint-imports

wheel: .venv/dev
	$(BIN)/python tests/wheel.py

clean: ## Remove what make built; data/ stays
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
