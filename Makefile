# make build: the warehouse of the sample county in build/.   make test: all checks and tests.   Neither needs the other.
# Only relative paths are used, so that the folder may have spaces and Chinese characters in its name.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1

PYTHON ?= python3
BIN := .venv/bin
OUT ?= build
TEST := build/.test

.PHONY: build test setup setup-dev lint types parse pytest dbt-build format docs lock wheel sbom vulnerabilities clean

build: setup
	$(BIN)/python -m junheng build --out "$(OUT)"

setup: .venv/.run-is-installed
setup-dev: .venv/.dev-is-installed

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	$(PYTHON) -m venv .venv

.venv/.run-is-installed: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install -q -r requirements.lock
	$(BIN)/python -m pip install -q --no-deps -e .
	touch $@

.venv/.dev-is-installed: requirements-dev.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install -q --no-compile -r requirements-dev.lock
	$(BIN)/python -m pip install -q --no-deps -e .
	touch $@

# What uses one processor runs beside the tests.
test: lint
	$(MAKE) --no-print-directory -j3 types parse pytest

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfmt --check --no-progressbar models macros tests/dbt

types: setup-dev
	$(BIN)/mypy

DBT = mkdir -p $(TEST) && JUNHENG_WAREHOUSE=$(TEST)/dbt.duckdb $(BIN)/dbt
DBT_PATHS = --project-dir . --profiles-dir . --target-path $(TEST)/target
DBT_LOG = --log-path $(TEST)/logs --no-version-check

parse: setup-dev
	$(DBT) $(DBT_LOG) --warn-error-options '{"error":["Deprecations"]}' parse $(DBT_PATHS) --no-partial-parse --show-all-deprecations

pytest: setup-dev
	$(BIN)/python -m pytest

dbt-build: setup-dev
	rm -f $(TEST)/dbt.duckdb
	$(DBT) $(DBT_LOG) build $(DBT_PATHS)

format: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfmt --no-progressbar models macros tests/dbt

# Pages that the seeds and the suites give; a test fails when they are not up to date.
docs: setup-dev
	$(BIN)/python -m tools.make_docs
	$(BIN)/python tools/make_suites.py
	$(BIN)/python tools/validation_page.py

# Needs uv. The lock files name versions only, no index and no machine.
lock:
	uv pip compile pyproject.toml -q --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate -o requirements.lock
	uv pip compile pyproject.toml -q --extra dev -c requirements.lock --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate -o requirements-dev.lock

# A list of all that a release brings along, with versions, licences and dependencies, for the release notes.
SBOM = build/.sbom
sbom:
	rm -rf $(SBOM)
	$(PYTHON) -m venv $(SBOM)/tools
	$(SBOM)/tools/bin/python -m pip install -q "cyclonedx-bom>=7.5,<8"
	$(PYTHON) -m venv $(SBOM)/release
	$(SBOM)/release/bin/python -m pip install -q -r requirements.lock
	$(SBOM)/release/bin/python -m pip install -q --no-deps .
	mkdir -p dist
	$(SBOM)/tools/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application --output-reproducible --of JSON -o dist/sbom.cdx.json $(SBOM)/release/bin/python
	$(SBOM)/tools/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application --output-reproducible --of XML -o dist/sbom.cdx.xml $(SBOM)/release/bin/python
	rm -rf $(SBOM)

# Known vulnerabilities of the locked dependencies; a dependency that cannot be looked up is a failure too.
vulnerabilities:
	$(PYTHON) -m venv build/.audit
	build/.audit/bin/python -m pip install -q "pip-audit>=2.9,<3"
	build/.audit/bin/pip-audit --strict --no-deps --disable-pip -r requirements.lock
	build/.audit/bin/pip-audit --strict --no-deps --disable-pip -r requirements-dev.lock

wheel: setup-dev
	$(BIN)/python -m pip wheel -q --no-deps --no-build-isolation -w dist .

clean:
	rm -rf build dist target logs .venv
