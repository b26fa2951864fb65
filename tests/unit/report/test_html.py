from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from tests.unit.report import factory
from tierlock.core import Verdict
from tierlock.report import AssessReport, load_templates, render_html

REPORTS = {
    "hold": factory.report(),
    "deny": factory.report(Verdict.DENY),
    "allow": factory.signed(factory.report(Verdict.ALLOW)),
    "assess": factory.report(None, mock=True),
    "hostile": factory.report(task=factory.HOSTILE),
}
VOID = {"meta", "link", "br", "hr", "img", "rect", "line", "path"}


class Outline(HTMLParser):
    """Collects tags, attributes and headings; fails on tags that do not nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outline(report: AssessReport) -> Outline:
    parser = Outline()
    parser.feed(render_html(report))
    assert not parser.open
    return parser


@pytest.mark.parametrize("report", REPORTS.values(), ids=list(REPORTS))
def test_the_page_is_self_contained_and_well_formed(report: AssessReport) -> None:
    found = outline(report)
    assert found.tags.count("h1") == 1
    assert found.tags.count("caption") == found.tags.count("table")
    assert not {"script", "img", "iframe", "link", "object", "form"} & set(found.tags)
    names = [name for name, _ in found.attributes]
    assert not [name for name in names if name.startswith("on") or name in {"src", "style"}]
    links = [value or "" for name, value in found.attributes if name == "href"]
    ids = [value for name, value in found.attributes if name == "id"]
    assert all(link[1:] in ids for link in links)
    assert len(ids) == len(set(ids))


def test_the_policy_allows_this_style_sheet_and_nothing_else() -> None:
    page = render_html(factory.report())
    style = re.search(r"<style>(.*?)</style>", page, flags=re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].replace("&#39;", "'").split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert "</" not in style[1]


def test_a_hostile_task_name_is_only_text() -> None:
    page = render_html(REPORTS["hostile"])
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_same_values_give_the_same_bytes() -> None:
    assert render_html(factory.report()) == render_html(factory.report())


def test_everything_owed_to_the_reader_is_there() -> None:
    page = render_html(REPORTS["allow"])
    for said in (
        "What we know",
        "What we do not know",
        "What would change the answer",
        "What your signature would assert",
        "Ada Example",
        "too small to sign on",
        "What this does not establish",
        "binding: declared",
        "time: self-asserted",
        "declared: after",
        factory.determination().framework.digest,
        REPORTS["allow"].determination_digest,
        "<code>sha256:111111111111…</code>",
        "training report 12",
        "undefined: nobody can meet it",
        "cross-hatched ground",
    ):
        assert said in page


def test_a_mock_model_is_on_the_first_page() -> None:
    page = render_html(REPORTS["assess"])
    assert page.index("<strong>Warning.</strong>") < page.index('class="verdict')


def test_a_lapsed_claim_is_not_counted_as_met() -> None:
    base = factory.report()
    first, *rest = base.claims
    lapsed = first.model_copy(update={"expires_at": base.at})
    page = render_html(base.model_copy(update={"claims": (lapsed, *rest)}))
    assert "1 of 2 safeguards claimed met" in page
    assert "lapsed on 2026-11-22" in re.sub(r"</?span[^>]*>", "", page)


def test_a_name_is_not_torn_at_its_hyphen_and_stays_escaped() -> None:
    base = factory.report()
    named = base.subject.model_copy(update={"name": "model-1/<b>x"})
    page = render_html(base.model_copy(update={"subject": named}))
    assert '<span class="whole">model-1</span>/&lt;b&gt;x' in page
    assert '<code class="whole">asl-2/deployment</code>' in page
    assert "<b>x" not in page


def test_loaded_templates_leave_nothing_to_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    def compile_again(*_: object, **__: object) -> None:
        raise AssertionError("a template was compiled while the page was rendered")

    load_templates()
    monkeypatch.setattr("jinja2.Environment.compile", compile_again)
    assert render_html(REPORTS["hold"]).startswith("<!DOCTYPE html>")
