"""The code tables of the standards as enums: the one place where their numbers stand.

Tables are those of ANSI/NIST-ITL 1-2011 Update 2015 (NIST SP 500-290e3) unless another source is named.
"""

from enum import Enum, IntEnum


class FingerPosition(IntEnum):
    """Friction ridge generalized position, Table 8 (FGP), the ten single fingers."""

    RIGHT_THUMB = 1
    RIGHT_INDEX = 2
    RIGHT_MIDDLE = 3
    RIGHT_RING = 4
    RIGHT_LITTLE = 5
    LEFT_THUMB = 6
    LEFT_INDEX = 7
    LEFT_MIDDLE = 8
    LEFT_RING = 9
    LEFT_LITTLE = 10


class ImpressionType(IntEnum):
    """Friction ridge impression type, Table 7 (IMP), of single fingers; a kit makes the first, or none at all.

    0 to 3 and 8 mean the same in ISO/IEC 19794-2:2005 and INCITS 378-2004.
    """

    LIVE_SCAN_PLAIN = 0
    LIVE_SCAN_ROLLED = 1
    NON_LIVE_SCAN_PLAIN = 2
    NON_LIVE_SCAN_ROLLED = 3
    LIVE_SCAN_VERTICAL_SWIPE = 8
    UNKNOWN = 29


class CaptureTechnology(IntEnum):
    """Friction ridge capture technology, field 14.901 (FCT): what a kit's sensors are."""

    UNKNOWN = 0
    OTHER = 1
    OPTICAL_TIR = 3
    CAPACITIVE = 9


class MissingFinger(Enum):
    """Why a finger was not captured, field 14.018 (AMP, code AMPCD).

    The first stands for the partial print of a finger of which a part is lost, so a record without an image has the
    second, whatever the cause.
    """

    AMPUTATION = "XX"
    UNABLE_TO_PRINT = "UP"


class MonitoringMode(Enum):
    """How far an operator watches the capture, field 14.030 (DMM): someone is there and helps."""

    ASSISTED = "ASSISTED"


class MinutiaKind(IntEnum):
    """Minutia type, ISO/IEC 19794-2:2005 clause 7.3.2."""

    OTHER = 0
    RIDGE_ENDING = 1
    BIFURCATION = 2


class FingerCompression(Enum):
    """How the print of a finger is compressed, field 14.011 (CGA), Table 15: the first two lose nothing."""

    PNG = "PNG"
    JPEG2000 = "JP2L"
    WSQ = "WSQ20"


class FaceCompression(Enum):
    """How the picture of a face is compressed, field 10.011 (CGA), Table 15."""

    PNG = "PNG"
    JPEG = "JPEGB"


class AcquisitionProfile(IntEnum):
    """Subject acquisition profile, field 10.013 (SAP): what a kit claims of a picture."""

    UNKNOWN = 0
    ISO_FULL_FRONTAL = 13


class RidgeCountMethod(IntEnum):
    """How the pairs for ridge counts were chosen, INCITS 378-2004 clause 6.6.2 and field 9.138 (RCI, item REM)."""

    NON_SPECIFIC = 0
    FOUR_NEIGHBOUR = 1
    EIGHT_NEIGHBOUR = 2


class PatternClass(Enum):
    """Pattern classification, field 9.307 (PAT): general class (GCF) and the subclass (SUB) that arches have."""

    PLAIN_ARCH = ("AU", "PA")
    TENTED_ARCH = ("AU", "TA")
    LEFT_LOOP = ("LS", "")
    RIGHT_LOOP = ("RS", "")
    WHORL = ("WU", "")
    UNKNOWN = ("UC", "")


class Sex(Enum):
    """Sex as the civil registry writes it: laki-laki or perempuan."""

    MALE = "L"
    FEMALE = "P"


class MaritalStatus(Enum):
    """Marital status as the civil registry's family card knows it: belum kawin, kawin, cerai hidup, cerai mati."""

    NEVER_MARRIED = "never_married"
    MARRIED = "married"
    DIVORCED = "divorced"
    WIDOWED = "widowed"


class ConsentGiver(Enum):
    """Who agreed to a recording: the resident, or a parent or guardian for them."""

    RESIDENT = "resident"
    GUARDIAN = "guardian"


class Purpose(Enum):
    """Whether a record counts: stands in every record that a kit makes."""

    LIVE = "live"
    TRAINING = "training"


class TemplateFormat(Enum):
    """How minutiae are written for other programs; the value is also the file's suffix.

    xyt: text; iso: ISO/IEC 19794-2:2005, record format; ansi: INCITS 378-2004.
    """

    XYT = "xyt"
    ISO = "iso"
    ANSI = "ansi"


class Effort(Enum):
    """How much work goes into one print: a small net, or a larger one for offices and fast boards."""

    STANDARD = "standard"
    HIGH = "high"


class Language(Enum):
    """The languages that a kit speaks, ISO 639-1."""

    INDONESIAN = "id"
    ENGLISH = "en"


class ClockTrust(Enum):
    """What speaks for a time, best first; a record keeps the value.

    gnss: a satellite receiver. network: a time server. battery: a battery clock. operator: someone confirmed the date
    since the kit was switched on, and time is counted from there. unconfirmed: nothing does. wrong: it cannot be.
    """

    GNSS = "gnss"
    NETWORK = "network"
    BATTERY = "battery"
    OPERATOR = "operator"
    UNCONFIRMED = "unconfirmed"
    WRONG = "wrong"
