# The two commands of the README, and what they are made of. Everything is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
FIRST := data/arrangements/barking-and-dagenham-2019.ttl

.PHONY: run test test-long bench earl lint format clean

# Check the first arrangement, then serve all of them on this machine alone until stopped with Ctrl-C.
# Requirements not met are the answer, not a failure of the command.
run: $(VENV)/.installed
	@$(BIN)/masagraph check $(FIRST) --fail-on never
	@$(BIN)/masagraph serve

test: $(VENV)/.test lint
	$(BIN)/python -m pytest -n 2 -m "not long" --cov --cov-report=term:skip-covered --cov-fail-under=97

test-long: $(VENV)/.test
	$(BIN)/python -m pytest -n 2 -m long

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks.engines
	$(BIN)/python -m benchmarks.questions
	$(BIN)/python -m benchmarks.load

# Needs MASAGRAPH_W3C_SUITES, the folder of the W3C's test suites.
earl: $(VENV)/.test
	PYTHONPATH=tests $(BIN)/python -m conformance docs/earl.ttl

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/turtlefmt --check ontology

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable .
	touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable ".[test]"
	touch $@ $(VENV)/.installed

$(VENV)/.bench: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable ".[bench]"
	touch $@
