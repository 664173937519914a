"""`python -m tests.fuzz READER --minutes M`: atheris feeds a reader, or `all` of them, until something breaks.

Needs the extra `fuzz`. A file that breaks a reader is kept in --keep and named; the exit status is then 1. `tests/
test_fuzz_readers.py` does a little of the same, seeded, without atheris.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from rich.console import Console

TIMEOUT_S = 10
"""How long one input may take."""
MEMORY_MB = 2048
ROUND_MIN = 1.0
"""A process feeds for so long: atheris keeps some 700 bytes of each input that reaches instrumented comparisons."""
_COUNTS = re.compile(r"stat::(number_of_executed_units|new_units_added):\s+(\d+)")
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


def campaign(names: list[str], minutes: float, keep: Path) -> bool:
    """Feed readers one after another in rounds, each in a process of its own; print a line each. Whether none broke."""
    keep.mkdir(parents=True, exist_ok=True)
    broken = [name for name in names if not survives(name, minutes, keep)]
    return not broken


def survives(name: str, minutes: float, keep: Path) -> bool:
    """Feed one reader, print what came of it, and say whether nothing broke it."""
    command = [sys.executable, "-m", "tests.fuzz", name, "--keep", str(keep), "--alone"]
    left, counts, coverage, status, words = minutes, Counter[str](), "?", 0, ""
    with tempfile.TemporaryDirectory() as corpus:
        while left > 0 and not status:
            round_min = min(left, ROUND_MIN)
            asked = [*command, "--minutes", str(round_min), "--corpus", corpus]
            done = subprocess.run(asked, capture_output=True, text=True, errors="replace", check=False)
            counts.update({what: int(number) for what, number in _COUNTS.findall(done.stderr)})
            coverage = (_COVERAGE.findall(done.stderr) or [coverage])[-1]
            left, status, words = left - round_min, done.returncode, done.stderr
    files = sorted(path.name for path in keep.glob(f"{name}-*"))
    found = ", ".join(files) or (f"status {status}" if status else "nothing")
    fed, new = counts["number_of_executed_units"], counts["new_units_added"]
    told = f"{name:12} {minutes - left:g} min  {fed:>9} inputs  {new:>5} kept  coverage {coverage}  found: {found}"
    out.print(told, markup=False)
    if status:
        out.print(words[-3000:], markup=False)
    return not status


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader", help="a reader's name, or all")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "rekam-fuzz")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--corpus", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        feed(asked.reader, asked.minutes, asked.keep, asked.corpus)
        return 0
    from tests.fuzz_readers import READERS

    if asked.reader not in (*READERS, "all"):
        parser.error(f"{asked.reader}: no such reader; choose all or one of {', '.join(READERS)}")
    names = list(READERS) if asked.reader == "all" else [asked.reader]
    return 0 if campaign(names, asked.minutes, asked.keep) else 1


if __name__ == "__main__":
    sys.exit(main())
