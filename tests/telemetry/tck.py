"""Which of the specification's normative statements the tests hold, by their tck-ids; draws the table in the docs."""

from collections.abc import Callable
from typing import TypeVar

_Test = TypeVar("_Test", bound=Callable[..., None])


def holds(*ids: str) -> Callable[[_Test], _Test]:
    """Say of a test which statements it holds: their tck-ids without `tck-id-`."""

    def marked(test: _Test) -> _Test:
        test.__dict__["tck"] = ids
        return test

    return marked
