"""The kernel cache is used when it is sound and heals from everything that may befall it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from firmware.pipeline._jit import COMPILED, kernel
from tests.conftest import ROOT

# Runs in a process of its own, as a start of the kit does; prints the result and how many kernels came from the cache
PROGRAM = """
import logging, sys
logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
import numpy as np
from firmware.pipeline import blocks
labels = np.zeros((2, 3), np.int32)
blocks._label(np.array([[1, 0, 1], [0, 0, 1]], bool), labels)
print(labels.tolist(), sum(blocks._label.stats.cache_hits.values()))
"""
RIGHT = "[[1, 0, 2], [0, 0, 2]]"


def start(cache: Path, program: str = PROGRAM) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"REKAM_CACHE_DIR": str(cache)}
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cache = tmp_path_factory.mktemp("kernels")
    assert start(cache).stdout.strip() == f"{RIGHT} 0"
    return cache


@pytest.fixture
def warm(sound: Path, tmp_path: Path) -> Path:
    return shutil.copytree(sound, tmp_path / "cache")


def test_the_second_start_compiles_nothing(warm: Path) -> None:
    done = start(warm)
    assert done.stdout.strip() == f"{RIGHT} 1"
    assert not done.stderr


def kernel_files(cache: Path, suffix: str) -> list[Path]:
    files = sorted(cache.rglob(f"*{suffix}"))
    assert files
    return files


@pytest.mark.parametrize(
    ("suffix", "damage"),
    [
        (".nbi", "truncated"),
        (".nbi", "foreign"),
        (".nbc", "empty"),
        (".nbc", "truncated"),
        (".nbc", "zeroed"),
        (".nbc", "one bit"),
    ],
)
def test_a_damaged_file_is_compiled_again_and_replaced(warm: Path, suffix: str, damage: str) -> None:
    for file in kernel_files(warm, suffix):
        content = file.read_bytes()
        file.write_bytes(
            {
                "empty": b"",
                "truncated": content[: len(content) // 2],
                "zeroed": bytes(len(content)),
                "one bit": content[:-9] + bytes([content[-9] ^ 1]) + content[-8:],
                "foreign": b"not a kernel at all",
            }[damage]
        )
    healed = start(warm)
    assert healed.stdout.strip() == f"{RIGHT} 0"
    assert "compiling" in healed.stderr
    again = start(warm)
    assert again.stdout.strip() == f"{RIGHT} 1"
    assert not again.stderr


def test_a_missing_data_file_is_compiled_again(warm: Path) -> None:
    for file in kernel_files(warm, ".nbc"):
        file.unlink()
    assert start(warm).stdout.strip() == f"{RIGHT} 0"
    assert start(warm).stdout.strip() == f"{RIGHT} 1"


def test_where_nothing_can_be_written_kernels_still_run(tmp_path: Path) -> None:
    file = tmp_path / "a file where a folder should be"
    file.touch()
    done = start(file / "cache")
    assert done.stdout.strip() == f"{RIGHT} 0"
    assert "not cached" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_cache_of_somebody_else_is_not_believed(warm: Path) -> None:
    for path in [warm, *warm.rglob("*")]:
        os.chown(path, 12345, 12345)
    done = start(warm)
    assert done.stdout.strip() == f"{RIGHT} 0"
    assert "belongs to" in done.stderr


def test_a_cache_that_others_may_write_is_not_believed(warm: Path) -> None:
    for folder in warm.glob("kernels-*"):
        folder.chmod(0o777)
    done = start(warm)
    assert done.stdout.strip() == f"{RIGHT} 0"
    assert "not cached" in done.stderr


def test_a_full_disk_only_costs_the_cache(tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: writing fails half way."""
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))\n"
    ignored = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    done = start(tmp_path, ignored + limited + PROGRAM)
    assert done.stdout.strip() == f"{RIGHT} 0"
    assert "not cached" in done.stderr
    assert start(tmp_path).stdout.strip() == f"{RIGHT} 0"
    assert start(tmp_path).stdout.strip() == f"{RIGHT} 1"


def test_changed_sources_mean_a_new_cache(warm: Path) -> None:
    """A kernel that changed in another file than its caller's must not live on."""
    changed = (
        "from pathlib import Path\nread = Path.read_bytes\n"
        "Path.read_bytes = lambda path: read(path) + (b'# changed' if path.name == 'parameters.py' else b'')\n"
    )
    assert start(warm, changed + PROGRAM).stdout.strip() == f"{RIGHT} 0"
    assert len(list(warm.glob("kernels-*"))) == 2
    assert start(warm).stdout.strip() == f"{RIGHT} 1"


def test_the_same_sources_elsewhere_compile_nothing(warm: Path, tmp_path: Path) -> None:
    """A new version of Rekam has a folder of its own, and files that were written now."""
    shutil.copytree(ROOT / "firmware", tmp_path / "newer" / "firmware", copy_function=shutil.copyfile)
    newer = f"import sys\nsys.path.insert(0, {str(tmp_path / 'newer')!r})\n"
    told = "import firmware\nprint(firmware.__file__)\n"
    assert start(warm, newer + PROGRAM + told).stdout.split("\n")[:2] == [
        f"{RIGHT} 1",
        str(tmp_path / "newer/firmware/__init__.py"),
    ]


@kernel
def _freely(large: float, small: float) -> float:
    return (large + small) - large


@kernel(exact=True)
def _exactly(large: float, small: float) -> float:
    return (large + small) - large


def test_an_exact_kernel_keeps_the_order_of_its_sums() -> None:
    assert _exactly(1e16, 1.0) == 0
    assert _freely(1e16, 1.0) == (1 if COMPILED else 0)
