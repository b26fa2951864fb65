from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock.server.identity.grants import (
    Grant,
    ServerRole,
    SignsAs,
    common,
    dump_grants,
    matches,
    parse_grants,
    roles_anywhere,
    roles_everywhere,
    roles_on,
    scopes_on,
    sees,
)

ANN = (
    Grant(roles=("viewer",), subjects=("*",)),
    Grant(
        roles=("reviewer",),
        scopes=("transcripts",),
        subjects=("a-*",),
        signs_as=(SignsAs(framework="anthropic/*", roles=("rso",)),),
    ),
)


def test_a_role_counts_for_its_subjects_only() -> None:
    assert roles_on(ANN, subject="a-1") == {"viewer", "reviewer"}
    assert roles_on(ANN, subject="b-1") == {"viewer"}
    assert scopes_on(ANN, subject="b-1") == frozenset()
    assert sees(ANN, subject="b-1")
    assert not sees(ANN[1:], subject="b-1")


def test_what_reaches_beyond_subjects_is_granted_for_all_of_them() -> None:
    narrow = (Grant(roles=("admin", "auditor", "engineer"), subjects=("a-*",)),)
    assert roles_anywhere(narrow) == {"engineer"}
    assert roles_everywhere(narrow) == frozenset()
    wide = (Grant(roles=("admin",), subjects=("a-*", "*")),)
    assert roles_anywhere(wide) == {"admin"}


def test_a_scope_alone_shows_nothing() -> None:
    assert not sees((Grant(scopes=("transcripts",), subjects=("*",)),), subject="a")


@pytest.mark.parametrize("pattern", ["", "a?", "[ab]", "a b", "a\x00", "a\n"])
def test_patterns_know_one_sign_only(pattern: str) -> None:
    with pytest.raises(ValueError, match="is no pattern"):
        Grant(roles=("viewer",), subjects=(pattern,))


@pytest.mark.parametrize("role", ["", "*", "rso@*", "r s"])
def test_a_role_of_a_framework_is_one_name(role: str) -> None:
    with pytest.raises(ValueError, match="is no role"):
        SignsAs(framework="*", roles=(role,))


PATTERNS = st.text("ab*", min_size=1, max_size=5)
NAMES = st.text("ab", max_size=7)
ROLES = st.lists(
    st.sampled_from(["viewer", "engineer", "admin", "machine"]), max_size=3, unique=True
)
SERVER_ROLES = frozenset(get_args(ServerRole))
GRANTS = st.lists(
    st.builds(
        Grant,
        roles=ROLES.map(tuple),
        scopes=st.sampled_from([(), ("transcripts",)]),
        subjects=st.lists(PATTERNS, min_size=1, max_size=3).map(tuple),
    ),
    max_size=3,
).map(tuple)


def held(grants: tuple[Grant, ...], name: str) -> frozenset[str]:
    """Every role that a holder may give on for a subject: an administrator holds them all."""
    roles = roles_on(grants, subject=name)
    return SERVER_ROLES if "admin" in roles else roles


@given(first=GRANTS, second=GRANTS, name=NAMES)
def test_what_is_common_is_never_more_than_either(
    first: tuple[Grant, ...], second: tuple[Grant, ...], name: str
) -> None:
    both = common(first, second=second)
    assert roles_on(both, subject=name) <= roles_on(first, subject=name) & held(second, name)
    assert scopes_on(both, subject=name) <= scopes_on(first, subject=name)
    assert scopes_on(both, subject=name) <= scopes_on(second, subject=name)
    assert roles_everywhere(both) <= roles_everywhere(first)
    assert not roles_everywhere(both) or roles_everywhere(second)
    assert not any(grant.signs_as for grant in both)


@given(grants=GRANTS)
def test_what_is_kept_is_read_back(grants: tuple[Grant, ...]) -> None:
    assert parse_grants(dump_grants(grants)) == grants


@given(name=st.text("ab*.[?\\\n", max_size=8), pattern=PATTERNS)
def test_a_pattern_means_what_it_says(name: str, pattern: str) -> None:
    meant = ".*".join(re.escape(part) for part in pattern.split("*"))
    assert matches(name, patterns=[pattern]) == bool(re.fullmatch(meant, name, re.DOTALL))
