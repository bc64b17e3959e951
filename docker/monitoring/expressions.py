# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads the PromQL of the alert rules and of the dashboard, for tests."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

ALERTS = Path("docker/monitoring/alerts.yaml")
DASHBOARD = Path("docker/monitoring/dashboard.json")

_NAME_MATCHER = re.compile(r'__name__="([^"]+)"')
_NAME = re.compile(r"(?<![\w:.$])[a-zA-Z_:][\w:]*+(?!\s*\()")
_WORDS = {"and", "by", "count", "max", "on", "sum", "unless"}
# What Grafana puts for its variables.
_VARIABLES = {
    "$__rate_interval": "5m",
    "$__interval": "1m",
    "$job": "serving",
    "$instance": "a",
    "$model": "half",
}


def rules() -> list[dict[str, Any]]:
    """Returns the recording rules and the alerts."""
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def alerts() -> list[dict[str, Any]]:
    """Returns the alerts."""
    return [rule for rule in rules() if "alert" in rule]


def panels() -> list[dict[str, Any]]:
    """Returns the panels of the dashboard that show data."""
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def dashboard_expressions() -> list[str]:
    """Returns the queries of the dashboard, with values for Grafana's variables."""
    expressions = [target["expr"] for panel in panels() for target in panel["targets"]]
    for variable, value in _VARIABLES.items():
        expressions = [expression.replace(variable, value) for expression in expressions]
    return expressions


def metrics_of(expression: str) -> set[str]:
    """Returns the names of the metrics in an expression.

    Example:
        metrics_of('sum by (job) (rate(up{job="a"}[5m]))') == {"up"}
    """
    names = set(_NAME_MATCHER.findall(expression))
    rest = re.sub(r"\{[^}]*\}|\[[^\]]*\]", "", expression)
    rest = re.sub(r"\b(by|on)\s*\([^)]*\)", "", rest)
    return names | (set(_NAME.findall(rest)) - _WORDS)


def family_of(metric: str) -> str:
    """Returns the family of a sample: without _bucket, _sum and _count of a histogram."""
    return re.sub(r"_(bucket|sum|count)$", "", metric)


def exported_metrics() -> set[str]:
    """Returns the metrics that the rules and the dashboard expect from the server."""
    expressions = [rule["expr"] for rule in rules()] + dashboard_expressions()
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    # `up` is Prometheus's own.
    return set().union(*map(metrics_of, expressions)) - recorded - {"up"}
