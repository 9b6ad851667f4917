# Every target sets up what it needs, and only when that has changed.
# Needed beforehand: Python 3.13, Node 20 or newer, make and git.

SHELL := /bin/sh
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.SUFFIXES:
.PHONY: help setup demo run test check bench lint types imports pins drift infra bicep coverage others fmt docs lock clean

PYTHON := .venv/bin/python

# What is compiled is kept, whatever the environment says: many processes would compile all of it again.
unexport PYTHONDONTWRITEBYTECODE

# A file's tests share a process, and each process has an Azurite of its own; one file runs in this one.
PYTEST := $(PYTHON) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# Rules without I/O, and their tests: every line and every branch of them is tested.
PURE := act_on_lead/answers.py act_on_lead/form.py act_on_lead/page.py act_on_lead/situation.py act_on_lead/telling.py ingest_lead/answers.py shared/acting/** shared/answers.py route_lead/changes.py route_lead/deciding.py route_lead/outcomes.py nurture_timer/due.py shared/noticing.py shared/owning.py shared/taking_over.py shared/usable.py shared/domain/** shared/intake/** $(addprefix shared/notices/,compose.py composing.py drafts.py facts.py overviews.py resolving.py tasks.py wording.py) shared/routing/**
PURE_TESTS := $(addprefix tests/,act_on_lead acting domain ingest_lead intake notices nurture_timer route_lead routing)

# Each of these keeps one core busy. An old make (macOS) mixes what they print.
SIDE_BY_SIDE := --jobs=2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

comma := ,
space := $(subst ,, )

heading = @printf '\n== %s\n'

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: .venv/.stamp node_modules/.stamp ## Install what the other targets need (they do so by themselves)

demo: setup ## Show a lead's journey, end to end, on this machine (CRM=… chooses the CRM)
	@$(PYTHON) -m local demo

run: setup ## Run the app on this machine: Core Tools if there, else our own host (RUNNER=local, PORT=…)
	@$(run)

test: setup ## Run the tests; make check adds long searches (ARGS=… is passed to pytest, as tests/local or -n 0 for a single process)
	@$(PYTEST) $(ARGS)

bench: setup ## Measure what a push costs (docs/speed.md)
	@$(PYTHON) -m bench.per_push
	@$(PYTHON) -m bench.at_once
	@$(PYTHON) -m bench.start

check: ## Check what CI checks, tests last (alone: lint, types, imports, pins, drift, infra, bicep, coverage, others)
	@$(MAKE) --silent --jobs=2 setup .venv-infra/.stamp
	@$(MAKE) $(SIDE_BY_SIDE) lint types imports pins drift infra bicep
	@$(MAKE) coverage
	@$(MAKE) others

lint: .venv/.stamp
	$(heading) 'Style'
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check

types: .venv/.stamp
	$(heading) 'Types'
	@$(PYTHON) -m mypy

imports: .venv/.stamp
	$(heading) 'Import direction'
	@.venv/bin/lint-imports --no-logo

pins: .venv/.stamp
	$(heading) 'Pinned requirements'
	@$(PYTHON) -m tools.check_requirements

drift: .venv/.stamp
	$(heading) 'Generated documents'
	@$(PYTHON) -m tools.generated_docs --check && echo 'README.md and docs/openapi.json are up to date.'

infra: .venv/.stamp .venv-infra/.stamp
	$(heading) 'Infrastructure: checkov'
	@CHECKOV=.venv-infra/bin/checkov $(PYTHON) -m pytest tests/infra/test_checkov.py

bicep: .venv/.stamp ## Check infra/ with the Bicep compiler, if there is one (WRITE=1: format it, renew its snapshots)
	$(heading) 'Infrastructure: Bicep'
	@$(PYTHON) -m tools.bicep $(if $(WRITE),--write)

# Coverage nearly doubles what a test takes, so only these are measured.
coverage: setup
	$(heading) 'Tests of pure code, with branch coverage'
	@$(PYTEST) --thorough --cov --cov-report= $(PURE_TESTS) $(ARGS)
	$(heading) 'No gap in pure code'
	@$(PYTHON) -m coverage report --include='$(subst $(space),$(comma),$(PURE))' --fail-under=100

others: setup
	$(heading) 'All other tests'
	@$(PYTEST) --thorough $(addprefix --ignore=,$(PURE_TESTS)) $(ARGS)

fmt: .venv/.stamp ## Format the code and repair what ruff can repair
	@$(PYTHON) -m ruff check --fix-only
	@$(PYTHON) -m ruff format

docs: .venv/.stamp ## Write settings table and OpenAPI description from the code
	@$(PYTHON) -m tools.generated_docs

lock: .venv/.stamp ## Renew the requirement files from pyproject.toml and requirements-infra.in (UPGRADE=1: newest versions)
	@echo 'Pinning requirements.txt …'
	@$(compile) --output-file=requirements.txt pyproject.toml
	@echo 'Pinning requirements-dev.txt …'
	@$(compile) --extra=dev --constraint=requirements.txt --output-file=requirements-dev.txt pyproject.toml
	@echo 'Pinning requirements-infra.txt …'
	@$(compile) --output-file=requirements-infra.txt requirements-infra.in

clean: ## Remove all that make, tests and local runs have left here
	@rm -rf .venv .venv-infra node_modules .local .coverage .coverage.* htmlcov
	@rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A fresh environment each time: what is no longer required must not linger.
.venv/.stamp: requirements-dev.txt .python-version
	@$(find_python); \
	echo 'Installing Python packages into .venv …'; \
	log=$$("$$python" -m venv --clear .venv 2>&1 && $(PYTHON) -m pip install --quiet --require-hashes \
	  --disable-pip-version-check --requirement requirements-dev.txt 2>&1) \
	  || { printf '%s\n' "$$log" >&2; exit 1; }
	@$(PYTHON) -m tools.leads_command
	@touch $@

# checkov pins what we pin, differently: an environment of its own.
.venv-infra/.stamp: requirements-infra.txt .python-version
	@$(find_python); \
	echo 'Installing checkov into .venv-infra …'; \
	log=$$("$$python" -m venv --clear .venv-infra 2>&1 && .venv-infra/bin/python -m pip install --quiet \
	  --require-hashes --disable-pip-version-check --requirement requirements-infra.txt 2>&1) \
	  || { printf '%s\n' "$$log" >&2; exit 1; }
	@touch $@

node_modules/.stamp: package-lock.json package.json .npmrc
	@$(check_node); \
	echo 'Installing Azurite into node_modules …'; \
	log=$$(npm ci 2>&1) || { printf '%s\n' "$$log" >&2; exit 1; }
	@touch $@

define find_python
python=; \
for name in python3.13 python3 python; do \
  "$$name" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null || continue; \
  python=$$name; break; \
done; \
[ -n "$$python" ] || { \
  echo 'Python 3.13 is needed: install it so that python3.13 is on the PATH, then run make again.' >&2; \
  exit 2; }
endef

define check_node
node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && npm --version >/dev/null 2>&1 || { \
  echo 'Node 20 or newer with npm is needed: install it so that node is on the PATH, then run make again.' >&2; \
  exit 2; }
endef

# Core Tools reads its connection from local.settings.json and expects Azurite to run.
define run
if [ '$(RUNNER)' = local ] || ! command -v func >/dev/null 2>&1; then \
  exec $(PYTHON) -m local run $(if $(PORT),--port '$(PORT)'); \
fi; \
[ -f local.settings.json ] || { \
  echo 'func needs local.settings.json: copy local.settings.example.json, or use make run RUNNER=local.' >&2; \
  exit 2; }; \
echo 'Storage: node_modules/.bin/azurite --skipApiVersionCheck --location .local/azurite (in another terminal)'; \
PATH="$$PWD/.venv/bin:$$PATH" VIRTUAL_ENV="$$PWD/.venv" exec func start $(if $(PORT),--port '$(PORT)')
endef

# Without the machine's own package sources: the pins must be the same wherever they are made.
compile = env -u PIP_EXTRA_INDEX_URL -u PIP_FIND_LINKS PIP_CONFIG_FILE=/dev/null \
  CUSTOM_COMPILE_COMMAND='make lock' .venv/bin/pip-compile --quiet $(if $(UPGRADE),--upgrade)
