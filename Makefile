# Two commands: `make run` starts everything, `make test` checks everything. Both make .venv first.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
SUITE ?= tests
WORKERS ?= 2
# A file stays with one worker, so that what its tests share is made once.
PARALLEL = -n $(WORKERS) --dist loadfile --no-loadscope-reorder
.DEFAULT_GOAL := help
# Compiled files are kept even where the environment says otherwise: every process of the portal loads them, and each
# worker of the tests would rewrite four thousand asserts anew.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help setup setup-dev run test fast bench mutants lock fmt chromium secrets

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.installed ## Make .venv with what the portal needs

.venv/.installed: requirements.lock
	@$(call make_venv)
	@echo "Installerar enligt requirements.lock …"
	@$(call install,requirements.lock)
	@touch $@

setup-dev: .venv/.installed-dev

.venv/.installed-dev: requirements-dev.lock .venv/.installed
	@echo "Installerar verktyg enligt requirements-dev.lock …"
	@$(call install,requirements-dev.lock)
	@touch $@

run: setup ## Start the portal (PORT=9000 chooses a port, SAMARKIV_DATA=/path the data folder)
	@exec $(BIN)/python manage.py up $(if $(PORT),--port $(PORT)) $(if $(HOST),--host $(HOST))

test: setup-dev chromium ## Style, types and every test, in browser and under faults too
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/python -m pytest $(PARALLEL) $(SUITE)

fast: setup-dev ## The tests that need neither browser nor patience
	$(BIN)/python -m pytest $(PARALLEL) -m "not browser and not load" $(SUITE)

bench: setup-dev ## Measure reading, uploading and searching against the bare work
	$(BIN)/python -m tests.benchmarks

mutants: setup-dev ## Take checks away, one at a time, and see that the tests notice
	$(BIN)/python -m tests.mutants

fmt: setup-dev ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## Write the lock files after a change in pyproject.toml (UPGRADE=--upgrade takes newer versions)
	@$(PYTHON) -m venv .cache/lock && .cache/lock/bin/python -m pip install --quiet uv
	@$(call compile) --output-file requirements.lock
	@$(call compile) --extra dev --constraint requirements.lock --output-file requirements-dev.lock

# No addresses in the lock: everybody installs from the registry or mirror they trust, and the digests decide.
define compile
.cache/lock/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" $(UPGRADE)
endef

define install
$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps \
	--only-binary :all: --requirement $(1)
endef

define make_venv
"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	|| { echo "Python 3.11 eller senare behövs. Installera python3, eller ange PYTHON=/sökväg/till/python3."; exit 1; }; \
test -x $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1 \
	|| { $(PYTHON) -c 'import ensurepip' 2>/dev/null || $(call apt,python3-venv); $(PYTHON) -m venv --clear .venv; }
endef

define apt
{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
	|| { echo "Paketet $(1) saknas. Installera det: sudo apt-get install $(1)"; exit 1; }; \
echo "Installerar $(1) med apt-get …"; \
apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends -y $(1) >/dev/null; }
endef

chromium: setup-dev
	@command -v chromium >/dev/null || $(call apt,chromium)
	@$(BIN)/playwright --version >/dev/null 2>&1 || $(call apt,libatomic1)

secrets: ## Draw the passwords that docker-compose.yml reads (once; they stay)
	@$(PYTHON) -c "$$DRAW_SECRETS"

# The folder is closed; the files in it are open, because a container's user has another number than ours.
define DRAW_SECRETS
import os, pathlib, secrets
folder = pathlib.Path("secrets")
folder.mkdir(mode=0o700, exist_ok=True)
draw = lambda: secrets.token_urlsafe(36)
database, queue = draw(), draw()
wanted = {
    "secret_key": secrets.token_urlsafe(64),
    "postgres_password": database,
    "database_url": f"postgresql://samarkiv:{database}@database/samarkiv",
    "redis_password": queue,
    "redis_url": f"redis://:{queue}@broker:6379/0",
    "cache_url": f"redis://:{queue}@cache:6379/0",
    "store_user": "samarkiv",
    "store_password": draw(),
}
if any((folder / name).exists() for name in wanted):
    raise SystemExit("Mappen secrets/ har redan lösenord. De hör ihop med databasen och byts inte av sig själva.")
for name, value in wanted.items():
    with open(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444), "w") as out:
        out.write(value)
print("Lösenorden ligger i secrets/. Säkerhetskopiera mappen och visa den för ingen.")
endef
export DRAW_SECRETS
