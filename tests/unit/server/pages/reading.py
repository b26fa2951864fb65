"""Pages as a test reads them: their text, and the addresses that they lead to."""

from __future__ import annotations

import html
import re

from starlette.testclient import TestClient

_TAG = re.compile(r"<[^>]+>")
_LINK = re.compile(r'(?:href|action)="([^"]+)"')


def words_of(client: TestClient, address: str) -> str:
    """Return the text of a page that must be there."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code, answer.text[-500:])
    return " ".join(html.unescape(_TAG.sub(" ", answer.text)).split())


def links_of(client: TestClient, address: str) -> list[str]:
    """Return the addresses that a page leads to, without what follows `#`."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return [html.unescape(one).partition("#")[0] for one in _LINK.findall(answer.text)]
