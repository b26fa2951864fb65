"""Whom a reader trusts: keys, the people behind them, in which roles, and for how long."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Annotated

from pydantic import Field, model_validator

from tierlock.attest.people import same_person
from tierlock.attest.public_key import PublicKey
from tierlock.attest.webauthn import Authenticator, assertion_key
from tierlock.core import Digest, InputError, Instant, Parts, Record


class SigstoreIdentity(Record):
    """A person or machine that Sigstore vouches for instead of a key.

    Attributes:
        identity: the e-mail address or workflow in the certificate.
        issuer: who vouched for it, as a URL.
    """

    identity: str = Field(min_length=1)
    issuer: str = Field(min_length=1)


class Attests(Record):
    """Whose logins a server may attest; it signs in their roles, with the weaker label.

    Attributes:
        issuer: the identity provider at which they log in, as a URL.
        persons: person to the roles in which that counts.
    """

    issuer: str = Field(min_length=1)
    persons: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> Attests:
        names = list(self.persons)
        for place, name in enumerate(names):
            if any(same_person(name, other=other) for other in names[:place]):
                raise ValueError(f"`{name}` is listed twice")
        return self

    def find(self, person: str) -> tuple[str, tuple[str, ...]] | None:
        """Return a person as they are spelled here, and their roles; None if they are not named."""
        for name, roles in self.persons.items():
            if same_person(name, other=person):
                return name, roles
        return None


class TrustedKey(Record):
    """A key, whose it is, and what its signatures are worth.

    Attributes:
        person: the one human being or machine that can use the key.
        organisation: for whom the person works, where that matters; an outside party's is named.
        roles: the roles in which signatures of this key count.
        attests: whose logins the key of a server may attest, besides.
        public_key: the key in PEM.
        scheme: how an RSA key signs; others have one way.
        webauthn: the key is an authenticator's, and signs in a browser, in no other way.
        sigstore: an identity instead of a key.
        valid_from: signatures before it do not count; nor from `valid_until` on.
        revoked_at: from here on the key may be in other hands: a signature counts only where
            something else than the signer's clock shows that it is older.
    """

    person: str = Field(min_length=1)
    organisation: str = ""
    roles: tuple[str, ...] = ()
    attests: Attests | None = None
    public_key: str | None = None
    scheme: str | None = None
    webauthn: Authenticator | None = None
    sigstore: SigstoreIdentity | None = None
    valid_from: Instant
    valid_until: Instant | None = None
    revoked_at: Instant | None = None

    @model_validator(mode="after")
    def _one_key(self) -> TrustedKey:
        if (self.public_key is None) == (self.sigstore is None):
            raise ValueError("give either `public_key` or `sigstore`")
        if self.webauthn is not None and (self.public_key is None or self.scheme is not None):
            raise ValueError("`webauthn` needs `public_key`, and says itself how it signs")
        if not self.roles and self.attests is None:
            raise ValueError("give at least one of `roles`")
        if self.attests is not None and self.plain_pem is None:
            raise ValueError("a server that attests logins signs with a key of its own")
        if len(set(self.roles)) != len(self.roles):
            raise ValueError("a role is listed twice")
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise ValueError("`valid_until` is not after `valid_from`")
        return self

    @cached_property
    def key(self) -> PublicKey:
        """The key itself.

        Raises:
            InputError: `key.read`.
        """
        pem = (self.public_key or "").encode("utf-8")
        return PublicKey(pem, scheme=self.scheme) if self.webauthn is None else assertion_key(pem)

    @property
    def plain_pem(self) -> str | None:
        """The key in PEM if it signs bytes as they are; None of an authenticator or identity."""
        return self.public_key if self.webauthn is None else None

    def was_valid(self, at: datetime) -> bool:
        """Tell whether `at` lies in the time for which the key was given out."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


class ExpectedSubject(Record):
    """The subject that the reader asks about.

    Attributes:
        name: its name; `known_as` further names under which evaluation logs know it.
        parts: the digests that the reader knows to be right.
    """

    name: str = Field(min_length=1)
    known_as: tuple[str, ...] = ()
    parts: Parts = Parts()

    @property
    def names(self) -> frozenset[str]:
        """Every name that means this subject."""
        return frozenset({self.name, *self.known_as})


class Witnesses(Record):
    """Outside parties whose word about time the reader takes (spec/ledger.md A-5, A-6).

    Attributes:
        tsa: one PEM text per time stamping authority: its root certificate, and its own where its
            tokens do not carry it.
        rekor: public keys of logs, in PEM.
    """

    tsa: tuple[str, ...] = ()
    rekor: tuple[str, ...] = ()


class Trust(Record):
    """The reader's own trust file; nothing in a bundle or ledger can add to it.

    Attributes:
        keys: key id to the trusted key. A Sigstore identity has an id of the reader's choice.
        frameworks: name of each framework that may be applied, to its digest.
        subject: the subject that statements must be about; None leaves it open.
        apart: groups of roles of which one person may hold only one in the same matter.
        witnesses: who may say when a tree head existed; nobody may without it.
    """

    keys: dict[str, TrustedKey] = Field(min_length=1)
    frameworks: dict[str, Digest] = {}
    subject: ExpectedSubject | None = None
    apart: tuple[tuple[str, ...], ...] = ()
    witnesses: Witnesses = Witnesses()

    @model_validator(mode="after")
    def _ids_are_of_their_keys(self) -> Trust:
        for key_id, trusted in self.keys.items():
            if trusted.public_key is None:
                continue
            try:
                found = trusted.key.key_id
            except InputError as error:
                raise ValueError(f"key `{key_id}`: {error.message}") from None
            if found != key_id:
                raise ValueError(f"the key under `{key_id}` is `{found}`")
        if any(len(set(group)) < 2 or len(set(group)) != len(group) for group in self.apart):
            raise ValueError("a group of `apart` names at least two different roles")
        return self
