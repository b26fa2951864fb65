"""People log in with a real OpenID Connect provider: oidc-provider, run by Node on this machine."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
import uvicorn
from joserfc.jwk import ECKey, RSAKey

from tests.unit.server.identity.world import VIEWER, Time, World, settings
from tierlock.server import permissions, utc_now
from tierlock.server.identity.account_routes import ROUTES
from tierlock.server.identity.audit import list_events
from tierlock.server.identity.provider import OpenProvider
from tierlock.server.identity.settings import Provider

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "oidc-provider@9.13.3"
SCRIPT = Path(__file__).with_name("oidc_provider.mjs")
SECRET = "only for this test"  # noqa: S105  # of a provider inside the test
GROUPS = {"ann": ["everybody", "a-team"], "bo": ["everybody"], "eve": []}
RSA = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig", "alg": "RS256"})
EC = ECKey.generate_key("P-256", {"kid": "ec-1", "use": "sig", "alg": "ES256"})


@pytest.fixture(scope="session")
def node() -> Path:
    """The folder in which the provider is installed."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("no Node.js with npm is installed (Debian: nodejs npm)")
    folder = ROOT / ".cache" / PACKAGE
    if not (folder / "node_modules" / "oidc-provider" / "package.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            pytest.skip(f"npm can not install {PACKAGE}: {done.stderr[-200:]}")
    return folder


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Place:
    """A provider and a server of ours, at addresses that stay when either begins again."""

    def __init__(self, node: Path, folder: Path) -> None:
        self.node, self.folder = node, folder
        ports = free_port(), free_port()
        self.issuer, self.server = (f"http://127.0.0.1:{port}" for port in ports)

    @contextmanager
    def provider(self, *, key: Any = RSA, algorithm: str = "RS256") -> Iterator[None]:
        told = {
            "issuer": self.issuer, "server": self.server, "secret": SECRET, "groups": GROUPS,
            "port": urlsplit(self.issuer).port, "algorithm": algorithm,
            "keys": [key.as_dict(private=True)],
        }  # fmt: skip
        script = self.node / "provider.mjs"
        script.write_bytes(SCRIPT.read_bytes())
        log = (self.folder / "provider.log").open("ab")
        process = subprocess.Popen(
            ["node", script.name, json.dumps(told)],
            cwd=self.node,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said == "ready\n", (self.folder / "provider.log").read_text()[-2000:]
            yield
        finally:
            process.terminate()
            process.communicate(timeout=30)
            log.close()

    def world(self) -> World:
        """Open the accounts anew, as a server that begins again does."""
        chosen = settings(
            public_url=self.server,
            provider=Provider(issuer=self.issuer, client_id="tierlock"),
            limits={"login_burst": 100},
        )
        return World(
            f"sqlite:///{self.folder / 'accounts.db'}",
            settings=chosen,
            time=MachineTime(),
            provider=OpenProvider(chosen, secret=SECRET, now=time.monotonic),
        )

    @contextmanager
    def serving(self) -> Iterator[World]:
        world = self.world()
        port = urlsplit(self.server).port
        assert port is not None
        config = uvicorn.Config(
            world.app, host="127.0.0.1", port=port, log_level="warning", proxy_headers=False
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        deadline = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        try:
            yield world
        finally:
            server.should_exit = True
            thread.join(timeout=30)
            world.identity.close()


class MachineTime(Time):
    """The clock of this machine, which the provider reads too."""

    def __call__(self) -> datetime:
        return utc_now()

    def seconds(self) -> float:
        return time.monotonic()


class Browser:
    """Follows redirects, keeps cookies by host and port, fills in the provider's forms."""

    def __init__(self, place: Place) -> None:
        self.place = place
        # A cookie knows no port: to keep what is the provider's apart, there are two jars.
        self.jars = {name: httpx.Client() for name in (place.issuer, place.server)}

    def close(self) -> None:
        for jar in self.jars.values():
            jar.close()

    def send(self, method: str, url: str, **how: Any) -> httpx.Response:
        parts = urlsplit(url)
        return self.jars[f"{parts.scheme}://{parts.netloc}"].request(method, url, **how)

    def walk(self, url: str, *, until: tuple[str, ...]) -> str:
        """Follow redirects up to the first address that begins as asked, and return it."""
        for _ in range(10):
            if url.startswith(until):
                return url
            answer = self.send("GET", url)
            assert answer.is_redirect, answer.text[:500]
            url = urljoin(url, answer.headers["location"])
        raise AssertionError(f"no way to {until}")

    def begin(self, next_page: str = "/account") -> str:
        answer = self.send("GET", f"{self.place.server}/login", params={"next": next_page})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def at_provider(self, url: str, name: str) -> str:
        """Log in and consent at the provider; return the address to which it sends the browser."""
        asks, back = f"{self.place.issuer}/interaction/", f"{self.place.server}/login/callback"
        for prompt in ("login", "consent"):
            url = self.walk(url, until=(asks, back))
            if url.startswith(back):
                break  # it knows the browser already
            form = {"prompt": prompt, "login": name, "password": "any"}
            answer = self.send("POST", url, data=form)
            assert answer.is_redirect, answer.text[:500]
            url = urljoin(url, answer.headers["location"])
        return self.walk(url, until=(back,))

    def log_in(self, name: str) -> httpx.Response:
        back = self.at_provider(self.begin(), name)
        return self.send("GET", back, headers={"accept": "application/json"})

    def account(self) -> httpx.Response:
        headers = {"accept": "application/json"}
        return self.send("GET", f"{self.place.server}/account", headers=headers)


@pytest.fixture
def place(node: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name, permission in ROUTES.items():
        monkeypatch.setitem(permissions.ROUTES, name, permission)
    return Place(node, tmp_path)


@pytest.fixture
def browsers(place: Place) -> Iterator[Callable[[], Browser]]:
    made: list[Browser] = []

    def make() -> Browser:
        made.append(Browser(place))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_people_log_in_act_and_log_out(place: Place, browsers: Callable[[], Browser]) -> None:
    with place.provider(), place.serving() as world:
        ann, bo = browsers(), browsers()
        answer = ann.log_in("ann")
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        seen = ann.account().json()
        assert (seen["name"], seen["kind"]) == ("ann@example.org", "user")
        assert seen["roles"] == ["engineer", "reviewer", "viewer"]
        bo.log_in("bo")
        assert bo.account().json()["roles"] == ["viewer"]
        # A form of ours, then the same form as another site would send it.
        page = ann.send("GET", f"{place.server}/account", headers={"accept": "text/html"}).text
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
        assert found is not None
        form = {"label": "ci", "days": "30", "roles": "viewer", "subjects": "a-*"}
        asked = f"{place.server}/account/tokens"
        for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
            whole = {**form, "csrf": found[1]}
            assert ann.send("POST", asked, data=whole, headers=headers).status_code == 403
        assert ann.send("POST", asked, data=form).status_code == 403
        made = ann.send("POST", asked, data={**form, "csrf": found[1]})
        token = re.search(r"tlk_[0-9a-f]{16}_[0-9a-f]{64}", made.text)
        assert token is not None
        assert made.headers["cache-control"] == "no-store"
        with httpx.Client(headers={"authorization": f"Bearer {token[0]}"}) as machine:
            mine = machine.get(f"{place.server}/account?format=json").json()
            assert (mine["name"], mine["kind"]) == ("ann@example.org", "token")
            assert machine.get(f"{place.server}/v1/tokens").status_code == 403
        ended = ann.send("POST", f"{place.server}/logout", data={"csrf": found[1]})
        assert ended.status_code == 303
        assert ann.account().status_code == 401
        assert bo.account().status_code == 200
        kinds = {row.event.kind for row in list_events(world.accounts)}
        assert kinds == {"login", "logout", "token-made", "denied"}


def test_answers_that_are_used_again_or_elsewhere_log_nobody_in(
    place: Place, browsers: Callable[[], Browser]
) -> None:
    with place.provider(), place.serving():
        ann, eve = browsers(), browsers()
        # Eve gives Ann the answer that the provider gave Eve: Ann would act as Eve.
        eves = eve.at_provider(eve.begin(), "eve")
        ann.begin()
        assert ann.send("GET", eves).status_code == 400
        assert ann.account().status_code == 401
        # Eve stole an answer of Ann's, and brings the code with a login of her own.
        anns = ann.at_provider(ann.begin(), "ann")
        code = httpx.URL(anns).params["code"]
        own = httpx.URL(eve.at_provider(eve.begin(), "eve"))
        assert eve.send("GET", str(own.copy_set_param("code", code))).status_code == 400
        assert eve.account().status_code == 401
        # What Eve tried takes nothing from Ann; after her the same answer is worth nothing.
        assert ann.send("GET", anns).status_code == 303
        assert ann.account().json()["name"] == "ann@example.org"
        assert ann.send("GET", anns).status_code == 400


def test_an_unverified_address_is_nobodys(place: Place, browsers: Callable[[], Browser]) -> None:
    with place.provider(), place.serving():
        answer = browsers().log_in("unverified")
        assert answer.status_code == 400
        assert "not verified" in answer.json()["detail"]


def test_a_provider_may_change_its_keys_and_go_away(
    place: Place, browsers: Callable[[], Browser]
) -> None:
    with place.serving() as world:
        with place.provider():
            ann = browsers()
            assert ann.log_in("ann").status_code == 303
        assert ann.account().status_code == 200
        bo = browsers()
        bo.begin()
        machine = world.token(VIEWER)
        with httpx.Client(headers={"authorization": f"Bearer {machine.text}"}) as client:
            assert client.get(f"{place.server}/account?format=json").status_code == 200
        time.sleep(5)  # keys are asked for again after five seconds at the earliest
        with place.provider(key=EC, algorithm="ES256"):
            answer = bo.log_in("bo")
            assert answer.status_code == 303, answer.text


def test_a_provider_that_signs_with_the_shared_secret_is_not_believed(
    place: Place, browsers: Callable[[], Browser]
) -> None:
    with place.provider(algorithm="HS256"), place.serving():
        answer = browsers().log_in("ann")
        assert answer.status_code == 400
        assert answer.json()["code"] == "account.login"


def test_sessions_outlive_a_server_that_begins_again(
    place: Place, browsers: Callable[[], Browser]
) -> None:
    ann = browsers()
    with place.provider(), place.serving():
        ann.log_in("ann")
    with place.serving():
        assert ann.account().json()["name"] == "ann@example.org"
