"""An OpenID Connect provider on this machine, on whose page people say who they are."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jws
from joserfc.jwk import RSAKey

CLIENT = "tierlock"
SECRET = "what the provider gave the server of this story"  # noqa: S105  # it lives as long as the test
KEY = RSAKey.generate_key(2048, {"kid": "story", "use": "sig", "alg": "RS256"})


class Person(NamedTuple):
    """Somebody whom the provider knows."""

    email: str
    groups: tuple[str, ...] = ("staff",)


class Provider:
    """A provider, which runs until `close`.

    Attributes:
        issuer: where it is.
    """

    def __init__(self, people: tuple[Person, ...], *, clock: Callable[[], datetime]) -> None:
        self.people = {one.email: one for one in people}
        self.clock = clock
        self.codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, query = provider.parts(self.path)
                if path == "/authorize":
                    self.give(provider.page(query).encode(), kind="text/html; charset=utf-8")
                elif path == "/chosen":
                    self.send_response(303)
                    self.send_header("Location", provider.chosen(query))
                    self.end_headers()
                else:
                    self.give(json.dumps(provider.said(path)).encode())

            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
                _, form = provider.parts(f"/token?{sent}")
                self.give(json.dumps(provider.token(form, self.headers["Authorization"])).encode())

            def give(self, body: bytes, *, kind: str = "application/json") -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Tests talk for themselves."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @staticmethod
    def parts(url: str) -> tuple[str, dict[str, str]]:
        split = urlsplit(url)
        return split.path, {name: values[0] for name, values in parse_qs(split.query).items()}

    def said(self, path: str) -> dict[str, object]:
        if path == "/keys":
            return {"keys": [KEY.as_dict(private=False)]}
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def page(self, query: dict[str, str]) -> str:
        links = "".join(
            f"<p><a href='/chosen?{html.escape(urlencode({**query, 'who': one}))}'>{one}</a></p>"
            for one in self.people
        )
        return f"<!doctype html><html lang=en><title>Log in</title><h1>Who are you?</h1>{links}"

    def chosen(self, query: dict[str, str]) -> str:
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        back = {"code": code, "state": query["state"], "iss": self.issuer}
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def token(self, form: dict[str, str], header: str) -> dict[str, str]:
        begun = self.codes.pop(form["code"])
        assert header == "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        proof = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(proof).rstrip(b"=").decode() == begun["code_challenge"]
        person, now = self.people[begun["who"]], int(self.clock().timestamp())
        claims = {
            "iss": self.issuer, "sub": person.email, "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": begun["nonce"], "email": person.email, "email_verified": True,
            "groups": list(person.groups),
        }  # fmt: skip
        signed = jws.serialize_compact(
            {"alg": "RS256", "kid": "story"}, json.dumps(claims), KEY, algorithms=["RS256"]
        )
        return {"access_token": "nothing is behind it", "token_type": "Bearer", "id_token": signed}
