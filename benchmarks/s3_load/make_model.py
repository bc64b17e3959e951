# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Saves a SavedModel with variables of a given size, in a separate process.

The signature adds the number `x` to the last number of each variable.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")


def main() -> None:
    """Runs the program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--variables", type=int, required=True)
    parser.add_argument("--mib", type=int, required=True, help="The size of each.")
    options = parser.parse_args()

    import numpy as np
    import tensorflow as tf

    random = np.random.default_rng(1)
    module = tf.Module()
    module.weights = [
        tf.Variable(random.random(options.mib << 18, dtype=np.float32))
        for _ in range(options.variables)
    ]

    def add(x: Any) -> dict[str, Any]:
        return {"y": x + tf.stack([weight[-1] for weight in module.weights])}

    function = tf.function(add, input_signature=[tf.TensorSpec([1], tf.float32, name="x")])
    tf.saved_model.save(module, str(options.folder), signatures=function)
    # TensorFlow 2.16 with tensorflow-io crashes when it reads this optional file.
    (options.folder / "fingerprint.pb").unlink()


if __name__ == "__main__":
    main()
