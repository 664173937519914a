"""Every constant of the pipeline, with its unit; lengths are in pixels at 500 ppi."""

import math

PPI = 500.0
# Within this part of 500 ppi an image is used as it is: 1 percent of a print's width is a pixel or two
PPI_TOLERANCE = 0.01
# A quick look does not resample what is this near: sensors of 508 ppi are
PREVIEW_PPI_TOLERANCE = 0.02
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
# How far round the foreground minutiae are looked for
FOREGROUND_EDGE_BLOCKS = 2

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
FILTER_RADIUS = 7
FILTER_SIGMA_ALONG = 4.0
FILTER_SIGMA_ACROSS = 3.2

# Clarity of a block (1: a pure wave) from which its ridges are believed
CLARITY_FOREGROUND = 0.41

# Minutiae: the net's least presence with which the judges are asked, and theirs with which a minutia stands: a
# matcher misses what is not there, and 900 dry, wet and distorted grown prints are told apart alike from .05 to .12
MINUTIAE_APART = 8.0
PROPOSED_PRESENCE = 0.12
PRESENCE = 0.08
# What the judge sees of a proposal: samples a side, and ridge periods from one to the next
LOOK_SIDE = 17
LOOK_STEP = 1 / 6

# Cores and deltas: the deviation of the window in which the field is compared with an ideal one
SINGULARITY_RADIUS_BLOCKS = 2.0
# The agreement with an ideal core or delta (1: in every block, each of one pure orientation) from which it is believed,
# and the part of the window around it that must be seen: on grown prints the false ones agree less
SINGULARITY_STRENGTH = 0.2
SINGULARITY_SUPPORT = 0.7
# A core and a delta nearer than one and a half ridge periods, in pixels, cancel
SINGULARITIES_APART = 14.0

# Pattern class. From the core, a tented arch's delta lies within the first of its axis, a loop's between the others
TENTED_WIDEST_ANGLE = math.radians(20)
LOOP_LEAST_ANGLE = math.radians(30)
LOOP_WIDEST_ANGLE = math.radians(130)
# A loop whose delta is not seen: how much of its axis must be, and how far from straight down it may lean
AXIS_BLOCKS = 14
AXIS_SHORTEST_BLOCKS = 8
LOOP_LEAST_LEAN = math.radians(18)
LOOP_FARTHEST_LEAN = math.radians(100)
# A plain arch: how much of its rows from end to end must be seen, lest a core hides there; how many rows of blocks must
# be, in all and from the steepest one down, with so many blocks to either side of the middle; the steepest row's mean
# |sin 2 theta|, and how much of that must fall off further down without turning over
ARCH_SOLID = 0.97
ARCH_ROWS = 24
ARCH_ROWS_BELOW = 10
ARCH_SIDE_BLOCKS = 4
ARCH_RISE = 0.5
ARCH_LEAST_RISE = 0.04
ARCH_FALL = 0.8

# Ridge counts: a ridge that begins or ends within this of a minutia, in ridge periods, is its own; beside a ridge that
# ends, the next ones begin half a period away
RIDGE_COUNT_CLEAR = 0.4

# Comparing minutiae: how many neighbours each knows
MATCH_NEIGHBOURS = 10
# The score from which two prints are held to be one finger. Of 200,000 comparisons of grown prints of different fingers
# none reaches it; by an exponential tail 1 in 510,000 does (`python -m tests.duplicates --seed 2027`)
MATCH_SCORE = 0.2

# Feedback where no known fault is seen
FEEDBACK_CLARITY = 0.62
FEEDBACK_MINUTIAE = 12

# A print on its way: the part of its rows that must have come before it is judged, and the most points of score that
# all its rows could add, each its share: set on 1,600 grown prints, of which 0.9 percent of those that reach 40 gained
# more; of 420 others (`rekam bench preview`) 1.7 percent did
ARRIVING_FROM = 0.6
ARRIVING_GAIN = 80.0
# What is told of it: with less of the glass covered there is no finger, with less than the next, each its
# share, a small part of one; a dry print is dark in less of its area than
# the first part, a wet one in more than the second
ARRIVING_NO_FINGER_MM2 = 15.0
ARRIVING_SMALL_MM2 = 90.0
ARRIVING_DRY = 0.38
ARRIVING_WET = 0.52
