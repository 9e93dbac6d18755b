"""Draws the newsroom's illustrations into images/.

A few flat shapes over a smooth gradient, written as PNG with nothing but the standard
library, so that the pictures belong to this repository and to nobody else. The same call
always draws the same pictures.

    python examples/newsroom/make_images.py
"""

from __future__ import annotations

import math
import random
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, groupby, pairwise
from pathlib import Path

WIDTH, HEIGHT = 1200, 675
LIGHT = 40_000  # bytes: a picture should not outweigh its article
SUBROWS = 4  # sub-scanlines per row: enough to make slanted edges smooth

Colour = tuple[int, int, int]
Point = tuple[float, float]


def rgb(code: str) -> Colour:
    """Read a colour written as six hexadecimal digits."""
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Go `share` of the way (0 to 1) from the first colour to the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


class Canvas:
    """A picture that can be filled with gradients and smooth-edged polygons."""

    def __init__(self, stops: Sequence[str]) -> None:
        colours = [rgb(stop) for stop in stops]
        self.rows: list[bytearray] = []
        for y in range(HEIGHT):
            place = y / (HEIGHT - 1) * (len(colours) - 1)
            index = min(int(place), len(colours) - 2)
            colour = mix(colours[index], colours[index + 1], place - index)
            self.rows.append(bytearray(bytes(colour) * WIDTH))

    def polygon(self, points: Sequence[Point], colour: Colour, alpha: float = 1.0) -> None:
        """Fill a polygon (even-odd), blending its edges with what lies beneath."""
        top = max(0, math.floor(min(y for _, y in points)))
        bottom = min(HEIGHT, math.ceil(max(y for _, y in points)))
        edges = [
            (a, b) if a[1] < b[1] else (b, a)
            for a, b in zip(points, [*points[1:], points[0]], strict=True)
            if a[1] != b[1]
        ]
        for row in range(top, bottom):
            near = [edge for edge in edges if edge[0][1] < row + 1 and edge[1][1] > row]
            if near:
                start, cover = _coverage(row, near)
                self._fill(row, start, cover, colour, alpha)

    def _fill(self, row: int, x: int, cover: list[float], colour: Colour, alpha: float) -> None:
        pixels = self.rows[row]
        # Runs of equal coverage are painted as one slice: most of any shape is one run.
        for value, run in groupby(cover):
            length = sum(1 for _ in run)
            share = min(value, 1.0) * alpha
            if share >= 0.995:
                pixels[x * 3 : (x + length) * 3] = bytes(colour) * length
            elif share > 0.004:
                _blend(pixels, x, length, colour, share)
            x += length

    def circle(self, centre: Point, radius: float, colour: Colour, alpha: float = 1.0) -> None:
        """Fill a circle."""
        self.polygon(ellipse(centre, radius, radius), colour, alpha)

    def box(self, left: float, top: float, width: float, height: float, colour: Colour) -> None:
        """Fill an upright rectangle."""
        right, bottom = left + width, top + height
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour)

    def line(
        self, points: Sequence[Point], thickness: float, colour: Colour, alpha: float = 1.0
    ) -> None:
        """Stroke an open line, one quadrilateral for each of its segments."""
        for (x0, y0), (x1, y1) in pairwise(points):
            length = math.hypot(x1 - x0, y1 - y0) or 1.0
            dx, dy = (x1 - x0) / length * thickness / 2, (y1 - y0) / length * thickness / 2
            corners = [(x0 - dy, y0 + dx), (x1 - dy, y1 + dx), (x1 + dy, y1 - dx)]
            self.polygon([*corners, (x0 + dy, y0 - dx)], colour, alpha)

    def below(self, curve: Callable[[float], float], colour: Colour, alpha: float = 1.0) -> None:
        """Fill everything under a curve."""
        edge = [(float(x), curve(x)) for x in range(0, WIDTH + 8, 8)]
        self.polygon([*edge, (WIDTH + 8.0, HEIGHT + 1.0), (0.0, HEIGHT + 1.0)], colour, alpha)

    def save(self, path: Path) -> None:
        """Write the picture as PNG: in true colour if that stays small, else in 256 colours."""
        data = self._true_colour()
        if len(data) > LIGHT:
            data = self._indexed()
        path.write_bytes(data)

    def _true_colour(self) -> bytes:
        raw = bytearray()
        above = bytes(WIDTH * 3)
        for pixels in self.rows:
            # The "up" filter: a vertical gradient becomes long runs of the same few bytes.
            raw.append(2)
            raw += bytes((now - up) & 0xFF for now, up in zip(pixels, above, strict=True))
            above = bytes(pixels)
        return _png(2, b"", raw)

    def _indexed(self) -> bytes:
        palette, places = self._palette()
        raw = bytearray()
        for pixels in self.rows:
            raw.append(0)  # no filter: rows of palette numbers compress best as they are
            raw += bytes(places[colour] for colour in _triples(pixels))
        return _png(3, _chunk(b"PLTE", b"".join(map(bytes, palette))), raw)

    def _palette(self) -> tuple[list[Colour], dict[Colour, int]]:
        """The 256 commonest colours, and for every colour in use the nearest of them."""
        used: Counter[Colour] = Counter()
        for pixels in self.rows:
            used.update(_triples(pixels))
        palette = [colour for colour, _ in used.most_common(256)]
        places = {colour: index for index, colour in enumerate(palette)}
        for colour in used.keys() - places.keys():
            gaps = [_distance(colour, other) for other in palette]
            places[colour] = gaps.index(min(gaps))
        return palette, places


