"""A time stamping authority of our own: certificates made here, tokens by `openssl ts`, offline."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NO_OPENSSL: Final = "the program openssl is not installed"
_SETTINGS: Final = """\
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:2
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
"""


class Authority(NamedTuple):
    """A folder with the keys and certificates of one authority."""

    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def query(self, data: bytes, *, hashed: str = "sha256") -> bytes:
        """Return a request for a token over `data`, as somebody without Tierlock makes it."""
        (self.folder / "data").write_bytes(data)
        _openssl("ts", "-query", "-data", self.folder / "data", f"-{hashed}", "-cert",
                 "-out", self.folder / "query.tsq")  # fmt: skip
        return (self.folder / "query.tsq").read_bytes()

    def reply(self, query: bytes) -> bytes:
        """Return the answer to a request."""
        (self.folder / "asked.tsq").write_bytes(query)
        asked, answer = self.folder / "asked.tsq", self.folder / "reply.tsr"
        _openssl("ts", "-reply", "-config", self.folder / "openssl.cnf", "-section", "own",
                 "-queryfile", asked, "-out", answer)  # fmt: skip
        return answer.read_bytes()

    def stamp(self, data: bytes, *, hashed: str = "sha256") -> bytes:
        """Return the answer to a request for a token over `data`."""
        return self.reply(self.query(data, hashed=hashed))


def authority(
    folder: Path,
    *,
    name: str = "example",
    valid: tuple[int, int] = (-30, 30),
    stamping: bool = True,
) -> Authority:
    """Make an authority.

    Args:
        folder: where.
        name: how it is called.
        valid: days from now between which its own certificate is valid.
        stamping: whether that certificate is for time stamps.
    """
    folder.mkdir(parents=True)
    now = datetime.now(UTC)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} root")])
    root = (
        x509.CertificateBuilder(root_name, root_name, root_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=4000))
        .not_valid_after(now + timedelta(days=4000))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    own_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} time stamps")])
    usage = ExtendedKeyUsageOID.TIME_STAMPING if stamping else ExtendedKeyUsageOID.CODE_SIGNING
    own = (
        x509.CertificateBuilder(root_name, own_name, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=valid[0]))
        .not_valid_after(now + timedelta(days=valid[1]))
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (folder / "tsa.pem").write_bytes(own.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "tsa.key").write_bytes(private)
    (folder / "serial").write_text("01\n")
    (folder / "openssl.cnf").write_text(_SETTINGS.format(folder=folder))
    return Authority(folder)


def has_openssl() -> bool:
    return shutil.which("openssl") is not None


def _openssl(*args: object) -> None:
    subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True)
