# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests parsing, conversion, validation and comparison of configuration files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tensorflow_serving_s3 import config
from tensorflow_serving_s3.errors import ConfigError

MODELS_TEXT = """\
model_config_list {
  config {
    name: "half"  # a comment
    base_path: "s3://my-models/half"
    model_platform: "tensorflow"
  }
  config: <
    name: 'ranker' base_path: "s3://my-" "models/ranker";
    model_version_policy { specific { versions: [41, 42] } }
    version_labels { key: "stable" value: 41 }
    version_labels { key: "canary" value: 42 }
    logging_config {
      log_collector_config { filename_prefix: "/var/log/ranker" }
      sampling_config { sampling_rate: 0.25 }
    }
  >
  config { name: "all" base_path: "/models/all" model_version_policy { all {} } }
}
"""
MODELS_YAML = """\
model_config_list:
  config:
  - name: half
    base_path: s3://my-models/half
    model_platform: tensorflow
  - name: ranker
    base_path: s3://my-models/ranker
    logging_config:
      log_collector_config:
        filename_prefix: /var/log/ranker
      sampling_config:
        sampling_rate: 0.25
    model_version_policy:
      specific:
        versions:
        - 41
        - 42
    version_labels:
      canary: 42
      stable: 41
  - name: all
    base_path: /models/all
    model_version_policy:
      all: {}
"""
BATCHING_TEXT = """\
max_batch_size { value: 32 }
batch_timeout_micros { value: 0 }
thread_pool_name { value: "pool" }
enable_large_batch_splitting { value: false }
allowed_batch_sizes: 8
allowed_batch_sizes: 32
pad_variable_length_inputs: true
"""
BATCHING_YAML = """\
max_batch_size: 32
batch_timeout_micros: 0
thread_pool_name: pool
allowed_batch_sizes:
- 8
- 32
pad_variable_length_inputs: true
enable_large_batch_splitting: false
"""
MONITORING_TEXT = 'prometheus_config { enable: true path: "/metrics" }\n'
MONITORING_YAML = """\
prometheus_config:
  enable: true
  path: /metrics
"""
PAIRS = {
    "models": (MODELS_TEXT, MODELS_YAML),
    "batching": (BATCHING_TEXT, BATCHING_YAML),
    "monitoring": (MONITORING_TEXT, MONITORING_YAML),
    "no models": ("model_config_list {\n}\n", "model_config_list: {}\n"),
}


def _text(text: str, **options: Any) -> config.Document:
    return config.parse(text, name="f.config", **options)


def _yaml(text: str, **options: Any) -> config.Document:
    return config.parse(text, name="f.yaml", **options)


@pytest.mark.parametrize("name", PAIRS)
def test_text_and_yaml_are_converted_both_ways(name: str) -> None:
    text, yaml = PAIRS[name]
    from_text, from_yaml = _text(text), _yaml(yaml)
    assert from_text.kind is from_yaml.kind
    assert from_text.message == from_yaml.message
    assert config.render(from_text, config.Format.YAML) == yaml
    again = _text(config.render(from_yaml, config.Format.TEXT), kind=from_yaml.kind)
    assert again.message == from_text.message


@pytest.mark.parametrize("name", PAIRS)
def test_the_kind_is_found_by_the_fields(name: str) -> None:
    expected = {"no models": "models"}.get(name, name)
    assert _text(PAIRS[name][0]).kind.value == expected
    assert _yaml(PAIRS[name][1]).kind.value == expected


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n"])
def test_an_empty_file_is_a_configuration_without_models(text: str) -> None:
    for document in (_text(text), _yaml(text)):
        assert document.kind is config.Kind.MODELS
        assert not config.validate(document)


def test_reading_does_not_import_tensorflow() -> None:
    _text(MODELS_TEXT)
    _text(BATCHING_TEXT)
    assert "tensorflow" not in sys.modules