def _triples(pixels: bytearray) -> Iterator[Colour]:
    return zip(pixels[::3], pixels[1::3], pixels[2::3], strict=True)


def _distance(first: Colour, second: Colour) -> int:
    red, green, blue = first[0] - second[0], first[1] - second[1], first[2] - second[2]
    return red * red + green * green + blue * blue


def _png(colour_type: int, palette: bytes, raw: bytearray) -> bytes:
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, colour_type, 0, 0, 0)
    pixels = _chunk(b"IDAT", zlib.compress(bytes(raw), 9))
    start = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header)
    return start + palette + pixels + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def _coverage(row: int, edges: list[tuple[Point, Point]]) -> tuple[int, list[float]]:
    """How much of each pixel of a row lies inside the edges: the first pixel, then shares."""
    start = min(max(math.floor(min(x for edge in edges for x, _ in edge)), 0), WIDTH)
    stop = min(max(math.ceil(max(x for edge in edges for x, _ in edge)), start), WIDTH)
    steps = [0.0] * (stop - start + 2)
    weight = 1.0 / SUBROWS
    for part in range(SUBROWS):
        y = row + (part + 0.5) / SUBROWS
        crossings = sorted(
            x0 + (y - y0) * (x1 - x0) / (y1 - y0) for (x0, y0), (x1, y1) in edges if y0 <= y < y1
        )
        for left, right in zip(crossings[::2], crossings[1::2], strict=False):
            _step(steps, min(max(left, start), stop) - start, weight)
            _step(steps, min(max(right, start), stop) - start, -weight)
    return start, [round(value * 8) / 8 for value in accumulate(steps[: stop - start])]


def _step(steps: list[float], x: float, weight: float) -> None:
    """Note that coverage rises by `weight` at x, split between the two pixels there."""
    pixel = int(x)
    steps[pixel] += weight * (pixel + 1 - x)
    steps[pixel + 1] += weight * (x - pixel)


def _blend(pixels: bytearray, start: int, length: int, colour: Colour, share: float) -> None:
    x = start * 3
    end = x + length * 3
    rest = 1.0 - share
    for channel in range(3):
        added = colour[channel] * share
        # Neighbours usually share a colour, so each distinct value is computed once.
        table = {
            value: int(value * rest + added + 0.5) for value in set(pixels[x + channel : end : 3])
        }
        pixels[x + channel : end : 3] = bytes(table[v] for v in pixels[x + channel : end : 3])


def ellipse(centre: Point, across: float, down: float, corners: int = 120) -> list[Point]:
    """The outline of an ellipse."""
    turns = [math.tau * i / corners for i in range(corners)]
    return [(centre[0] + across * math.cos(t), centre[1] + down * math.sin(t)) for t in turns]


def rolling(base: float, height: float, seed: int) -> Callable[[float], float]:
    """A gentle hill line: three sine waves of different lengths."""
    dice = random.Random(seed)
    waves = [
        (height / n, dice.uniform(0.8, 1.2) * n / 210, dice.uniform(0, math.tau))
        for n in (1, 2.3, 4.1)
    ]
    return lambda x: base + sum(size * math.sin(x * pace + shift) for size, pace, shift in waves)


