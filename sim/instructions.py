"""The instruction and confirmation codes of the ZFM-20 / R30x / R503 family, as its data sheets number them.

Sources: ZFM-70 user manual, chapter 5; R503 user manual 1.2.2, chapters 4 and 5; LED and echo as clients send them.
"""

from enum import IntEnum


class Instruction(IntEnum):
    """First byte of a command's content."""

    GenImg = 0x01
    Img2Tz = 0x02
    Match = 0x03
    Search = 0x04
    RegModel = 0x05
    Store = 0x06
    LoadChar = 0x07
    UpChar = 0x08
    DownChar = 0x09
    UpImage = 0x0A
    DownImage = 0x0B
    Delete = 0x0C
    Empty = 0x0D
    SetSysPara = 0x0E
    ReadSysPara = 0x0F
    SetPwd = 0x12
    VfyPwd = 0x13
    GetRandomCode = 0x14
    SetAddr = 0x15
    ReadInfPage = 0x16
    PortControl = 0x17
    WriteNotepad = 0x18
    ReadNotepad = 0x19
    HiSpeedSearch = 0x1B
    TemplateNum = 0x1D
    ReadIndexTable = 0x1F
    GetImageEx = 0x28
    GetEnrollImage = 0x29
    Cancel = 0x30
    AuraLed = 0x35
    CheckSensor = 0x36
    GetAlgVer = 0x39
    GetFwVer = 0x3A
    ReadProdInfo = 0x3C
    SoftRst = 0x3D
    HandShake = 0x40
    LedOn = 0x50
    LedOff = 0x51
    GetEcho = 0x53


class Confirmation(IntEnum):
    """First byte of an acknowledgement's content."""

    OK = 0x00
    PACKET_NOT_RECEIVED = 0x01
    NO_FINGER = 0x02
    IMAGING_FAILED = 0x03
    IMAGE_DISORDERLY = 0x06
    TOO_FEW_POINTS = 0x07
    NO_MATCH = 0x08
    NOT_FOUND = 0x09
    CANNOT_COMBINE = 0x0A
    PAGE_OUT_OF_RANGE = 0x0B
    TEMPLATE_UNREADABLE = 0x0C
    CANNOT_UPLOAD_FEATURES = 0x0D
    CANNOT_RECEIVE_DATA = 0x0E
    CANNOT_UPLOAD_IMAGE = 0x0F
    CANNOT_DELETE = 0x10
    WRONG_PASSWORD = 0x13
    NO_IMAGE = 0x15
    BAD_REGISTER = 0x1A
    BAD_VALUE = 0x1B
    PORT_FAILED = 0x1D
    WRONG_ADDRESS = 0x20
    VERIFY_PASSWORD_FIRST = 0x21
    SENSOR_ABNORMAL = 0x29
    ECHO = 0x55
