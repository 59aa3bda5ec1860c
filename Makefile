# Two commands do everything: `make run` and `make test`. Each makes .venv first, with the versions of constraints.txt.
PYTHON ?= python3
SCRIPTS := $(if $(filter Windows_NT,$(OS)),Scripts,bin)
BIN := .venv/$(SCRIPTS)
TESTS := -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile
TESTED := minilm smollm2 mpnet parser

versions = $(1)/$(SCRIPTS)/python -m pip list --format freeze --exclude-editable --exclude pip --exclude setuptools

.PHONY: run test lint docs languages lock test-newest bench audit clean

run: .venv/.run
	$(BIN)/mha-viz

test: .venv/.test
	$(BIN)/mha-viz models get $(TESTED)
	$(BIN)/python $(TESTS)

lint: .venv/.test node_modules/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/node node_modules/eslint/bin/eslint.js eslint.config.js assets tests/js

# Writes docs/architecture.md anew, from what modules say of themselves, and the tables of docs/models.md, from what
# becomes of the families in the tests.
docs: .venv/.test
	$(BIN)/python docs/architecture.py
	$(BIN)/python -m docs.models

# Gathers the messages of the code into assets/languages/*.po and says how many are not translated.
languages: .venv/.test
	$(BIN)/python -m docs.languages

# The newest releases inside the ranges of pyproject.toml, in an environment of its own. What other packages warn of is
# printed at the end; a failure is a failure. Where these are the versions that are locked, `make test` has said it all.
test-newest: .venv-newest/pyvenv.cfg
	.venv-newest/$(SCRIPTS)/python -m pip install --quiet --upgrade pip
	.venv-newest/$(SCRIPTS)/python -m pip install --quiet --upgrade --upgrade-strategy eager --editable '.[test]'
	@if [ -e .venv/.test ] && [ "$$($(call versions,.venv))" = "$$($(call versions,.venv-newest))" ]; then \
		echo "The locked versions are the newest."; \
	else \
		.venv-newest/$(SCRIPTS)/mha-viz models get $(TESTED) && .venv-newest/$(SCRIPTS)/python $(TESTS) --newest; \
	fi

# Writes the locks anew: the newest releases inside the ranges, for Python 3.11 and newer on three systems.
LOCK := .venv-lock/$(SCRIPTS)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--custom-compile-command 'make lock' pyproject.toml
lock: .venv-lock/pyvenv.cfg
	.venv-lock/$(SCRIPTS)/python -m pip install --quiet --upgrade uv
	$(LOCK) --extra test --extra cluster --output-file constraints.txt
	$(LOCK) --extra bench --output-file benchmarks/constraints.txt

# The peers that we are measured against hold other packages back: an environment of their own.
bench: .venv-bench/.bench
	.venv-bench/$(SCRIPTS)/python benchmarks/capture.py
	.venv-bench/$(SCRIPTS)/python benchmarks/views.py
	.venv-bench/$(SCRIPTS)/python benchmarks/views.py --app --memory
	.venv-bench/$(SCRIPTS)/python benchmarks/class_load.py
	.venv-bench/$(SCRIPTS)/mha-viz models get dinov2 whisper
	.venv-bench/$(SCRIPTS)/python benchmarks/media.py

# Asks a service which of the locked packages have known weaknesses: needs a network.
audit: .venv-lock/pyvenv.cfg
	.venv-lock/$(SCRIPTS)/python -m pip install --quiet pip-audit
	.venv-lock/$(SCRIPTS)/python -m pip_audit --strict --no-deps --disable-pip --requirement constraints.txt

%/pyvenv.cfg:
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'mha_viz needs Python 3.11 or newer; found ' + sys.version.split()[0] + '. Set PYTHON=…')"
	$(PYTHON) -m venv $*

# pip first: the one that a new environment has may be too old to lock what builds our own package.
define install
$(1)/$(SCRIPTS)/python -m pip install --quiet --constraint $(2) pip
$(1)/$(SCRIPTS)/python -m pip install --quiet --constraint $(2) --build-constraint $(2) --editable '$(3)'
touch $@
endef

.venv/.run: pyproject.toml constraints.txt | .venv/pyvenv.cfg
	$(call install,.venv,constraints.txt,.)

.venv/.test: pyproject.toml constraints.txt | .venv/pyvenv.cfg
	$(call install,.venv,constraints.txt,.[test])
	touch .venv/.run

.venv-bench/.bench: pyproject.toml benchmarks/constraints.txt | .venv-bench/pyvenv.cfg
	$(call install,.venv-bench,benchmarks/constraints.txt,.[bench])

# Node and npm come with the test dependencies: nothing has to be installed beforehand.
node_modules/.installed: package-lock.json | .venv/.test
	$(BIN)/npm ci
	touch $@

clean:
	rm -rf .venv .venv-newest .venv-lock .venv-bench node_modules