def ripple(base: float, height: float, pace: float, phase: float) -> Callable[[float], float]:
    """A plain sine wave."""
    return lambda x: base + height * math.sin(x / pace + phase)


def crests(base: float, height: float, pace: float, phase: float) -> Callable[[float], float]:
    """Rounded troughs that meet in crests, as water is drawn."""
    return lambda x: base + height * abs(math.sin(x / pace + phase)) - height


def glow(canvas: Canvas, centre: Point, radius: float, colour: Colour, rings: int = 7) -> None:
    """A sun or lamp: a disc with faint rings of light around it."""
    for ring in range(rings, 0, -1):
        canvas.circle(centre, radius * (1 + ring * 0.22), colour, 0.055)
    canvas.circle(centre, radius, colour)


def horizon() -> Canvas:
    """A low sun over the sea."""
    canvas = Canvas(["20415f", "5f7f93", "e7b189", "f6d9b0"])
    glow(canvas, (780, 372), 92, rgb("fff1d2"))
    canvas.box(0, 420, WIDTH, HEIGHT, rgb("27566b"))
    for band in range(14):
        y = 428 + band * 17 + band * band * 0.4
        half = 86 + band * 9 - (band % 3) * 34
        canvas.box(
            780 - half, y, half * 2, 3 + band * 0.5, mix(rgb("ffe6bd"), rgb("27566b"), band / 17)
        )
    for band in range(9):
        y = 440 + band * 26
        canvas.below(ripple(y, 5, 60 + band * 9, band), rgb("123848"), 0.13)
    canvas.polygon([(210, 421), (330, 421), (318, 438), (226, 438)], rgb("14303e"))
    canvas.box(292, 396, 22, 26, rgb("14303e"))
    canvas.line([(246, 421), (246, 384)], 3, rgb("14303e"))
    return canvas


def hills() -> Canvas:
    """Hills in layers, the far ones pale."""
    canvas = Canvas(["f3ddc3", "f0c9b0", "d7b6b8", "b9adbf"])
    glow(canvas, (300, 200), 58, rgb("fff6e3"))
    for layer in range(6):
        colour = mix(rgb("a9b4c9"), rgb("1e3350"), layer / 5)
        canvas.below(rolling(300 + layer * 66, 46 - layer * 3, layer + 3), colour)
    return canvas


def contours() -> Canvas:
    """Height lines of an invented map."""
    canvas = Canvas(["efe6d2", "efe6d2"])
    low, high, ink = rgb("e3d5b6"), rgb("7c8b86"), rgb("55635f")
    for cx, cy, size, seed in ((380, 330, 430, 1), (930, 400, 300, 5)):
        dice = random.Random(seed)
        shape = [(k, dice.uniform(0.03, 0.13), dice.uniform(0, math.tau)) for k in (2, 3, 5)]
        for level in range(6):
            share = 1 - level / 6.6
            outline = []
            for step in range(180):
                turn = math.tau * step / 180
                bump = 1 + sum(a * math.sin(k * turn + s + level * 0.06) for k, a, s in shape)
                reach = size * share * bump
                outline.append((cx + reach * math.cos(turn), cy + reach * 0.72 * math.sin(turn)))
            canvas.polygon(outline, mix(low, high, level / 6))
            canvas.line([*outline, outline[0]], 3 if level % 3 == 0 else 1.4, ink)
    river = [(x, 610 - 0.24 * x + 40 * math.sin(x / 130)) for x in range(-10, WIDTH + 20, 15)]
    canvas.line(river, 9, rgb("3d6f86"))
    return canvas


def skyline(
    canvas: Canvas, base: float, colour: Colour, dice: random.Random, lights: float
) -> None:
    """One row of buildings with some windows lit."""
    x = -20.0
    while x < WIDTH:
        width = dice.randrange(70, 130)
        top = base - dice.randrange(40, 230)
        canvas.box(x, top, width, HEIGHT - top, colour)
        for wx in range(int(x) + 12, int(x) + width - 18, 22):
            for wy in range(int(top) + 16, HEIGHT - 20, 30):
                if dice.random() < lights:
                    canvas.box(wx, wy, 10, 14, rgb("f4c66a"))
        x += width + dice.choice((0, 0, 6))


