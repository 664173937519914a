"""Draws the schema as a .proto for other programs: `python -m tests.telemetry.proto` writes docs/sparkplug.proto."""

from collections.abc import Iterator

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto

from firmware.telemetry import schema
from tests.conftest import ROOT

FILE = ROOT / "docs" / "sparkplug.proto"
_HEAD = (
    "// Messages of Sparkplug B 3.0 (ISO/IEC 20237), after section 6.4 of the specification. Extension ranges are left",
    "// out. Drawn by `python -m tests.telemetry.proto` from firmware/telemetry/schema.py.",
)


def drawn() -> str:
    """The whole file."""
    described = schema.file()
    lines = [*_HEAD, f'syntax = "{described.syntax}";', "", f"package {described.package};", ""]
    for message in described.message_type:
        lines += _message(message, "")
    return "\n".join(lines) + "\n"


def _message(message: DescriptorProto, indent: str) -> Iterator[str]:
    yield f"{indent}message {message.name} {{"
    for inner in message.nested_type:
        yield from _message(inner, indent + "  ")
    chosen = [field for field in message.field if field.HasField("oneof_index")]
    for field in message.field:
        if field not in chosen:
            repeated = field.label == FieldDescriptorProto.LABEL_REPEATED
            yield f"{indent}  {'repeated' if repeated else 'optional'} {_field(field)}"
    if chosen:
        yield f"{indent}  oneof {message.oneof_decl[0].name} {{"
        yield from (f"{indent}    {_field(field)}" for field in chosen)
        yield f"{indent}  }}"
    yield f"{indent}}}"


def _field(field: FieldDescriptorProto) -> str:
    kind = FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    return f"{field.type_name or kind} {field.name} = {field.number};"


if __name__ == "__main__":
    FILE.write_text(drawn(), encoding="utf-8")
