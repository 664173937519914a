"""Every threshold of the judgement of faces, with its unit and its reason."""

CANDIDATE = 0.5
"""Confidence of the detector: MediaPipe's own default."""
MESH = 0.5
"""Confidence of the mesh: MediaPipe's own default; patterns that the detector takes for a face stay below."""
SAME_FACE = 0.4
"""Part of the smaller of two squares that both share: two heads never lie that close, two looks at one head do."""

PROFILE = 0.58
"""Confidence of the detector for a second head that is in profile: patterns that have a profile's shape stay below."""
PROFILE_SIDE, PROFILE_NOSE, PROFILE_EYES = 2.7, 0.8, 0.75
"""A profile's shape, in parts of the way from eyes to mouth: its square at most 2.7; nose at least 0.8 beside the
middle between the ears; eyes at most 0.75 apart (0.9 in a face that looks ahead)."""
PROFILE_YAW = 65.0
"""Degrees: what is told of a profile, whose yaw is not measured. The mesh gives faces up at 65 to 80 degrees."""

HUES = {"red": (340, 377), "blue": (195, 250)}
"""Degrees of hue: cloth, paint and paper that people call red or blue, with room for warm and cool lamps. Skin and wood
begin above 18 degrees."""
SATURATION = 40.0
"""Percent: below it a colour looks washed out or grey."""
BACKDROP_VALUE = 50
"""Of 255: what is darker has no colour that a camera could tell."""
BESIDE, DOWN, CORNER, UP = 1.55, 1.1, 1.1, 1.9
"""Distances between the eyes: hair and headscarves end within 1.55 beside the middle of the face (the frame at 2.0);
the mouth is 1.1 below the eyes, and shoulders begin further down; in the corners, 1.9 above, a head is narrower."""

EYES_APART = 90.0
"""Pixels at least: ISO/IEC 19794-5:2005, clause 8.4.1 (180 for the head's width, roughly 90 from eye to eye)."""
ROOM = 99.0
"""Percent of the record's frame that must lie on the picture: all of it, but for rounding."""
YAW, PITCH, ROLL = 10.0, 15.0, 8.0
"""Degrees at most: ISO/IEC 19794-5:2005, clause 7.2.2, asks for 5 each way (8 for roll). On drawn heads yaw errs by 3
degrees; pitch errs by the shape of a face and is 9 on a portrait that a person calls straight. Roll errs by 1."""
EYES_OPEN = 0.17
"""Between the lids, in parts of the eye's width: drawn open eyes have 0.20 to 0.30, a photographed pair 0.25, closed
ones 0.06 to 0.14. Narrow eyes must pass, so the limit lies near the closed ones."""
LIPS_APART = 0.2
"""Between the lips, in parts of the distance between the eyes: closed lips have at most 0.07, a smile with closed
teeth, which clause 7.2.3 does not forbid, 0.16 to 0.175."""
EDGE = 7.5
"""Percent of the distance between the eyes: sharp faces have 3 to 6.5; a Gaussian blur of 5 percent gives 9 to 12."""
PICTURE_EDGE, PICTURE_CONTRAST = 1.8, 40.0
"""Where no face is seen: percent of the longer side, and grey levels between percentiles 1 and 99. Sharp pictures have
edges of 0.6 to 1.2; where a blur hides a face from the detector the whole picture has 2 to 6, a bare wall has none."""
EYE_CONTRAST = 8.0
"""Grey levels of 255: with less around an eye there is nothing to focus on."""
CLIPPED = 10.0
"""Percent of the face without any drawing; the sheen of a well exposed face has below 1."""
SIDES = 45.0
"""Percent, darker cheek to lighter one, in linear light: window light from half aside gives 60, a lamp from the side
less than 30."""
COVERED = 14.0
"""Percent: the shares of red and blue on bare skin, cheeks beside nose, lie up to 5 apart, in a
lamp from the side up to 12."""
MOUTH = 25.0
"""Percent: lips that show, drawn in all ten skin tones or photographed, have 52 to 80; a mask with folds 12."""
BACKDROP_RIGHT = 70.0
"""Percent of the poorer side: room for hair that flies and a shoulder, none for another wall."""
BACKDROP_SPREAD = 45.0
"""Percent of the middle lightness, from percentile 5 to 95: a cloth that is lit evenly has less than 15."""
BACKDROP_DIM, FACE_DIM = 120.0, 145.0
"""Of 255, strongest channel. The backdrop is the reference that has no skin: coloured cloth in good light gives 150 to
220. Where it is dim and no part of the face is light either, light is missing."""
FACE_TO_BACKDROP = 30.0
"""Percent, lightest part of the face to the backdrop: below it the face is in the shade. The darkest of the ten Monk
skin tones in good light has 42."""
FACE_DARK = 75.0
"""Of 255, lightest part of the face, where no backdrop of the right colour tells the light: the darkest of the ten Monk
skin tones in good light has 85."""
