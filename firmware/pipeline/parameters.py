"""Every constant of the pipeline, with its unit; lengths are in pixels at 500 ppi."""

import math

PPI = 500.0
# Within this part of 500 ppi an image is used as it is: 1 percent of a print's width is a pixel or two
PPI_TOLERANCE = 0.01
PPI_RANGE = (100.0, 2000.0)
LARGEST_SIDE = 8192

BLOCK = 8

# Local normalisation: mean and deviation over a Gaussian of this many blocks
NORMALISE_SIGMA_BLOCKS = 1.5
# Grey levels added to the deviation, so that a flat background is not blown up to look like ridges
NORMALISE_FLOOR = 6.0
NORMALISE_LIMIT = 3.0

# Orientation: the structure tensor is averaged over a near and a wide Gaussian; where the near one is coherent it wins
ORIENTATION_NEAR_BLOCKS = 1.0
ORIENTATION_WIDE_BLOCKS = 2.5

# Segmentation
FOREGROUND_SIGMA_BLOCKS = 1.2
FOREGROUND_DEVIATION_PART = 0.35
FOREGROUND_DEVIATION_FLOOR = 5.0
FOREGROUND_COHERENCE = 0.35
# The smallest patch of ridges that counts, in blocks: 0.5 cm2 is about 150
FOREGROUND_SMALLEST_BLOCKS = 60

# Ridge period: adult prints lie between 5 and 15 pixels
PERIODS = tuple(5.0 * (15.0 / 5.0) ** (k / 15) for k in range(16))
SIGNATURE_LENGTH = 48
SIGNATURE_WIDTH = 17
PERIOD_CONTRAST = 0.35
PERIOD_DEFAULT = 9.0
PERIOD_SIGMA_BLOCKS = 3.0

# Contextual filter
FILTER_ORIENTATIONS = 32
FILTER_PERIODS = tuple(5.5 * (13.0 / 5.5) ** (k / 7) for k in range(8))
FILTER_RADIUS = 8
FILTER_SIGMA_ALONG = 4.0
FILTER_SIGMA_ACROSS = 3.2

# Clarity of a block (1: a pure wave) from which its ridges are believed
CLARITY_FOREGROUND = 0.4

# Minutiae; presence is what the net says. The least presences are those with which grown prints are told apart best: of
# proposals between them twice as many are real when a line's end lies beside them
NET_MARGIN_BLOCKS = 3
MINUTIAE_APART = 8.0
PRESENCE = 0.4
BACKED_PRESENCE = 0.25
BACKED_WITHIN = 10.0
BACKED_ANGLE = math.radians(30)
TRACE_LENGTH = 24
TRACE_SHORTEST = 10
# Where along its direction a minutia's type is read, in ridge periods
KIND_STEPS = (0.4, 0.6, 0.8, 1.0, 1.2)

# Quality: each measure counts from 0 at the first figure to 1 at the second
QUALITY_RAMPS = {"area_mm2": (20.0, 160.0), "clarity": (0.45, 0.80), "minutiae": (4.0, 24.0)}
FEEDBACK_AREA_MM2 = 90.0
FEEDBACK_OFF_CENTRE = 0.2
FEEDBACK_CLARITY = 0.62
FEEDBACK_CONTRAST = 25.0
FEEDBACK_DRY = 0.38
FEEDBACK_WET = 0.62
FEEDBACK_MINUTIAE = 12.0
