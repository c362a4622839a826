# The two commands: `make run` and `make test`. Each does all its set-up by itself.
SUITS := -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] < (3,14))' >/dev/null 2>&1
PYTHON ?= $(firstword $(shell for p in python3 python3.13 python3.12 python3.11; do $$p $(SUITS) && echo $$p; done))
BIN := .venv/bin
STAMP := .venv/.installed
# With bytecode kept, whatever the caller's environment says: the tests start some hundred processes.
TEST_ENV := SECRET_KEY=only-for-tests LOCAL=1 PYTHONTZPATH= PYTHONDONTWRITEBYTECODE=
STACK := $(TEST_ENV) $(BIN)/python -m secretariat.localstack exec --

.PHONY: run test lint words format shell clean help

help: ## what can be done
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

run: $(STAMP) ## start everything on this machine; PORT=8123 chooses the port
	@exec $(BIN)/python -m secretariat.supervisor

test: $(STAMP) lint ## every check and every test, on servers of its own
	$(STACK) $(BIN)/python manage.py makemigrations --check --dry-run
	$(STACK) $(BIN)/python -m pytest

lint: $(STAMP) ## style, floors, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(STACK) $(BIN)/mypy

words: $(STAMP) ## bring the catalogues up to date; say what waits for a translation
	@PYTHONTZPATH= $(BIN)/python -m secretariat.catalogues

format: $(STAMP) ## put the code into the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

shell: $(STAMP) ## a Python shell of the service, on servers of its own (VAR_DIR=var keeps them)
	@PYTHONTZPATH= LOCAL=1 SECRET_KEY=only-for-this-shell $(BIN)/python -m secretariat.localstack exec \
		$(if $(VAR_DIR),--state $(VAR_DIR)) -- sh -c '$(BIN)/python manage.py migrate -v0 && $(BIN)/python manage.py shell'

clean: ## remove the environment and all local data
	@# As root below a closed folder the servers keep their data in a folder of ours below /var/tmp.
	@data=$$(readlink var/servers 2>/dev/null); case "$$data" in /var/tmp/secretariat-*) rm -rf "$$data";; esac
	rm -rf .venv var .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(STAMP): requirements.txt requirements-dev.txt
	@test -n "$(PYTHON)" && $(PYTHON) $(SUITS) || { echo "secretariat: Python 3.11, 3.12 or 3.13 is needed; install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 2; }
	@# A half-made environment (no ensurepip, another Python gone) is made anew.
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { rm -rf .venv; $(PYTHON) -m venv .venv; } || \
		{ rm -rf .venv; echo "secretariat: cannot make .venv; on Debian: apt-get install python3-venv" >&2; exit 2; }
	@echo "secretariat: installing what requirements-dev.txt names (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt || \
		{ echo "secretariat: the packages could not be installed; see the lines above" >&2; exit 2; }
	@touch $@
