"""`python -m tests.fuzz READER --minutes M`: atheris feeds a reader, or `all` of them, until something breaks.

Needs the extra `fuzz`; `--hypothesis` draws spoiled files instead and needs the extra `test`. What breaks a reader is
kept in --keep and named; the exit status is then 1. `tests/test_fuzz_readers.py` does a little of the same, seeded.
"""

import argparse
import faulthandler
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console

TIMEOUT_S = 10
"""How long one input may take."""
MEMORY_MB = 2048
ROUND_MIN = 1.0
"""A process feeds for so long: atheris keeps some 700 bytes of each input that reaches instrumented comparisons."""
DRAWN = 400
"""Hypothesis is begun anew after so many inputs."""
_COUNTS = re.compile(r"stat::(\w+):\s+(\d+)")
out = Console(highlight=False, soft_wrap=True)
_COVERAGE = re.compile(r"cov: (\d+)")


def feed(name: str, minutes: float, keep: Path, corpus: Path) -> None:
    """Feed one reader in this process, from a folder of inputs that it adds to; libFuzzer ends it."""
    import atheris

    with atheris.instrument_imports(include=["firmware"]):
        from tests.fuzz_readers import READERS
    reader = READERS[name]
    for number, seed in enumerate(reader.seeds()):
        (corpus / str(number)).write_bytes(seed)
    limits = [f"-max_total_time={round(60 * minutes)}", f"-timeout={TIMEOUT_S}", f"-rss_limit_mb={MEMORY_MB}"]
    told = [f"-artifact_prefix={keep}/{name}-", "-print_final_stats=1", "-max_len=40000", "-len_control=0"]
    atheris.Setup([sys.argv[0], *limits, *told, str(corpus)], reader.survives)
    atheris.Fuzz()


def draw(name: str, minutes: float, keep: Path, beginning: int) -> None:
    """Feed one reader in this process what Hypothesis draws from a seed; end with the traceback of what breaks it.

    An input that takes too long ends the process: it is what was kept last.
    """
    import hypothesis

    from tests.fuzz_readers import READERS
    from tests.spoiling import spoiled

    reader = READERS[name]
    last = keep / f"{name}-drawn-{os.getpid()}"
    counts = Counter[str]()

    def feeds(data: bytes) -> None:
        last.write_bytes(data)
        faulthandler.dump_traceback_later(TIMEOUT_S, exit=True)
        counts["number_of_executed_units"] += 1
        counts["answered"] += reader.survives(data)
        faulthandler.cancel_dump_traceback_later()

    drawn = hypothesis.given(spoiled(reader.seeds()))(feeds)
    checks = list(hypothesis.HealthCheck)
    drawn = hypothesis.settings(max_examples=DRAWN, deadline=None, database=None, suppress_health_check=checks)(drawn)
    until = time.monotonic() + 60 * minutes
    while time.monotonic() < until:
        # Hypothesis ends with the smallest input that breaks the reader, so that it is the one that is kept
        hypothesis.seed(beginning)(drawn)()
        beginning += 1
    last.unlink()
    for what, number in counts.items():
        sys.stderr.write(f"stat::{what}: {number}\n")


def campaign(names: list[str], minutes: float, keep: Path, *, hypothesis: bool) -> bool:
    """Feed readers one after another in rounds, each in a process of its own; print a line each. Whether none broke."""
    keep.mkdir(parents=True, exist_ok=True)
    broken = [name for name in names if not survives(name, minutes, keep, hypothesis=hypothesis)]
    return not broken


def survives(name: str, minutes: float, keep: Path, *, hypothesis: bool) -> bool:
    """Feed one reader, print what came of it, and say whether nothing broke it."""
    command = [sys.executable, "-m", "tests.fuzz", name, "--keep", str(keep), "--alone"]
    command += ["--hypothesis"] if hypothesis else []
    left, rounds, counts, coverage, status, words = minutes, 0, Counter[str](), "?", 0, ""
    kept_before = set(keep.iterdir())
    with tempfile.TemporaryDirectory() as corpus:
        while left > 0 and not status:
            round_min = min(left, ROUND_MIN)
            asked = [*command, "--minutes", str(round_min), "--corpus", corpus, "--seed", str(1000 * rounds)]
            done = subprocess.run(asked, capture_output=True, text=True, errors="replace", check=False)
            counts.update({what: int(number) for what, number in _COUNTS.findall(done.stderr)})
            coverage = (_COVERAGE.findall(done.stderr) or [coverage])[-1]
            left, rounds, status, words = left - round_min, rounds + 1, done.returncode, done.stderr
    files = sorted(path.name for path in set(keep.iterdir()) - kept_before)
    found = ", ".join(files) or (f"status {status}" if status else "nothing")
    fed = counts["number_of_executed_units"]
    told = f"{counts['new_units_added']:>5} kept  coverage {coverage}"
    if hypothesis:
        told = f"{counts['answered']:>9} answered"
    out.print(f"{name:12} {minutes - left:g} min  {fed:>9} inputs  {told}  found: {found}", markup=False)
    if status:
        out.print(words[-3000:], markup=False)
    return not status


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader", help="a reader's name, or all")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--hypothesis", action="store_true", help="draw spoiled files by Hypothesis, not by atheris")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "rekam-fuzz")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--corpus", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone and asked.hypothesis:
        draw(asked.reader, asked.minutes, asked.keep, asked.seed)
        return 0
    if asked.alone:
        feed(asked.reader, asked.minutes, asked.keep, asked.corpus)
        return 0
    from tests.fuzz_readers import READERS

    if asked.reader not in (*READERS, "all"):
        parser.error(f"{asked.reader}: no such reader; choose all or one of {', '.join(READERS)}")
    names = list(READERS) if asked.reader == "all" else [asked.reader]
    return 0 if campaign(names, asked.minutes, asked.keep, hypothesis=asked.hypothesis) else 1


if __name__ == "__main__":
    sys.exit(main())
