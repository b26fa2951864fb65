"""The report page in a real browser: quiet, offline, accessible, and readable on a phone."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.unit.report import factory
from tierlock.core import Verdict
from tierlock.report import render_html

REPORTS = {
    "hold": factory.report(),
    "allow": factory.signed(factory.report(Verdict.ALLOW)),
    "hostile": factory.report(None, task=factory.HOSTILE * 8, mock=True),
}


@pytest.fixture(scope="module")
def browser(chromium: Browser) -> Browser:
    return chromium


@pytest.fixture(params=REPORTS.values(), ids=list(REPORTS))
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    path = tmp_path / "report.html"
    path.write_text(render_html(request.param), encoding="utf-8")
    return path.as_uri()


def opened(browser: Browser, address: str, *, width: int, scheme: str = "light") -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(address)
    return page


def test_nothing_is_logged_loaded_or_run(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda sent: asked.append(sent.url))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert said == []
    assert asked == [address]
    context.close()


@pytest.mark.parametrize("width", [320, 390, 768, 1200])
def test_the_page_never_scrolls_sideways(browser: Browser, address: str, width: int) -> None:
    page = opened(browser, address, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    clipped = page.evaluate(
        "[...document.querySelectorAll('.scroll')]"
        ".filter(box => innerWidth < 600 && box.scrollWidth > box.clientWidth).length"
    )
    assert clipped == 0
    page.context.close()


def test_headings_charts_and_tables_have_names(browser: Browser, address: str) -> None:
    page = opened(browser, address, width=1200)
    assert page.locator("h1").count() == 1
    charts = page.locator("svg")
    assert charts.count() >= 4
    assert page.get_by_role("img", name="estimate and limits against the bounds").count() == (
        charts.count()
    )
    assert page.evaluate("[...document.querySelectorAll('table')].every(t => t.caption)")
    levels = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3')].map(h => Number(h.tagName[1]))"
    )
    assert all(after - before <= 1 for before, after in pairwise(levels))
    page.context.close()


def test_tables_stay_tables_on_a_phone(browser: Browser, address: str) -> None:
    page = opened(browser, address, width=390)
    first = page.get_by_role("table").first
    assert first.get_by_role("row").count() == 4
    assert first.get_by_role("rowheader").count() == 3
    page.context.close()


CONTRAST = """
(() => {
  const channel = v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number);
    return .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b); };
  const ground = e => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)$/.test(c)) return c; }
    return 'rgb(255, 255, 255)'; };
  const low = [];
  for (const e of document.querySelectorAll('p, li, td, th, dt, dd, a, h1, h2, h3, .answer')) {
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) low.push(e.textContent.slice(0, 40));
  }
  return low;
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(browser: Browser, address: str, scheme: str) -> None:
    page = opened(browser, address, width=1200, scheme=scheme)
    assert page.evaluate(CONTRAST) == []
    page.context.close()


def test_the_boards_page_fits_one_sheet(browser: Browser, address: str) -> None:
    page = opened(browser, address, width=673)
    page.emulate_media(media="print")
    # A4 without its 16 mm margins, at 96 dots per inch.
    assert page.locator(".board").bounding_box()["height"] < 1001  # type: ignore[index]  # visible
    page.context.close()
