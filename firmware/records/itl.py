"""The fields of ANSI/NIST-ITL 1-2011 Update 2015 that a kit writes: the mnemonics live here.

Type-2 is user-defined (clause 8.2); a kit's own fields, domain `REKAM` version 1:

======  ==========  ===========================================================================================
field   name        content
======  ==========  ===========================================================================================
2.101   NIK         16 digits
2.102   NAME        UTF-8
2.103   BORN        date of birth, YYYYMMDD
2.104   SEX         L (male) or P (female)
2.105   MARITAL     never_married, married, divorced, widowed; absent where it was not asked for
2.201   FORMAT      version of this table: 1
2.202   KIT         the kit's id
2.203   SOFTWARE    name and version
2.204   PURPOSE     `live` or `training`; a training record never counts
2.205   DISTRICT    UTF-8, may be empty
2.206   ZONE        time zone of the local dates in 1.005 and 14.005, IANA name
2.207   CREATED     a moment: UTC as in 1.014; clock trust (network, unconfirmed, wrong); boot id; monotonic seconds
2.208   OPERATOR    who recorded: an id, UTF-8; this field and those after it are absent where nothing is known
2.209   PLACE       the office, village or school, UTF-8
2.210   CONSENT     `resident` or `guardian`; the moment when it was noted (4 items as in 2.207)
2.211   OVERRIDE    why a NIK that contradicts 2.103 or 2.104 is right, UTF-8
2.212   SUPERSEDES  the control number of the packet that this one replaces; what was wrong with it, UTF-8
2.213   CARD_FROM   the civil day from which a card may be issued, YYYYMMDD
2.301   FINGERS     a subfield a finger: FGP; outcome; attempts; the capture's moment (4 items as in 2.207); reason
2.302   FACE        only where a face was asked for: outcome; attempts; moment (4 items); codes of docs/face.md; reason
======  ==========  ===========================================================================================

A packet that replaces another says so in 2.212, not in 1.010 (TCR), which clause 8.1.10 keeps for responses.
docs/record.md has the same table for the office, with sources and examples.
"""

from enum import IntEnum

VERSION = "0502"
"""Of the standard, field 1.002: Update 2015."""

DOMAIN = (("REKAM", "1"),)
CHARACTER_SETS = (("003", "UTF-8"),)
NO_TYPE_4 = "00.00"
PIXELS_PER_INCH = "1"
NO_SCALE = "0"
"""Scale units, fields of SLC: the two scales that follow then tell the shape of a pixel."""
UNKNOWN = "0"
QUALITY_ALGORITHM = ("0000", "1")
"""What made a score, fields 14.024 and 9.135, clause 7.7.7: the vendor, of whom none is registered with IBIA, and the
number that a vendor gives to its algorithm. Ours is 1: NFIQ 2.3's measures and NIST's forest, but the four measures of
minutiae from our own extractor, so that the number of NIST's algorithm would be untrue. 0 stood for an earlier score.
"""
MAX_MINUTIAE = 255
"""INCITS 378 counts the minutiae of a view in one byte; the best ones are kept."""

TYPE_2_IDC = "0"
"""Of the one Type-2 record, to which field 10.992 ties the face."""

FORMAT_VERSION = "1"
"""Of Type-2's own fields."""


class Type1(IntEnum):
    """Transaction information, clause 8.1."""

    VER = 2
    TOT = 4
    DAT = 5
    DAI = 7
    ORI = 8
    TCN = 9
    NSR = 11
    NTR = 12
    DOM = 13
    GMT = 14
    DCS = 15


class Type2(IntEnum):
    """A kit's own fields, see this module's table."""

    NIK = 101
    NAME = 102
    BORN = 103
    SEX = 104
    MARITAL = 105
    FORMAT = 201
    KIT = 202
    SOFTWARE = 203
    PURPOSE = 204
    DISTRICT = 205
    ZONE = 206
    CREATED = 207
    OPERATOR = 208
    PLACE = 209
    CONSENT = 210
    OVERRIDE = 211
    SUPERSEDES = 212
    CARD_FROM = 213
    FINGERS = 301
    FACE = 302


class Type9(IntEnum):
    """Minutiae, clause 8.9: the INCITS M1 block, for fields 9.005 to 9.012 are legacy and not for new systems.

    Of the extended feature set, fields 9.300 to 9.399, the pattern class and what it can't be without.
    """

    IMP = 3
    FMT = 4
    CBI = 126
    CEI = 127
    HLL = 128
    VLL = 129
    SLC = 130
    THPS = 131
    TVPS = 132
    FVW = 133
    FGP = 134
    FQD = 135
    NOM = 136
    FMD = 137
    RCI = 138
    CIN = 139
    DIN = 140
    ADA = 141
    ROI = 300
    FPP = 302
    PAT = 307


class Type10(IntEnum):
    """Face, other body part, scar, mark or tattoo image, clause 8.10."""

    IMT = 3
    SRC = 4
    PHD = 5
    HLL = 6
    VLL = 7
    SLC = 8
    THPS = 9
    TVPS = 10
    CGA = 11
    CSP = 12
    SAP = 13
    POS = 20
    DMM = 30
    MMS = 904
    T2C = 992


class Type14(IntEnum):
    """Variable-resolution fingerprint image, clause 8.14."""

    IMP = 3
    SRC = 4
    FCD = 5
    HLL = 6
    VLL = 7
    SLC = 8
    THPS = 9
    TVPS = 10
    CGA = 11
    BPX = 12
    FGP = 13
    AMP = 18
    COM = 20
    FQM = 24
    DMM = 30
    FCT = 901
    MMS = 904
