# Everything that a clone needs is made under .venv and hmi/web; `make clean` takes it away again.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.NOTPARALLEL:

VENV := .venv
BIN := $(VENV)/bin
DONE := $(VENV)/done
PACKAGES := controller sim hmi
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PINNED := $(PIP) --require-hashes --only-binary :all:
LOCK := uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --only-binary :all: --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: install ## install what is missing, then start the simulated mill and print its address
	@exec $(BIN)/blademill up $(ARGS)

install: $(DONE)/blademill page ## set up .venv/bin/blademill and the operator page, and no more

# What runs against the wall clock must not wait for what computes: so it comes after, the browsers
# apart from the wires. Other work on the machine can starve it all the same: what failed is run once
# more, and its first failure is shown.
ONCE_MORE := --reruns 1 -rR
test: install $(DONE)/dev ## run the tests (all but the long ones)
	@$(BIN)/python tests/support/machine.py
ifdef ARGS
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(ARGS)
else
	$(BIN)/python -m pytest -m "not long and not realtime" --numprocesses 2 --dist loadfile
	$(BIN)/python -m pytest tests/browser tests/process --numprocesses 2 --dist loadfile \
		--no-loadscope-reorder $(ONCE_MORE)
	$(BIN)/python -m pytest tests/live tests/modbus --numprocesses 5 \
		--dist worksteal $(ONCE_MORE)
endif

test-long: install $(DONE)/dev ## run the tests that take minutes
	@$(BIN)/python tests/support/machine.py
	$(BIN)/python -m pytest -m long --timeout 7200 $(ARGS)

compiled: install $(DONE)/dev ## compile scan and simulated plant, for studies; in build/compiled
	$(BIN)/python build_compiled.py

bench: install $(DONE)/dev ## measure speed, studies, reaction and lateness, each beside an anchor of the same run
	$(BIN)/python -m benchmarks $(ARGS)

check: install $(DONE)/dev ## check format, lint, types and the direction of imports
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python hatch_build.py node node_modules/typescript/bin/tsc --noEmit
	$(BIN)/python hatch_build.py node node_modules/@biomejs/biome/bin/biome check

format: install $(DONE)/dev ## put all source files into the one format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/python hatch_build.py node node_modules/@biomejs/biome/bin/biome check --write

docs: install ## write the tables of docs/safety.md and docs/permissions.md anew from the code
	$(BIN)/python tests/support/safety_page.py
	$(BIN)/python tests/support/permissions_page.py

pictures: install $(DONE)/dev ## run a batch in a real browser and take the pictures of the docs
	@$(BIN)/python tests/support/machine.py
	$(BIN)/python tests/support/pictures.py
	PYTHONPATH=.:tests/support $(BIN)/python tests/support/report_pictures.py

wheel: install ## build dist/*.whl, with the page, the recipes and the plant files inside
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

bundle: wheel sbom ## put all that an installation without a network needs into dist/bundle
	rm -rf dist/bundle
	$(BIN)/python -m pip download --quiet --require-hashes --only-binary :all: \
		--requirement requirements/run.txt --requirement requirements/notify.txt --dest dist/bundle/wheels
	cp dist/blademill-*.whl dist/bundle/wheels/
	cp requirements/run.txt requirements/notify.txt deploy/install.sh deploy/*.toml dist/sbom.json dist/bundle/
	cp -r deploy/systemd deploy/prometheus deploy/grafana docs recipes dist/bundle/
	tar -czf dist/blademill-bundle.tar.gz -C dist bundle

sbom: install $(DONE)/tools ## write dist/sbom.json, the software bill of materials (CycloneDX)
	$(BIN)/python requirements/sbom.py $(VENV)/tools/bin/cyclonedx-py dist/sbom.json

audit: $(DONE)/tools ## look for known vulnerabilities in the pinned dependencies (needs a network)
	for file in run notify; do \
		$(VENV)/tools/bin/pip-audit --strict --require-hashes --disable-pip --requirement requirements/$$file.txt \
		|| exit 1; done

lock: ## pin the newest dependencies that pyproject.toml allows (needs uv)
	$(LOCK) --upgrade pyproject.toml -o requirements/run.txt
	for group in build notify dev readers web; do \
		$(LOCK) --upgrade -c requirements/run.txt --group $$group -o requirements/$$group.txt \
		|| exit 1; done

clean: ## take away all that make has made
	rm -rf $(VENV) build dist hmi/web/dist hmi/web/node_modules
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# Programs that look at the pinned files from outside; not part of the environment.
$(DONE)/tools: $(DONE)/venv
	$(BIN)/python -m venv $(VENV)/tools
	$(VENV)/tools/bin/python -m pip install --quiet --disable-pip-version-check \
		"cyclonedx-bom>=7,<8" "pip-audit>=2.9,<3"
	@touch $@

# The page knows by itself when it is older than its sources.
page: $(DONE)/build
	@$(BIN)/python hatch_build.py page

# Editable: a change in the checkout is what runs, with nothing to install again.
$(DONE)/blademill: pyproject.toml $(DONE)/run $(DONE)/build
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DONE)/%: requirements/%.txt $(DONE)/venv
	$(PINNED) -r $<
	@touch $@

# PYTHON may name the interpreter. A Python without ensurepip (Debian without python3-venv) can
# still make the folder; its own pip then puts the pinned one there.
$(DONE)/venv:
	@set -e; \
	old_enough='import sys; sys.exit(sys.version_info < (3, 11))'; \
	for python in $(PYTHON) python3.11 python3.12 python3.13 python3 python none; do \
		if "$$python" -c "$$old_enough" 2>/dev/null; then break; fi; \
	done; \
	if [ "$$python" = none ]; then \
		echo "blademill needs Python 3.11 or newer, and none was found on PATH. Type:"; \
		echo "  sudo apt-get install -y python3 python3-venv"; \
		echo "or name one: make $(or $(MAKECMDGOALS),install) PYTHON=/path/to/python3.11"; \
		exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$python" --version)"; \
	if "$$python" -c 'import venv, ensurepip' 2>/dev/null; then \
		"$$python" -m venv $(VENV); \
	elif "$$python" -c 'import venv, pip' 2>/dev/null; then \
		"$$python" -m venv --without-pip $(VENV); \
		"$$python" -m pip --python $(BIN)/python install --quiet --require-hashes \
			-r requirements/build.txt; \
	else \
		package=$$("$$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
		echo "This Python cannot make a virtual environment: venv is missing. Type:"; \
		echo "  sudo apt-get install -y $$package"; \
		exit 1; \
	fi; \
	mkdir -p $(DONE); touch $@

.PHONY: help run install test test-long compiled bench check format docs pictures wheel bundle sbom audit lock clean page
