# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the alert rules and the dashboard: syntax, the metrics that they name, and the runbook."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
from runfiles import Runfiles

from docker.monitoring import expressions

_RUNBOOK = "https://github.com/OWNER/tf-serving-s3/blob/main/docs/operations.md#"
# Metrics of TensorFlow's own registry, which docs/monitoring.md does not list.
_OF_TENSORFLOW = {":tensorflow:cc:saved_model:load_attempt_count"}


def _promtool(*arguments: str, cwd: Path) -> None:
    runfiles = Runfiles.Create()
    assert runfiles is not None
    promtool = runfiles.Rlocation("prometheus/usr/bin/promtool")
    assert promtool is not None
    command = [str(Path(promtool).absolute()), *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _documented() -> set[str]:
    """Returns the metrics in the table of docs/monitoring.md."""
    text = Path("docs/monitoring.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def _runbook() -> str:
    return Path("docs/operations.md").read_text(encoding="utf-8")


def _alert_names() -> list[str]:
    return [alert["alert"] for alert in expressions.alerts()]


def _lost(given: Any, known: Any, path: str = "") -> list[str]:
    """Returns the paths of the values in `given` that are not in `known`."""
    if isinstance(given, dict) and isinstance(known, dict):
        return [
            lost
            for key, value in given.items()
            for lost in _lost(value, known.get(key), f"{path}/{key}")
        ]
    if isinstance(given, list) and isinstance(known, list) and len(given) == len(known):
        pairs = enumerate(zip(given, known, strict=True))
        return [lost for i, (a, b) in pairs for lost in _lost(a, b, f"{path}/{i}")]
    return [] if given == known else [path]


def test_the_rules_are_valid() -> None:
    _promtool("check", "rules", "alerts.yaml", cwd=expressions.ALERTS.parent)


def test_the_alerts_fire_and_are_silent_as_their_cases_say(tmp_path: Path) -> None:
    for name in ("alerts.yaml", "alerts_promtool.yaml"):
        shutil.copy(Path("docker/monitoring", name), tmp_path / name)
    _promtool("test", "rules", "alerts_promtool.yaml", cwd=tmp_path)


def test_every_alert_fires_in_a_case() -> None:
    text = Path("docker/monitoring/alerts_promtool.yaml").read_text(encoding="utf-8")
    cases = [case for test in yaml.safe_load(text)["tests"] for case in test["alert_rule_test"]]
    firing = {case["alertname"] for case in cases if case["exp_alerts"]}
    assert firing == set(_alert_names())


def test_the_queries_of_the_dashboard_are_valid(tmp_path: Path) -> None:
    rules = [
        {"record": f"query:{number}", "expr": expression}
        for number, expression in enumerate(expressions.dashboard_expressions())
    ]
    document = {"groups": [{"name": "dashboard", "rules": rules}]}
    # JSON is valid YAML.
    (tmp_path / "queries.yaml").write_text(json.dumps(document), encoding="utf-8")
    _promtool("check", "rules", "queries.yaml", cwd=tmp_path)


@pytest.mark.parametrize(
    ("expression", "metrics"),
    [
        ("up == 0 and on (job) max_over_time(a_b[1h])", {"up", "a_b"}),
        ('sum by (le) (rate({__name__=":x:y_bucket", le=~"1.+"}[5m])) / 2', {":x:y_bucket"}),
        ('time() - start{job="a"} > 14.4 * 0.01 unless sum(b)', {"start", "b"}),
    ],
)
def test_metrics_are_found_in_expressions(expression: str, metrics: set[str]) -> None:
    assert expressions.metrics_of(expression) == metrics


def test_the_metrics_are_documented() -> None:
    known = _documented() | _OF_TENSORFLOW
    wanted = expressions.exported_metrics()
    assert len(wanted) > 30
    unknown = {
        name for name in wanted if name not in known and expressions.family_of(name) not in known
    }
    assert unknown == set()


def test_the_dashboard_shows_the_metrics_of_the_server() -> None:
    shown = set().union(*map(expressions.metrics_of, expressions.dashboard_expressions()))
    families = {expressions.family_of(name) for name in shown} | shown
    ours = {name for name in _documented() if name.startswith("tf_serving_s3_")}
    assert ours <= families


def test_the_dashboard_conforms_to_grafanas_model() -> None:
    register_default_plugins()
    dashboard = json.loads(expressions.DASHBOARD.read_text(encoding="utf-8"))
    # Reading drops the fields that the model does not have; writing adds defaults.
    known = json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(dashboard)))
    assert _lost(dashboard, known) == []
    misspelt = {**dashboard, "panel": []}
    assert _lost(misspelt, known) == ["/panel"]


def test_panels_have_a_title_and_a_description_and_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    dashboard = json.loads(expressions.DASHBOARD.read_text(encoding="utf-8"))
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken
        taken |= cells
    assert all(panel["title"] and panel["description"] for panel in expressions.panels())


def test_every_alert_has_a_summary_a_description_and_a_severity() -> None:
    for alert in expressions.alerts():
        assert set(alert["annotations"]) == {"summary", "description", "runbook_url"}
        assert alert["labels"]["severity"] in {"critical", "warning"}


def test_every_alert_leads_to_its_section_of_the_runbook() -> None:
    headings = re.findall(r"^### (TfServing\w+)$", _runbook(), re.MULTILINE)
    assert headings == _alert_names()
    for alert in expressions.alerts():
        assert alert["annotations"]["runbook_url"] == _RUNBOOK + alert["alert"].lower()


def test_the_latency_objective_is_a_bucket_of_the_histogram() -> None:
    text = Path("docker/monitoring/alerts.yaml").read_text(encoding="utf-8")
    (bucket,) = set(re.findall(r'le=~"(\d+)', text))
    # As in tensorflow_serving_s3/model_servers/monitoring/request_metrics.cc.
    assert int(bucket) in [int(10 * 1.8**exponent) for exponent in range(33)]
