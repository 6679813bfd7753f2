# Everything a person types here. Each target sets the folder up first; that takes a moment once.
.DEFAULT_GOAL := help
.PHONY: help setup run demo test browser faults lint types arrows openapi openapi-check client bench lock vendor

VENV ?= .venv
BIN := $(VENV)/bin
export VENV
SOURCE ?=
ARGS ?=
SIDE_BY_SIDE := --numprocesses=2

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## make .venv and see to restic (every other target does it too)
	@scripts/setup

run: setup ## start Zerobyte on this machine: API, worker and Prefect
	@exec $(BIN)/zerobyte serve

demo: setup ## back SOURCE=/some/folder up, restore it beside and compare every byte
	@exec $(BIN)/python -m zerobyte.demo "$(SOURCE)"

test: setup ## run all tests (ARGS="tests/unit -k cron" for some, ARGS=--cov for coverage)
	@exec $(BIN)/python -m pytest $(or $(ARGS),$(SIDE_BY_SIDE))

browser: setup ## run the tests in a real Chromium (ARGS as above)
	@scripts/setup-browser
	@exec $(BIN)/python -m pytest tests/browser $(ARGS)

faults: setup ## kill parts of a platform by chance, forty times (SEED=n again; NIGHTLY=1: README)
	@FAULTS=1 exec $(BIN)/python -m pytest -s tests/faults $(if $(filter 1,$(NIGHTLY)),tests/model) $(ARGS)

lint: setup ## check style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup ## check types
	@$(BIN)/basedpyright

arrows: setup ## check who imports whom
	@$(BIN)/lint-imports

openapi: setup ## write openapi.json from the code
	@$(BIN)/zerobyte openapi > openapi.json.new && mv openapi.json.new openapi.json

openapi-check: setup ## fail when openapi.json is not what the code says
	@$(BIN)/zerobyte openapi --check openapi.json

client: openapi ## make the TypeScript client in tests/client/generated from openapi.json (needs npm)
	@cd tests/client && npm ci --silent --ignore-scripts && npm run --silent generate && npm run --silent compile

bench: setup ## measure Zerobyte against bare restic on the same data
	@exec $(BIN)/python -m bench $(ARGS)

lock: setup ## resolve the dependencies anew within the bounds of pyproject.toml (ARGS=--upgrade)
	@$(BIN)/uv pip compile -q pyproject.toml --group dev -o requirements.lock --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-header $(ARGS)

vendor: setup ## fetch the script of the API page anew (needs npm; ARGS=version)
	@scripts/vendor-docs $(ARGS)
