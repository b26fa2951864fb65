"""Capability, safeguards and risk reports in a real browser, on screen and on paper."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.unit.report import factory
from tests.unit.report.report_values import SALT, values
from tests.web.test_report_page import CONTRAST, opened
from tierlock.core import Verdict
from tierlock.report import Redaction, make_report, render_document

HOSTILE = factory.HOSTILE * 8
DOCUMENTS = {
    "capability": make_report("capability", values=values(words="Small steps.")),
    "redacted": make_report(
        "capability",
        values=values(Verdict.ALLOW),
        redactions=[Redaction("ASL-3/cyber", "law"), Redaction("people")],
        salt=SALT,
    ),
    "safeguards": make_report("safeguards", values=values(Verdict.DENY)),
    "risk": make_report("risk", values=values()),
    "hostile": make_report("risk", values=values(task=HOSTILE, words=HOSTILE, who=HOSTILE)),
}


@pytest.fixture(scope="module")
def browser(chromium: Browser) -> Browser:
    return chromium


@pytest.fixture(params=DOCUMENTS.values(), ids=list(DOCUMENTS))
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    path = tmp_path / "report.html"
    path.write_text(render_document(request.param, style="html"), encoding="utf-8")
    return path.as_uri()


def test_nothing_is_logged_loaded_or_run(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda sent: asked.append(sent.url))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert (said, asked) == ([], [address])
    context.close()


@pytest.mark.parametrize("width", [320, 768, 1200])
def test_the_page_never_scrolls_sideways(browser: Browser, address: str, width: int) -> None:
    page = opened(browser, address, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.context.close()


def test_headings_and_tables_have_names(browser: Browser, address: str) -> None:
    page = opened(browser, address, width=1200)
    assert page.locator("h1").count() == 1
    assert page.evaluate("[...document.querySelectorAll('table')].every(t => t.caption)")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(set(ids)) == len(ids)
    levels = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3')].map(h => Number(h.tagName[1]))"
    )
    assert all(after - before <= 1 for before, after in pairwise(levels))
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(browser: Browser, address: str, scheme: str) -> None:
    page = opened(browser, address, width=1200, scheme=scheme)
    assert page.evaluate(CONTRAST) == []
    page.context.close()


def test_the_first_page_fits_one_sheet_and_the_paper_has_no_menu(
    browser: Browser, address: str
) -> None:
    page = opened(browser, address, width=673)
    page.emulate_media(media="print")
    # A4 without its 16 mm margins, at 96 dots per inch.
    assert page.locator(".board").bounding_box()["height"] < 1001  # type: ignore[index]  # visible
    assert not page.locator("nav").is_visible()
    page.context.close()
