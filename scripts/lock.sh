#!/usr/bin/env bash
# Writes the hash-pinned requirements files from pyproject.toml; docs/adr/0002 says why they look
# so. The development lock is resolved first and constrains the others, so that a package has one
# version in all of them. `--upgrade` takes newer releases; without it pins stay where they can.
set -euo pipefail
cd "$(dirname "$0")/.."

export UV_CUSTOM_COMPILE_COMMAND="make lock"
compile() {
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-annotate --no-emit-index-url --no-emit-find-links "$@"
}

compile "$@" pyproject.toml --extra anchors --extra inspect --extra mlflow --extra postgres --extra prove --extra server --extra sigstore \
  --group dev --output-file requirements/dev.txt
compile "$@" pyproject.toml --constraint requirements/dev.txt --output-file requirements/core.txt
compile "$@" --group setup --constraint requirements/dev.txt --output-file requirements/setup.txt
compile "$@" pyproject.toml --extra inspect requirements/model.in --constraint requirements/dev.txt \
  --output-file requirements/model.txt
# torch.txt is kept by hand: builds for the CPU are not in the index that others are taken from.
compile "$@" pyproject.toml --extra trainer requirements/trainer.in --constraint requirements/dev.txt \
  --override requirements/no-torch.in --output-file requirements/trainer.txt
