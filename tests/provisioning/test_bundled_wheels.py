"""Which wheels are chosen for another machine, from a small index on this disk."""

import sys
import zipfile
from pathlib import Path

import pytest

from provisioning.bundling import wheels
from provisioning.bundling.packing import make_key, pack
from provisioning.bundling.programs import require, run
from provisioning.bundling.targets import BundleFailed, Target, targets
from provisioning.bundling.wheels import NoWheel, Pip, requirements

PURE = "py3-none-any"


class Index:
    """A folder of wheels with nothing in them, and pip that asks nobody else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "index"
        self.folder.mkdir()
        self.pip = Pip(sys.executable, folder / "cache")

    def add(self, name: str, version: str, tag: str = PURE, needs: str = "") -> None:
        info = f"{name}-{version}.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        metadata += "".join(f"Requires-Dist: {need}\n" for need in needs.split(" | ") if need)
        with zipfile.ZipFile(self.folder / f"{name}-{version}-{tag}.whl", "w") as wheel:
            wheel.writestr(f"{info}/METADATA", metadata)
            wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
            wheel.writestr(f"{info}/RECORD", "")

    def chosen(self, target: Target, *wanted: str) -> list[str]:
        return [f"{wheel.name}-{wheel.version}" for wheel in self.pip.choose(target, wanted, self.folder)]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    made = Index(tmp_path_factory.mktemp("wheels"))
    made.add(
        "kit",
        "1",
        needs="arm; platform_machine == 'aarch64' | new; python_version >= '3.13' | elsewhere; os_name == 'nt'",
    )
    made.add("arm", "1", "cp311-cp311-manylinux_2_28_aarch64")
    made.add("arm", "2", "cp311-cp311-manylinux_2_40_aarch64")
    made.add("new", "1", "cp312-abi3-manylinux_2_39_x86_64")
    return made


@pytest.fixture(autouse=True)
def no_other_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)


def one(arch: str, python: str) -> Target:
    (target,) = targets([arch], [python])
    return target


def test_markers_and_glibc_are_those_of_the_machine_that_it_is_for(index: Index) -> None:
    assert index.chosen(one("aarch64", "3.11"), "kit") == ["arm-1", "kit-1"]
    assert index.chosen(one("x86_64", "3.11"), "kit") == ["kit-1"]
    assert index.chosen(one("x86_64", "3.13"), "kit") == ["kit-1", "new-1"]


def test_a_missing_wheel_is_named_with_its_machine(index: Index) -> None:
    with pytest.raises(NoWheel, match=r"no wheel of arm.* for aarch64 with Python 3.13 \(Debian trixie\)") as told:
        index.chosen(one("aarch64", "3.13"), "kit")
    assert told.value.name == "arm"


def test_requirements_name_one_file_each_by_its_hash(index: Index) -> None:
    wheels = index.pip.choose(one("x86_64", "3.11"), ["kit"], index.folder)
    (line,) = requirements(wheels).splitlines()
    assert line.startswith("kit==1 --hash=sha256:")
    assert index.pip.fetch(one("x86_64", "3.11"), wheels) == [index.folder / f"kit-1-{PURE}.whl"]


def test_a_file_whose_hash_an_older_pip_does_not_tell_is_hashed(tmp_path: Path) -> None:
    """Pip 23.0.1, that of Debian 12, tells none of a file; no pip tells one that an index does not name."""
    file = tmp_path / "one two.whl"
    file.write_bytes(b"wheel")
    told = {"metadata": {"name": "a", "version": "1"}, "download_info": {"url": file.as_uri(), "archive_info": {}}}
    assert wheels._wheel(told).sha256 == wheels.digest(file)
    told["download_info"] = {"url": "https://example.org/a.whl", "archive_info": {}}
    with pytest.raises(BundleFailed, match="names no SHA-256"):
        wheels._wheel(told)


def test_a_program_that_is_missing_is_named_with_its_package() -> None:
    with pytest.raises(BundleFailed, match="apt-get install gcc-aarch64-linux-gnu"):
        require("aarch64-linux-gnu-gcc-that-is-not-here", "gcc-aarch64-linux-gnu")


def test_warnings_are_no_output_and_a_failure_shows_its_last_words() -> None:
    assert run(["sh", "-c", "echo out; echo warning >&2"]) == "out\n"
    with pytest.raises(BundleFailed, match=r"sh failed \(3\):\n2\n(\d+\n)*15\nwhy"):
        run(["sh", "-c", "seq 15; echo why >&2; exit 3"])


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    key = tmp_path / "out.tar.key.pem"
    make_key(key)
    made = key.read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600
    make_key(key)
    assert key.read_bytes() == made


def test_an_archive_that_cannot_be_finished_leaves_the_old_one(tmp_path: Path) -> None:
    out, key = tmp_path / "out.tar", tmp_path / "key.pem"
    make_key(key)
    pack(out, "rekam-1", {"b": b"two", "a": b"one"}, key, 1)
    whole = out.read_bytes()
    with pytest.raises(FileNotFoundError):
        pack(out, "rekam-1", {"a": b"one", "gone": tmp_path / "gone"}, key, 1)
    assert out.read_bytes() == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key.pem", "out.tar"]
