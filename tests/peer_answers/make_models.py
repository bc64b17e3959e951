# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes the SavedModels of the recorded answers, and their models.config.

usage: make_models.py OUT_DIR

The models are small and do not depend on random numbers or clocks. Tensor names appear in metadata
answers, so the models must be made with TensorFlow 2.21.
"""

from __future__ import annotations

import pathlib
import shutil
import sys

from tests.peer_answers import function_models, graph_models
from tests.peer_answers.model_writer import Writer

ODD_NAMES = [
    "with space",
    "模型",
    "a@b",
    "model+plus",
    "émile",
    "per%cent",
    "UPPER.Case-1_2",
    "tilde~",
    "comma,semi;",
    "eq=and&",
    "100",
]


def make_models(out: pathlib.Path) -> pathlib.Path:
    """Writes all models under an empty folder.

    Args:
        out: The absolute path of the folder. The configuration contains it.

    Returns:
        The file models.config.
    """
    writer = Writer(out)
    writer.graph("half_plus_two", graph_models.half_plus(2.0), "00000123")
    # Two versions, both served.
    writer.graph("half_plus_two_versions", graph_models.half_plus(2.0), "00000123", config=False)
    writer.graph("half_plus_two_versions", graph_models.half_plus(3.0), "00000124", config=False)
    writer.serve(
        "half_plus_two_versions", "half_plus_two_versions", "model_version_policy { all {} } "
    )
    writer.graph("half_plus_three", graph_models.half_plus_three, "00000123")
    writer.graph("declared", graph_models.declared)
    writer.graph("strict", graph_models.strict)
    writer.graph("types", graph_models.types)
    writer.graph("several", graph_models.several)
    writer.graph("ops", graph_models.ops)
    writer.graph("no_inputs", graph_models.no_inputs)
    writer.graph("examples", graph_models.examples)
    writer.graph("only_sparse", graph_models.only_sparse)
    writer.graph("with_default", graph_models.with_default)
    writer.graph("signature_defaults", graph_models.signature_defaults)
    writer.graph("no_default_signature", graph_models.no_default_signature)
    writer.graph("text_format", graph_models.times_ten, as_text=True)
    # The policy selects version 7, which is not the newest.
    for version in ("6", "7", "8"):
        writer.graph("pinned", graph_models.times_ten, version, config=False)
    writer.serve("pinned", "pinned", "model_version_policy { specific { versions: 7 } } ")
    # y = 0.5x + 2; the model of most JSON cases.
    module, fns = function_models.linear(0.5, 2.0)
    writer.functions("half", fns, module=module)
    # Versions 1 to 3 add their number; two labels.
    for number in (1, 2, 3):
        module, fns = function_models.linear(1.0, float(number))
        writer.functions("labelled", fns, str(number), module=module, config=False)
    labels = "".join(
        f'version_labels {{ key: "{label}" value: {v} }} '
        for label, v in (("stable", 1), ("canary", 3), ("with space", 2))
    )
    writer.serve("labelled", "labelled", "model_version_policy { all {} } " + labels)
    writer.functions("functions", function_models.functions())
    asset = out / "vocabulary.txt"
    asset.write_text("alpha\nbravo\ncharlie\n")
    vocabulary = function_models.Vocabulary(str(asset))
    writer.functions("vocabulary", {"serving_default": vocabulary.look_up}, module=vocabulary)
    asset.unlink()
    function_models.keras_model(out / "keras" / "1")
    writer.serve("keras", "keras")
    # One model with names that must be quoted in a URL.
    writer.graph("times_ten", graph_models.times_ten)
    for name in ODD_NAMES:
        writer.serve(name, "times_ten")
    path = out / "models.config"
    path.write_text(writer.config())
    return path


def main() -> None:
    """Runs the command line."""
    out = pathlib.Path(sys.argv[1]).absolute()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    make_models(out)


if __name__ == "__main__":
    main()
