"""From pixels to minutiae and quality: one file a stage, each only computes.

The path of one fingerprint: `resolution` brings it to 500 ppi, `normalisation` evens out pressure and light,
`orientation` and `frequency` say how the ridges run and how dense they lie, `enhancement` filters along them,
`segmentation` tells print from background, `detection` proposes minutiae, `minutiae` looks at each again, `quality`
judges. `extraction` is the recipe. Each stage's module names its source.
"""
