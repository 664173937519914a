"""The verbs that a setup calls: they ask a port for its sensor, and compile the kernels before anybody waits."""

import json
import sys
from typing import Annotated

import typer

from firmware.recording_verb import ConfigOption

setup_app = typer.Typer()


@setup_app.command("probe", hidden=True)
def probe(port: Annotated[str, typer.Argument(help="the port, as kit.toml names it")]) -> None:
    """Ask the fingerprint sensor at a port what it is, and change none of its settings: one JSON object on stdout."""
    from firmware.drivers.fingerprint import FingerprintSensor

    with FingerprintSensor(port, baud_rate=None, packet_size=None) as sensor:
        device = sensor.device
        answer = {
            "port": port,
            "device": f"{device.make} {device.model}".strip(),
            "serial": device.serial,
            "baud_rate": sensor.baud_rate,
        }
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")


@setup_app.command("warm", hidden=True)
def warm(config: ConfigOption) -> None:
    """Compile every kernel that this kit needs, into the cache of whoever calls this."""
    from firmware.config import load
    from firmware.pipeline import warming

    settings = load(config)
    warming.warm_up(settings.fingerprint.ppi, settings.effort)
    warming.warm_up_matching()


@setup_app.command("preflight", hidden=True)
def preflight(config: ConfigOption) -> None:
    """Read what the version in use has left here, and change nothing: settings, spool, journal, identity.

    A new version is asked this before it takes the place of the old one, which works on meanwhile.
    """
    # All of the station, whether it can be imported
    from firmware import __version__, identity, stationwork  # noqa: F401
    from firmware.config import load
    from firmware.journal import JOURNAL, Journal
    from firmware.service import Service  # noqa: F401
    from firmware.spool import SPOOL, Spool

    settings = load(config)
    recorded = waiting = 0
    if (settings.data / SPOOL).exists():
        with Spool(settings.data / SPOOL, only_reads=True) as spool:
            recorded, waiting = spool.counts()
            spool.entries()
    head = Journal(settings.data / JOURNAL).head
    kit = identity.look(settings.data)
    answer = {
        "version": __version__,
        "kit": settings.kit_id,
        "recorded": recorded,
        "waiting": waiting,
        "journal": head.sequence if head else 0,
        "is_admitted": bool(kit and kit.certificate),
    }
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
