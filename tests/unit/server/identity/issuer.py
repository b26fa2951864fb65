"""A provider inside the test, which can be made to lie in every way that a real one could."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from tests.unit.server.identity.world import ISSUER, Time

CLIENT = "tierlock"
SECRET = "the provider's secret for tierlock"  # noqa: S105  # of a provider inside the test
KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
NEXT_KEY = ECKey.generate_key("P-256", {"kid": "second", "use": "sig", "alg": "ES256"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "first"})


class Issuer:
    """What a provider answers.

    Attributes:
        said: changes what it says about itself.
        keys: what it publishes.
        key: with which it signs, under which header.
        claims: changes the claims of the id token; None takes one away.
        userinfo: further claims.
        codes: code -> the challenge and nonce of the browser that brought it.
    """

    def __init__(self, time: Time) -> None:
        self.time = time
        self.said: dict[str, Any] = {}
        self.keys: list[dict[str, Any]] = [KEY.as_dict(private=False)]
        self.key: Any = KEY
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "first"}
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.token: Any = None
        self.answers: dict[str, httpx.Response] = {}
        self.codes: dict[str, tuple[str, str]] = {}
        self.asked: list[str] = []

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def log_in(self, url: str, *, code: str = "code-1") -> dict[str, str]:
        """Do what a browser and a person do at the provider; return what the browser brings."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        self.codes[code] = (asked["code_challenge"], asked["nonce"])
        return {"code": code, "state": asked["state"], "iss": ISSUER}

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            return httpx.Response(200, json=self._metadata())
        if path == "/keys":
            return httpx.Response(200, json={"keys": self.keys})
        if path == "/userinfo":
            assert request.headers["authorization"] == "Bearer access-1"
            return httpx.Response(200, json=self.userinfo)
        if path == "/token":
            return self._token(request)
        return httpx.Response(404)

    def _metadata(self) -> dict[str, Any]:
        said = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "end_session_endpoint": f"{ISSUER}/end",
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
            "authorization_response_iss_parameter_supported": True,
        }
        return {name: value for name, value in {**said, **self.said}.items() if value is not None}

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        known = self.codes.pop(form.get("code", ""), None)
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        if (
            known is None
            or known[0] != challenge
            or request.headers["authorization"] != (f"Basic {basic}")
        ):
            return httpx.Response(400, json={"error": "invalid_grant"})
        token = self.token if self.token is not None else self.signed(nonce=known[1])
        return httpx.Response(
            200,
            json={"access_token": "access-1", "token_type": "Bearer", "id_token": token},
        )

    def signed(self, *, nonce: str) -> str:
        now = int(self.time().timestamp())
        claims = {
            "iss": ISSUER, "sub": "ann-1", "aud": CLIENT, "exp": now + 300, "iat": now,
            "nonce": nonce, "email": "ann@example.org", "email_verified": True,
            "groups": ["everybody"],
        }  # fmt: skip
        said = {name: one for name, one in {**claims, **self.claims}.items() if one is not None}
        if self.header["alg"] in {"none", "HS256"}:
            return self._forged(said)
        return jws.serialize_compact(
            self.header, json.dumps(said), self.key, algorithms=[self.header["alg"]]
        )

    def _forged(self, claims: dict[str, Any]) -> str:
        """A token as no library writes one: unsigned, or with a public key as a shared secret."""
        parts = [_base64(json.dumps(one).encode()) for one in (self.header, claims)]
        signed = ".".join(parts)
        if self.header["alg"] == "none":
            return f"{signed}."
        mac = hmac.new(self.key, signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{_base64(mac)}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def shared_secret() -> bytes:
    """The provider's public key, taken for a shared secret: what a confused verifier would do."""
    return KEY.as_pem(private=False)


def short_key() -> RSAKey:
    """A key that is too short to be believed; the library warns of it."""
    return RSAKey.generate_key(1024, {"kid": "short", "use": "sig"})
