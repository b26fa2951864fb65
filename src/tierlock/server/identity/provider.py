"""The provider: what it says about itself, its keys, and the one exchange of a code for a token."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import httpx
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]  # has no types
from authlib.oauth2.client import OAuth2Client  # type: ignore[import-untyped]  # has no types
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tierlock.core import InputError
from tierlock.server.identity.logins import Login
from tierlock.server.identity.settings import IdentitySettings, Provider, check_address

CALLBACK: Final = "/login/callback"
_MOST_BYTES: Final = 1_000_000
_PATIENCE: Final = 10.0
_METADATA_LASTS: Final = 3600.0
_KEYS_LAST: Final = 600.0
_KEYS_STEP: Final = 5.0
"""Seconds between two fetches of keys that unknown keys ask for."""
_RSA_BYTES: Final = 256
_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Metadata(NamedTuple):
    """What a provider says about itself (OpenID Connect Discovery 1.0 section 3).

    Attributes:
        end_session: where a browser ends its session there; empty: nowhere.
        userinfo: where further claims are; empty: nowhere.
        names_issuer: every answer names the issuer (RFC 9207).
    """

    authorization: str
    token: str
    keys: str
    userinfo: str
    end_session: str
    names_issuer: bool


class Answer(NamedTuple):
    """What the provider gave for a code."""

    id_token: str
    access_token: str


class OpenProvider:
    """A provider that is asked over the network; only its own addresses are, none is redirected.

    Args:
        settings: with the provider.
        secret: what the provider gave this server.
        now: a clock in seconds that never goes back.
        transport: how it is reached; by default the network.
    """

    def __init__(
        self,
        settings: IdentitySettings,
        *,
        secret: str,
        now: Callable[[], float],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if settings.provider is None:
            raise InputError("account.settings", "no provider is set")
        self.settings: Provider = settings.provider
        self.redirect_uri = f"{settings.public_url}{CALLBACK}"
        self._secret = secret
        self._now = now
        self._http = _Http(httpx.Client(
            transport=transport, timeout=_PATIENCE, follow_redirects=False, trust_env=False
        ))  # fmt: skip
        self._lock = threading.Lock()
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def metadata(self) -> Metadata:
        """Return what the provider says about itself; asked again every hour.

        Raises:
            InputError: `account.provider`.
        """
        with self._lock:
            if self._metadata is None or self._now() - self._metadata[0] > _METADATA_LASTS:
                self._metadata = self._now(), self._discover()
            return self._metadata[1]

    def keys(self, *, fresh: bool = False) -> KeySet:
        """Return the keys with which the provider signs.

        Args:
            fresh: a key was not among them: ask again, if that was not done seconds ago.

        Raises:
            InputError: `account.provider`.
        """
        address = self.metadata().keys
        with self._lock:
            age = self._now() - self._keys[0] if self._keys else _KEYS_LAST
            if self._keys is None or age >= (_KEYS_STEP if fresh else _KEYS_LAST):
                self._keys = self._now(), _read_keys(self._http.json(address))
            return self._keys[1]

    def begin_url(self, login: Login) -> str:
        """Return where a browser is sent to log in.

        Raises:
            InputError: `account.provider`.
        """
        url, _ = self._client().create_authorization_url(
            self.metadata().authorization,
            state=login.state,
            nonce=login.nonce,
            code_verifier=login.verifier,
        )
        return str(url)

    def exchange(self, code: str, *, login: Login) -> Answer:
        """Return what the provider gives for a code, of which it gives once.

        Raises:
            InputError: `account.login`, it gives nothing; `account.provider`.
        """
        try:
            given = self._client().fetch_token(
                self.metadata().token,
                grant_type="authorization_code",
                code=code,
                code_verifier=login.verifier,
                auth=(self.settings.client_id, self._secret),
            )
        except (AuthlibBaseError, httpx.HTTPError, ValueError, TypeError, KeyError) as error:
            raise InputError(
                "account.login", f"the provider refused the code: {type(error).__name__}"
            ) from None
        id_token, access = given.get("id_token"), given.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access, str):
            raise InputError("account.login", "the provider gave no id token")
        return Answer(id_token, access)

    def userinfo(self, access_token: str) -> Mapping[str, Any]:
        """Return the claims that the provider gives beside the id token; none where it has none.

        Raises:
            InputError: `account.provider`.
        """
        address = self.metadata().userinfo
        if not address:
            return {}
        return self._http.json(address, headers={"authorization": f"Bearer {access_token}"})

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            self._http,
            client_id=self.settings.client_id,
            scope=" ".join(self.settings.scopes),
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
        )

    def _discover(self) -> Metadata:
        issuer = self.settings.issuer
        said = self._http.json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if said.get("issuer") != issuer:
            raise InputError("account.provider", f"the provider is not the issuer `{issuer}`")
        found: dict[str, str] = {}
        for name in (*_NEEDED, "userinfo_endpoint", "end_session_endpoint"):
            value = said.get(name)
            if value is None and name not in _NEEDED:
                continue
            try:
                found[name] = check_address(str(value))
            except ValueError as error:
                raise InputError("account.provider", f"its `{name}`: {error}") from None
        return Metadata(
            authorization=found["authorization_endpoint"],
            token=found["token_endpoint"],
            keys=found["jwks_uri"],
            userinfo=found.get("userinfo_endpoint", ""),
            end_session=found.get("end_session_endpoint", ""),
            names_issuer=said.get("authorization_response_iss_parameter_supported") is True,
        )


class _Http:
    """Asks, and reads answers no longer than an honest one is."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def close(self) -> None:
        self._client.close()

    def json(self, url: str, *, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """Return the JSON object at an address."""
        try:
            answer = self._ask("GET", url, headers=headers)
            found = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
            raise _unreachable(url, error) from None
        if answer.status_code != httpx.codes.OK or not isinstance(found, dict):
            raise _unreachable(url, f"status {answer.status_code}")
        return found

    def post(self, url: str, **how: Any) -> httpx.Response:
        """Send a form: what the library calls."""
        try:
            return self._ask("POST", url, **how)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unreachable(url, error) from None

    def _ask(self, method: str, url: str, **how: Any) -> httpx.Response:
        with self._client.stream(method, url, **how) as answer:
            body = bytearray()
            for part in answer.iter_bytes():
                body += part
                if len(body) > _MOST_BYTES:
                    raise _unreachable(url, "the answer is too long")
            headers = {
                name: value
                for name, value in answer.headers.items()
                if name not in {"content-encoding", "transfer-encoding", "content-length"}
            }
            return httpx.Response(
                answer.status_code, headers=headers, content=bytes(body), request=answer.request
            )


def _read_keys(said: Mapping[str, Any]) -> KeySet:
    """Return the public keys that sign; a shared secret is none (RFC 8725 section 3.1)."""
    listed = said.get("keys")
    signing = [
        key
        for key in (listed if isinstance(listed, list) else [])
        if isinstance(key, dict) and _is_signing(key)
    ]
    try:
        return KeySet.import_key_set({"keys": signing})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            "account.provider", f"the provider's keys can not be used: {type(error).__name__}"
        ) from None


def _is_signing(key: Mapping[str, Any]) -> bool:
    if key.get("use", "sig") != "sig" or "d" in key:
        return False
    if key.get("kty") == "RSA":
        # Base64 of a modulus: four characters for three bytes.
        return len(str(key.get("n", ""))) * 3 // 4 >= _RSA_BYTES
    return key.get("kty") == "EC" and key.get("crv") in {"P-256", "P-384", "P-521"}


def _unreachable(url: str, why: object) -> InputError:
    says = why if isinstance(why, str) else type(why).__name__
    return InputError(
        "account.provider",
        f"the provider does not answer as it should at `{url}`: {says}",
        hint="try again; tokens and open sessions go on working",
    )
