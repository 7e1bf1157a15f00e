# Every target sets up what it needs; each is quick the second time.
.PHONY: demo serve test chaos soak kills check format docs bench lock setup dev console client-check image-test clean
.DEFAULT_GOAL := help

BIN := .venv/bin

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

setup: ## Install what the service needs
	@deploy/setup.sh service

dev: ## Install what tests and checks need as well
	@deploy/setup.sh dev

demo: setup ## Read a sample document through the real service, with a signed callback
	@$(BIN)/pagesight demo

serve: setup ## Run the service with its console, until Ctrl-C
	@$(BIN)/pagesight serve

test: dev ## All tests, in parallel; ARGS go to pytest, and ARGS=-n0 runs them one by one
	@$(BIN)/python -m pytest -n auto --dist loadscope --no-loadscope-reorder $(ARGS)

chaos: dev ## Every part killed, frozen, cut off or starved, at length; build/chaos/report.md
	@CHAOS=full CHAOS_REPORT=build/chaos $(BIN)/python -m pytest tests/chaos tests/jobs/test_ledger_machine.py -v $(ARGS)

soak: dev ## Many pages through the real service, its memory in build/soak; PAGES=10000
	@$(BIN)/python -m tests.chaos.soak --pages $(or $(PAGES),10000) --report build/soak

check: dev ## Format, lint, strict types, layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: dev ## Format the code, and fix what can be fixed automatically
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

kills: dev ## Workers killed at random while pages are read, in build/kills; PAGES=5000
	@$(BIN)/python -m tests.chaos.kills --pages $(or $(PAGES),5000) --report build/kills

bench: dev ## Accuracy and speed side by side; DATA=folder of evaluation pages
	@$(BIN)/python -m benchmarks.run --data $(or $(DATA),../shared/data)

docs: dev ## Write the reference pages and client models that are made from declarations
	@$(BIN)/python -m cli.reference

console: ## Build api/console from the sources in console/, and check their types
	@deploy/console.sh

client-check: ## Check the types of the TypeScript client with the compiler of console/ (npm)
	@deploy/client_check.sh

lock: dev ## Pin the requirement files again; UPGRADE=1 for the newest versions
	@deploy/lock.sh

image-test: ## Build both images without an engine and read a page in each (root, Debian)
	@deploy/image_test.sh

clean: ## Remove what the other targets created
	@rm -rf .venv .data .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