def city() -> Canvas:
    """A city at night."""
    canvas = Canvas(["101d33", "27385a", "6a5674", "c98a78"])
    glow(canvas, (960, 120), 40, rgb("f3ead2"))
    dice = random.Random(11)
    skyline(canvas, 430, rgb("34405f"), dice, 0.0)
    skyline(canvas, 530, rgb("222c47"), dice, 0.10)
    skyline(canvas, 640, rgb("131a2e"), dice, 0.22)
    return canvas


def waves() -> Canvas:
    """Water in layers."""
    canvas = Canvas(["f2ead8", "cfe0dc"])
    canvas.circle((900, 150), 74, rgb("e28a5b"))
    for layer in range(9):
        pace, height, base = 150 + layer * 14, 26 + layer * 2, 200 + layer * 55
        colour = mix(rgb("9cc7c4"), rgb("0f3d56"), layer / 8)
        canvas.below(crests(base, height, pace, layer * 1.3), colour)
    return canvas


def containers() -> Canvas:
    """Boxes stacked under a crane."""
    canvas = Canvas(["dbe6ea", "f2e3cd", "eec9a0"])
    dice = random.Random(4)
    colours = [rgb(c) for c in ("b5452f", "d08a3a", "2b7a78", "35506b", "c9b79c", "7d2e2b")]
    steel = rgb("2c3640")
    for left in (110, 1060):
        canvas.polygon([(left, 110), (left + 26, 110), (left + 46, 620), (left + 14, 620)], steel)
    canvas.box(30, 84, 1150, 30, steel)
    for x in range(30, 1180, 50):
        canvas.line([(x, 84), (x + 25, 56), (x + 50, 84)], 4, steel)
    canvas.box(690, 112, 70, 18, rgb("d08a3a"))
    for x in (704, 746):
        canvas.line([(x, 130), (x, 206)], 2.5, steel)
    for column, height in enumerate((3, 5, 4, 2, 1, 4)):
        for level in range(height):
            stack(canvas, 176 + column * 146, 546 - level * 76, dice.choice(colours))
    stack(canvas, 654, 206, colours[0])
    canvas.box(0, 620, WIDTH, 60, rgb("4a4b4c"))
    return canvas


def stack(canvas: Canvas, x: float, y: float, colour: Colour) -> None:
    """One ribbed container."""
    canvas.box(x, y, 142, 73, colour)
    for rib in range(1, 12):
        canvas.box(x + rib * 11.8, y + 7, 4, 59, mix(colour, (0, 0, 0), 0.22))
    canvas.box(x, y, 142, 4, mix(colour, (255, 255, 255), 0.3))


def railway() -> Canvas:
    """Rails running to the horizon."""
    canvas = Canvas(["3b2a4a", "a04f4c", "ee9d56", "f7d08b"])
    glow(canvas, (600, 330), 56, rgb("fff0c4"))
    canvas.below(rolling(338, 10, 8), rgb("6b3f45"))
    canvas.box(0, 356, WIDTH, HEIGHT, rgb("3a2b33"))
    far = (600.0, 356.0)
    canvas.polygon([far, (1010, 676), (190, 676)], rgb("54424a"))
    depth = 356.0 + 6
    while depth < HEIGHT:
        share = (depth - 356) / 320
        canvas.box(600 - 340 * share, depth, 680 * share, 2 + 15 * share, rgb("2a1e25"))
        depth += 6 + 34 * share
    for side in (-1, 1):
        near = 600 + side * 230
        canvas.polygon([far, (near + 15, 676), (near - 15, 676)], rgb("f0c796"))
    for step in range(5):
        share = 0.85 * 0.55**step
        x, height = 600 + 560 * share, 420 * share
        canvas.line(
            [(x, 356 + 130 * share), (x, 356 + 130 * share - height)], 10 * share + 1, rgb("24191f")
        )
        arm = 356 + 130 * share - height * 0.9
        canvas.line([(x - 60 * share, arm), (x + 60 * share, arm)], 7 * share + 1, rgb("24191f"))
    return canvas


