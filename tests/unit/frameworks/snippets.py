"""A small framework file that has one of everything, and edits of it."""

from __future__ import annotations

from tierlock.core import FrameworkError
from tierlock.frameworks import check_framework

NAME = "small.yaml"

SMALL = """\
framework: example/small
version: "1"
title: Small
publisher: Example
effective: 2026-01-01
source: {title: Example}
precaution: treat_as_reached
error_control: {rule_out: 0.05, rule_in: .05, period: P6M}
corrections:
  elicitation_factor: {value: 1, reason: example}
  buffer: {value: 0, reason: example}
ruling: {required: true, roles: [ceo]}
roles:
  ceo: {says: decides}
  auditor: {says: looks, independent_of: [ceo]}
tiers:
  - {id: low, says: harmless}
  - {id: middle, says: usual}
  - {id: high, says: dangerous}
baseline_tier: middle
baseline: [basic]
scope:
  tier: low
  baseline: [basic]
  in_scope_if: {fact: general, says: it is general, crossed_if: {equals: true}}
domains:
  cyber: {title: Cyber}
evaluations:
  attacks: {title: Attacks, domain: cyber, tasks: [attacks], higher_is: worse}
  refusals: {title: Refusals, tasks: [refusals], higher_is: better}
thresholds:
  cyber-1:
    domain: cyber
    tier: high
    says: automates attacks
    obliges: [strict]
    crossed_if:
      all:
        - evaluation: attacks
          rule_out_below: 0.2
          rule_in_above: 0.6
          basis: proposal
        - attested: experts-agree
          says: experts found that it helps
          by: auditor
  cyber-2:
    domain: cyber
    tier: high
    says: attacks alone
    obliges: [strict]
    implies: [cyber-1]
    crossed_if: {attested: alone, says: it attacks alone, by: auditor}
standards:
  basic:
    title: Basic
    kind: deployment
    tier: middle
    criteria:
      policy: {says: a policy is published}
  strict:
    title: Strict
    kind: security
    criteria:
      refuses:
        says: it refuses
        falls_short_if:
          evaluation: refusals
          polarity: protection
          rule_out_above: 0.9
          rule_in_below: 0.5
          basis: proposal
surfaces: [api]
audiences: [public]
actions:
  deploy: {needs: [deployment, security], per: [surface, audience], sign_offs: [ceo]}
triggers:
  - {id: half-year, when: {elapsed: P6M}, expires: [evidence]}
"""


def edited(old: str, new: str, *, text: str = SMALL) -> str:
    """Return the text with the one place that says `old` saying `new`."""
    assert text.count(old) == 1, f"{text.count(old)} times: {old}"
    return text.replace(old, new)


def problems(text: str | bytes) -> list[FrameworkError]:
    """Return the problems of a framework file."""
    data = text.encode() if isinstance(text, str) else text
    return list(check_framework(data, name=NAME))


def only_problem(text: str | bytes) -> FrameworkError:
    """Return the one problem of a framework file."""
    found = problems(text)
    assert len(found) == 1, [str(error) for error in found]
    return found[0]


def place(text: str, position: int) -> str:
    """Return the location of a character of the text, as errors show it."""
    before = text[:position]
    return f"{NAME}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
