"""All pages of the server, found by their links and by the table of routes, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.unit.server.pages.two_subjects import OTHER, two_subjects
from tests.web.conftest import serious, shown
from tests.web.crawling import Crawl, crawl, page_routes

# Pages that only the button of a form leads to.
BY_FORM = {"compare-answers": f"/compare/answers?left=demo&right={OTHER}"}
# These give a file or values, not a page.
NO_PAGE = {"framework-file", "ledger-export", "ledger-proof"}
KEYS = 60


@pytest.fixture(scope="module")
def served(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a server with two subjects, so that something can be compared."""
    with shown(two_subjects(played, folder=tmp_path_factory.mktemp("two"))) as address:
        yield address


@pytest.fixture(scope="module")
def crawled(served: str) -> Crawl:
    return crawl(served)


@pytest.fixture(scope="module")
def addresses(crawled: Crawl, served: str) -> list[str]:
    """Two pages of every kind."""
    found = {**crawled.by_route, **{name: [served + path] for name, path in BY_FORM.items()}}
    return [one for name in page_routes() if name not in NO_PAGE for one in found[name][:2]]


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def test_every_link_leads_somewhere(crawled: Crawl) -> None:
    assert crawled.broken == []


def test_every_page_is_reached_from_the_first_one(crawled: Crawl) -> None:
    assert set(page_routes()) - set(crawled.by_route) == set(BY_FORM)


def test_every_page_is_for_everybody_and_fits_a_phone(
    page: Page, addresses: list[str], axe: str
) -> None:
    found: dict[str, object] = {}
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text))
    page.on("pageerror", lambda one: said.append(str(one)))
    for address in addresses:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(address)
        problems: list[object] = [*serious(page, axe=axe)]
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            seen = page.evaluate("document.documentElement.scrollWidth")
            problems += [f"{seen} px of {width}"] if seen > width else []
        problems += [said.pop() for _ in list(said)]
        if problems:
            found[address] = problems
    assert found == {}


def test_every_page_says_the_same_without_scripts(chromium: Browser, addresses: list[str]) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        assert page.locator("main h1").count() == 1, address
        # A button without a script is of a form that is sent, or says that it needs one.
        for form in page.locator("main form[data-webauthn]").all():
            assert form.get_by_role("button").is_disabled(), address
            assert "needs JavaScript" in form.inner_text(), address
        for form in page.locator("main form:not([data-webauthn])").all():
            assert form.get_attribute("action"), address
            assert form.get_by_role("button").count() >= 1, address
    context.close()


def focused(page: Page) -> str:
    return str(page.evaluate("(document.activeElement.textContent || '').trim()"))


def test_the_keyboard_alone_goes_from_the_first_page_to_a_signature(
    page: Page, served: str
) -> None:
    """Only Tab and Enter are pressed: to the reviews, a question, and what would be signed."""
    page.goto(served)
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    for wanted, path in (
        ("Reviews", "/reviews"),
        ("deploy api/general", "/subjects/demo/board"),
        ("Read what you would sign", "/subjects/demo/sign"),
    ):
        page.goto(page.url.partition("#")[0])
        for _ in range(KEYS):
            page.keyboard.press("Tab")
            if focused(page) == wanted:
                break
        assert focused(page) == wanted
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", wanted
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{path}*")
        assert urlsplit(page.url).path == path
    assert "tierlock sign approval" in page.inner_text("main")
