"""The one error that the simulated world tells a person."""


class SimulationError(Exception):
    """The world cannot be built as it was asked for; the message names what, where and what to do."""
