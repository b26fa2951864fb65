"""The pages of one subject in a real browser: quiet, accessible, and readable on a phone."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.web.conftest import serious

SUBJECT = "/subjects/demo"
PAGES = {
    "summary": "",
    "findings": "/findings",
    "finding": "/findings/ASL-3/bio",
    "criterion": "/findings/ASL-3/bio/bio-prerequisites",
    "safeguards": "/safeguards",
    "evidence": "/evidence",
    "run": "/evidence/kwkiTPA6vhmZmaqGQQGPCQ",
    "timeline": "/timeline",
    "configuration": "/configuration",
}
EACH = pytest.mark.parametrize("path", PAGES.values(), ids=list(PAGES))
Scheme = Literal["light", "dark"]


def opened(
    chromium: Browser, address: str, *, width: int = 1280, scheme: Scheme = "light", js: bool = True
) -> Page:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=js
    )
    page = context.new_page()
    page.goto(address)
    return page


@EACH
def test_nothing_is_logged_and_nothing_is_loaded_from_elsewhere(
    chromium: Browser, served: str, path: str
) -> None:
    page = chromium.new_context().new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda sent: asked.append(sent.url))
    page.goto(f"{served}{SUBJECT}{path}")
    page.wait_for_load_state("networkidle")
    assert said == []
    assert all(one.startswith((served, "data:")) for one in asked)
    page.context.close()


@EACH
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "light"), (1280, "dark")])
def test_assistive_technology_finds_its_way_and_nothing_is_cut_off(
    chromium: Browser, served: str, axe: str, path: str, width: int, scheme: Scheme
) -> None:
    page = opened(chromium, f"{served}{SUBJECT}{path}", width=width, scheme=scheme)
    page.wait_for_load_state("networkidle")
    assert serious(page, axe=axe) == []
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
    page.context.close()


@EACH
def test_headings_are_in_order_and_one_of_them_names_the_page(
    chromium: Browser, served: str, path: str
) -> None:
    page = opened(chromium, f"{served}{SUBJECT}{path}", js=False)
    levels = [
        int(one.evaluate("e => e.tagName[1]"))
        for one in page.query_selector_all("main :is(h1,h2,h3,h4)")
    ]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))
    page.context.close()


@pytest.mark.parametrize("js", [True, False])
def test_a_number_leads_from_the_first_page_down_to_one_sample(
    chromium: Browser, served: str, js: bool
) -> None:
    page = opened(chromium, f"{served}{SUBJECT}", js=js)
    for name in (
        "Where this number comes from",
        "kwkiTPA6vhmZmaqGQQGPCQ",
        "bio-cell-structure-1",
    ):
        page.get_by_role("link", name=name).first.click()
        page.wait_for_load_state()
    assert page.get_by_role("heading", level=1).inner_text() == "Sample bio-cell-structure-1"
    assert "closest_choice" in page.inner_text("main")
    page.context.close()


def test_the_chart_is_drawn_and_the_table_says_the_same_without_it(
    chromium: Browser, served: str
) -> None:
    drawn = opened(chromium, f"{served}{SUBJECT}/timeline")
    drawn.wait_for_selector("figure[data-chart] svg")
    assert "Incidents" in drawn.inner_text("figure[data-chart]")
    plain = opened(chromium, f"{served}{SUBJECT}/timeline", js=False)
    assert plain.query_selector("figure[data-chart] svg") is None
    assert "DENY for deploy / api / limited" in plain.inner_text("main")
    drawn.context.close()
    plain.context.close()


def test_the_keyboard_reaches_every_tab(chromium: Browser, served: str) -> None:
    page = opened(chromium, f"{served}{SUBJECT}/findings")
    reached = []
    for _ in range(25):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert reached[0] == "Skip to the content"
    assert {"Summary", "Findings", "Safeguards", "Evidence", "Timeline"} <= set(reached)
    page.context.close()
