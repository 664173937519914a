"""From pixels to minutiae and quality: one file a stage, each only computes.

The path of one fingerprint, in the order of `extraction`, the recipe. Each module tells what it takes from its source
and what it does otherwise.

1.  `resolution` brings the image to 500 ppi: cubic convolution (Keys, IEEE ASSP 29(6), 1981).
2.  `normalisation` evens out pressure and light (Hong, Wan and Jain, IEEE PAMI 20(8), 1998, section 2.2).
3.  `orientation` says which way the ridges run: averaged squared gradients (Bazen and Gerez, IEEE PAMI 24(7), 2002).
4.  `segmentation` drops what has no contrast, and after stage 6 what is no wave: glass, writing, blotches.
5.  `frequency` measures from ridge to ridge along an oriented window (Hong, Wan and Jain, section 2.4).
6.  `enhancement` filters along the ridges by Gabor filters in quadrature (Hong, Wan and Jain, section 2.6).
7.  `detection` proposes minutiae: a net of residual blocks (He, Zhang, Ren and Sun, CVPR 2016) over the whole print,
    which `convolution` runs; taught, as the judges are, on grown prints alone. `weights` holds the figures of both.
8.  `minutiae` has judges, small nets, look at each proposal upright: whether a minutia is there, where, which way it
    points, and its type; direction and type after ISO/IEC 19794-2:2005, clause 6.
9.  `quality` judges the print, and says what the operator may do better; `nfiq2` gives it the measures and the score
    of NFIQ 2.3 (ISO/IEC 29794-4).
10. `singularities` finds cores and deltas: Poincaré index and complex filters (Bazen and Gerez; Nilsson and Bigun,
    Pattern Recognition Letters 24, 2003).
11. `pattern` names the class of the print (Karu and Jain, Pattern Recognition 29(3), 1996).
12. `ridge_counts` counts the ridges to each minutia's neighbours (INCITS 378-2004, eight-neighbour method).

Beside the path: `parameters` has every constant, `blocks` the arithmetic on maps of blocks, `trace` lets a listener see
what each stage made; `_jit` compiles the loops and `_simd` gives them vectors.
"""
