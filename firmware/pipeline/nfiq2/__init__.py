"""The native quality measures of NFIQ 2.3: what ISO/IEC 29794-4 asks of a print's quality.

Definitions are those of ISO/IEC 29794-4:2017, clause 5.2; what they leave open is settled as the reference does it,
NIST's NFIQ 2.3 (usnistgov/NFIQ2, commit d005084e), to the last digit that it prints, since its random forest was taught
on that. Each file tells where the reference goes its own way.

`measures` gives all 69, by these:

1.  `cropping` takes the near-white frame off a print, before anything else is measured.
2.  `sums` gives number, sum and squares of the grey levels over blocks of 32x32 pixels, `gradients` the covariance of
    their gradient: once for every measure that asks.
3.  `block_measures` gives the sixty measures that are told block by block. `grid` lays blocks out, finds which are
    foreground, and which way each lies. `rotation` turns each upright; `profiles` divides its ridges from its valleys;
    `spectrum` tells its frequencies. `frequency_domain` (FDA), `local_clarity` (LCS), `orientation_certainty` (OCL),
    `orientation_flow` (OF) and `ridge_valley` (RVUP) measure; `bins` makes ten bins, mean and deviation of each.
4.  `region` finds the one patch that the finger fills, by `smoothing`, `thresholding` and `runs`, and its mean;
    `coherence` tells how far the gradients in it lie along one line.
5.  `contrast` gives the means of print and blocks (Mu, MMB).
6.  `minutiae_counts` and `minutiae_quality` rest on minutiae. Those are ours and not the reference's: its four measures
    come out from its own minutiae, and others from ours.

`forest` makes the score of all of them, NIST's own random forest; `scoring` is the whole in one call.
"""
