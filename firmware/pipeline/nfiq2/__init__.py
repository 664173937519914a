"""The native quality measures of NFIQ 2.3: what ISO/IEC 29794-4 asks of a print's quality.

`cropping` takes the near-white frame off a print, before anything else is measured.
"""
