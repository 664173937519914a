"""The native quality measures of NFIQ 2.3: what ISO/IEC 29794-4 asks of a print's quality.

Definitions are those of ISO/IEC 29794-4:2017, clause 5.2; what they leave open is settled as the reference does it,
NIST's NFIQ 2.3 (usnistgov/NFIQ2, commit d005084e), to the last digit that it prints, since its random forest was taught
on that. Each file tells where the reference goes its own way.

`cropping` takes the near-white frame off a print, before anything else is measured.

`block_measures` gives the sixty measures that are told block by block:

1.  `gradients` gives the covariance of the gradient over blocks of 32x32 pixels.
2.  `grid` lays these blocks out, finds which are foreground, and which way each lies.
3.  `rotation` turns each upright, once for every measure that needs it. `profiles` divides its ridges from its valleys;
    `spectrum` tells its frequencies.
4.  `frequency_domain` (FDA), `local_clarity` (LCS), `orientation_certainty` (OCL), `orientation_flow` (OF) and
    `ridge_valley` (RVUP) measure; `bins` makes ten bins, mean and deviation of each.

`forest` makes the score of all of them: NIST's own random forest.
"""
