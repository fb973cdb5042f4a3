# Every target makes what it needs: a virtual environment in .venv with Python 3.11 or newer, a Nix
# in .nix, a Neovim in .nvim. Nothing is installed on the machine.

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
DIR ?=
TESTS ?= tests
# Two workers: the tests of Nix and of the protocol wait more than they compute.
WORKERS ?= 2
# The first that runs and is new enough; a name on the PATH may be a shim that only complains.
PYTHON ?= $(shell for each in python3.13 python3.12 python3.11 python3.14 python3 python; do \
	if $$each -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$each; break; fi; done)
NVIM_TESTS := $(wildcard tests/editors/nvim/test_*.py)
VSCODE_TESTS := $(wildcard tests/editors/vscode/test_*.py)

.PHONY: help compiled demo test lint format bench oracle test-nvim test-vscode screenshots settings \
	dist nix clean

help:
	@echo 'make demo [DIR=…]   what an editor shows of the example, or of your own flake'
	@echo 'make test           all tests but those of the editors  [TESTS=tests/lang WORKERS=2]'
	@echo 'make lint           ruff, mypy --strict, import-linter'
	@echo 'make format         ruff format'
	@echo 'make test-nvim      in a real Neovim, fetched into .nvim'
	@echo 'make test-vscode    in a real VS Code, fetched into .cache'
	@echo 'make screenshots    the pictures of docs/ and of the walkthrough, made anew in VS Code'
	@echo 'make bench          how quick it is'
	@echo 'make oracle NIXPKGS=… HOME_MANAGER=…   record the answers of real Nix again'
	@echo 'make settings       docs/settings.md from hmls/config.py'
	@echo 'make dist           wheel and sdist, checked'

# --- the environment ---

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "hmls needs Python 3.11 or newer with venv (Debian: apt install \
	python3-venv). None of python3.11 … python3 is that; name one: make PYTHON=/path/to/python3" >&2; \
	exit 1; }
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

# One stamp for each set of packages; pyproject.toml names what is in it.
$(VENV)/.runtime: pyproject.toml | $(BIN)/python
	@echo 'installing hmls into $(VENV)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/python
	@echo 'installing what the tests need into $(VENV)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@ $(VENV)/.runtime

$(VENV)/.lint: pyproject.toml | $(BIN)/python
	@echo 'installing what the linters need into $(VENV)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[lint]'
	@touch $@ $(VENV)/.runtime

# As pip leaves an installed package: a server that compiles itself at each start loads 0.4 s longer,
# which is so wherever PYTHONDONTWRITEBYTECODE is set.
compiled: | $(BIN)/python
	@$(BIN)/python -m compileall -q hmls

# --- what people use ---

demo: $(VENV)/.runtime compiled
	@$(BIN)/hmls demo $(if $(DIR),"$(DIR)")

# --- what developers use ---

test: $(VENV)/.test compiled
	$(BIN)/python -m pytest -n $(WORKERS) --ignore tests/editors $(TESTS)

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.lint
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test-nvim: $(VENV)/.test compiled
	@test -n "$(NVIM_TESTS)" || { echo 'there are no tests of Neovim' >&2; exit 1; }
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope $(NVIM_TESTS)

test-vscode: $(VENV)/.test compiled
	@test -n "$(VSCODE_TESTS)" || { echo 'there are no tests of VS Code' >&2; exit 1; }
	$(BIN)/python -m pytest $(VSCODE_TESTS)

screenshots: $(VENV)/.test compiled
	HMLS_SCREENSHOTS="$(CURDIR)" $(BIN)/python -m pytest $(VSCODE_TESTS) -k 'editing or views'

bench: $(VENV)/.test compiled
	$(BIN)/python -m benchmarks

oracle: $(VENV)/.test nix
	@test -n "$(NIXPKGS)" -a -n "$(HOME_MANAGER)" || { echo "name the sources that the answers are \
	of: make oracle NIXPKGS=/path/to/nixpkgs HOME_MANAGER=/path/to/home-manager" >&2; exit 1; }
	$(BIN)/python -m tests.oracle.record --nix .nix/bin --lib "$(NIXPKGS)/lib" \
		--home-manager "$(HOME_MANAGER)"
	$(BIN)/python -m tests.oracle.record_names --nix .nix/bin --lib "$(NIXPKGS)/lib"
	git diff --stat -- tests/oracle

settings: $(VENV)/.runtime
	$(BIN)/python -m tools.settings_page

dist: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check build twine
	rm -rf dist
	$(BIN)/python -m build
	$(BIN)/twine check dist/*

nix: $(VENV)/.test
	$(BIN)/python tests/get_nix.py .nix

clean:
	rm -rf $(VENV) .nix .nvim .cache dist
