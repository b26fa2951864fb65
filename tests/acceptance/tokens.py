"""A hardware token in software: SoftHSM2 behind PKCS#11, with an EC key that was made inside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

PIN = "814 7231"
LABEL = "ann's token"
_LIBRARIES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
# In a process of its own: the library reads its settings once per process.
_MAKE_KEYS = """
import sys
import pkcs11
from pkcs11.util.ec import encode_named_curve_parameters

library, label, pin = sys.argv[1:]
curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
with pkcs11.lib(library).get_token(token_label=label).open(rw=True, user_pin=pin) as session:
    for number, name in ((2, "ann"), (3, "other")):
        made = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
        made.generate_keypair(store=True, id=bytes([number]), label=name)
"""


class Token(NamedTuple):
    """Where the token is, as environment variables say it."""

    settings: Path
    module: str

    @property
    def env(self) -> dict[str, str]:
        return {"SOFTHSM2_CONF": str(self.settings), "PYKCS11LIB": self.module}


def make_token(folder: Path) -> Token:
    """Return a new token with the keys 2 and 3; the test is skipped where SoftHSM2 is absent."""
    library = next((path for path in _LIBRARIES if Path(path).exists()), None)
    tool = shutil.which("softhsm2-util")
    if library is None or tool is None:
        pytest.skip("SoftHSM2 is not installed (package softhsm2)")
    pytest.importorskip("pkcs11", reason="the extra `hsm` is not installed")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    token = Token(settings, library)
    for command in (
        [tool, "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", "99999999"],
        [sys.executable, "-c", _MAKE_KEYS, library, LABEL, PIN],
    ):
        subprocess.run(
            command, env={**os.environ, **token.env}, check=True, capture_output=True, timeout=60
        )
    return token
