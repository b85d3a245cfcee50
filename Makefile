# Every target does its own set-up, in a virtual environment of its own.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
# As a user has it: with IPython beside it, which the tests need, MLflow's own first run takes 30 ms more.
BENCH_VENV ?= .venv-bench
# The oldest MLflow we know, one in between, and the newest that pip finds; `make test` runs on what is in constraints.txt.
MLFLOW_VERSIONS ?= 3.1.4 3.11.1 newest

.PHONY: demo test test-versions lint docs bench clean

demo: $(VENV)/.demo  ## Train a classifier with Lightning and show its record.
	$(BIN)/python examples/lightning_digits.py

test: $(VENV)/.test  ## Install what the tests need, then run them all.
	sh tests/system_packages.sh
	$(BIN)/python -m pytest $(ARGS)

test-versions: $(MLFLOW_VERSIONS:%=.venv-mlflow-%/.done)  ## Compare with the stores of other versions of MLflow.
	@set -e; for version in $(MLFLOW_VERSIONS); do \
		bin=.venv-mlflow-$$version/bin; \
		$$bin/python -c 'import mlflow; print("MLflow", mlflow.__version__, flush=True)'; \
		$$bin/python -m pytest tests/plugin --ignore tests/plugin/importing $(ARGS); \
	done

lint: $(VENV)/.test  ## Style, types and the direction of imports.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.test  ## Write the pages that are made of docstrings.
	$(BIN)/python -m tests.docs.reference

bench: $(BENCH_VENV)/.done  ## Compare with MLflow's own stores, side by side.
	$(BENCH_VENV)/bin/python -m benchmarks $(ARGS)

clean:  ## Remove everything the other targets made.
	rm -rf $(VENV) $(BENCH_VENV) .venv-mlflow-* build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/.venv:
	$(PYTHON) -m venv $(VENV)
	touch $@

$(BENCH_VENV)/.done: setup.cfg constraints.txt
	$(MAKE) VENV=$(BENCH_VENV) $(BENCH_VENV)/.demo
	touch $@

$(VENV)/.demo: $(VENV)/.venv setup.cfg constraints.txt
	$(INSTALL) --editable '.[mlflow,lightning]'
	touch $@

$(VENV)/.test: $(VENV)/.venv setup.cfg constraints.txt
	$(INSTALL) --editable '.[mlflow,lightning,test]'
	touch $@

.venv-mlflow-%/.done: tests/versions/%.txt setup.cfg
	$(PYTHON) -m venv .venv-mlflow-$*
	.venv-mlflow-$*/bin/pip install --quiet --disable-pip-version-check --constraint tests/versions/$*.txt \
		--editable '.[mlflow]' hypothesis pytest pytest-xdist
	touch $@

tests/versions/newest.txt: constraints.txt  # what everything was tested with, but for MLflow itself
	grep -v '^mlflow' constraints.txt > $@
