"""`python -m tests.fuzz READER --minutes M`: atheris feeds a reader, or `all` of them, until something breaks.

Needs the extra `fuzz`. A file that breaks a reader is kept in --keep and named; the exit status is then 1. `tests/
test_fuzz_readers.py` does a little of the same, seeded, without atheris.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

TIMEOUT_S = 10
"""How long one input may take."""
MEMORY_MB = 2048
_COUNTS = re.compile(r"stat::(number_of_executed_units|new_units_added|peak_rss_mb):\s+(\d+)")
out = Console(highlight=False, soft_wrap=True)
_COVERAGE = re.compile(r"cov: (\d+)")


def feed(name: str, minutes: float, keep: Path) -> None:
    """Feed one reader in this process; libFuzzer ends it."""
    import atheris

    with atheris.instrument_imports(include=["firmware"]):
        from tests.fuzz_readers import READERS
    reader = READERS[name]
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(reader.seeds()):
            (Path(corpus) / str(number)).write_bytes(seed)
        limits = [f"-max_total_time={round(60 * minutes)}", f"-timeout={TIMEOUT_S}", f"-rss_limit_mb={MEMORY_MB}"]
        told = [f"-artifact_prefix={keep}/{name}-", "-print_final_stats=1", "-max_len=40000", "-len_control=0"]
        atheris.Setup([sys.argv[0], *limits, *told, corpus], reader.survives)
        atheris.Fuzz()


def campaign(names: list[str], minutes: float, keep: Path) -> bool:
    """Feed readers one after another, each in a process of its own; print a line each. Whether none broke."""
    keep.mkdir(parents=True, exist_ok=True)
    all_well = True
    for name in names:
        command = [sys.executable, "-m", "tests.fuzz", name, "--minutes", str(minutes), "--keep", str(keep), "--alone"]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        counts = dict(_COUNTS.findall(done.stderr))
        coverage = _COVERAGE.findall(done.stderr)
        broken = sorted(path.name for path in keep.glob(f"{name}-*"))
        found = ", ".join(broken) or ("nothing" if done.returncode == 0 else f"status {done.returncode}")
        inputs, new = counts.get("number_of_executed_units", "?"), counts.get("new_units_added", "?")
        told = f"{name:12} {minutes:g} min  {inputs:>9} inputs  {new:>5} kept"
        out.print(f"{told}  coverage {coverage[-1] if coverage else '?'}  found: {found}", markup=False)
        if done.returncode:
            out.print(done.stderr[-3000:], markup=False)
            all_well = False
    return all_well


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader", help="a reader's name, or all")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "rekam-fuzz")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        feed(asked.reader, asked.minutes, asked.keep)
        return 0
    from tests.fuzz_readers import READERS

    if asked.reader not in (*READERS, "all"):
        parser.error(f"{asked.reader}: no such reader; choose all or one of {', '.join(READERS)}")
    names = list(READERS) if asked.reader == "all" else [asked.reader]
    return 0 if campaign(names, asked.minutes, asked.keep) else 1


if __name__ == "__main__":
    sys.exit(main())