PARSE_ERRORS = {
    "an unknown field": (
        'model_config_list {\n  config {\n    nme: "half"\n  }\n}\n',
        "f.config:3:5: ",
        "nme",
    ),
    "a wrong type": ("model_config_list {\n config { name: 7 }\n}", "f.config:2:17: ", "7"),
    "a missing brace": ('model_config_list {\n config { name: "a"\n', "f.config:", ""),
    "a string that is not closed": (
        'model_config_list { config {\nname: "a\n',
        "f.config:",
        "",
    ),
    "a label that is not a number": (
        'model_config_list {\n config { version_labels {\n   key: "a" value: "b" } }\n}',
        "f.config:3:20: ",
        "",
    ),
    "not a configuration": ("hello: 1\n", "f.config: not a configuration", "hello"),
    "a byte order mark": ("\ufeffmodel_config_list {}", "f.config:1:1: begins with a byte", ""),
    "not text format at all": ("%PDF-1.4 \x01\x02", "f.config:1:", ""),
}
YAML_ERRORS = {
    "an unknown field": (
        "model_config_list:\n  config:\n  - nme: half\n",
        'f.yaml:3:5: model_config_list.config[0] has no field "nme"; did you mean "name"?',
    ),
    "a list in place of a mapping": (
        "model_config_list:\n- name: half\n",
        "f.yaml:2:1: model_config_list must be a mapping, not a list",
    ),
    "a mapping in place of a list": (
        "model_config_list:\n  config:\n    name: half\n",
        "f.yaml:3:5: model_config_list.config must be a list, not a mapping",
    ),
    "a fraction for a number": ("max_batch_size: 1.5\n", 'f.yaml:1:17: max_batch_size is "1.5"'),
    "a text for a number": ("max_batch_size: many\n", 'f.yaml:1:17: max_batch_size is "many"'),
    "a number that is too large": (
        "max_batch_size: 9223372036854775808\n",
        "f.yaml:1:17: max_batch_size",
    ),
    "a text for true": (
        "pad_variable_length_inputs: sure\n",
        'f.yaml:1:29: pad_variable_length_inputs is "sure"; it must be true or false',
    ),
    "a key twice": ("max_batch_size: 1\nmax_batch_size: 2\n", "f.yaml:2:1: "),
    "two choices": (
        "model_config_list:\n  config:\n  - model_version_policy:\n"
        "      all: {}\n      latest: {}\n",
        'f.yaml:5:7: "latest" excludes "all"',
    ),
    "not YAML": ("model_config_list: [\n", "f.yaml:2:1: not valid YAML"),
    "a key that is a list": ("? [a]\n: b\n", "f.yaml:1:3: a key must be a name"),
    "a merge": ("<<: {max_batch_size: 1}\n", "f.yaml: not a configuration"),
    "a tab": ("model_config_list:\n\tconfig: []\n", "f.yaml:2:1: not valid YAML"),
    "a list": ("- a\n", "f.yaml:1:1: the file must be a mapping, not a list"),
    "a null in a list of numbers": ("allowed_batch_sizes: [1, ~]\n", "f.yaml:1:26: "),
}


@pytest.mark.parametrize("case", PARSE_ERRORS)
def test_an_error_of_the_text_format_names_file_line_and_column(case: str) -> None:
    text, start, part = PARSE_ERRORS[case]
    with pytest.raises(ConfigError) as raised:
        _text(text)
    assert str(raised.value).startswith(start)
    assert part in str(raised.value)


@pytest.mark.parametrize("case", YAML_ERRORS)
def test_an_error_of_yaml_names_file_line_and_column(case: str) -> None:
    text, start = YAML_ERRORS[case]
    with pytest.raises(ConfigError) as raised:
        _yaml(text)
    assert str(raised.value).startswith(start)


def test_all_faults_of_a_yaml_file_are_named() -> None:
    with pytest.raises(ConfigError) as raised:
        _yaml("max_batch_size: x\nbatch_timeout_micros: y\n")
    assert [problem.line for problem in raised.value.problems] == [1, 2]


def _models(*models: str) -> str:
    return "model_config_list {\n" + "".join(f"  config {{ {m} }}\n" for m in models) + "}\n"


