"""Linters, types, import contracts and shell scripts are clean, and the kernels are right without their compiler."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

BIN = Path(sys.executable).parent
# What the tests run beside Python, by the Debian package of the same name
PROGRAMS = ("age", "mosquitto", "openssl", "shellcheck")


def succeed(*command: str, **environment: str) -> None:
    """Run a command in the checkout; its whole output is the message when it fails."""
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.fail(f"{' '.join(command)}\n{done.stdout}{done.stderr}", pytrace=False)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_that_tests_need_is_here(program: str) -> None:
    assert shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin"), f"sudo apt-get install {' '.join(PROGRAMS)}"


def test_the_linter_finds_nothing() -> None:
    succeed(sys.executable, "-m", "ruff", "check")


def test_the_format_is_the_formatters() -> None:
    succeed(sys.executable, "-m", "ruff", "format", "--check")


@pytest.mark.timeout(600)
def test_the_types_are_right() -> None:
    succeed(sys.executable, "-m", "mypy")


def test_the_import_contracts_are_kept() -> None:
    succeed(str(BIN / "lint-imports"))


def test_the_shell_scripts_are_sound() -> None:
    found = sorted(path for folder in ("provisioning", "tests") for path in (ROOT / folder).rglob("*.sh"))
    scripts = [".ci/run", *(str(path.relative_to(ROOT)) for path in found)]
    succeed("shellcheck", *scripts)


@pytest.mark.timeout(600)
def test_the_kernels_are_right_without_the_compiler() -> None:
    # Only where there are some: reading all files takes as long as the tests
    files = [str(path) for path in sorted((ROOT / "tests").rglob("test_*.py")) if "mark.kernel" in path.read_text()]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "kernel", "-p", "no:cacheprovider", *files]
    succeed(*command, NUMBA_DISABLE_JIT="1")
