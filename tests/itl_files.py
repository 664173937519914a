"""Hand-made transactions of any types for the tests: written apart from the firmware, as Annex B has them."""

import struct

FS, GS, RS, US = "\x1c", "\x1d", "\x1e", "\x1f"


def tagged(kind: int, fields: dict[int, str], data: bytes | None = None) -> bytes:
    """A tagged record with its length in front; data: field 999."""
    parts = [f"{kind}.{number:03}:{text}".encode() for number, text in fields.items()]
    if data is not None:
        parts.append(b"%d.999:" % kind + data)
    body = b"\x1d".join(parts) + b"\x1c"
    head = b"%d.001:%d\x1d"
    size = next(n for n in range(len(body), len(body) + 30) if len(head % (kind, n)) + len(body) == n)
    return head % (kind, size) + body


def finger(idc: int, size: tuple[int, int], data: bytes, *, algorithm: int = 0, native: int = 0) -> bytes:
    """A record of Types 3 to 6: a right index finger. size: width, height."""
    positions = bytes([2, 255, 255, 255, 255, 255])
    body = struct.pack(">BB6sBHHB", idc, 1, positions, native, *size, algorithm) + data
    return struct.pack(">L", len(body) + 4) + body


def signature(idc: int, size: tuple[int, int], data: bytes, *, form: int = 0) -> bytes:
    """A record of Type 8."""
    body = struct.pack(">BBBBHH", idc, 0, form, 0, *size) + data
    return struct.pack(">L", len(body) + 4) + body


def transaction(*records: tuple[int, int, bytes], **more: str) -> bytes:
    """Type-1 and records, each with its type and IDC. more: fields of Type-1, such as f013."""
    listed = RS.join([f"1{US}{len(records)}", *(f"{kind}{US}{idc:02}" for kind, idc, _ in records)])
    fields = {2: "0502", 3: listed, 4: "TEST", 5: "20261124", 7: "DAI", 8: "ORI", 9: "T-1", 11: "19.69", 12: "19.69"}
    fields |= {int(name[1:]): text for name, text in more.items()}
    return tagged(1, fields) + b"".join(record for _, _, record in records)


def image_fields(size: tuple[int, int], algorithm: str, **more: str) -> dict[int, str]:
    """The fields of a Type-14 record of the right index finger at 500 ppi."""
    width, height = size
    fields = {2: "1", 3: "0", 4: "ORI", 5: "20261124", 6: str(width), 7: str(height), 8: "1", 9: "500", 10: "500"}
    fields |= {11: algorithm, 12: "8", 13: "2"}
    return fields | {int(name[1:]): text for name, text in more.items()}