INVALID = {
    "a relative base path": (_models('name: "a" base_path: "half"'), 2, 22, "relative"),
    "no base path": (_models('name: "a"'), 2, 3, "base_path is missing"),
    "no name": (_models('base_path: "/a"'), 2, 3, "no name"),
    "a name twice": (
        _models('name: "a" base_path: "/a"', 'name: "a" base_path: "/b"'),
        3,
        12,
        "listed twice, first in line 2",
    ),
    "a dot segment": (_models('name: "a/../b" base_path: "/a"'), 2, 12, "path segment"),
    "a long name": (_models(f'name: "{"a" * 513}" base_path: "/a"'), 2, 12, "at most 512 bytes"),
    "another platform": (
        _models('name: "a" base_path: "/a" model_platform: "onnx"'),
        2,
        38,
        'platform "onnx"',
    ),
    "a type and a platform": (
        _models('name: "a" base_path: "/a" model_platform: "tensorflow" model_type: TENSORFLOW'),
        2,
        67,
        "remove the deprecated model_type",
    ),
    "no specific version": (
        _models('name: "a" base_path: "/a" model_version_policy { specific {} }'),
        2,
        61,
        "has no version",
    ),
    "a label outside of the policy": (
        _models(
            'name: "a" base_path: "/a" model_version_policy { specific { versions: 1 } } '
            'version_labels { key: "x" value: 2 }'
        ),
        2,
        88,
        "points at version 2",
    ),
    "a custom configuration": ("custom_model_config {}", 1, 1, "custom source"),
    "no threads": ("num_batch_threads { value: 0 }", 1, 1, "at least 1"),
    "a batch that is too large": ("max_batch_size { value: 3000000000 }", 1, 1, "at most"),
    "a negative timeout": ("batch_timeout_micros { value: -1 }", 1, 1, "at least 0"),
    "sizes that fall": (
        "max_batch_size { value: 4 }\nallowed_batch_sizes: [8, 4]",
        2,
        26,
        "rising order",
    ),
    "a last size that is not the largest": (
        "max_batch_size { value: 16 }\nallowed_batch_sizes: 8",
        2,
        1,
        "it must be max_batch_size, which is 16",
    ),
    "an execution size above the largest batch": (
        "enable_large_batch_splitting { value: true }\nmax_execution_batch_size { value: 1001 }",
        2,
        1,
        "at most 1000",
    ),
    "a relative metrics path": (
        'prometheus_config { enable: true path: "metrics" }',
        1,
        34,
        "begin with a slash",
    ),
}


@pytest.mark.parametrize("case", INVALID)
def test_a_rule_of_the_server_is_applied_with_its_place(case: str) -> None:
    text, line, column, part = INVALID[case]
    problems = config.validate(_text(text))
    assert [(p.file, p.line, p.column) for p in problems] == [("f.config", line, column)]
    assert part in problems[0].message


@pytest.mark.parametrize("name", PAIRS)
def test_a_valid_file_has_no_problems(name: str) -> None:
    for document in (_text(PAIRS[name][0]), _yaml(PAIRS[name][1])):
        assert config.validate(document) == ()


def test_a_setting_without_an_effect_is_a_warning() -> None:
    document = _text("max_batch_size { value: 16 }\nmax_execution_batch_size { value: 8 }")
    assert config.validate(document) == ()
    (warning,) = config.warnings(document)
    assert str(warning).startswith("f.config:2:1: max_execution_batch_size is 8 and has no effect")


@pytest.mark.parametrize("text", ["", "# Nothing.\n", "model_config_list {}"])
def test_a_file_without_models_is_a_warning(text: str) -> None:
    assert config.validate(_text(text)) == ()
    (warning,) = config.warnings(_text(text))
    assert str(warning) == "f.config: it has no models, so a server serves nothing"


def test_a_problem_in_yaml_has_its_place() -> None:
    yaml = MODELS_YAML.replace("stable: 41", "stable: 40")
    (problem,) = config.validate(_yaml(yaml))
    assert str(problem).startswith("f.yaml:20:7: the version label")


def test_diff_compares_models_by_name_and_in_any_format() -> None:
    new = MODELS_YAML.replace("- 42\n", "- 43\n").replace("canary: 42", "canary: 43")
    new = new.replace("name: all", "name: every")
    assert [str(d) for d in config.diff(_text(MODELS_TEXT), _yaml(new))] == [
        "~ ranker.model_version_policy.specific.versions: [41, 42] -> [41, 43]",
        "~ ranker.version_labels.canary: 42 -> 43",
        "- all: {base_path: /models/all, model_version_policy: {all: {}}}",
        "+ every: {base_path: /models/all, model_version_policy: {all: {}}}",
    ]


def test_diff_of_equal_files_in_another_order_is_empty() -> None:
    one = _text(_models('name: "a" base_path: "/a"', 'name: "b" base_path: "/b"'))
    two = _text(_models('base_path: "/b" name: "b"', 'base_path: "/a" name: "a"'))
    assert config.diff(one, two) == ()


def test_diff_of_two_kinds_is_refused() -> None:
    with pytest.raises(ValueError, match="compare files of one kind"):
        config.diff(_text(MODELS_TEXT), _text(BATCHING_TEXT))


@pytest.mark.parametrize("name", ["models.config", "models.yaml"])
def test_a_written_file_is_read_again(tmp_path: Path, name: str) -> None:
    config.write(_text(MODELS_TEXT), tmp_path / name)
    assert config.read(tmp_path / name).message == _text(MODELS_TEXT).message
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_invalid_configuration_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="relative"):
        config.write(_text(_models('name: "a" base_path: "a"')), tmp_path / "models.config")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.config: cannot be read: No such file"):
        config.read(tmp_path / "absent.config")


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "binary.config").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"binary\.config: is not UTF-8"):
        config.read(tmp_path / "binary.config")
