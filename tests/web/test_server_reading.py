"""Frameworks, comparison, safeguards, ledger and register in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import serious

PAGES = (
    "/frameworks",
    "/frameworks/asl/reference-1",
    "/frameworks/anthropic/rsp-2.2",
    "/framework-diff?old=anthropic/rsp-2.1&new=anthropic/rsp-2.2",
    "/framework-proofs?name=asl/reference-1",
    "/framework-impact?new=anthropic/rsp-2.2",
    "/crosswalk",
    "/crosswalk?first=anthropic/rsp-2.2&second=openai/preparedness-2",
    "/crosswalk/cyber",
    "/compare",
    "/safeguards",
    "/ledger",
    "/ledger/demo",
    "/ledger/demo/3?verify=now",
    "/register",
)


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_and_can_be_used_by_everybody(
    chromium: Browser, served: str, axe: str, width: int, scheme: str
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    for address in PAGES:
        page.goto(f"{served}{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert not said, (address, said)
        # axe is run as a page of ours never runs anything: from outside of its policy.
        assert not serious(page, axe=axe), address
    context.close()


def test_without_scripts_proofs_are_made_and_a_clause_is_reached(
    chromium: Browser, served: str
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(served)
    page.get_by_role("link", name="Frameworks").click()
    page.get_by_role("link", name="asl/reference-1").click()
    page.get_by_role("link", name="Proofs").click()
    page.get_by_role("button", name="Prove now").click()
    proved = page.get_by_role("heading", name=re.compile("proved"))
    for _ in range(60):
        if proved.count():
            break
        page.wait_for_timeout(500)
        page.get_by_role("link", name="Look again").click()
    expect(proved).to_have_count(5)
    page.goto(f"{served}/frameworks/asl/reference-1#ASL-3/bio:protocol-qa")
    expect(page.locator("li:target")).to_contain_text("Ruled out below 0.42")
    context.close()


def test_an_entry_is_verified_with_one_press(chromium: Browser, served: str) -> None:
    page = chromium.new_page()
    page.goto(f"{served}/ledger/demo")
    page.get_by_role("link", name="3", exact=True).click()
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_text("It is in the tree.")).to_be_visible()
    page.goto(f"{served}/ledger/demo")
    page.get_by_role("button", name="Recompute every hash").click()
    expect(page.get_by_text("It agrees with itself.")).to_be_visible(timeout=30_000)
    page.close()


def test_the_matrix_is_read_with_the_keyboard(chromium: Browser, served: str) -> None:
    page = chromium.new_page(viewport={"width": 1000, "height": 500})
    page.goto(f"{served}/crosswalk")
    matrix = page.get_by_role("region", name="What each framework has for a concept")
    matrix.focus()
    before = matrix.evaluate("one => one.scrollTop")
    page.keyboard.press("PageDown")
    page.wait_for_timeout(300)
    assert matrix.evaluate("one => one.scrollTop") > before
    head = matrix.get_by_role("columnheader", name="Concept")
    assert head.bounding_box()["y"] >= matrix.bounding_box()["y"] - 1  # type: ignore[index]
    page.close()
