"""Hands and eyes of a script at a simulated panel: presses its buttons, watches its parts."""

import socket
from collections.abc import Iterator
from pathlib import Path

from sim.errors import SimulationError
from sim.pin_socket import LineReader, Message, connect, encode

PINS = "pins.sock"


def press(folder: Path, button: str, seconds: float) -> None:
    """Hold a button of the world in this folder down for so long. Raises SimulationError without a world."""
    with _world(folder) as link:
        link.sendall(encode({"press": button, "seconds": seconds}))
        answer = next(_messages(link), {})
    if answer.get("pressed") != button:
        raise SimulationError(f"{folder}: {button} was not pressed; the world ended, or has no such button")


def watch(folder: Path) -> Iterator[tuple[str, bool]]:
    """Tell each part and whether it is on: all of them now, then each change, until the world ends."""
    with _world(folder) as link:
        link.sendall(encode({"watch": True}))
        for message in _messages(link):
            yield message["part"], message["on"]


def _world(folder: Path) -> socket.socket:
    try:
        return connect(folder / PINS)
    except OSError as error:
        message = f"{folder}: no world is up here ({error.strerror}); start one with `rekam sim {folder}`"
        raise SimulationError(message) from error


def _messages(link: socket.socket) -> Iterator[Message]:
    reader = LineReader()
    while data := link.recv(4096):
        yield from reader.feed(data)
