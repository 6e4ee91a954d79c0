# Two commands do all set-up: `make demo` and `make test`. Needs git, make and Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

# Run a command; on a terminal say what it does, and for how long. What runs behind a shell does not hear Ctrl-C by itself.
define with_progress
@[ -t 2 ] || echo "$(1)"; \
began=$$(date +%s); $(2) & pid=$$!; \
trap 'kill $$pid 2>/dev/null; wait $$pid; exit 130' INT TERM HUP; \
while [ -t 2 ] && kill -0 $$pid 2>/dev/null; do \
	printf '\r%s  %d s' "$(1)" $$(($$(date +%s) - began)) >&2; sleep 1; \
done; \
wait $$pid; status=$$?; [ ! -t 2 ] || printf '\r\033[K' >&2; exit $$status
endef

.PHONY: install demo sandbox postgresql test test-learn quick check format page records bench bench-learn mutate lock clean

# The locks name everything, so nothing is resolved again: where a package asks for another's extra, pip 23 looks past the
# pinned version to the newest, which has no hash here.
install: .venv/demo

demo: .venv/demo
	@$(BIN)/greenlit demo

# What runs a repository's own checks; where it cannot be installed, its tests skip and say why.
sandbox:
	@deploy/install-bubblewrap.sh

# What a record is that several processes share; where it cannot be installed, its tests skip and say why.
postgresql:
	@deploy/install-postgresql.sh

# Compiled files are kept: each of a hundred processes would else compile the bot again.
export PYTHONDONTWRITEBYTECODE :=

# Most tests that need servers and processes wait for them, so more of them than cores run at a time, each handed out by
# itself: some wait for long. Beside them, on what they leave of the machine, run those that need none; these are measured
# (a third of their time; `make test MEASURE=` leaves it out): their floor of branches only rises.
MEASURE ?= --cov --cov-report= --cov-fail-under=79
test: .venv/dev tests/contracts/node_modules/.package-lock.json sandbox postgresql
	@output=$$(mktemp); failed=0; \
	nice -n 5 $(BIN)/pytest --ignore tests/learn --numprocesses 2 --maxschedchunk 4 --hypothesis-profile ci -m "not served and not slow" \
		$(MEASURE) >"$$output" 2>&1 & measured=$$!; \
	trap 'kill $$measured 2>/dev/null; rm -f "$$output"; exit 130' INT TERM HUP; \
	$(BIN)/pytest --ignore tests/learn --numprocesses 5 --maxschedchunk 1 --hypothesis-profile ci -m "served or slow" || failed=$$?; \
	wait $$measured || failed=$$?; \
	cat "$$output"; rm -f "$$output"; exit $$failed

# Completion learnt from repositories has an extra of its own, so a file of pins, an environment and a job of CI of its own.
test-learn: .venv-learn/installed
	@deploy/install-chromium.sh; deploy/install-postgresql.sh
	.venv-learn/bin/pytest tests/learn --numprocesses 2 --maxschedchunk 1 \
		--cov=bot.adapters.corpus --cov=bot.completion --cov=bot.corpus --cov=bot.learning --cov-config=tests/learn/coverage.ini

quick: .venv/dev
	$(BIN)/pytest --ignore tests/learn --numprocesses 2 --maxschedchunk 4 -m "not served and not slow and not long"

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/interrogate tests -q
	$(BIN)/codespell bot handlers prompts deploy tests README.md CHANGELOG.md

format: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The editor of the page that completes code, from npm's packages; what comes out is committed, with the sums of it and of what
# it was made from, so that tests need neither npm nor a network to see that one was changed without the other. Needs npm.
page:
	deploy/editor/build.sh bot/completion/page
	sha256sum $(addprefix deploy/editor/,build.sh editor.js package.json package-lock.json) bot/completion/page/codemirror.* >deploy/editor/built.sha256

# Runs of the stage at their longest waits, for the versions that come after a release: make records RELEASE=0.2.0.
RELEASE ?= unreleased
records: .venv/dev
	$(BIN)/python -m tests.stories.record_release $(RELEASE)

# Real judges ask what was merged: make bench REPOSITORIES="PATH ..." asks repositories of your own. make bench ONLY="door"
# measures what these modules of tests/benchmarks do, and nothing else.
bench: .venv/dev
	REPOSITORIES="$(REPOSITORIES)" $(BIN)/python -m tests.benchmarks $(ONLY)

# Bits per character, keystrokes saved, latency: make bench-learn REPOSITORIES="PATH ..." asks repositories of your own.
bench-learn: .venv-learn/installed
	REPOSITORIES="$(REPOSITORIES)" .venv-learn/bin/python -m tests.learn.benchmarks

# Small faults, one at a time, and which of them no test notices: make mutate MODULE=bot/gates/size.py, a package, a dotted
# name or a part of tests/mutation/parts.py; all parts without. At most N faults are drawn in each, the same for a SEED.
N ?= 100
SEED ?= 1
mutate: .venv/dev
	nice -n 15 $(BIN)/python -m tests.mutation --most $(N) --seed $(SEED) $(if $(MODULE),"$(MODULE)")

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Greenlit needs Python 3.11 or newer; this is %d.%d. Say which with: make PYTHON=python3.12 demo" % sys.version_info[:2])'
	@$(PYTHON) -m venv .venv

.venv/demo: .venv/bin/python pyproject.toml requirements.lock
	$(call with_progress,Installing $$(grep -c == requirements.lock) packages into .venv,$(PIP) install --require-hashes --no-deps -r requirements.lock)
	$(call with_progress,Installing Greenlit into .venv,$(PIP) install --no-deps --editable .)
	@touch $@ 

.venv/dev: .venv/demo requirements-dev.lock
	$(call with_progress,Installing what the tests need into .venv,$(PIP) install --require-hashes --no-deps -r requirements-dev.lock)
	@touch $@

.venv-learn/installed: requirements-learn.lock pyproject.toml
	@$(PYTHON) -m venv .venv-learn
	$(call with_progress,Installing $$(grep -c == requirements-learn.lock) packages into .venv-learn,.venv-learn/bin/python -m pip --disable-pip-version-check --quiet --quiet install --require-hashes --no-deps -r requirements-learn.lock)
	$(call with_progress,Installing Greenlit into .venv-learn,.venv-learn/bin/python -m pip --disable-pip-version-check --quiet --quiet install --no-deps --editable .)
	@touch $@

# GitHub's own descriptions of its API, to hold the bot and the forge against. npm comes in a wheel where there is none.
tests/contracts/node_modules/.package-lock.json: tests/contracts/package-lock.json | .venv/dev
	cd tests/contracts && PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --ignore-scripts --no-audit --no-fund --silent

lock: .venv/dev
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --quiet --generate-hashes --no-emit-index-url --no-header --extra demo -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile --universal --quiet --generate-hashes --no-emit-index-url --no-header --constraint requirements.lock --extra demo --extra traces -o requirements-image.lock pyproject.toml
	$(BIN)/uv pip compile --universal --quiet --generate-hashes --no-emit-index-url --no-header --extra dev -o requirements-dev.lock pyproject.toml
	$(BIN)/uv pip compile --universal --quiet --generate-hashes --no-emit-index-url --no-header --constraint requirements-dev.lock --extra dev --extra learn-tests -o requirements-learn.lock pyproject.toml

clean:
	rm -rf .venv .venv-learn tests/contracts/node_modules .greenlit
