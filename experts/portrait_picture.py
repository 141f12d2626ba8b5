"""The drawn portrait as pixels, for pictures that cannot hold an SVG: the same shapes, flattened.

It reads the document that `portrait_svg` makes, and only that: absolute M, L, H, V, C and Z,
circles, ellipses, rectangles that are only outlined, and groups that hand their attributes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

from PIL import Image, ImageChops, ImageDraw

from experts.portrait import portrait_svg

SIDE = 120  # of the drawing
OVER = 3  # drawn that many times larger, then reduced: smooth edges
STEPS = 14  # straight pieces of a curve
TOKEN = re.compile(r"[MLHVCZ]|-?\d+(?:\.\d+)?")
TAKEN = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Z": 0}  # numbers after each letter

Point = tuple[float, float]


def portrait_picture(seed: str, size: int) -> Image.Image:
    """The portrait drawn from `seed`, round, `size` pixels across, transparent around (RGBA)."""
    side = size * OVER
    canvas = Image.new("RGB", (side, side))
    for name, shape in _shapes(ElementTree.fromstring(portrait_svg("", seed)), {}):  # noqa: S314 - ours
        _draw(canvas, name, shape, side / SIDE)
    circle = Image.new("L", (side, side))
    ImageDraw.Draw(circle).ellipse((0, 0, side - 1, side - 1), fill=255)
    canvas.putalpha(circle)
    return canvas.reduce(OVER)


def _shapes(
    element: ElementTree.Element, inherited: Mapping[str, str]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each shape below `element`, in order, with its own attributes and those of its groups."""
    for child in element:
        name = child.tag.rpartition("}")[2]
        attributes = {**inherited, **child.attrib}
        if name == "g":
            yield from _shapes(child, attributes)
        elif name != "title":
            yield name, attributes


def _draw(canvas: Image.Image, name: str, shape: Mapping[str, str], scale: float) -> None:
    draw = ImageDraw.Draw(canvas)
    fill = None if shape.get("fill") == "none" else shape.get("fill")
    line = shape.get("stroke")
    width = round(float(shape.get("stroke-width", 0)) * scale)
    if name == "path":
        parts = [[(x * scale, y * scale) for x, y in part] for part in _parts(shape["d"])]
        if fill and len(parts) > 1 and shape.get("fill-rule") == "evenodd":
            canvas.paste(fill, mask=_even_odd(canvas.size, parts))
        elif fill:
            for part in parts:
                draw.polygon(part, fill)
        if line:
            for part in parts:
                _stroke(draw, part, line, width)
        return
    if name == "rect":
        x, y, across, down, radius = (
            float(shape[key]) * scale for key in ("x", "y", "width", "height", "rx")
        )
        half = width / 2
        box = (x - half, y - half, x + across + half, y + down + half)
        draw.rounded_rectangle(box, radius + half, fill, line, width)
        return
    x, y = float(shape["cx"]) * scale, float(shape["cy"]) * scale
    across = float(shape.get("rx", shape.get("r", 0))) * scale + width / 2
    down = float(shape.get("ry", shape.get("r", 0))) * scale + width / 2
    draw.ellipse((x - across, y - down, x + across, y + down), fill, line, width)


def _parts(path: str) -> list[list[Point]]:
    """The parts of an SVG path as chains of points; a closed one ends where it began."""
    parts: list[list[Point]] = []
    tokens = TOKEN.findall(path)
    at, letter = 0, "M"
    while at < len(tokens):
        if tokens[at].isalpha():
            letter = tokens[at]
            at += 1
        numbers = [float(token) for token in tokens[at : at + TAKEN[letter]]]
        at += TAKEN[letter]
        if letter == "M":
            parts.append([(numbers[0], numbers[1])])
            continue
        part = parts[-1]
        x, y = part[-1]
        if letter == "Z":
            part.append(part[0])
        elif letter == "C":
            one, two, end = zip(numbers[::2], numbers[1::2], strict=True)
            part += curve((x, y), one, two, end)
        else:
            part.append(
                {"H": (numbers[0], y), "V": (x, numbers[0])}.get(letter) or (numbers[0], numbers[1])
            )
    return parts


def curve(start: Point, one: Point, two: Point, end: Point, steps: int = STEPS) -> list[Point]:
    """Points on a cubic Bézier curve, without its start."""
    found = []
    for step in range(1, steps + 1):
        t = step / steps
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        found.append(
            (
                a * start[0] + b * one[0] + c * two[0] + d * end[0],
                a * start[1] + b * one[1] + c * two[1] + d * end[1],
            )
        )
    return found


def _even_odd(size: tuple[int, int], parts: list[list[Point]]) -> Image.Image:
    """What lies inside an odd number of parts."""
    inside = Image.new("1", size)
    for part in parts:
        one = Image.new("1", size)
        ImageDraw.Draw(one).polygon(part, 1)
        inside = ImageChops.logical_xor(inside, one)
    return inside


def _stroke(draw: ImageDraw.ImageDraw, points: list[Point], colour: str, width: int) -> None:
    """A line with round ends and joints."""
    draw.line(points, colour, width, joint="curve")
    for x, y in (points[0], points[-1]):
        draw.circle((x, y), width / 2, colour)
