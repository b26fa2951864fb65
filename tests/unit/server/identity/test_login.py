from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.server.identity.issuer import (
    CLIENT,
    NEXT_KEY,
    OTHER_KEY,
    SECRET,
    Issuer,
    shared_secret,
    short_key,
)
from tests.unit.server.identity.world import HOST, ISSUER, Time, World, settings, time
from tierlock.server import permissions
from tierlock.server.identity.account_routes import ROUTES
from tierlock.server.identity.audit import list_events
from tierlock.server.identity.logins import own_page
from tierlock.server.identity.provider import OpenProvider

__all__ = ["time"]


class Browser:
    """Cookies and addresses, as a person's browser keeps them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cookies: dict[str, str] = {}

    def get(self, url: str, **how: object) -> httpx.Response:
        return self.send("GET", url, **how)

    def send(self, method: str, url: str, **how: object) -> httpx.Response:
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"accept": "application/json", **({"cookie": kept} if kept else {})}
        answer = self.world.ask(method, url, headers=headers, **how)
        for name, value in answer.cookies.items():
            self.cookies[name] = value
        for line in answer.headers.get_list("set-cookie"):
            if "Max-Age=0" in line:
                self.cookies.pop(line.partition("=")[0], None)
        return answer

    def begin(self, next_page: str = "/") -> str:
        answer = self.get("/login", params={"next": next_page})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def finish(self, brought: dict[str, str]) -> httpx.Response:
        return self.get("/login/callback", params=brought)

    def log_in(self, issuer: Issuer, *, code: str = "code-1") -> httpx.Response:
        return self.finish(issuer.log_in(self.begin(), code=code))


@pytest.fixture
def issuer(time: Time) -> Issuer:
    return Issuer(time)


@pytest.fixture
def world(
    tmp_path: Path, time: Time, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    for name, permission in ROUTES.items():
        monkeypatch.setitem(permissions.ROUTES, name, permission)
    chosen = settings(limits={"login_burst": 100, "anonymous_burst": 1000})
    provider = OpenProvider(chosen, secret=SECRET, now=time.seconds, transport=issuer.transport())
    made = World(
        f"sqlite:///{tmp_path / 'accounts.db'}", settings=chosen, time=time, provider=provider
    )
    yield made
    made.identity.close()


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser(world)


def refused(answer: httpx.Response) -> str:
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == "account.login"
    assert "tierlock-session" not in answer.cookies
    return str(answer.json()["detail"])


def test_who_logs_in_is_known_by_a_session(browser: Browser, issuer: Issuer) -> None:
    begun = browser.begin("/account")
    assert begun.startswith(f"{ISSUER}/authorize?")
    answer = browser.finish(issuer.log_in(begun))
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    (cookie,) = [line for line in answer.headers.get_list("set-cookie") if "session" in line]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    seen = browser.get("/account").json()
    assert (seen["name"], seen["kind"], seen["roles"]) == ("ann@example.org", "user", ["viewer"])
    assert [row.event.kind for row in list_events(browser.world.accounts)] == ["login"]


def test_by_tls_no_neighbour_and_no_plain_page_gets_the_cookies(
    tmp_path: Path, time: Time, issuer: Issuer, world: World
) -> None:
    chosen = settings(public_url="https://server.example.org")
    provider = OpenProvider(chosen, secret=SECRET, now=time.seconds, transport=issuer.transport())
    address = f"sqlite:///{tmp_path / 'tls.db'}"
    made = World(address, settings=chosen, time=time, provider=provider)
    answer = made.ask("GET", "/login")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-tierlock-login=")
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Secure"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["redirect_uri"] == ["https://server.example.org/login/callback"]
    made.identity.close()


def forgeries() -> dict[str, Callable[[Issuer], None]]:
    def claim(**changed: object) -> Callable[[Issuer], None]:
        return lambda issuer: issuer.claims.update(changed)

    def key(key: object, **header: str) -> Callable[[Issuer], None]:
        def change(issuer: Issuer) -> None:
            issuer.key, issuer.header = key, {"alg": "RS256", "kid": "first", **header}

        return change

    def short(issuer: Issuer) -> None:
        weak = short_key()
        issuer.keys.append(weak.as_dict(private=False))
        key(weak, kid="short")(issuer)

    def published_secret(issuer: Issuer) -> None:
        issuer.keys.append({"kty": "oct", "kid": "secret", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"})
        key(b"secretsecretsecretsecret", alg="HS256", kid="secret")(issuer)

    def raw(token: object) -> Callable[[Issuer], None]:
        return lambda issuer: setattr(issuer, "token", token)

    return {
        "issuer": claim(iss="https://evil.example"),
        "no issuer": claim(iss=None),
        "audience": claim(aud="another"),
        "no audience": claim(aud=None),
        "empty audience": claim(aud=[]),
        "audience and party of another": claim(aud=[CLIENT, "another"], azp="another"),
        "audience of many without a party": claim(aud=[CLIENT, "another"]),
        "party of another": claim(azp="another"),
        "nonce": claim(nonce="another"),
        "no nonce": claim(nonce=None),
        "nonce as a list": claim(nonce=["a"]),
        "expired": claim(exp=1_000_000_000),
        "no expiry": claim(exp=None),
        "expiry as text": claim(exp="9999999999"),
        "expiry without a number": claim(exp=float("nan")),
        "not yet valid": claim(nbf=4_000_000_000),
        "issued long ago": claim(iat=1_000_000_000),
        "issued in the future": claim(iat=4_000_000_000),
        "no issue time": claim(iat=None),
        "issue time as truth": claim(iat=True),
        "no subject": claim(sub=None),
        "empty subject": claim(sub=""),
        "subject as a list": claim(sub=["ann-1"]),
        "subject with a control character": claim(sub="ann\x00"),
        "subject in another script": claim(sub="аnn"),
        "access token of another": claim(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
        "another key": key(OTHER_KEY),
        "unknown key": key(OTHER_KEY, kid="unknown"),
        "algorithm none": key(None, alg="none"),
        "public key as a shared secret": key(shared_secret(), alg="HS256"),
        "published shared secret": published_secret,
        "short key": short,
        "unverified address": claim(email_verified=False),
        "address that nobody verified": claim(email_verified=None),
        "address verified in words": claim(email_verified="true"),
        "no address": claim(email=None),
        "address as a list": claim(email=["ann@example.org"]),
        "groups that are none": claim(groups={"admin": True}),
        "groups of numbers": claim(groups=[1]),
        "no token": raw(""),
        "token that is none": raw("a.b.c"),
        "token as a number": raw(7),
        "endless token": raw("a" * 100_000),
        "name of a machine": claim(email="machine:ci"),
        "name with a line break": claim(email="ann\n@example.org"),
        "name in two scripts": claim(email="аnn@example.org"),
        "name that the server uses": claim(email="nobody"),
    }


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("forgery", forgeries())
def test_a_forged_answer_logs_nobody_in(browser: Browser, issuer: Issuer, forgery: str) -> None:
    forgeries()[forgery](issuer)
    refused(browser.log_in(issuer))
    assert "tierlock-session" not in browser.cookies
    assert browser.get("/account").status_code == 401
    assert [row.event.kind for row in list_events(browser.world.accounts)][-1] == "login-failed"


def test_the_same_answer_without_the_forgery_is_believed(browser: Browser, issuer: Issuer) -> None:
    issuer.claims = {"aud": [CLIENT, "another"], "azp": CLIENT}
    assert browser.log_in(issuer).status_code == 303


def test_a_code_and_a_state_count_once(browser: Browser, issuer: Issuer) -> None:
    brought = issuer.log_in(browser.begin())
    cookie = browser.cookies["tierlock-login"]
    assert browser.finish(brought).status_code == 303
    browser.cookies["tierlock-login"] = cookie
    refused(browser.finish(brought))
    # A new login with the old code.
    again = issuer.log_in(browser.begin(), code="code-2")
    refused(browser.finish({**again, "code": "code-1"}))


def test_nobody_logs_another_browser_in(world: World, issuer: Issuer) -> None:
    eve, ann = Browser(world), Browser(world)
    brought = issuer.log_in(eve.begin())
    ann.begin()
    refused(ann.finish(brought))
    refused(Browser(world).finish(brought))
    # What others tried does not end the login of who began it.
    assert eve.finish(brought).status_code == 303


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "0" * 64},
        {"state": ""},
        {"code": ""},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"error": "access_denied"},
        {"code": "a" * 5000},
    ],
)
def test_a_changed_answer_is_refused(browser: Browser, issuer: Issuer, changed: dict) -> None:
    brought = {**issuer.log_in(browser.begin()), **changed}
    refused(browser.finish({name: one for name, one in brought.items() if one is not None}))


def test_a_login_that_took_too_long_is_over(browser: Browser, issuer: Issuer, time: Time) -> None:
    brought = issuer.log_in(browser.begin())
    time.move(seconds=600)
    refused(browser.finish(brought))


def test_every_login_begins_a_new_session(browser: Browser, issuer: Issuer) -> None:
    planted = "0" * 64
    browser.cookies["tierlock-session"] = planted
    browser.log_in(issuer)
    first = browser.cookies["tierlock-session"]
    assert first != planted
    browser.log_in(issuer, code="code-2")
    assert browser.cookies["tierlock-session"] != first
    browser.cookies["tierlock-session"] = first
    assert browser.get("/account").status_code == 401


def test_keys_that_the_provider_changed_are_fetched_once_and_believed(
    browser: Browser, issuer: Issuer, time: Time
) -> None:
    browser.log_in(issuer)
    issuer.keys = [NEXT_KEY.as_dict(private=False)]
    issuer.key, issuer.header = NEXT_KEY, {"alg": "ES256", "kid": "second"}
    time.move(seconds=30)
    assert browser.log_in(issuer, code="code-2").status_code == 303
    fetched = issuer.asked.count("/keys")
    assert fetched == 2
    issuer.header = {"alg": "ES256", "kid": "unknown"}
    for number in range(5):
        refused(browser.log_in(issuer, code=f"code-{number + 3}"))
    assert issuer.asked.count("/keys") == fetched


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://evil.example"},
        {"issuer": f"{ISSUER}/"},
        {"token_endpoint": "http://login.example.org/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
        {"jwks_uri": "file:///etc/passwd"},
    ],
)
def test_what_a_provider_says_about_itself_is_checked(
    browser: Browser, issuer: Issuer, said: dict
) -> None:
    issuer.said = said
    answer = browser.get("/login")
    assert answer.json()["code"] == "account.provider"
    assert answer.status_code != 303


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/.well-known/openid-configuration", httpx.Response(500)),
        ("/.well-known/openid-configuration", httpx.Response(302, headers={"location": "/x"})),
        ("/.well-known/openid-configuration", httpx.Response(200, content=b"[" * 100_000)),
        (
            "/.well-known/openid-configuration",
            httpx.Response(200, content=b"{}" + b" " * 1_100_000),
        ),
        ("/token", httpx.Response(200, content=b"no json")),
        ("/token", httpx.Response(500, content=b"no json")),
        ("/token", httpx.Response(200, json=["access"])),
        ("/token", httpx.Response(200, json={"access_token": "a"})),
        ("/token", httpx.Response(200, json={"access_token": "a", "expires_in": "soon"})),
        ("/keys", httpx.Response(200, json={"keys": []})),
        ("/keys", httpx.Response(200, json={"keys": "all"})),
        ("/keys", httpx.Response(200, json={"keys": [{"kty": "RSA", "n": "!" * 400, "e": "?"}]})),
    ],
)
def test_an_odd_answer_of_the_provider_is_no_login_and_no_defect(
    browser: Browser, issuer: Issuer, path: str, answer: httpx.Response
) -> None:
    issuer.answers[path] = answer
    begun = browser.get("/login")
    found = browser.finish(issuer.log_in(begun.headers["location"])) if begun.is_redirect else begun
    assert found.json()["code"] in {"account.login", "account.provider"}
    assert "tierlock-session" not in browser.cookies


def test_claims_beside_the_token_count_when_they_are_about_the_same_person(
    browser: Browser, issuer: Issuer
) -> None:
    issuer.claims = {"groups": None, "email": None, "email_verified": None}
    issuer.userinfo = {
        "sub": "ann-1", "email": "ann@example.org", "email_verified": True, "groups": ["a-team"],
    }  # fmt: skip
    browser.log_in(issuer)
    assert browser.get("/account").json()["roles"] == ["engineer", "reviewer"]
    issuer.userinfo["sub"] = "bo-1"
    assert "about somebody else" in refused(Browser(browser.world).log_in(issuer, code="code-2"))


def test_the_address_of_another_account_is_refused(world: World, issuer: Issuer) -> None:
    Browser(world).log_in(issuer)
    issuer.claims = {"sub": "eve-1"}
    eve = Browser(world)
    assert "another account is called" in refused(eve.log_in(issuer, code="code-2"))
    issuer.claims = {"sub": "eve-1", "email": "ANN@example.org"}
    assert "another account is called" in refused(eve.log_in(issuer, code="code-3"))


def test_who_is_renamed_elsewhere_stays_the_same_person_here(
    browser: Browser, issuer: Issuer
) -> None:
    browser.log_in(issuer)
    issuer.claims = {"email": "root@example.org"}
    browser.log_in(issuer, code="code-2")
    seen = browser.get("/account").json()
    assert (seen["name"], seen["roles"]) == ("ann@example.org", ["viewer"])


def test_logging_out_ends_the_session_and_needs_a_page_of_ours(
    browser: Browser, issuer: Issuer
) -> None:
    browser.log_in(issuer)
    secret = browser.cookies["tierlock-session"]
    assert browser.send("POST", "/logout").status_code == 403
    page = browser.world.ask("GET", "/account", headers={"cookie": f"tierlock-session={secret}"})
    csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    answer = browser.send("POST", "/logout", data={"csrf": csrf})
    assert (answer.status_code, answer.headers["location"]) == (303, "/logged-out")
    assert "tierlock-session" not in browser.cookies
    browser.cookies["tierlock-session"] = secret
    assert browser.get("/account").status_code == 401
    said = browser.get("/logged-out").json()["provider_url"]
    assert said.startswith(f"{ISSUER}/end?client_id={CLIENT}")
    assert parse_qs(urlsplit(said).query)["post_logout_redirect_uri"] == [
        f"http://{HOST}/logged-out"
    ]


def test_attempts_to_log_in_are_limited(tmp_path: Path, time: Time, world: World) -> None:
    chosen = settings(limits={"login_burst": 3, "login_per_minute": 6})
    made = World(f"sqlite:///{tmp_path / 'few.db'}", settings=chosen, time=time)
    answers = [made.ask("GET", "/login/callback?state=a&code=b") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429, 429]
    assert answers[-1].headers["retry-after"] == "10"
    made.identity.close()


@given(text=st.text(st.sampled_from("/\\.:@?#%ab\t\n\x00é"), max_size=12))
def test_after_a_login_nobody_is_led_to_another_site(text: str) -> None:
    page = own_page(f"/{text}")
    for base in (f"https://{HOST}/login/callback", f"http://{HOST}:8321/"):
        # As a browser resolves it: backslashes are slashes, tabs and line breaks are nothing.
        seen = page.replace("\\", "/").replace("\t", "").replace("\n", "")
        assert urlsplit(str(httpx.URL(base).join(seen))).hostname == HOST
    assert page.startswith("/")
    assert not page.startswith("//")


@pytest.mark.parametrize(
    "text", ["https://evil.example", "evil.example", "//evil.example", "/\\evil.example", "/login",
             "/logout", "", "javascript:alert(1)", "/" + "a" * 1000, "/é", "/a\nb"],
)  # fmt: skip
def test_pages_that_are_not_ours_become_the_first(text: str) -> None:
    assert own_page(text) == "/"
