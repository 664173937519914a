"""Slow, obvious twins of the kernels: each restates one of them so plainly that it can be checked by reading."""

import itertools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters

Array = NDArray[Any]


def resample_rows(rows: Array, scale: float, out: Array) -> None:
    widen = max(1.0, 1.0 / scale)
    for y in range(out.shape[0]):
        centre = (y + 0.5) / scale - 0.5
        taps = np.arange(math.ceil(centre - 2 * widen), math.floor(centre + 2 * widen) + 1)
        t = np.abs(taps - centre) / widen
        inner = 1.5 * t**3 - 2.5 * t**2 + 1
        outer = -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2
        weights = np.where(t < 1, inner, outer)
        out[y] = weights @ rows[np.clip(taps, 0, rows.shape[0] - 1)] / weights.sum()


def block_moments(pixels: Array, out: Array) -> None:
    size = parameters.BLOCK
    for row in range(out.shape[1]):
        for col in range(out.shape[2]):
            block = pixels[row * size : (row + 1) * size, col * size : (col + 1) * size].astype(np.float64)
            out[:, row, col] = block.size, block.sum(), (block**2).sum()


def stretch(blocks: Array, out: Array) -> None:
    u = np.clip((np.arange(out.shape[1]) + 0.5) / parameters.BLOCK - 0.5, 0, blocks.shape[1] - 1)
    for row, line in enumerate(blocks):
        out[row] = np.interp(u, np.arange(len(line)), line)


def normalise(pixels: Array, mean: Array, deviation: Array, out: Array) -> None:
    v = np.clip((np.arange(len(pixels)) + 0.5) / parameters.BLOCK - 0.5, 0, len(mean) - 1)
    for x in range(pixels.shape[1]):
        middle, spread = (np.interp(v, np.arange(len(mean)), part[:, x]) for part in (mean, deviation))
        wave = (middle - pixels[:, x]) / (spread + parameters.NORMALISE_FLOOR)
        out[:, x] = np.clip(wave, -parameters.NORMALISE_LIMIT, parameters.NORMALISE_LIMIT)


def soften(image: Array, out: Array) -> None:
    padded = np.pad(image.astype(np.float64), 1, mode="edge")
    weights = np.outer([1, 2, 1], [1, 2, 1]) / 16
    for y, x in np.ndindex(image.shape):
        out[y * image.shape[1] + x] = (weights * padded[y : y + 3, x : x + 3]).sum()