def pylons() -> Canvas:
    """Power lines at dusk."""
    canvas = Canvas(["2a2550", "6b4f86", "c57f92", "f3c3a0"])
    canvas.below(rolling(540, 22, 21), rgb("4a3a63"))
    canvas.below(rolling(600, 16, 22), rgb("251d3a"))
    ink = rgb("1c1630")
    spots = [(150.0, 1.15), (560.0, 0.82), (850.0, 0.58), (1050.0, 0.42)]
    for (x0, s0), (x1, s1) in pairwise(spots):
        for arm in (-1, 1):
            for tier in (0, 1):
                wire(canvas, pylon_arm(x0, s0, arm, tier), pylon_arm(x1, s1, arm, tier), ink)
    for arm in (-1, 1):
        wire(canvas, (-160, 120 + arm * 10), pylon_arm(*spots[0], arm, 0), ink)
    for x, size in spots:
        pylon(canvas, x, size, ink)
    return canvas


def pylon_arm(x: float, size: float, arm: int, tier: int) -> Point:
    """Where a wire hangs on a pylon."""
    return x + arm * (86 - tier * -28) * size, 620 - (395 - tier * 85) * size


def pylon(canvas: Canvas, x: float, size: float, ink: Colour) -> None:
    """One lattice mast."""
    foot, top = 620.0, 620 - 470 * size
    for side in (-1, 1):
        canvas.line([(x + side * 62 * size, foot), (x, top)], 7 * size, ink)
    for rung in range(6):
        low, high = rung / 7, (rung + 1) / 7
        for side in (-1, 1):
            ends = [
                (x + side * 62 * size * (1 - low), foot - 470 * size * low),
                (x - side * 62 * size * (1 - high), foot - 470 * size * high),
            ]
            canvas.line(ends, 3.4 * size, ink)
    for tier in (0, 1):
        left, right = (pylon_arm(x, size, arm, tier) for arm in (-1, 1))
        canvas.line([left, (x, left[1] - 34 * size), right, left], 4.4 * size, ink)


def wire(canvas: Canvas, start: Point, end: Point, ink: Colour) -> None:
    """A sagging wire between two points."""
    sag = abs(end[0] - start[0]) * 0.09
    points = []
    for step in range(25):
        share = step / 24
        dip = sag * 4 * share * (1 - share)
        points.append(
            (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share + dip)
        )
    canvas.line(points, 1.8, ink, 0.8)


def steppe() -> Canvas:
    """Wind turbines on a plain."""
    canvas = Canvas(["8fbcd0", "cfe3e2", "f5e8c8"])
    canvas.below(rolling(470, 14, 31), rgb("c9b06c"))
    canvas.below(rolling(510, 12, 32), rgb("d9a94e"))
    canvas.below(rolling(575, 18, 33), rgb("b9812f"))
    for x, size, turn in ((1010, 0.5, 0.4), (760, 0.62, 1.1), (520, 0.8, 0.2), (240, 1.15, 0.75)):
        foot, hub = 500 + 90 * size, 500 + 90 * size - 400 * size
        mast = [
            (x - 5 * size, hub),
            (x + 5 * size, hub),
            (x + 10 * size, foot),
            (x - 10 * size, foot),
        ]
        canvas.polygon(mast, rgb("f7f5ef"))
        for blade in range(3):
            angle = turn + blade * math.tau / 3
            tip = (x + 190 * size * math.sin(angle), hub - 190 * size * math.cos(angle))
            bend = (
                x + 60 * size * math.sin(angle + 0.2),
                hub - 60 * size * math.cos(angle + 0.2),
            )
            canvas.polygon([(x, hub), bend, tip], rgb("ffffff"))
        canvas.circle((x, hub), 11 * size, rgb("5a6b70"))
    return canvas


def columns() -> Canvas:
    """A portico at evening."""
    canvas = Canvas(["33475f", "7d7f95", "dba58c", "f1cfa7"])
    stone, shade = rgb("efe4d2"), rgb("c9b79f")
    canvas.polygon([(90, 190), (600, 60), (1110, 190)], stone)
    canvas.polygon([(230, 178), (600, 84), (970, 178)], shade)
    canvas.box(90, 196, 1020, 40, stone)
    canvas.box(110, 236, 980, 340, rgb("4d4350"))
    for index in range(7):
        left = 132 + index * 146
        canvas.box(left - 8, 236, 76, 16, stone)
        canvas.box(left, 252, 60, 310, stone)
        for flute in range(4):
            canvas.box(left + 12 + flute * 13, 256, 4, 302, shade)
        canvas.box(left - 8, 560, 76, 16, stone)
    for step in range(4):
        canvas.box(
            80 - step * 26, 576 + step * 26, 1040 + step * 52, 26, mix(stone, shade, step / 3)
        )
    return canvas


