"""Runs the programs that make a bundle: pip, apt, openssl, compilers; a failing one shows its last words."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .targets import BundleFailed

Command = Sequence[str | Path]
_LAST_LINES = 15


def say(text: str, indent: int = 0) -> None:
    """Tell a person how far it has come."""
    print(f"bundle: {'  ' * indent}{text}", flush=True)


def require(program: str, package: str) -> None:
    """Raise BundleFailed where a program is not here; package: the Debian package that has it."""
    if shutil.which(program) is None:
        raise BundleFailed(f"there is no program {program} here: apt-get install {package}")


def run(
    command: Command,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    told: Callable[[str], None] | None = None,
) -> str:
    """The standard output of a command. Raises BundleFailed with its last words where it fails.

    env: added to this process's own. told: gets each line of the output while it comes; warnings are not in it.
    """
    # Where this program finds its own modules is nothing for the programs that it runs
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment = {**inherited, "LC_ALL": "C.UTF-8", **(env or {})}
    lines = []
    with tempfile.TemporaryFile("w+", errors="replace") as errors:
        with subprocess.Popen(
            command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True, errors="replace"
        ) as process:
            for line in process.stdout or ():
                lines.append(line)
                if told is not None:
                    told(line)
        if process.returncode != 0:
            errors.seek(0)
            last = "".join([*lines, *errors][-_LAST_LINES:]).rstrip()
            raise BundleFailed(f"{Path(command[0]).name} failed ({process.returncode}):\n{last}")
    return "".join(lines)