def gradient_tensor(flat: Array, height: int, width: int, out: Array) -> None:
    image = flat[: height * width].reshape(height, width)
    for y in range(1, height - 1):
        for x in range(1, width - 1):
            gx = float(image[y, x + 1]) - float(image[y, x - 1])
            gy = float(image[y + 1, x]) - float(image[y - 1, x])
            # The ridge is a quarter turn from the gradient; angles count upwards while y counts downwards
            ridge = complex(-gy, -gx) ** 2
            out[:, y // parameters.BLOCK, x // parameters.BLOCK] += ridge.real, ridge.imag, abs(ridge)


def smooth(values: Array, taps: Array, out: Array) -> None:
    reach = len(taps) // 2
    padded = np.pad(values.astype(np.float64), reach, mode="edge")
    for row, col in np.ndindex(values.shape):
        out[row, col] = (np.outer(taps, taps) * padded[row : row + len(taps), col : col + len(taps)]).sum()


def grow(mask: Array, reach: int, out: Array) -> None:
    padded = np.pad(mask, reach)
    for row, col in np.ndindex(mask.shape):
        out[row, col] = padded[row : row + 2 * reach + 1, col : col + 2 * reach + 1].any()


def label(mask: Array, labels: Array) -> None:
    count = 0
    for row in range(mask.shape[0]):
        for col in range(mask.shape[1]):
            if mask[row, col] and not labels[row, col]:
                count += 1
                flood(mask, labels, (row, col), count)


def flood(mask: Array, labels: Array, start: tuple[int, int], count: int) -> None:
    waiting = [start]
    while waiting:
        row, col = waiting.pop()
        inside = 0 <= row < mask.shape[0] and 0 <= col < mask.shape[1]
        if inside and mask[row, col] and not labels[row, col]:
            labels[row, col] = count
            waiting += [(row - 1, col), (row + 1, col), (row, col - 1), (row, col + 1)]


def signature_power(image: Array, orientation: Array, mask: Array, waves: Array, out: Array) -> None:
    length = waves.shape[2]
    window = waves[0, 0] ** 2 + waves[1, 0] ** 2
    for row, col in zip(*np.nonzero(mask), strict=True):
        middle = (16 * col + 3.5, 16 * row + 3.5)
        signature = np.zeros(length)
        read_signature(image, middle, orientation[row, col], signature)
        energy = 1e-6 + (signature**2 * window).sum()
        projections = (waves * signature).sum(axis=2)
        out[:, row, col] = (projections**2).sum(axis=0) * 4 / length / energy


def read_signature(image: Array, middle: tuple[float, float], angle: float, out: Array) -> None:
    half = parameters.SIGNATURE_WIDTH // 2
    cosine, sine = math.cos(angle), math.sin(angle)
    out[:] = 0
    for i in range(len(out)):
        across = i - (len(out) - 1) / 2
        for k in range(-half, half + 1, 2):
            x = math.floor(middle[0] + across * sine + k * cosine + 0.5)
            y = math.floor(middle[1] + across * cosine - k * sine + 0.5)
            out[i] += image[np.clip(y, 0, image.shape[0] - 1), np.clip(x, 0, image.shape[1] - 1)]


def filter_blocks(padded: Array, bank: Array, choice: Array, out: Array, energy: Array) -> None:
    size, side = parameters.BLOCK, bank.shape[2]
    for row, col in zip(*np.nonzero(choice >= 0), strict=True):
        for y in range(row * size, (row + 1) * size):
            for x in range(col * size, (col + 1) * size):
                patch = padded[y : y + side, x : x + side].astype(np.float64)
                even, odd = (float((patch * part).sum()) for part in bank[choice[row, col]])
                out[y, x] = even
                if y % 2 == 0:
                    energy[:, row, col] += even**2 + odd**2, patch[side // 2, side // 2] ** 2


def filter_block(
    source: Array,
    filters: Array,
    target: Array,
    corner: tuple[int, int],
    first: int,
    place: tuple[int, int],
    outside: Array,
) -> float:
    (at, pitch), (begin, width), side = corner, place, len(outside)
    both = filters[first : first + 2 * side * side].reshape(2, side, side).copy()
    for row, skipped in enumerate(outside):
        both[:, row, :skipped] = both[:, row, side - skipped :] = 0
    energy = 0.0
    for y in range(8):
        for x in range(8):
            patch = [source[at + (y + i) * pitch + x :][:side] for i in range(side)]
            even, odd = (both * patch).sum(axis=(1, 2))
            target[begin + y * width + x] = even
            energy += (even**2 + odd**2) * (y % 2 == 0)
    return float(energy)


def count_greys(image: Array, enhanced: Array, foreground: Array, out: Array) -> None:
    inside = np.repeat(np.repeat(foreground, parameters.BLOCK, 0), parameters.BLOCK, 1)
    for y in range(0, image.shape[0], 2):
        for x in range(0, image.shape[1], 2):
            out[int(enhanced[y, x] > 0), image[y, x]] += inside[y, x]


def sample_upright(image: Array, found: Array, step: Array, out: Array) -> None:
    half = out.shape[1] // 2
    for look, (x, y, direction), apart in zip(out, found[:, :3].astype(np.float64), step, strict=True):
        ahead = complex(math.cos(direction), -math.sin(direction)) * float(apart)
        for row, col in np.ndindex(look.shape):
            # Times i is a quarter turn to the right, for y counts downwards
            place = complex(x, y) + (col - half) * ahead + (row - half) * ahead * 1j
            left, top = math.floor(place.real), math.floor(place.imag)
            if 0 <= left < image.shape[1] - 1 and 0 <= top < image.shape[0] - 1:
                across, down = (np.array([1 - t, t]) for t in (place.real - left, place.imag - top))
                look[row, col] = down @ image[top : top + 2, left : left + 2] @ across


def filter_each(image: Array, bank: Array, choice: Array, squash: bool, out: Array) -> None:
    """Each pixel by its own filter of 13 x 13; squashing is 2.2 t / sqrt(1 + (2.2 t)^2)."""
    for y in range(6, image.shape[0] - 6):
        for x in range(6, image.shape[1] - 6):
            total = float((image[y - 6 : y + 7, x - 6 : x + 7].ravel() * bank[choice[y, x]]).sum())
            out[y, x] = 2.2 * total / math.hypot(1, 2.2 * total) if squash else total


def sample_cubic(image: Array, where: Array, out: Array) -> None:
    for i, j in np.ndindex(out.shape):
        x, y = where[:, i, j]
        left, top = math.floor(x), math.floor(y)
        if 1 <= left <= image.shape[1] - 3 and 1 <= top <= image.shape[0] - 3:
            patch = image[top - 1 : top + 3, left - 1 : left + 3]
            out[i, j] = keys(y - top - np.arange(-1, 3)) @ patch @ keys(x - left - np.arange(-1, 3))


def keys(t: Array) -> Array:
    """Keys' cubic weights, a = -0.5."""
    t = np.abs(t)
    return np.where(t < 1, 1.5 * t**3 - 2.5 * t**2 + 1, -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2)


def convolve(planes: Array, weight: Array, bias: Array, dilation: int, stride: int, rectify: bool) -> Array:
    """Plain planes (inputs, h, w) to (outputs, h / stride, w / stride), zeros beyond the edge."""
    side = weight.shape[2]
    reach = dilation * (side // 2)
    padded = np.pad(planes.astype(np.float64), [(0, 0), (reach, reach), (reach, reach)])
    out = np.empty((len(bias), planes.shape[1] // stride, planes.shape[2] // stride))
    for y in range(out.shape[1]):
        for x in range(out.shape[2]):
            top, left = y * stride, x * stride
            patch = padded[:, top : top + 2 * reach + 1 : dilation, left : left + 2 * reach + 1 : dilation]
            out[:, y, x] = (weight * patch).sum(axis=(1, 2, 3)) + bias
    return np.maximum(out, 0) if rectify else out


def convolve_rows(planes: Array, weight: Array, bias: Array, stride: int, wanted: Array, rectify: bool) -> Array:
    """The same in the wanted cells, 0 elsewhere."""
    return np.where(wanted, convolve(planes, weight, bias, 1, stride, rectify), 0)


def convolve_bands(planes: Array, weight: Array, bias: Array, dilation: int, wanted: Array, old: Array) -> Array:
    """The larger of 0 and the sum of old and a layer's result in the wanted cells, 0 elsewhere."""
    return np.where(wanted, np.maximum(old + convolve(planes, weight, bias, dilation, 1, False), 0), 0)


def convolve_cells(planes: Array, first: tuple[Array, Array], second: tuple[Array, Array], wanted: Array) -> Array:
    """One layer of one tap after the other, each its weights and biases, in the wanted cells, 0 elsewhere."""
    inner = convolve(planes, *first, 1, 1, rectify=True)
    return np.where(wanted, convolve(inner, *second, 1, 1, rectify=False), 0)


def next_stretch(line: Array, start: int, apart: int) -> tuple[int, int]:
    true = np.flatnonzero(line[start:]) + start
    if not len(true):
        return len(line), len(line)
    gaps = np.flatnonzero(np.diff(true) > apart)
    return int(true[0]), int(true[gaps[0]] if len(gaps) else true[-1]) + 1


def convolve_one(planes: Array, weight: Array, bias: Array, taps: Array, first: int, lanes: int) -> Array:
    """So many cells of each output from `first` on, (outputs, lanes)."""
    cells = planes.astype(np.float64)[first + np.asarray(taps)[:, None] + np.arange(lanes)]
    return weight @ cells + bias[:, None]


def convolve_pair(planes: Array, weight: Array, bias: Array, taps: Array, first: int, lanes: int) -> Array:
    """Twice as many."""
    parts = [convolve_one(planes, weight, bias, taps, at, lanes) for at in (first, first + lanes)]
    return np.concatenate(parts, axis=1)


def transform(rows: Array) -> Array:
    """Six rows (6, n) to the six sums of A. Lavin and S. Gray's matrix for F(4, 3)."""
    matrix = [
        [4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0], [0, 4, 0, -5, 0, 1],
    ]  # fmt: skip
    return np.array(matrix) @ rows


def inverse(sums: Array) -> Array:
    """Six sums (6, n) to four rows, by the same source's matrix."""
    return np.array([[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]) @ sums


def deal(image: Array, out: Array) -> None:
    for y, x in np.ndindex(image.shape):
        out[x % len(out), y, x // len(out)] = image[y, x]


def read_peaks(answer: Array, threshold: float, out: Array) -> int:
    count = 0
    padded = np.pad(answer[0], 1, constant_values=-1)
    for row, col in np.ndindex(answer.shape[1:]):
        around = padded[row : row + 3, col : col + 3]
        # Of equal neighbours the first in reading order is the peak
        first = int(np.argmax(around)) == 4
        if answer[0, row, col] < threshold or not first:
            continue
        weight = np.where(around > 0.3 * answer[0, row, col], around, 0)
        sums = np.zeros(4)
        for i, j in zip(*np.nonzero(weight), strict=True):
            r, c = row + i - 1, col + j - 1
            sums += weight[i, j] * np.array([c + answer[1, r, c], r + answer[2, r, c], *answer[3:5, r, c]])
        x, y = (sums[:2] / weight.sum() + 0.5) * 4 - 0.5
        out[count] = x, y, math.atan2(-sums[3], sums[2]) % (2 * math.pi), answer[0, row, col]
        count += 1
    return count


def keep_apart(found: Array, apart: float, out: Array) -> None:
    for i, one in enumerate(found):
        out[i] = all(math.dist(one[:2], other[:2]) >= apart for other in found[:i][out[:i]])


def turned(angle: float) -> float:
    return (angle + math.pi) % (2 * math.pi) - math.pi


def lay(a: Array, i: int, onto: Array, turn: float, out: Array) -> tuple[float, float, float, float]:
    for k in range(len(a)):
        # y points down: counter-clockwise for a person is multiplication by exp(-i turn)
        place = complex(*(a[k, :2] - a[i, :2])) * np.exp(-1j * turn) + complex(*onto[:2])
        out[k] = place.real, place.imag, a[k, 2] + turn
    return out[:, 0].min(), out[:, 0].max(), out[:, 1].min(), out[:, 1].max()


def pair_up(moved: Array, b: Array, rows: Array, used: Array) -> tuple[int, float]:
    used[:] = False
    costs = []
    for x, y, direction in moved:
        cost = [1.0] * len(b)
        for m in range(len(b)):
            distance, angle = math.hypot(x - b[m, 0], y - b[m, 1]), abs(turned(direction - b[m, 2]))
            if not used[m] and distance <= 15 and angle <= math.radians(25):
                cost[m] = 0.5 * distance / 15 + 0.5 * angle / math.radians(25)
        if min(cost) < 1:
            used[int(np.argmin(cost))] = True
            costs.append(min(cost))
    return len(costs), sum(1 - 0.5 * cost for cost in costs)


def similarity(a: Array, b: Array) -> float:
    found = [0.0]
    for i in range(len(a)):
        for j in range(len(b)):
            turn, moved, used = turned(b[j, 2] - a[i, 2]), np.empty_like(a), np.empty(len(b), np.bool_)
            if abs(turn) > math.radians(45):
                continue
            lay(a, i, b[j], turn, moved)
            ours, theirs = (
                sum(
                    other[:, 0].min() - 15 <= x <= other[:, 0].max() + 15
                    and other[:, 1].min() - 15 <= y <= other[:, 1].max() + 15
                    for x, y, _ in one
                )
                for one, other in ((moved, b), (b, moved))
            )
            pairs, paired = pair_up(moved, b, b[:0, 0], used)
            if pairs >= 4:
                found.append(paired**2 / (max(ours, 8) * max(theirs, 8)) * (1 - math.exp(-pairs / 6)))
    return max(found)


def score_row(flat: Array, start: Array, i: int, out: Array) -> None:
    prints = [flat[first:last] for first, last in itertools.pairwise(start)]
    out[:] = [similarity(prints[i], other) for other in prints[i + 1 :]]


def assign(cost: Array, out: Array) -> None:
    out[:] = min(
        itertools.permutations(range(cost.shape[1]), cost.shape[0]),
        key=lambda columns: sum(cost[row, column] for row, column in enumerate(columns)),
    )


def find_neighbours(points: Array, direction: Array, neighbour: Array) -> None:
    for i, (x, y) in enumerate(points):
        nearest: dict[int, float] = {}
        for j, (u, v) in enumerate(points):
            octant = math.floor((math.atan2(y - v, u - x) - direction[i] + math.pi / 8) / (math.pi / 4)) % 8
            apart = math.hypot(u - x, v - y)
            if j != i and apart < nearest.get(octant, math.inf):
                nearest[octant], neighbour[i, octant] = apart, j


def count_crossings(
    points: Array, enhanced: Array, foreground: Array, clear: Array, neighbour: Array, counts: Array
) -> None:
    for i, octant in np.argwhere(neighbour >= 0):
        from_here = points[neighbour[i, octant]].astype(np.float64) - points[i]
        length = math.hypot(*from_here)
        steps = max(1, math.ceil(length))
        walked = np.arange(steps + 1) / steps
        x, y = np.floor(points[i][:, None] + from_here[:, None] * walked + 0.5).astype(int)
        if not foreground[y // parameters.BLOCK, x // parameters.BLOCK].all():
            neighbour[i, octant] = -1
            continue
        ridge = enhanced[y, x] > 0
        begins = [k for k in range(1, steps + 1) if ridge[k] and not ridge[k - 1]]
        ends = [next((k for k in range(begin, steps + 1) if not ridge[k]), None) for begin in begins]
        pace = length / steps
        counts[i, octant] = sum(
            begin * pace > clear[i] and end is not None and end * pace < length - clear[neighbour[i, octant]]
            for begin, end in zip(begins, ends, strict=True)
        )


def find_turns(field: Array, foreground: Array, out: Array) -> int:
    wave = field[0].astype(np.complex128) + 1j * field[1]
    count = 0
    for row, col in itertools.product(range(foreground.shape[0] - 1), range(foreground.shape[1] - 1)):
        if not foreground[row : row + 2, col : col + 2].all():
            continue
        corners = [wave[row, col], wave[row + 1, col], wave[row + 1, col + 1], wave[row, col + 1]]
        steps = [np.angle(corners[(k + 1) % 4] * np.conj(corners[k])) for k in range(4)]
        turns = round(sum(steps) / (2 * math.pi))
        if turns == 0 or count == len(out):
            continue
        top_left, bottom_left, bottom_right, top_right = corners
        right = (top_right + bottom_right - top_left - bottom_left) / 2
        down = (bottom_left + bottom_right - top_left - top_right) / 2
        middle = sum(corners) / 4
        slopes = np.array([[right.real, down.real], [right.imag, down.imag]])
        shift = np.linalg.solve(slopes, [-middle.real, -middle.imag]).clip(-0.5, 0.5)
        out[count] = col + 0.5 + shift[0], row + 0.5 + shift[1], turns
        count += 1
    return count


def compare(field: Array, foreground: Array, points: Array, radius: float, out: Array) -> None:
    reach = math.ceil(2.5 * radius)
    rows, cols = foreground.shape
    for i, (x, y, kind) in enumerate(points.astype(np.float64)):
        answer, seen, total = 0j, 0.0, 0.0
        for row, col in itertools.product(range(-reach - 1, rows + reach + 1), range(-reach - 1, cols + reach + 1)):
            apart = math.hypot(col - x, row - y)
            if apart > reach:
                continue
            window = math.exp(-0.5 * (apart / radius) ** 2)
            total += window
            if 0 <= row < rows and 0 <= col < cols and foreground[row, col]:
                ideal = np.exp(1j * kind * math.atan2(y - row, col - x))
                seen += window
                answer += window * complex(field[0, row, col], field[1, row, col]) * np.conj(ideal)
        out[i] = answer.real / total, answer.imag / total, seen / total