def borders() -> Canvas:
    """A patchwork of regions on an invented map."""
    canvas = Canvas(["bcd3d6", "a9c5cb"])
    dice = random.Random(9)
    across, down = 7, 4
    grid = {
        (i, j): (
            120 + i * 160 + dice.uniform(-44, 44),
            70 + j * 132 + dice.uniform(-36, 36),
        )
        for i in range(across)
        for j in range(down + 1)
    }
    tints = [rgb(c) for c in ("f1e3c4", "e3cfa4", "e9b98f", "cfd3b0", "d99f7c", "f6ead4")]
    ink = rgb("4b4440")
    for i in range(across - 1):
        for j in range(down):
            cell = [*side(grid, (i, j), (i + 1, j)), *side(grid, (i + 1, j), (i + 1, j + 1))]
            cell += [*side(grid, (i + 1, j + 1), (i, j + 1)), *side(grid, (i, j + 1), (i, j))]
            canvas.polygon(cell, tints[(i * 2 + j * 3 + i * j) % len(tints)])
            canvas.line([*cell, cell[0]], 3, ink)
    for i, j in ((1, 1), (3, 2), (5, 1), (2, 3), (4, 3)):
        x, y = grid[i, j][0] + 74, grid[i, j][1] + 52
        canvas.circle((x, y), 10, ink)
        canvas.circle((x, y), 5, rgb("f6ead4"))
    return canvas


def side(
    grid: dict[tuple[int, int], Point], start: tuple[int, int], end: tuple[int, int]
) -> list[Point]:
    """A crooked line between two corners, the same from whichever end it is drawn."""
    first, last = sorted((start, end))
    dice = random.Random(first[0] * 1000 + first[1] * 100 + last[0] * 10 + last[1])
    (x0, y0), (x1, y1) = grid[first], grid[last]
    points = [(x0, y0)]
    for step in range(1, 5):
        share = step / 5
        points.append(
            (
                x0 + (x1 - x0) * share + dice.uniform(-15, 15),
                y0 + (y1 - y0) * share + dice.uniform(-15, 15),
            )
        )
    points.append((x1, y1))
    return points[:-1] if (first, last) == (start, end) else points[:0:-1]


def signal() -> Canvas:
    """Rings spreading from a mast."""
    canvas = Canvas(["0f2530", "123540", "1d4a4f"])
    centre = (420.0, 400.0)
    for ring in range(12, 0, -1):
        tone = mix(rgb("e9a15b"), rgb("12343f"), 0.35 + ring * 0.05)
        canvas.circle(centre, ring * 74, tone, 0.20)
    for ring in range(1, 12):
        outline = ellipse(centre, ring * 74, ring * 74)
        canvas.line([*outline, outline[0]], 2, rgb("f1c07f"), 0.55 - ring * 0.035)
    canvas.below(rolling(590, 12, 14), rgb("0a1a21"))
    for edge in (-46, 46):
        canvas.line([(centre[0] + edge, 610), centre], 6, rgb("f3e6cf"))
    for rung in range(1, 5):
        reach = 46 * rung / 5
        y = 400 + 210 * rung / 5
        canvas.line([(centre[0] - reach, y), (centre[0] + reach, y)], 3, rgb("f3e6cf"))
    canvas.circle(centre, 15, rgb("f26b3a"))
    for x, y in ((830, 190), (960, 300), (1060, 150)):
        canvas.circle((x, y), 7, rgb("f3e6cf"))
    return canvas


def blocks() -> Canvas:
    """A town plan seen from above."""
    canvas = Canvas(["d9d2c7", "cfc6b8"])
    dice = random.Random(6)
    tones = [rgb(c) for c in ("8d8a86", "a7a29a", "6f7074", "b87a4b", "9a5f3d", "c4bcae")]
    shadow = rgb("a89f91")
    for i in range(9):
        for j in range(6):
            x, y = 22 + i * 132.0, 20 + j * 110.0
            if (i, j) in {(4, 2), (5, 2), (4, 3), (5, 3)}:
                continue
            split = dice.uniform(0.35, 0.65)
            for left, width in ((0.0, split * 104), (split * 104 + 8, (1 - split) * 104)):
                height = dice.uniform(52, 84)
                canvas.box(x + left + 7, y + 7, width - 4, height, shadow)
                canvas.box(x + left, y, width - 4, height, dice.choice(tones))
    canvas.box(556, 244, 236, 198, rgb("8fa27a"))
    for _ in range(26):
        spot = (dice.uniform(574, 774), dice.uniform(260, 424))
        canvas.circle(spot, dice.uniform(8, 15), rgb("5f7a55"))
    canvas.line([(-10, 560), (420, 476), (1210, 470)], 20, rgb("efeae0"))
    return canvas


