"""The bundle: whole, signed, its own proof, made anew from what is kept, and installed where there is no network."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from provisioning.bundling.__main__ import PACKAGES
from tests.conftest import ROOT
from tests.provisioning.bundles import PYTHON, TAG, Made, bundle_sh, make, new_key

pytestmark = pytest.mark.timeout(600)
BOOTING_S = 1800
"""How long a hung script may take."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("bundle")
    return make(folder, folder / "cache", new_key(folder / "signing.pem"))


@pytest.fixture(scope="module")
def bundle(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.unpack(tmp_path_factory.mktemp("unpacked"))


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    """What stock tools say of a bundle: sha256sum of its files, openssl of its list."""
    command = (
        "sha256sum --check --quiet MANIFEST.sha256"
        " && openssl dgst -sha256 -verify signer.pem -signature MANIFEST.sig MANIFEST.sha256"
    )
    return subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True)


def listed(folder: Path) -> dict[str, str]:
    lines = (folder / "MANIFEST.sha256").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def test_the_manifest_lists_every_file_and_is_signed_by_the_key(made: Made, bundle: Path) -> None:
    files = {str(path.relative_to(bundle)) for path in bundle.rglob("*") if path.is_file()}
    assert files - set(listed(bundle)) == {"MANIFEST.sha256", "MANIFEST.sig", "signer.pem"}
    assert set(listed(bundle)) <= files
    done = check(bundle)
    assert done.returncode == 0, done.stdout + done.stderr
    public = subprocess.run(["openssl", "pkey", "-in", made.key, "-pubout"], capture_output=True, check=True).stdout
    assert (bundle / "signer.pem").read_bytes() == public


@pytest.mark.parametrize("file", ["wheels/*/rekam-*.whl", "debs/*/age_*.deb", "requirements-*.txt", "MANIFEST.sha256"])
def test_one_flipped_bit_is_told(bundle: Path, tmp_path: Path, file: str) -> None:
    shutil.copytree(bundle, tmp_path / "copy", copy_function=_link)
    (path,) = (tmp_path / "copy").glob(file)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()  # It is a link to the sound one
    path.write_bytes(content)
    done = check(tmp_path / "copy")
    assert done.returncode != 0
    assert path.name in done.stdout + done.stderr or path.name == "MANIFEST.sha256"


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)


def test_it_brings_the_setup_and_the_packages_that_this_needs(bundle: Path) -> None:
    here = {str(path.relative_to(ROOT)) for path in (ROOT / "provisioning").rglob("*.*") if path.suffix != ".pyc"}
    assert here <= set(listed(bundle))
    (debs,) = (bundle / "debs").iterdir()
    lines = (debs / "Packages").read_text().splitlines()
    index = [line.removeprefix("Package: ") for line in lines if line.startswith("Package: ")]
    assert set(PACKAGES) <= set(index)
    assert len(index) == len(list(debs.glob("*.deb")))
    assert not [path for path in debs.iterdir() if path.name.startswith("libc6_")], "every Debian has it"


def test_lgpio_never_comes_by_pip(bundle: Path) -> None:
    assert "lgpio" not in (bundle / f"requirements-{TAG}.txt").read_text()


def test_a_second_run_mends_what_is_torn_fetches_nothing_else_and_makes_the_same(
    made: Made, bundle: Path, tmp_path: Path
) -> None:
    (wheel,) = (made.cache / "wheels").glob("smbus2-*.whl")
    wheel.write_bytes(wheel.read_bytes()[:1000])
    (deb,) = (made.cache / "debs").rglob("age_*.deb")
    (incoming,) = (made.cache / "apt").glob("*/incoming")
    (incoming / "age_1_half.deb").write_bytes(deb.read_bytes()[:1000])
    deb.unlink()
    again = make(tmp_path, made.cache, made.key)
    assert again.said.count(", 1 to fetch") == 2, again.said
    (tmp_path / "unpacked").mkdir()
    folder = again.unpack(tmp_path / "unpacked")
    assert listed(folder) == listed(bundle)
    assert check(folder).returncode == 0


def boots_machines() -> bool:
    """Whether a Debian 12 can be booted here: by root, where mounting is allowed, with the bundle's Python."""
    may = ["unshare", "--mount", "--pid", "--fork", "true"]
    return os.getuid() == 0 and PYTHON == "3.11" and subprocess.run(may, capture_output=True).returncode == 0


@pytest.mark.skipif(not boots_machines(), reason="only root boots machines, and where mounting is allowed")
@pytest.mark.timeout(BOOTING_S + 120)
def test_bare_machines_become_office_and_kit_from_it_without_a_network_and_are_bare_again(made: Made) -> None:
    # Asked to end, the script takes its machines with it
    script = Path(__file__).with_name("nspawn.sh")
    command = ["timeout", "--kill-after=60", str(BOOTING_S), str(script), "--short", str(made.archive)]
    told = subprocess.run(
        command,
        env=os.environ | {"PYTHON": sys.executable},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert told.returncode == 0 and told.stdout.endswith(": all of it holds\n"), told.stdout[-8000:]


@pytest.mark.skipif(boots_machines(), reason="a bare machine is set up from it")
@pytest.mark.skipif(f"3.{sys.version_info.minor}" != PYTHON, reason="no bundle is made for this Python")
def test_it_installs_where_there_is_no_network(bundle: Path, tmp_path: Path) -> None:
    apart = ["unshare", "--net"] if os.getuid() == 0 else ["unshare", "--net", "--map-root-user"]
    if subprocess.run([*apart, "true"], capture_output=True).returncode != 0:
        pytest.skip("this machine does not let a process have a network of its own")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv/bin/python"
    install = ["-m", "pip", "install", "--quiet", "--no-index", "--no-compile", "--no-cache-dir", "--require-hashes"]
    found: list[str | Path] = [
        "--find-links",
        bundle / "wheels" / TAG,
        "--requirement",
        bundle / f"requirements-{TAG}.txt",
    ]
    environment = {"PATH": "/usr/bin:/bin", "PIP_CONFIG_FILE": "/dev/null", "HOME": str(tmp_path)}

    def succeed(*words: str | Path) -> str:
        command = [*apart, python, *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    succeed(*install, *found)
    succeed("-m", "pip", "check")
    places = succeed("-c", "import cv2, cryptography, numba, PIL, pyrage, serial, firmware; print(firmware.__file__)")
    assert places.startswith(str(tmp_path / "venv"))
    assert "assess" in succeed("-m", "firmware", "--help")


def test_every_licence_is_known_and_its_text_there(made: Made, bundle: Path) -> None:
    rows = (bundle / "licences.txt").read_text().partition("\n\n")[2].splitlines()
    wheels = list((bundle / "wheels" / TAG).iterdir())
    assert len(rows) == len(wheels)
    assert [row for row in rows if "unknown" in row.lower()] == []
    assert "licence" not in made.said, made.said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["out.tar", "--arch", "riscv64"], "riscv64: no processor that a bundle can be made for"),
        (["out.tar", "--python", "3.9"], "3.9: no Python that a bundle can be made for; there are 3.11, 3.13"),
        (["nowhere/out.tar"], "nowhere: there is no such folder"),
        (["out.tar", "--key", "none.pem"], "none.pem: there is no such key"),
        (["out.tar", "--key", "other.pem"], "other.pem: no ECDSA key on the curve P-256"),
    ],
)
def test_a_wrong_word_is_told(tmp_path: Path, words: list[str], told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    new_key(tmp_path / "other.pem", "P-384")
    done = bundle_sh(*words)
    assert done.returncode == 1
    assert told in done.stdout
    assert not (tmp_path / "out.tar").exists()
