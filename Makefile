# make demo    see what xlplan does, on real calls and on a whole organisation
# make test    run all tests; installs what they need, LibreOffice included
# make lint    ruff and mypy            make bench   benchmarks, beside their peers
# make sample  write templates, sample workbook, reference pages and the outputs shown in the documents again
# make clean   remove what these targets made beside the sources

# Another interpreter: make test PYTHON=/path/to/python3.12
PYTHON ?= $(firstword $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name"; done) python3)
VENV := .venv
RUN := OMP_NUM_THREADS=1 $(VENV)/bin/python
CALLS := workbooks/data/calls_bank_us_30min.csv

.PHONY: demo test lint sample bench clean

demo: $(VENV)/installed
	@mkdir -p demo
	$(VENV)/bin/xlplan new demo/us_bank_calls.xlsx --volumes $(CALLS) --hold-back 4 --time-zone America/New_York --force
	$(VENV)/bin/xlplan refresh demo/us_bank_calls.xlsx
	$(VENV)/bin/xlplan demo demo

test: $(VENV)/installed-dev
	@tools/install_libreoffice.sh
	$(RUN) -m pytest -p no:benchmark --numprocesses auto --dist loadfile $(ARGS)

lint: $(VENV)/installed-dev
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy

sample: $(VENV)/installed-dev
	$(RUN) tools/build_sample.py
	$(RUN) tools/build_reference.py
	$(RUN) tools/documents.py

bench: $(VENV)/installed-dev
	$(RUN) -m pytest benchmarks -s $(ARGS)

clean:
	rm -rf $(VENV) demo build dist .benchmarks .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "xlplan needs Python 3.11 or newer. Install it, or say where it is: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; \
		exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python could not make an environment. On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	@echo "Installing xlplan into $(VENV); the first time takes a minute."
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	@echo "Installing xlplan and what its tests need into $(VENV); the first time takes a minute."
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/installed
