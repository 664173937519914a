"""The protobuf messages of the fleet's convention, after Sparkplug B 3.0, section 6.4.1.

ISO/IEC 20237. Built when imported, under a package of our own (`rekam.sparkplug`), so that they lie beside a foreign
package's in one process. Extension ranges are left out: bytes in them are skipped as unknown fields are.
"""

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

PACKAGE = "rekam.sparkplug"

_Fields = Mapping[str, str]
# message -> field number and name -> type; `*` is repeated, `?` stands in the message's one `oneof`, called value
_MESSAGES: Mapping[str, _Fields] = {
    "Payload": {
        "1 timestamp": "uint64",
        "2 metrics": "*Metric",
        "3 seq": "uint64",
        "4 uuid": "string",
        "5 body": "bytes",
    },
    "Payload.Metric": {
        "1 name": "string",
        "2 alias": "uint64",
        "3 timestamp": "uint64",
        "4 datatype": "uint32",
        "5 is_historical": "bool",
        "6 is_transient": "bool",
        "7 is_null": "bool",
        "8 metadata": "MetaData",
        "9 properties": "PropertySet",
        "10 int_value": "?uint32",
        "11 long_value": "?uint64",
        "12 float_value": "?float",
        "13 double_value": "?double",
        "14 boolean_value": "?bool",
        "15 string_value": "?string",
        "16 bytes_value": "?bytes",
        "17 dataset_value": "?DataSet",
        "18 template_value": "?Template",
    },
    "Payload.MetaData": {
        "1 is_multi_part": "bool",
        "2 content_type": "string",
        "3 size": "uint64",
        "4 seq": "uint64",
        "5 file_name": "string",
        "6 file_type": "string",
        "7 md5": "string",
        "8 description": "string",
    },
    "Payload.PropertySet": {"1 keys": "*string", "2 values": "*PropertyValue"},
    "Payload.PropertySetList": {"1 propertyset": "*PropertySet"},
    "Payload.PropertyValue": {
        "1 type": "uint32",
        "2 is_null": "bool",
        "3 int_value": "?uint32",
        "4 long_value": "?uint64",
        "5 float_value": "?float",
        "6 double_value": "?double",
        "7 boolean_value": "?bool",
        "8 string_value": "?string",
        "9 propertyset_value": "?PropertySet",
        "10 propertysets_value": "?PropertySetList",
    },
    "Payload.DataSet": {
        "1 num_of_columns": "uint64",
        "2 columns": "*string",
        "3 types": "*uint32",
        "4 rows": "*DataSet.Row",
    },
    "Payload.DataSet.Row": {"1 elements": "*DataSet.DataSetValue"},
    "Payload.DataSet.DataSetValue": {
        "1 int_value": "?uint32",
        "2 long_value": "?uint64",
        "3 float_value": "?float",
        "4 double_value": "?double",
        "5 boolean_value": "?bool",
        "6 string_value": "?string",
    },
    "Payload.Template": {
        "1 version": "string",
        "2 metrics": "*Metric",
        "3 parameters": "*Template.Parameter",
        "4 template_ref": "string",
        "5 is_definition": "bool",
    },
    "Payload.Template.Parameter": {
        "1 name": "string",
        "2 type": "uint32",
        "3 int_value": "?uint32",
        "4 long_value": "?uint64",
        "5 float_value": "?float",
        "6 double_value": "?double",
        "7 boolean_value": "?bool",
        "8 string_value": "?string",
    },
}


def file() -> FileDescriptorProto:
    """Describe the messages as protoc would have."""
    described = FileDescriptorProto(name="rekam/sparkplug.proto", package=PACKAGE, syntax="proto2")
    made: dict[str, DescriptorProto] = {}
    for path, fields in _MESSAGES.items():
        parent, _, name = path.rpartition(".")
        message = made[parent].nested_type.add(name=name) if parent else described.message_type.add(name=name)
        made[path] = message
        for number_and_name, kind in fields.items():
            number, field_name = number_and_name.split()
            _add(message, int(number), field_name, kind)
    return described


def _add(message: DescriptorProto, number: int, name: str, kind: str) -> None:
    plain = kind.lstrip("*?")
    field = message.field.add(name=name, number=number, label=FieldDescriptorProto.LABEL_OPTIONAL)
    if kind.startswith("*"):
        field.label = FieldDescriptorProto.LABEL_REPEATED
    if kind.startswith("?"):
        if not message.oneof_decl:
            message.oneof_decl.add(name="value")
        field.oneof_index = 0
    if plain[0].isupper():
        field.type, field.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".{PACKAGE}.Payload.{plain}"
    else:
        field.type = FieldDescriptorProto.Type.Value(f"TYPE_{plain.upper()}")


def _build() -> Any:
    pool = DescriptorPool()
    pool.AddSerializedFile(file().SerializeToString())
    return GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.Payload"))


Payload: Any = _build()
"""The class of a whole message. Any: its fields are known at run time only; `payload` alone touches them."""
