"""A small MQTT broker (amqtt) in a process of its own; `python -m sim.broker PORT` is that process."""

import asyncio
import contextlib
import importlib.util
import logging
import os
import socket
import subprocess
import sys
import time

from sim.errors import SimulationError

HOST = "127.0.0.1"
_START_S, _STOP_S, _TRIES = 15.0, 5.0, 3


class Broker:
    """A plain MQTT 3.1.1 broker for anybody on this machine; a context manager within which it runs."""

    def __init__(self) -> None:
        if importlib.util.find_spec("amqtt") is None:
            raise SimulationError(
                "amqtt: the broker's package is not installed; run pip install 'rekam[sim]', or name a broker that"
                " runs already with --broker HOST:PORT"
            )
        self.host, self.port = HOST, 0
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Broker":
        for _ in range(_TRIES):
            self.port = _free_port()
            # Its standard input ends when this process dies by whatever cause; own session: Ctrl-C is ours to handle
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sim.broker", str(self.port)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            if self._answers():
                return self
            self.__exit__()
        raise SimulationError(
            f"the broker does not start on {HOST}; name one that runs already with --broker HOST:PORT"
        )

    def __exit__(self, *_: object) -> None:
        if self._process is None:
            return
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    @property
    def is_alive(self) -> bool:
        """Whether its process still runs."""
        return self._process is not None and self._process.poll() is None

    def _answers(self) -> bool:
        deadline = time.monotonic() + _START_S
        while self.is_alive and time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), timeout=1):
                return True
            time.sleep(0.05)
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


async def _serve(port: int) -> None:
    from amqtt.broker import Broker as AmqttBroker

    broker = AmqttBroker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"{HOST}:{port}"}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
    )
    await broker.start()
    await asyncio.get_running_loop().run_in_executor(None, os.read, sys.stdin.fileno(), 1)
    await broker.shutdown()


def main() -> None:
    """Run the broker until standard input ends."""
    logging.disable(logging.CRITICAL)
    asyncio.run(_serve(int(sys.argv[1])))


if __name__ == "__main__":
    main()
