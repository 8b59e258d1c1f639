# The commands of the house. `.ci/run` runs the same recipes, so a green `make check` is a green CI.
# Each recipe is plain shell for the Python environment that is active.
.PHONY: install lint types contracts test check format lock schema demo bench clean

install: ## everything a developer needs, pinned by hash
	python -m pip install -r requirements-dev.txt

lint: ## style and form of the code
	python -m ruff check
	python -m ruff format --check

types: ## types of the code and of its tests
	python -m mypy

contracts: ## who may import whom
	lint-imports

test: ## all tests, on a PostgreSQL of their own
	python -m pytest

check: lint types contracts test ## everything CI asks

format: ## what the tools can put right themselves
	python -m ruff check --fix
	python -m ruff format

lock: ## write requirements*.txt from the ranges of pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --output-file requirements.txt pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --group dev --output-file requirements-dev.txt pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --group spark --constraint requirements.txt --output-file requirements-spark.txt pyproject.toml

schema: ## write the GraphQL schema that the tests compare with
	python -m schema.root
	python -m schema.described

demo: ## a synthetic region, imported, reconciled and served
	python -m hub demo

bench: ## measure; prints figures, passes no judgement
	python -m tests.bench

clean: ## remove what tools and the demo left behind
	rm -rf var build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
