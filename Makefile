# softstrike: `make demo` to see it, `make test` to check it, `make help` for the rest.
PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
# pip reads hashes and versions from the lock files alone; nothing is resolved while installing.
INSTALL := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-virtualenv --no-deps
UV_COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --no-annotate

# A stamp belongs to one version of Python, so that PYTHON=python3.12 sets up anew.
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
STAMPS := $(VENV)/stamps-$(VERSION)

.DEFAULT_GOAL := help
.PHONY: help demo test test-bluez soak setup-demo setup-dev lint format types layers docs package bench accuracy lock screenshots clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

demo: setup-demo ## set up what is needed and play a recorded run
	$(BIN)/softstrike demo $(ARGS)

test: setup-dev ## set up for development and run all tests
	$(BIN)/python -m pytest -n auto --maxprocesses=4 $(ARGS)

test-bluez: setup-dev ## the tests with BlueZ against the real one, in a kernel of their own (Debian, root)
	sh scripts/test_bluez.sh $(ARGS)

setup-demo: $(STAMPS)/demo
setup-dev: $(STAMPS)/dev

$(STAMPS)/venv: scripts/make_venv.sh
	@sh scripts/make_venv.sh "$(PYTHON)" $(VENV)
	@sh scripts/system_libs.sh
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/demo: requirements/demo.txt pyproject.toml | $(STAMPS)/venv
	@echo "softstrike: installing what the demo needs (the first time takes a minute or two)"
	@$(INSTALL) --require-hashes -r requirements/demo.txt
	@$(INSTALL) --no-index --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: requirements/dev.txt scripts/test_tools.sh $(STAMPS)/demo
	@sh scripts/test_tools.sh
	@echo "softstrike: installing the tools for development (the first time takes a minute or two)"
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

lint: setup-dev ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: setup-dev ## ruff: rewrite what it can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

types: setup-dev ## mypy, strict
	$(BIN)/mypy

layers: setup-dev ## import-linter: who may import whom
	$(BIN)/lint-imports

docs: setup-dev ## build the documentation into docs/_build/html
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m sphinx -W -n --keep-going -q -b html docs docs/_build/html
	@echo "softstrike: open docs/_build/html/index.html"

package: setup-dev ## build the wheel and try it in a clean environment, away from this folder
	sh scripts/check_package.sh $(BIN)/python

bench: setup-dev ## speed and memory as ratios
	$(BIN)/python -m pytest tests/bench -m bench -s --timeout=3600 $(ARGS)

accuracy: setup-dev ## measure on ../shared/data anew: docs/accuracy.rst and docs/accuracy.json
	$(BIN)/softstrike evaluate ../shared/data --page docs/accuracy.rst --figures docs/accuracy.json

soak: setup-dev ## two sensors at 416 Hz for ten minutes, every drop-out: loss, delay, load
	SOFTSTRIKE_SOAK_S=600 $(BIN)/python -m pytest tests/bench/test_ble_soak.py tests/ble -m bench -s --timeout=3600 $(ARGS)

lock: setup-dev ## renew requirements/*.txt from pyproject.toml
	$(UV_COMPILE) --upgrade --extra all --extra s3 --group dev --group docs --group build -o requirements/dev.txt
	$(UV_COMPILE) --upgrade --extra gui --group editable -c requirements/dev.txt -o requirements/demo.txt

screenshots: setup-dev ## draw the pictures in docs/_static anew
	$(BIN)/python scripts/draw_figures.py
	QT_QPA_PLATFORM=offscreen $(BIN)/softstrike demo --out demo-output
	cp demo-output/*.png docs/_static/
	$(BIN)/python scripts/make_screenshots.py

clean: ## remove everything that was made here, .venv too
	rm -rf $(VENV) build dist docs/_build docs/_generated demo-output .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
