"""The demonstration: a simulated kit records one resident, and the office opens what arrives."""

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESIDENT = ROOT / "docs" / "resident.toml"
STEPS = 10
WORLD_READY_S = 60  # a slow machine compiles the world's kernels before the world is there
# The first start compiles every kernel, which takes a small board minutes
STATION_READY_S = 600
STOP_S = 10


class DemoFailed(Exception):
    """A step that did not end as it should; the message says what a person can do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demonstration; the exit status is 0 when every step ended well."""
    options = read_options(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ["COLUMNS"] = os.environ.get("COLUMNS", "120")
    try:
        demonstrate(options)
    except DemoFailed as failure:
        print(f"\ndemo: {failure}", file=sys.stderr)
        print(f"demo: all that was started has been ended; what was made lies in {options.folder}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndemo: interrupted; all that was started has been ended", file=sys.stderr)
        return 130
    return 0


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options of the command line, with absolute paths."""
    parser = argparse.ArgumentParser(prog="setup.sh demo", description=__doc__)
    parser.add_argument("--fingers", type=Path, help="a folder of prints, PNG files named FINGER_IMPRESSION.png")
    parser.add_argument("--pace", choices=["0", "1"], default="1", help="0 takes away the wire's slowness")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "demo" / time.strftime("%Y%m%d-%H%M%S"), help="a new folder for all files"
    )
    options = parser.parse_args(arguments)
    options.folder = options.folder.resolve()
    if options.fingers is not None:
        options.fingers = options.fingers.resolve()
        if not any(options.fingers.glob("*.png")):
            parser.error(f"--fingers {options.fingers}: no PNG files there; name a folder of FINGER_IMPRESSION.png")
    if options.folder.exists():
        parser.error(f"--folder {options.folder} is there already; name a new one")
    return options


def demonstrate(options: argparse.Namespace) -> None:
    """All steps in order, then the page that tells what happened."""
    began = time.monotonic()
    folder = options.folder
    folder.mkdir(parents=True)
    world, office, stick = folder / "world", folder / "office", folder / "stick"
    kit = ("--config", world / "kit.toml")
    with simulated_world(world, options):
        step(
            2, "The office makes its keys", "rekam", "office", "init", office, "--sheet", folder / "recovery-sheet.html"
        )
        step(3, "The kit asks to be admitted", "rekam", "identity", "request", stick, *kit)
        step(4, "The office admits it", "rekam", "office", "admit", newest(stick), "--office", office)
        step(5, "The kit takes the answer", "rekam", "identity", "accept", newest(stick), *kit)
        with station(world, kit):
            title = "The station records one resident; a press of its button says that all is right"
            step(6, title, "rekam", "record", "--resident", RESIDENT, *kit)
        step(7, "The sealed packet leaves on a stick", "rekam", "export", stick / "packets", *kit)
        packet = newest(stick / "packets", "*.rekam")
        opening = ("rekam", "office", "open", packet, "--office", office, "--out", folder / "opened", "--json")
        opened = json.loads(step(8, "The office opens it", *opening, quiet=True))
        status = json.loads(step(9, "The kit's status is read", "rekam", "status", "--json", *kit, quiet=True))
        announce(10, "The same packet is opened with ordinary tools")
        for command in opened["commands"]:
            execute(*shlex.split(command))
    print(page(folder, opened, status, time.monotonic() - began))


@contextmanager
def simulated_world(folder: Path, options: argparse.Namespace) -> Iterator[None]:
    """The world in the background, from the moment its kit.toml is there; ended whatever happens."""
    command: list[str | Path] = ["rekam", "sim", folder, "--pace", options.pace]
    if options.fingers:
        command += ["--fingers", options.fingers]
    announce(1, "A simulated world starts: a sensor on a wire, a resident's fingers, a broker")
    show(*command)
    log = options.folder / "world.log"
    with log.open("wb") as output:
        # A session of its own: Ctrl-C reaches the demonstration first, and the world goes last
        world = subprocess.Popen(list(map(str, command)), stdout=output, stderr=output, start_new_session=True)
    try:
        wait_for(folder / "kit.toml", world, log)
        yield
        if world.poll() is not None:
            raise DemoFailed(f"the world ended by itself; its log {log} says:\n{tail(log)}")
    finally:
        end(world)


@contextmanager
def station(world: Path, kit: Sequence[str | Path]) -> Iterator[None]:
    """The kit's station in the background; somebody presses its button when the operator is asked."""
    os.environ["GPIOZERO_PIN_FACTORY"] = "rekam_bench"
    os.environ["REKAM_BENCH_PINS"] = str(world / "pins.sock")
    show("rekam", "run", *kit)
    process = subprocess.Popen(["rekam", "run", *map(str, kit)], stdin=subprocess.DEVNULL, start_new_session=True)
    ended = threading.Event()
    operator = threading.Thread(target=accept, args=(world, ended))
    operator.start()
    try:
        until = time.monotonic() + STATION_READY_S
        while not (world / "data" / "station.sock").exists():
            if process.poll() is not None or time.monotonic() > until:
                raise DemoFailed("the station did not come up; its own words stand above")
            time.sleep(0.1)
        yield
    finally:
        ended.set()
        operator.join()
        end(process)


def accept(world: Path, ended: threading.Event) -> None:
    """Press the button when the kit announces that it asks the operator."""
    announcements = world / "announcements.jsonl"
    while not ended.wait(0.2):
        if announcements.exists() and '"decide"' in announcements.read_text(encoding="utf-8"):
            execute(sys.executable, "-m", "sim", "press", world, "accept")
            return


def wait_for(kit: Path, world: subprocess.Popen[bytes], log: Path) -> None:
    """Until the world has written its kit.toml, the last thing that it does."""
    until = time.monotonic() + WORLD_READY_S
    while not kit.exists():
        if world.poll() is not None or time.monotonic() > until:
            state = "still starts" if world.poll() is None else f"ended with status {world.returncode}"
            raise DemoFailed(f"the world did not come up ({state}); its log {log} says:\n{tail(log)}")
        time.sleep(0.1)


def end(process: subprocess.Popen[Any]) -> None:
    """Ask a process to end, and kill it when it does not listen; a second Ctrl-C does not stop this."""
    before = {
        number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        own_group = os.getpgid(process.pid) == process.pid
        (os.killpg if own_group else os.kill)(process.pid, signal.SIGKILL)
        process.wait()
    for number, handler in before.items():
        signal.signal(number, handler)


def step(number: int, title: str, *command: str | Path, quiet: bool = False) -> str:
    """Announce and run one step; returns what it printed when it is quiet."""
    announce(number, title)
    return execute(*command, quiet=quiet)


def announce(number: int, title: str) -> None:
    """The heading of a step."""
    print(f"\n[{number}/{STEPS}] {title}", flush=True)


def show(*command: str | Path) -> None:
    """A command as a person would type it in the checkout."""
    print("    $ " + shlex.join(str(part) for part in command).replace(f"{ROOT}{os.sep}", ""), flush=True)


def execute(*command: str | Path, quiet: bool = False) -> str:
    """Show and run one command; its words and progress pass through. Raises DemoFailed when it does not end well."""
    show(*command)
    try:
        # Nobody is asked anything, and Ctrl-C means the end
        process = subprocess.Popen(
            list(map(str, command)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if quiet else None,
            text=True,
        )
    except FileNotFoundError as error:
        raise DemoFailed(f"{command[0]}: no such program; run this by bash provisioning/setup.sh demo") from error
    try:
        printed, _ = process.communicate()
    finally:
        if process.poll() is None:
            end(process)
    if process.returncode != 0:
        said = f"; it printed:\n{printed}" if printed else "; its own words stand above"
        raise DemoFailed(f"{' '.join(map(str, command[:3]))} ended with status {process.returncode}{said}")
    return printed or ""


def newest(folder: Path, pattern: str = "*") -> Path:
    """The file that the last step left in a folder."""
    files = [path for path in folder.glob(pattern) if path.is_file()]
    if not files:
        raise DemoFailed(f"the step left no file in {folder}")
    return max(files, key=lambda path: path.stat().st_mtime_ns)


def tail(log: Path, lines: int = 20) -> str:
    """The end of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) or "(nothing)"


def page(folder: Path, opened: dict[str, Any], status: dict[str, Any], took_s: float) -> str:
    """One page of text: what was captured, where it is, how to open it without Rekam, what was published."""
    files, commands = [Path(name) for name in opened["files"]], "\n".join(opened["commands"])
    return f"""
{"=" * 80}
{opened["resident"]["name"]}, who is invented, was recorded, sealed, brought out and opened in {took_s:.0f} s.

WHAT WAS CAPTURED (scores are 0 to 100)
{finger_table(opened["fingers"])}
  face           {opened["face"]["outcome"] if opened["face"] else "none"}

WHERE IT IS
  the sealed packet   {opened["packet"]}
  the opened pictures {files[0].parent}
  the office's keys   {folder / "office"}
  the kit             {folder / "world"}

THE SAME PACKET WITHOUT REKAM (these lines were run above; the record is {files[0].name})
{commands}

WHAT WAS PUBLISHED on the MQTT topic rekam/v1/{status["kit"]}/status, retained, nothing personal
{json.dumps(status)}

WHAT NEXT
  your own prints     bash provisioning/setup.sh demo --fingers FOLDER
  all the verbs       .venv/bin/rekam --help
  a real sensor       README.md, "A real kit"
"""


def finger_table(fingers: Sequence[dict[str, Any]]) -> str:
    """A line a finger: score, minutiae, how it ended."""
    rows = [("finger", "score", "minutiae", "outcome", "tries")]
    for finger in fingers:
        name, outcome = (str(finger[key]).replace("_", " ") for key in ("position", "outcome"))
        score, minutiae = ("-" if finger[key] is None else str(finger[key]) for key in ("score", "minutiae"))
        rows.append((name, score, minutiae, outcome, str(finger["attempts"])))
    return "\n".join(f"  {row[0]:<15}{row[1]:>6}{row[2]:>10}   {row[3]:<12}{row[4]:>6}" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
