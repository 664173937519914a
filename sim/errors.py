"""The error that the simulated world tells a person, and the one of a device that never answers."""


class SimulationError(Exception):
    """The world cannot be built as it was asked for; the message names what, where and what to do."""


class NeverAnswers(Exception):
    """A device does not come to the end of its answer."""
