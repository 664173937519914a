"""The verb `rekam sim` and the command `python -m sim`."""


def sim() -> None:
    """Start a simulated world."""
    raise SystemExit("to be built")
