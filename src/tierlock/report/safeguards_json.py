"""Safeguards as JSON for programs."""

from __future__ import annotations

import json

from tierlock.core import format_instant
from tierlock.report.gaps_text import claim_command, gaps_of
from tierlock.report.safeguards_values import SafeguardsReport, SafeguardView
from tierlock.report.safeguards_words import cost_words
from tierlock.report.sanitize import escape_json


def render_safeguards_json(report: SafeguardsReport, *, gaps: bool = False) -> str:
    """Return actions, owed standards and safeguards as JSON; with `gaps`, those not met."""
    shown = gaps_of(report) if gaps else report.safeguards
    whole = {
        "exitCode": 0,
        "subject": report.subject.name,
        "framework": report.framework.name,
        "at": format_instant(report.at),
        "actions": [
            {
                **view.action.model_dump(mode="json", by_alias=True),
                "standards": list(view.standards),
                "verdict": view.verdict or None,
                "otherReasons": view.others,
            }
            for view in report.actions
        ],
        "owed": [owed.model_dump(mode="json", by_alias=True) for owed in report.owed],
        "unmeetable": list(report.unmeetable),
        "safeguards": [_safeguard(view, gaps=gaps) for view in shown],
    }
    return escape_json(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"


def _safeguard(view: SafeguardView, *, gaps: bool) -> dict[str, object]:
    found: dict[str, object] = {
        "criterion": view.path,
        "says": view.criterion.says,
        "binding": view.binding,
        "state": view.state,
        "owner": view.owner or None,
        "cost": cost_words(view) or None,
        "until": format_instant(view.until) if view.until else None,
        "accepts": list(view.criterion.accepts),
        "tested": str(view.tested) if view.tested is not None else None,
        "closes": list(view.closes),
        "metFor": list(view.met_for),
        "reasons": [{"code": one.code, "says": one.says} for one in view.reasons],
        "conditions": [{"code": one.code, "says": one.says} for one in view.conditions],
        "cells": [
            {
                "path": cell.path,
                "surface": cell.surface,
                "environment": cell.environment,
                "covered": cell.covered,
            }
            for cell in view.cells
        ],
        "claims": [claim.model_dump(mode="json", by_alias=True) for claim in view.claims],
    }
    return {**found, "command": claim_command(view)} if gaps else found
