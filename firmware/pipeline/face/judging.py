"""The judgement of one picture of a face: the recipe over all measures."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from firmware.errors import SampleError
from firmware.pipeline.face import backdrop, detection, framing, landmarks, limits, optics, patch, pose
from firmware.pipeline.face.models import Pixels
from firmware.portrait import Face, FaceAssessment, FaceFeedback, Finding

_NOT_OF_A_TURNED_FACE = frozenset(
    {
        FaceFeedback.TOO_SMALL,
        FaceFeedback.COVERED,
        FaceFeedback.UNEVEN_LIGHT,
        FaceFeedback.MOUTH_OPEN,
        FaceFeedback.BACKGROUND,
        FaceFeedback.BACKGROUND_UNEVEN,
    }
)
"""What cannot be told of a face that looks aside: its eyes draw together, a cheek goes, hair stands before the wall."""


def assess(pixels: NDArray[np.uint8], birth_year: int | None = None) -> FaceAssessment:
    """Judge a picture uint8 (h, w, 3), RGB, of someone born in that year; without it red and blue both may be behind.

    Raises SampleError for what is no colour picture or when a model is missing or damaged.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise SampleError(f"face: needs uint8 (h, w, 3), not {pixels.dtype} {pixels.shape}")
    pixels = np.ascontiguousarray(pixels)
    candidates = detection.detect(pixels)
    fitted = [(candidate, landmarks.fit(pixels, candidate)) for candidate in candidates]
    found = tuple(face for _, face in fitted if face is not None)
    profiles = [candidate for candidate, face in fitted if face is None and candidate.is_profile]
    # Beside another face only what is surely one counts; a doubtful profile alone is better told as turned than as none
    faces = len(found) + sum(profile.confidence >= limits.PROFILE for profile in profiles) or min(len(profiles), 1)
    if faces == 0:
        return FaceAssessment(0, tuple(_faults_without_face(pixels)))
    if faces > 1:
        return FaceAssessment(faces, (Finding(FaceFeedback.SEVERAL_FACES, faces, 1),), None, found)
    if not found:
        return FaceAssessment(1, (Finding(FaceFeedback.TURNED, limits.PROFILE_YAW, limits.YAW),))
    return _judge(pixels, found[0], birth_year)


def _faults_without_face(pixels: Pixels) -> Iterator[Finding]:
    yield Finding(FaceFeedback.NO_FACE, 0, 1)
    if (edge := optics.soft_picture(pixels)) > limits.PICTURE_EDGE:
        yield Finding(FaceFeedback.BLURRED, edge, limits.PICTURE_EDGE)


def _judge(pixels: Pixels, face: Face, birth_year: int | None) -> FaceAssessment:
    height, width = pixels.shape[:2]
    crop, room = framing.clip(framing.frame(face), width, height)
    behind = [backdrop.measure(pixels, face, colour) for colour in backdrop.wanted(birth_year)]
    measures = _measure(pixels, face, max(behind, key=lambda b: b.right)) | {"room": 100 * room}
    findings = list(_faults(measures))
    told = {finding.code for finding in findings}
    moot = (_NOT_OF_A_TURNED_FACE if FaceFeedback.TURNED in told else set()) | (
        # Lids that are blurred look closed
        {FaceFeedback.EYES_CLOSED} if FaceFeedback.BLURRED in told else set()
    )
    findings = [finding for finding in findings if finding.code not in moot]
    order = list(FaceFeedback)
    findings.sort(key=lambda finding: order.index(finding.code))
    return FaceAssessment(1, tuple(findings), crop, (face,), measures)


def _measure(pixels: Pixels, face: Face, behind: backdrop.Backdrop) -> dict[str, float]:
    lifted = patch.lift(pixels, face)
    yaw, pitch, roll = pose.measure(face)
    lips = face.landmarks[13, :2] - face.landmarks[14, :2]
    apart = framing.eyes_apart(face)
    return {
        "eyes_apart": apart,
        "yaw": yaw,
        "pitch": pitch,
        "roll": roll,
        "eyes_open": min(landmarks.opening(lids) for lids in face.lids),
        "lips_apart": float(np.hypot(*lips)) / apart,
        "edge": optics.edge_width(lifted),
        "highlight": optics.highlight(lifted),
        "clipped": optics.clipped(lifted),
        "sides": optics.sides(lifted),
        "difference": optics.difference(lifted),
        "mouth": optics.mouth(lifted),
        "backdrop": behind.right,
        "backdrop_spread": behind.spread,
        "backdrop_light": behind.light,
    }


def _faults(measures: Mapping[str, float]) -> Iterator[Finding]:
    """Everything that breaks its limit."""
    at_least = {
        FaceFeedback.TOO_SMALL: ("eyes_apart", limits.EYES_APART),
        FaceFeedback.OFF_CENTRE: ("room", limits.ROOM),
        FaceFeedback.UNEVEN_LIGHT: ("sides", limits.SIDES),
        FaceFeedback.EYES_CLOSED: ("eyes_open", limits.EYES_OPEN),
        FaceFeedback.BACKGROUND: ("backdrop", limits.BACKDROP_RIGHT),
    }
    at_most = {
        FaceFeedback.COVERED: ("difference", limits.COVERED),
        FaceFeedback.BRIGHT: ("clipped", limits.CLIPPED),
        FaceFeedback.BLURRED: ("edge", limits.EDGE),
        FaceFeedback.TURNED: ("yaw", limits.YAW),
        FaceFeedback.NODDED: ("pitch", limits.PITCH),
        FaceFeedback.TILTED: ("roll", limits.ROLL),
        FaceFeedback.MOUTH_OPEN: ("lips_apart", limits.LIPS_APART),
        FaceFeedback.BACKGROUND_UNEVEN: ("backdrop_spread", limits.BACKDROP_SPREAD),
    }
    yield from (Finding(code, measures[n], limit) for code, (n, limit) in at_least.items() if measures[n] < limit)
    yield from (Finding(code, measures[n], limit) for code, (n, limit) in at_most.items() if abs(measures[n]) > limit)
    if measures["mouth"] < limits.MOUTH and measures["difference"] <= limits.COVERED:
        yield Finding(FaceFeedback.COVERED, measures["mouth"], limits.MOUTH)
    yield from _darkness(measures["highlight"], measures["backdrop_light"])


def _darkness(highlight: float, backdrop_light: float) -> Iterator[Finding]:
    """Light is held against the backdrop where that has its colour, for it has no skin; else the face must tell."""
    if backdrop_light == 0:
        limit = limits.FACE_DARK
    elif backdrop_light < limits.BACKDROP_DIM:
        limit = limits.FACE_DIM
    else:
        limit = backdrop_light * limits.FACE_TO_BACKDROP / 100
    if highlight < limit:
        yield Finding(FaceFeedback.DARK, highlight, limit)
