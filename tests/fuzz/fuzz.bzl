# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Fuzz tests: they run a function on the inputs of a corpus and on generated inputs. See docs/fuzzing.md."""

load("@rules_cc//cc:defs.bzl", "cc_binary")
load("@rules_python//python:defs.bzl", "py_test")

_RUNNER = "run_fuzz.py"

def fuzz_test(name, deps, dictionary = None):
    """A test of LLVMFuzzerTestOneInput in NAME.cc with the corpus in corpus/NAME/.

    With --config=fuzz, libFuzzer makes up further inputs for FUZZ_SECONDS; else the test is over with the kept ones.

    Args:
        name: name of the target, the source file without .cc and the folder of inputs.
        deps: what the source file depends on.
        dictionary: a file of words that inputs are made of, as libFuzzer reads it.
    """
    program = name + "_program"
    cc_binary(
        name = program,
        testonly = True,
        srcs = [name + ".cc"] + select({
            ":libfuzzer": ["sanitizer_options.cc"],
            "//conditions:default": ["replay_main.cc"],
        }),
        linkopts = select({
            ":libfuzzer": ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        deps = deps + [":expect"],
    )
    words = [dictionary] if dictionary else []
    py_test(
        name = name,
        timeout = "moderate",
        srcs = [_RUNNER],
        main = _RUNNER,
        args = [
            "--program=$(rootpath :{})".format(program),
            "--corpus={}/corpus/{}".format(native.package_name(), name),
        ] + ["--dictionary=$(rootpath {})".format(word) for word in words] + select({
            ":libfuzzer": ["--fuzz"],
            "//conditions:default": [],
        }),
        data = [":" + program] + words + native.glob(["corpus/{}/*".format(name)]),
    )
