"""A decoder and encoder that are not ours: the messages of a published Sparkplug package, in a process of their own."""

import json
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PACKAGE = "pysparkplug==0.6.1"
_PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
from google.protobuf import json_format
from sparkplug_b_pb2 import Payload

def shape(descriptor):
    fields = {one.name: [one.number, one.type, one.is_repeated, one.message_type and one.message_type.name,
        one.containing_oneof and one.containing_oneof.name] for one in descriptor.fields}
    yield descriptor.full_name.removeprefix("org.eclipse.tahu.protobuf."), fields
    for inner in descriptor.nested_types:
        yield from shape(inner)

def read(content):
    told = Payload.FromString(bytes.fromhex(content))
    return [json_format.MessageToDict(told, preserving_proto_field_name=True), told.SerializeToString().hex()]

def answer(asked):
    if asked == "shape":
        return dict(shape(Payload.DESCRIPTOR))
    if isinstance(asked, dict):
        return json_format.ParseDict(asked, Payload()).SerializeToString().hex()
    return [read(content) for content in asked]

for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
"""
_AT_ONCE = 500


class Foreign:
    """The package's messages; installed without its dependencies, for it asks for a paho that is not ours.

    It is installed and started when it is first asked.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.communicate(timeout=10)

    def read(self, content: bytes) -> dict[str, Any]:
        """What the package reads in these bytes; it must write the same bytes again."""
        [told] = self.read_all([content])
        return told

    def read_all(self, contents: Collection[bytes]) -> list[dict[str, Any]]:
        """The same of many."""
        asked, told = [one.hex() for one in contents], []
        for first in range(0, len(asked), _AT_ONCE):
            for content, (read, again) in zip(asked[first:], self._ask(asked[first : first + _AT_ONCE]), strict=False):
                assert again == content
                told.append(read)
        return told

    def write(self, message: dict[str, Any]) -> bytes:
        """The package's bytes of a message, told as protobuf's JSON."""
        return bytes.fromhex(self._ask(message))

    def shape(self) -> dict[str, dict[str, Any]]:
        """Every message of the package with its fields: number, type, repeated, message, oneof."""
        shape: dict[str, dict[str, Any]] = self._ask("shape")
        return shape

    def _ask(self, asked: Any) -> Any:
        process = self._process = self._process or self._started()
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    def _started(self) -> "subprocess.Popen[str]":
        pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--target", str(self._folder), PACKAGE], check=True, timeout=100)
        command = [sys.executable, "-W", "ignore", "-c", _PROGRAM, str(self._folder / "pysparkplug" / "_protobuf")]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
