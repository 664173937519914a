"""What the tests of the telemetry share."""

from collections.abc import Iterator

import pytest

from tests.telemetry.foreign import Foreign


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with Foreign(tmp_path_factory.mktemp("foreign")) as package:
        yield package
