"""Every stage offers what it made; whoever listens may look at it, and nothing is kept when nobody does.

The listener stands in a context variable, so that no stage's signature speaks of it::

    with listening(lambda name, value: pictures.append((name, value))):
        extraction.extract(pixels, ppi=500)
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str, object], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Hand everything that the stages offer to `listener(name, value)` while the block runs."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def offer(name: str, value: object) -> None:
    """Offer the result of a stage under its stable name."""
    listener = _listener.get()
    if listener is not None:
        listener(name, value)
