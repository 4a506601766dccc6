# The desk's two commands are `make demo` and `make test`; everything sets itself up in .venv and is quick the second time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export HF_HUB_OFFLINE ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test lint types layers data unit eval bench soak chaos diagram routes clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml constraints.txt
	@deploy/setup $(PYTHON) $(VENV)
	@touch $@

setup: $(READY)  ## make .venv with the tested versions, and the FAQ index
	@$(BIN)/mizumado index build --if-needed

demo: setup  ## take calls end to end, with sound, then exit
	@$(BIN)/mizumado demo deploy/demo/*.yaml

serve: setup  ## open the desk on http://127.0.0.1:8080
	@$(BIN)/mizumado serve

test: setup  ## lint, types, layers, data and tests: what CI runs
	@deploy/checks $(BIN)

lint: $(READY)  ## ruff
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(READY)  ## mypy --strict
	@$(BIN)/mypy

layers: $(READY)  ## the import contract of the house
	@$(BIN)/lint-imports

data: setup  ## words, answers, hours, forms: everything people wrote
	@$(BIN)/mizumado check

unit: setup  ## the tests alone
	@$(BIN)/python -m pytest

eval: setup  ## understanding and answers on callers that no training has seen, in four languages, with intervals
	@$(BIN)/mizumado eval all

bench: setup  ## understanding, answers in 100,000 entries; webhooks beside a bare route; live sound: how soon it answers, how many callers it hears at once
	@$(BIN)/python -m tests.bench.understanding
	@$(BIN)/python -m tests.bench.answers
	@$(BIN)/python -m tests.bench.webhooks
	@$(BIN)/python -m tests.bench.latency
	@$(BIN)/python -m tests.bench.streams

soak: setup  ## half an hour of twenty callers over live sound: memory, lost calls
	@$(BIN)/python -m tests.bench.soak

chaos: setup  ## 50 night calls while the desk is killed 200 times and carrier and store misbehave: what was lost, then the same in calm
	@$(BIN)/python -m tests.chaos
	@$(BIN)/python -m tests.chaos --calm

diagram: setup  ## the dialogue as a Mermaid state diagram, drawn by running it
	@$(BIN)/mizumado diagram

routes: setup  ## every address the desk answers
	@$(BIN)/mizumado routes

clean:  ## remove what was set up here (.venv and var)
	rm -rf $(VENV) var build *.egg-info
