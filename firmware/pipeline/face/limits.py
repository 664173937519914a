"""Every threshold of the judgement of faces, with its unit and its reason."""

CANDIDATE = 0.5
"""Confidence of the detector: MediaPipe's own default."""
MESH = 0.5
"""Confidence of the mesh: MediaPipe's own default; patterns that the detector takes for a face stay below."""
SAME_FACE = 0.4
"""Part of the smaller of two squares that both share: two heads never lie that close, two looks at one head do."""
