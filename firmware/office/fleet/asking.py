"""Asks one kit something from afar, as its Sparkplug host may, and waits for the answer."""

import json
import queue
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress

from firmware.errors import BrokerError, InputError, MessageError
from firmware.fleet_words import FleetPhrase
from firmware.telemetry.access import Access
from firmware.telemetry.commands import ANSWER, Answer, Command, Outcome
from firmware.telemetry.connection import Connection
from firmware.telemetry.host_session import HostSession, Told
from firmware.telemetry.metrics import DataType, Reading, Value
from firmware.telemetry.node_session import REBIRTH
from firmware.telemetry.topics import Node, Verb
from firmware.vocabulary import Language

_FIRST_S = 20.0


def command_of(name: str) -> Command:
    """A command by its name in small letters. Raises InputError, which lists them."""
    found = Command.__members__.get(name.upper()) if name == name.lower() else None
    if found is None:
        raise InputError(f"{name!r}: no command to a kit; write {', '.join(one.name.lower() for one in Command)}")
    return found


def value_of(command: Command, text: str) -> Value:
    """What is written to a kit for what a person typed. Raises InputError.

    An errand needs no value: its own name for the request is drawn, so that it is not answered from memory.
    """
    name = command.name.lower()
    if command.is_errand:
        if text:
            raise InputError(f"{name} takes no value; leave {text!r} out")
        return secrets.token_hex(6)
    if not text:
        raise InputError(f"{name} needs a value; write it after the command")
    if command.value.datatype is not DataType.INT32:
        return text
    if not text.isdecimal() or len(text) > 9:
        raise InputError(f"{name}: {text!r} is no number of seconds")
    return int(text)


def ask(
    access: Access, node: Node, command: Command, value: Value, patience_s: float, language: Language
) -> Answer | None:
    """Have a kit do it; None where no answer came in so many seconds. Raises BrokerError, MessageError.

    The kit is asked for its birth first, so that its answer can be read; one that comes back meanwhile is asked again,
    and does it once all the same.
    """
    session, heard = HostSession(time.monotonic), queue.SimpleQueue[tuple[str, bytes]]()

    def write(reading: Reading) -> None:
        content = session.command(node, [reading], int(time.time() * 1000))
        connection.client.publish(node.topic(Verb.NCMD), content, qos=0)

    def on_up() -> None:
        for verb in (Verb.NBIRTH, Verb.NDATA):
            connection.client.subscribe(node.topic(verb), qos=0)
        write(Reading(REBIRTH, True))

    with Connection(
        access, on_up=on_up, on_message=lambda message: heard.put((message.topic, bytes(message.payload)))
    ) as connection:
        if not connection.reached(_FIRST_S) and connection.obstacle:
            raise BrokerError(FleetPhrase[connection.obstacle.name].say(language, broker=access.address))
        for told in _heard(session, heard, time.monotonic() + patience_s):
            if told.address.verb is Verb.NBIRTH:
                write(Reading(command.value, value))
            for answer in _answers(told, with_old=command.is_errand):
                # A setting's words come back shortened and scrubbed; an errand's request is its own
                is_ours = not command.is_errand or answer.request in (value, "")
                if answer.command in (command.name.lower(), "unknown") and is_ours:
                    return answer
    return None


def _heard(session: HostSession, heard: "queue.SimpleQueue[tuple[str, bytes]]", until_s: float) -> Iterator[Told]:
    """What the node says until then, and can be read."""
    with suppress(queue.Empty):
        while True:
            topic, content = heard.get(timeout=max(0.0, until_s - time.monotonic()))
            with suppress(MessageError):
                if told := session.hear(topic, content):
                    yield told


def _answers(told: Told, *, with_old: bool) -> Iterator[Answer]:
    """The answers in a message; of a birth none: it repeats the last one."""
    for _, reading in told.readings if told.address.verb is Verb.NDATA else ():
        is_meant = reading.metric.name == ANSWER.name and (with_old or not reading.is_historical)
        if is_meant and (answer := _answer(reading)):
            yield answer


def _answer(reading: Reading) -> Answer | None:
    """What a kit says became of a command; None for what is no answer, as another version may give it."""
    try:
        told = json.loads(str(reading.value))
        return Answer(str(told["command"]), str(told["request"]), Outcome(told["outcome"]), str(told["words"]))
    except (ValueError, TypeError, KeyError):
        return None
