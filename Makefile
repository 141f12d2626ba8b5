# The two commands are `make run` and `make test`; the rest is for those who work on it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test system bench shots fmt check lock messages clean

run: $(VENV)/run.done
	@$(BIN)/python scripts/compile_catalogues.py
	@$(BIN)/entourage demo --if-empty
	@$(BIN)/entourage serve

test: $(VENV)/dev.done check
	$(BIN)/python scripts/test.py

system: $(VENV)/dev.done
	$(BIN)/python scripts/test.py --system

# Of a part alone: make bench ONLY=--search (or --clicks, --dashboards, --credit, --imports, --people, --feeds, --homepage)
bench: $(VENV)/dev.done
	$(BIN)/python scripts/bench.py $(ONLY)

shots: $(VENV)/dev.done
	$(BIN)/python scripts/shots.py

check: $(VENV)/dev.done
	@$(BIN)/python scripts/compile_catalogues.py
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(VENV)/dev.done
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:
	uv pip compile pyproject.toml --extra build --extra postgres --extra redis --extra s3 --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-header -o requirements.txt
	uv pip compile pyproject.toml --extra build --extra postgres --extra redis --extra s3 --group dev -c requirements.txt \
	    --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements-dev.txt

messages: $(VENV)/dev.done
	$(BIN)/python scripts/messages.py

# Everything installed is pinned by hash; the project itself is installed in place.
$(VENV)/run.done: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Entourage needs Python 3.11 or newer.")'
	@echo "Preparing the environment (once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.done: requirements-dev.txt $(VENV)/run.done
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) build dist