def ledger() -> Canvas:
    """Rising and falling bars."""
    canvas = Canvas(["f6efe2", "efe3cd"])
    for y in range(110, 620, 64):
        canvas.box(80, y, 1040, 1.6, rgb("cdbfa5"))
    heights = (120, 170, 160, 240, 330, 420, 455, 430, 360, 330, 318, 325)
    for index, height in enumerate(heights):
        colour = mix(rgb("e0a458"), rgb("9e3d2c"), height / 460)
        left = 104 + index * 84.0
        canvas.box(left, 602 - height, 54, height, colour)
        canvas.box(left, 602 - height, 10, height, mix(colour, (255, 255, 255), 0.25))
    trend = [(131 + index * 84.0, 560 - height * 0.98) for index, height in enumerate(heights)]
    canvas.line(trend, 4, rgb("24404f"))
    for point in trend:
        canvas.circle(point, 8, rgb("24404f"))
        canvas.circle(point, 4, rgb("f6efe2"))
    canvas.box(80, 602, 1040, 4, rgb("24404f"))
    return canvas


def windows() -> Canvas:
    """The front of a block of flats."""
    canvas = Canvas(["243142", "1b2533"])
    dice = random.Random(17)
    for i in range(11):
        for j in range(6):
            x, y = 34 + i * 104.0, 28 + j * 108.0
            canvas.box(x, y, 82, 80, rgb("111925"))
            lit = dice.random() < 0.34
            pane = mix(rgb("f2bd5a"), rgb("f8e3b0"), dice.random()) if lit else rgb("33455a")
            canvas.box(x + 6, y + 6, 33, 68, pane)
            canvas.box(x + 43, y + 6, 33, 68, mix(pane, rgb("111925"), 0.12))
            if lit and dice.random() < 0.5:
                canvas.polygon(
                    [(x + 6, y + 6), (x + 30, y + 6), (x + 14, y + 74), (x + 6, y + 74)],
                    rgb("b5563f"),
                    0.75,
                )
            if lit and dice.random() < 0.35:
                canvas.circle((x + 60, y + 40), 9, rgb("3a2a2a"))
                canvas.polygon(
                    [(x + 46, y + 74), (x + 60, y + 46), (x + 74, y + 74)], rgb("3a2a2a")
                )
    return canvas


def orbit() -> Canvas:
    """Bright dots circling a dark disc."""
    canvas = Canvas(["efe7da", "e4d8c6"])
    centre = (600.0, 338.0)
    for ring in range(5, 0, -1):
        canvas.circle(centre, 84 + ring * 56, mix(rgb("d7c6ad"), rgb("47606b"), 1 - ring / 6))
    for ring in range(1, 6):
        outline = ellipse(centre, 84 + ring * 56, 84 + ring * 56)
        canvas.line([*outline, outline[0]], 1.6, rgb("f7f1e6"), 0.8)
    canvas.circle(centre, 84, rgb("1d2a33"))
    dice = random.Random(2)
    for ring in range(1, 6):
        for _ in range(ring):
            turn, reach = dice.uniform(0, math.tau), 84 + ring * 56
            spot = (centre[0] + reach * math.cos(turn), centre[1] + reach * math.sin(turn))
            canvas.circle(spot, dice.choice((8, 11, 15)), rgb(dice.choice(("d9683c", "f4d9a6"))))
    return canvas


PICTURES: tuple[Callable[[], Canvas], ...] = (
    blocks,
    borders,
    city,
    columns,
    containers,
    contours,
    hills,
    horizon,
    ledger,
    orbit,
    pylons,
    railway,
    signal,
    steppe,
    waves,
    windows,
)


def main() -> None:
    """Draw every picture."""
    folder = Path(__file__).parent / "images"
    folder.mkdir(exist_ok=True)
    for draw in PICTURES:
        draw().save(folder / f"{draw.__name__}.png")


if __name__ == "__main__":
    main()
