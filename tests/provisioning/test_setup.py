"""setup.sh on a machine made of stand-in programs: what it says, what it would install, when it begins anew."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import ROOT

PYTHON = """#!/bin/sh
echo "$(basename "$0") $*" >>"{log}"
case "$*" in
  *sys.version.split*) cat "{folder}/python-version" ;;
  "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
  *"pip install"*) exit "$(cat "{folder}/pip-status")" ;;
esac
"""
APT = """#!/bin/sh
echo "apt-get $*" >>"{log}"
echo "apt's own words"
exit "$(cat "{folder}/apt-status")"
"""


class Machine:
    """A checkout and a PATH on which only the programs put there are found."""

    def __init__(self, folder: Path, user_id: int = 1000, programs: Sequence[str] = ("age", "openssl")) -> None:
        self.checkout, self.bin, self.log = folder / "checkout", folder / "bin", folder / "log"
        self.folder = folder
        self.environment = {"PATH": str(self.bin)}
        (self.checkout / "provisioning").mkdir(parents=True)
        self.bin.mkdir()
        shutil.copy(ROOT / "provisioning/setup.sh", self.checkout / "provisioning/setup.sh")
        self.write("checkout/pyproject.toml", "one")
        for name in ("basename", "bash", "cat", "cmp", "cp", "cut", "dirname", "head", "mkdir", "mktemp", "rm", "tail"):
            (self.bin / name).symlink_to(str(shutil.which(name)))
        (self.bin / "sha256sum").symlink_to(str(shutil.which("sha256sum")))
        self.program("python3", PYTHON)
        self.program("apt-get", APT)
        self.program("id", f"#!/bin/sh\necho {user_id}\n")
        self.program("uname", "#!/bin/sh\necho x86_64\n")
        self.program("nproc", "#!/bin/sh\necho 2\n")
        for name in programs:
            self.program(name, "#!/bin/sh\n")
        self.write("python-version", "3.11.2 /usr")
        self.write("pip-status", "0")
        self.write("apt-status", "0")

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def program(self, name: str, text: str) -> None:
        path = self.bin / name
        path.write_text(text.replace("{log}", str(self.log)).replace("{folder}", str(self.folder)))
        path.chmod(0o755)

    def setup(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run setup.sh; `self.calls` then holds what it called, this time only."""
        self.log.write_text("")
        command = [str(self.bin / "bash"), str(self.checkout / "provisioning/setup.sh"), *arguments]
        done = subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False
        )
        self.calls = self.log.read_text()
        return done


def test_without_a_verb_it_explains(tmp_path: Path) -> None:
    done = Machine(tmp_path).setup()
    assert done.returncode == 0
    assert "setup.sh demo" in done.stdout
    assert "setup.sh test" in done.stdout


def test_an_unknown_verb_is_named(tmp_path: Path) -> None:
    done = Machine(tmp_path).setup("demmo")
    assert done.returncode == 2
    assert '"demmo"' in done.stderr
    assert "usage" in done.stderr


def test_an_ordinary_user_is_told_the_apt_line(tmp_path: Path) -> None:
    machine = Machine(tmp_path, programs=["openssl"])
    done = machine.setup("demo")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].strip() == "sudo apt-get install --no-install-recommends age"
    assert "apt-get" not in machine.calls
    assert not (machine.checkout / ".venv").exists()


def test_root_installs_by_apt(tmp_path: Path) -> None:
    machine = Machine(tmp_path, user_id=0, programs=["openssl"])
    done = machine.setup("demo")
    assert done.returncode == 1  # these apt words install nothing
    assert "still missing: age" in done.stderr
    calls = [line for line in machine.calls.splitlines() if line.startswith("apt-get")]
    assert calls == ["apt-get update", "apt-get install -y --no-install-recommends age"]


def test_a_failing_apt_shows_its_words(tmp_path: Path) -> None:
    machine = Machine(tmp_path, user_id=0, programs=["openssl"])
    machine.write("apt-status", "100")
    done = machine.setup("demo")
    assert done.returncode == 1
    assert "apt's own words" in done.stderr


def test_the_tests_programs_are_asked_for_with_a_compiler_where_no_wheel_is(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.program("uname", "#!/bin/sh\necho aarch64\n")
    done = machine.setup("test")
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("chromium gcc libc6-dev python3-dev")


@pytest.mark.parametrize(("user", "are_wanted"), [(0, True), (1000, False)])
def test_what_boots_bare_machines_is_installed_for_root(tmp_path: Path, user: int, are_wanted: bool) -> None:
    machine = Machine(tmp_path, user, programs=["age", "openssl", "mosquitto", "shellcheck", "chromium"])
    done = machine.setup("test")
    assert ("mmdebstrap systemd-container" in machine.calls + done.stderr) == are_wanted


def test_no_fitting_python_is_told(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.program("python3", '#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.2\nexit 1\n')
    done = machine.setup("demo")
    assert done.returncode == 1
    assert "Python 3.9.2" in done.stderr
    assert "3.13" in done.stderr


def test_the_demonstration_gets_its_options(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    done = machine.setup("demo", "--fingers", "my prints")
    assert done.returncode == 0, done.stderr
    assert "pip install --disable-pip-version-check --no-input --editable .[sim]" in machine.calls
    assert machine.calls.splitlines()[-1] == f"python {machine.checkout}/provisioning/demo.py --fingers my prints"


def test_a_second_run_installs_nothing(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.setup("demo")
    machine.setup("demo")
    assert "pip install" not in machine.calls
    assert "-m venv" not in machine.calls


@pytest.mark.parametrize(
    ("file", "text", "anew"), [("checkout/pyproject.toml", "two", False), ("python-version", "3.13.5 /usr", True)]
)
def test_a_change_installs_again(tmp_path: Path, file: str, text: str, anew: bool) -> None:
    machine = Machine(tmp_path)
    machine.setup("demo")
    machine.write(file, text)
    machine.setup("demo")
    assert "pip install" in machine.calls
    assert ("--clear" in machine.calls) == anew


def test_an_interrupted_install_begins_anew(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.write("pip-status", "1")
    done = machine.setup("demo")
    assert done.returncode == 1
    assert "Is the network there" in done.stderr
    machine.write("pip-status", "0")
    machine.setup("demo")
    assert "-m venv --clear .venv" in machine.calls


def test_the_environment_of_the_tests_serves_the_demonstration(tmp_path: Path) -> None:
    machine = Machine(tmp_path, programs=["age", "openssl", "mosquitto", "shellcheck", "chromium"])
    done = machine.setup("test", "-k", "nothing")
    assert done.returncode == 0, done.stderr
    assert machine.calls.splitlines()[-1] == (
        "python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder -k nothing"
    )
    machine.setup("demo")
    assert "pip install" not in machine.calls
