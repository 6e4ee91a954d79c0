"""What completion is worth, measured: `make bench-learn`, one table after the other."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from pathlib import Path

from rich.console import Console

from tests.learn.benchmarks.bits import show_bits
from tests.learn.benchmarks.completion_tables import show_completion
from tests.learn.benchmarks.corpus_building import show_corpus_building
from tests.learn.benchmarks.learn_bench import LearnBench
from tests.learn.benchmarks.surprise import show_surprise
from tests.learn.benchmarks.training import show_training


def main() -> None:
    """Measure all; nothing is asserted."""
    parser = argparse.ArgumentParser(prog="python -m tests.learn.benchmarks")
    parser.add_argument("--minutes", type=float, default=2, help="that the network may learn")
    minutes = parser.parse_args().minutes
    Console().print(f"{os.cpu_count()} cores, {platform.machine()}, {platform.python_version()}\n")
    with tempfile.TemporaryDirectory(prefix="greenlit-bench-learn-") as work:
        bench = LearnBench(Path(work), minutes)
        show_bits(bench)
        show_completion(bench)
        show_corpus_building(bench.work)
        show_training(bench)
    show_surprise()


if __name__ == "__main__":
    main()
