# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Serves the SavedModels in a manifest on the standard input and output.

    serve_manifest.py s3://models/manifest.txt
    half version 7: AVAILABLE        <- the state of a version
    half 1 2 5                       <- input: the name of a model and numbers
    half version 7: 3.5 4 5.5        <- the answer of the model

Ends at the end of the input, or on SIGTERM or SIGINT.
"""

from __future__ import annotations

import signal
import sys
import threading

from tensorflow_serving_s3.errors import ServingError
from tensorflow_serving_s3.sourcing import (
    AspiredVersionsManager,
    ManagerState,
    SavedModelBundleSourceAdapter,
    ServableState,
    connect_source_to_target,
)

from examples.custom_source.manifest_source import ManifestSource


def answer(manager: AspiredVersionsManager, line: str) -> str:
    """Answers "NAME X X ..." with the output of the newest version of NAME."""
    name, *texts = line.split() or [""]
    if not texts:
        raise ValueError(f'"{line}" is not a name and numbers, such as "half 1 2 5"')
    numbers = []
    for text in texts:
        try:
            numbers.append(float(text))
        except ValueError:
            raise ValueError(f'"{text}" is not a number') from None

    # The newest available version answers.
    output = manager.predict(name, {"instances": numbers})["predictions"]
    version = max(
        state.version
        for state in manager.states()
        if state.name == name and state.state == ManagerState.AVAILABLE
    )
    return f"{name} version {version}: " + " ".join(f"{number:g}" for number in output)


def print_states(manager: AspiredVersionsManager, stopping: threading.Event) -> None:
    """Prints the changes of states until `stopping` is set."""
    known: set[ServableState] = set()
    while not stopping.wait(0.05):
        states = manager.states()
        for state in states:
            if state not in known:
                error = f", {state.error_code}: {state.error}" if state.error else ""
                print(f"{state.name} version {state.version}: {state.state.value}{error}")
                sys.stdout.flush()
        known = set(states)


def serve(manifest: str) -> None:
    """Connects the chain, and answers the lines of the standard input."""
    # From the end of the chain to its beginning.
    with AspiredVersionsManager() as manager:
        adapter = SavedModelBundleSourceAdapter()
        source = ManifestSource(manifest)
        connect_source_to_target(adapter, manager)
        connect_source_to_target(source, adapter)

        # Prints the state of each version.
        stopping = threading.Event()
        printer = threading.Thread(target=print_states, args=(manager, stopping))
        printer.start()
        try:
            for line in sys.stdin:
                try:
                    print(answer(manager, line.strip()), flush=True)
                except (ServingError, ValueError) as error:
                    print(error, flush=True)
        finally:
            # First the source stops, last the manager unloads everything.
            source.stop()
            stopping.set()
            printer.join()


def main() -> int:
    """Runs the program and returns its exit code."""
    if len(sys.argv) != 2:
        print(f"Usage: {sys.argv[0]} MANIFEST, such as s3://BUCKET/manifest", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    serve(sys.argv[1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
