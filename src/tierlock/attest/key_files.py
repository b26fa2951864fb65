"""Key files: new pairs that overwrite nothing, private keys that only their owner reads."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from tierlock.attest.public_key import PublicKey
from tierlock.core import InputError

PUBLIC_SUFFIX: Final = ".pub"
_MOST_BYTES: Final = 2**16


class KeyPair(NamedTuple):
    """Where a new key pair was written, and its name."""

    private: Path
    public: Path
    key_id: str


def new_key(path: Path, *, passphrase: bytes | None) -> KeyPair:
    """Write a new Ed25519 key pair: `path` (PKCS#8, mode 0600) and `path` + `.pub`.

    Args:
        path: the private key's file; its folder exists.
        passphrase: encrypts the private key; None leaves it plain, for a machine's key.

    Raises:
        InputError: `input.exists`, one of the files is there (neither is touched); `input.file`, a
            file can not be written; `key.passphrase`, the passphrase is empty.
    """
    public = path.with_name(path.name + PUBLIC_SUFFIX)
    for each in (path, public):
        if os.path.lexists(each):
            raise _there(each)
    if passphrase is not None and not passphrase:
        raise InputError("key.passphrase", "the passphrase is empty")
    how: KeySerializationEncryption = (
        NoEncryption() if passphrase is None else BestAvailableEncryption(passphrase)
    )
    key = Ed25519PrivateKey.generate()
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write_new(path, data=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how), mode=0o600)
    _write_new(public, data=pem, mode=0o644)
    return KeyPair(private=path, public=public, key_id=PublicKey(pem).key_id)


def load_public_key(path: Path, *, scheme: str | None = None) -> PublicKey:
    """Return the public key in `path`.

    Raises:
        InputError: `input.file` or `key.read`; a private key is refused, it belongs nowhere else.
    """
    data = _read(path)
    if b"PRIVATE KEY" in data:
        raise InputError(
            "key.read",
            "this is a private key, and the public one is asked for",
            location=str(path),
            hint=f"name the file that ends in `{PUBLIC_SUFFIX}`; give the private key to nobody",
        )
    try:
        return PublicKey(data, scheme=scheme)
    except InputError as error:
        raise InputError(error.code, error.message, hint=error.hint, location=str(path)) from None


def is_encrypted(path: Path) -> bool:
    """Tell whether the private key in `path` asks for a passphrase."""
    return b"ENCRYPTED" in _read(path)


def load_private_key(path: Path, *, passphrase: bytes | None = None) -> PrivateKeyTypes:
    """Return the private key in `path`.

    Raises:
        InputError: `input.file`; `key.read`, no key, or a plain key that others can read;
            `key.passphrase`, it is missing, wrong, or not wanted.
    """
    data = _read(path)
    if passphrase is None:
        _check_private(path, data=data)
    try:
        return load_pem_private_key(data, password=passphrase)
    except TypeError:
        wanted = passphrase is None
        raise InputError(
            "key.passphrase",
            "the key needs its passphrase" if wanted else "the key is plain, and has none",
            location=str(path),
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        if passphrase is not None:
            raise InputError(
                "key.passphrase", "the passphrase is wrong, or the key damaged", location=str(path)
            ) from None
        raise InputError("key.read", "not a private key in PEM", location=str(path)) from None


def _check_private(path: Path, *, data: bytes) -> None:
    """Refuse a plain key that somebody else may have read."""
    shared = stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
    if os.name == "posix" and shared and b"ENCRYPTED" not in data:
        raise InputError(
            "key.read",
            "others can read this private key",
            location=str(path),
            hint=f"chmod 600 {path}; replace the key if somebody else had access",
        )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not read `{path}`: {reason}") from None
    if len(data) > _MOST_BYTES:
        raise InputError("key.read", "the file is too large for a key", location=str(path))
    return data


def _write_new(path: Path, *, data: bytes, mode: int) -> None:
    """Write a file that does not exist, with its mode from the first byte on."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise _there(path) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write `{path}`: {reason}") from None


def _there(path: Path) -> InputError:
    return InputError(
        "input.exists", f"`{path}` exists", hint="a key is never overwritten: name another file"
    )
