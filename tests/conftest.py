"""Fixtures and marks that the whole suite shares."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.telemetry import everything
from tests.telemetry.everything import Messages
from tests.telemetry.foreign import Foreign

ROOT = Path(__file__).parents[1]
# Each takes a minute or two
LONGEST = {
    "test_station_walk",
    "test_demo",
    "test_judging",
    "test_kit_command",
    "test_bundle",
    "test_devices_that_go",
    "test_doctor_sensor",
    "test_stages",
    "test_watchdog",
    "test_stuck_drivers",
    "test_update",
    "test_service",
    "test_office",
    "test_assessing",
    "test_reports",
    "test_quality_gates",
}
SHARED_DATA = ROOT.parent / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks; let no width of pytest-xdist's be that of the consoles under test."""
    os.environ.pop("COLUMNS", None)
    # A worker may wait long for a core; what is drawn is small
    settings.register_profile("rekam", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("rekam")
    config.addinivalue_line("markers", "kernel: runs a second time with the compiler off")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left alone with it at the end (`--no-loadscope-reorder`)."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real prints beside the checkout; where it is missing, the test is skipped and counted."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"needs the real prints in {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    """A decoder of the fleet's messages that isn't ours; one process a worker."""
    with Foreign(tmp_path_factory.mktemp("foreign")) as package:
        yield package


@pytest.fixture(scope="session", autouse=True)
def every_message() -> Iterator[Messages]:
    """The fleet's messages that the tests made or heard."""
    with everything.collected() as messages:
        yield messages


@pytest.fixture(scope="module", autouse=True)
def a_package_reads_every_message(every_message: Messages, foreign: Foreign) -> Iterator[None]:
    """No test of the fleet's messages may stay without it, so it stands here, once a file."""
    yield
    messages = dict(every_message)
    every_message.clear()
    everything.are_read(messages, foreign)
