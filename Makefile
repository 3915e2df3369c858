# Two commands are enough on a fresh machine: `make play` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup play test check format model mutants bench proof hostile soak screenshots lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: ## environment, pinned packages, built web client, browser and Spin for the tests
	@$(PYTHON) scripts/setup.py test

play: ## play on this machine with a simulated cell; prints the address
	@$(PYTHON) scripts/setup.py play
	@$(BIN)/armcade play

test: setup ## all tests, real browser included
	@$(BIN)/python scripts/run_tests.py

check: setup ## style, types, arrows between rooms, sizes, freshness of generated files
	@$(BIN)/python scripts/check.py

format: setup ## rewrite Python in the house style
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

model: setup ## let Spin see every state of the safety machine: two players, more stops (some minutes)
	@$(BIN)/python tests/support/safety_model.py --size large

mutants: setup ## change the pure rooms in small ways: do their own tests notice? (half an hour)
	@PYTHONPATH=tests/support $(BIN)/python tests/mutants/run.py --write $(ROOMS)

bench: setup ## measure latency, lateness and load on this machine; write docs/delay.md anew
	@$(BIN)/python scripts/run_benches.py

proof: setup ## play, curate, train policies and try them in the simulated cell: do episodes teach? (half an hour)
	@$(BIN)/python tests/proof/run.py

hostile: setup ## a hundred million hostile setpoints at every arm: is any limit passed? (half an hour and more)
	@$(BIN)/python tests/bench/limits.py --setpoints 1e8

soak: setup ## two hundred kills while the arm moves, then twenty turns in a row in a real browser
	@$(BIN)/python scripts/run_tests.py --soak

screenshots: setup ## take the pictures of every page again, README's included
	@$(BIN)/python scripts/run_tests.py --screenshots

lock: ## pin today's versions of every Python package
	@$(BIN)/python -m pip freeze --exclude-editable | sort -f > constraints.txt

clean: ## remove everything that the other targets made
	@rm -rf .venv .venv-lerobot .venv-ros web_client/node_modules web_client/dist dist build artefacts
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
