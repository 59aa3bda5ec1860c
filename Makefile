# Two commands do everything: `make run` and `make test`. Each makes .venv first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint bench audit clean

run: .venv/.run
	$(BIN)/mha-viz

test: .venv/.test
	$(BIN)/mha-viz models get minilm smollm2 mpnet parser
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: .venv/.bench
	$(BIN)/python benchmarks/capture.py
	$(BIN)/python benchmarks/views.py
	$(BIN)/python benchmarks/views.py --app --memory
	$(BIN)/python benchmarks/class_load.py

# Asks a service which of the installed packages have known weaknesses: needs a network.
audit: .venv/.run
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/python -m pip freeze --exclude-editable > .venv/audit.txt
	$(BIN)/python -m pip_audit --strict --no-deps --disable-pip --requirement .venv/audit.txt

.venv/bin/python:
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'mha_viz needs Python 3.11 or newer; found ' + sys.version.split()[0] + '. Set PYTHON=…')"
	$(PYTHON) -m venv .venv

.venv/.run: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/.test: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@ .venv/.run

.venv/.bench: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	touch $@

clean:
	rm -rf .venv
