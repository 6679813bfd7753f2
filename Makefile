# All commands of the project. Each target sets the folder up first, which is slow only once.
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

setup: ## create .venv and install restic if needed (every target runs this first)
	@scripts/setup

run: setup ## start Zerobyte on this machine: API, worker and Prefect
	@exec $(BIN)/zerobyte serve

demo: setup ## back up SOURCE=/some/folder, restore it next to it and compare every byte
	@exec $(BIN)/python -m zerobyte.demo "$(SOURCE)"

test: setup ## run all tests (ARGS="tests/unit -k cron" for some, ARGS=--cov for coverage)
	@scripts/setup-mounts
	@exec $(BIN)/python -m pytest $(or $(ARGS),$(SIDE_BY_SIDE))

browser: setup ## run the tests in a real Chromium (ARGS as above)
	@scripts/setup-browser
	@exec $(BIN)/python -m pytest tests/browser $(ARGS)

faults: setup ## kill parts of a platform at 40 random moments (SEED=n repeats a run; NIGHTLY=1: hours)
	@FAULTS=1 exec $(BIN)/python -m pytest -s tests/faults $(if $(filter 1,$(NIGHTLY)),tests/model) $(ARGS)

lint: setup ## check style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup ## check types
	@$(BIN)/basedpyright

arrows: setup ## check the import rules
	@$(BIN)/lint-imports

openapi: setup ## write openapi.json from the code
	@$(BIN)/zerobyte openapi > openapi.json.new && mv openapi.json.new openapi.json

openapi-check: setup ## fail if openapi.json differs from the code
	@$(BIN)/zerobyte openapi --check openapi.json

client: openapi ## generate the TypeScript client from openapi.json into tests/client/generated (needs npm)
	@cd tests/client && npm ci --silent --ignore-scripts && npm run --silent generate && npm run --silent compile

bench: setup ## measure Zerobyte against bare restic on the same data
	@exec $(BIN)/python -m bench $(ARGS)

lock: setup ## resolve the dependencies again within the limits of pyproject.toml (ARGS=--upgrade)
	@$(BIN)/uv pip compile -q pyproject.toml --group dev -o requirements.lock --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-header $(ARGS)

vendor: setup ## fetch the script of the API page again (needs npm; ARGS=version)
	@scripts/vendor-docs $(ARGS)
