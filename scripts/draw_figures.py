"""Draw the figures of the documentation: ``python scripts/draw_figures.py`` writes ``docs/_static/*.svg``.

Plain SVG without a plotting library, so that the files stay small, sharp and easy to compare in review.
"""

from __future__ import annotations

import math
from pathlib import Path
from xml.sax.saxutils import escape

STATIC = Path(__file__).resolve().parents[1] / "docs" / "_static"

INK, SOFT, PAPER = "#1f2933", "#7b8794", "#ffffff"
# Okabe and Ito's palette: told apart with any colour vision.
FORWARD, UP, RIGHT, TURN = "#d55e00", "#0072b2", "#009e73", "#cc79a7"
SKIN, SHOE, SENSOR = "#e4e7eb", "#cbd2d9", "#f0e442"

Point = tuple[float, float]


class Drawing:
    """SVG elements in the order in which they are painted.

    Parameters
    ----------
    width, height : int
        Size in pixels.
    title : str
        What the figure shows, for screen readers.
    """

    def __init__(self, width: int, height: int, title: str) -> None:
        self._head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" role="img" font-family="Inter, Helvetica, Arial, sans-serif">'
            f"<title>{escape(title)}</title>"
        )
        self._parts = [f'<rect width="{width}" height="{height}" rx="10" fill="{PAPER}"/>']

    def add(self, element: str) -> None:
        """Paint an element on top."""
        self._parts.append(element)

    def text(self, at: Point, words: str, *, size: int = 14, colour: str = INK, **style: str) -> None:
        """Write a line of text; `style` takes SVG attributes with ``_`` for ``-``."""
        attributes = " ".join(f'{key.replace("_", "-")}="{value}"' for key, value in style.items())
        self.add(
            f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" font-size="{size}" fill="{colour}" {attributes}>'
            f"{escape(words)}</text>"
        )

    def shape(self, points: list[Point], *, fill: str = SKIN, width: float = 1.5, line: str = INK) -> None:
        """Paint a closed outline with soft corners."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.add(
            f'<polygon points="{path}" fill="{fill}" stroke="{line}" stroke-width="{width}" '
            'stroke-linejoin="round"/>'
        )

    def line(self, points: list[Point], *, colour: str = INK, width: float = 2.0, dash: str = "") -> None:
        """Paint an open line."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashes = f'stroke-dasharray="{dash}"' if dash else ""
        self.add(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}" {dashes}/>')

    def arrow(self, start: Point, end: Point, *, colour: str = INK, width: float = 3.0) -> None:
        """Paint an arrow from start to end."""
        self.line([start, _toward(end, start, 7)], colour=colour, width=width)
        self._tip(end, math.atan2(end[1] - start[1], end[0] - start[0]), colour)

    def turn(
        self, centre: Point, radius: float, first_deg: float, last_deg: float, colour: str = TURN
    ) -> None:
        """Paint an arc with a tip at its end; degrees count anticlockwise from the right."""
        steps = 24
        degrees = [first_deg + (last_deg - first_deg) * i / steps for i in range(steps + 1)]
        points = [_polar(centre, radius, degree) for degree in degrees]
        self.line(points[:-1], colour=colour, width=3)
        self._tip(
            points[-1], math.atan2(points[-1][1] - points[-3][1], points[-1][0] - points[-3][0]), colour
        )

    def toward_viewer(self, at: Point, colour: str) -> None:
        """Paint the head of an arrow that points out of the page."""
        self.add(
            f'<circle cx="{at[0]}" cy="{at[1]}" r="8" fill="{PAPER}" stroke="{colour}" stroke-width="3"/>'
        )
        self.add(f'<circle cx="{at[0]}" cy="{at[1]}" r="3" fill="{colour}"/>')

    def save(self, name: str) -> None:
        """Write the file."""
        STATIC.mkdir(parents=True, exist_ok=True)
        (STATIC / name).write_text("\n".join([self._head, *self._parts, "</svg>", ""]), "utf-8")

    def _tip(self, end: Point, angle_rad: float, colour: str) -> None:
        wings = [
            (end[0] - 12 * math.cos(angle_rad + side), end[1] - 12 * math.sin(angle_rad + side))
            for side in (0.45, -0.45)
        ]
        self.shape([end, *wings], fill=colour, line=colour, width=0.5)


def _toward(start: Point, end: Point, by: float) -> Point:
    length = math.dist(start, end)
    return (start[0] + (end[0] - start[0]) * by / length, start[1] + (end[1] - start[1]) * by / length)


def _polar(centre: Point, radius: float, degree: float) -> Point:
    return (
        centre[0] + radius * math.cos(math.radians(degree)),
        centre[1] - radius * math.sin(math.radians(degree)),
    )


def _placed(points: list[Point], at: Point, degree: float = 0.0, mirror: bool = False) -> list[Point]:
    """Turn points anticlockwise about the origin and move them; y counts upwards before, downwards after."""
    cos, sin = math.cos(math.radians(degree)), math.sin(math.radians(degree))
    side = -1 if mirror else 1
    return [(at[0] + side * (x * cos - y * sin), at[1] - (x * sin + y * cos)) for x, y in points]


SHOE_OUTLINE: list[Point] = [
    (-46, 0), (-52, 14), (-48, 40), (-40, 58), (-8, 58), (4, 46), (40, 34), (74, 24), (84, 12), (78, 0),
]  # fmt: skip
SOLE: list[Point] = [(-50, 0), (80, 0), (80, -9), (-46, -9)]
SHANK_OUTLINE: list[Point] = [
    (-15, 0), (-20, 60), (-30, 120), (-27, 170), (-18, 200), (22, 200), (20, 150), (15, 70), (13, 0),
]  # fmt: skip
BOX: list[Point] = [(-11, -15), (11, -15), (11, 15), (-11, 15)]


def _axes_side(drawing: Drawing, origin: Point, degree: float, length: float) -> None:
    """Segment axes seen from the runner's right: z comes out of the page."""
    forward, up = _polar(origin, length, degree), _polar(origin, length, degree + 90)
    drawing.arrow(origin, forward, colour=FORWARD)
    drawing.arrow(origin, up, colour=UP)
    drawing.toward_viewer(origin, RIGHT)
    drawing.text(_polar(forward, 12, degree), "x forward", colour=FORWARD, dominant_baseline="middle")
    drawing.text(_polar(up, 12, degree + 90), "y up", colour=UP, text_anchor="middle")


def frames_shank() -> None:
    """Shank frame from the side, and both legs from behind."""
    d = Drawing(860, 400, "Segment frame of the shank, from the runner's right side and from behind")
    d.text((28, 34), "Seen from the runner's right", size=16, font_weight="600")
    d.text((28, 55), "either leg; the runner moves to the right of the page", size=13, colour=SOFT)
    lean = -12.0
    ankle = (150.0, 318.0)
    d.shape(_placed(SHOE_OUTLINE, (ankle[0], 362)), fill=SHOE)
    d.shape(_placed(SOLE, (ankle[0], 362)), fill=INK)
    d.shape(_placed(SHANK_OUTLINE, ankle, lean))
    d.line([(40, 372), (400, 372)], colour=SOFT, width=1.5)
    origin = _placed([(0, 95)], ankle, lean)[0]
    _axes_side(d, origin, lean, 124)
    d.text((origin[0] - 36, origin[1] + 12), "z to the right,", size=13, colour=RIGHT, text_anchor="end")
    d.text((origin[0] - 36, origin[1] + 29), "out of the page", size=13, colour=RIGHT, text_anchor="end")
    d.turn((ankle[0] + 14, ankle[1] - 90), 170, -40, -16)
    d.text((334, 292), "positive rate about z:", size=13, colour=TURN)
    d.text((334, 309), "the lower end swings", size=13, colour=TURN)
    d.text((334, 326), "forward, toes lift", size=13, colour=TURN)

    d.line([(498, 24), (498, 376)], colour=SKIN, width=1.5)
    d.text((526, 34), "Seen from behind", size=16, font_weight="600")
    d.text((526, 55), "z points to the runner's right on both legs", size=13, colour=SOFT)
    for centre, name, meaning, mirror in (
        (602.0, "left", "z = medial", True),
        (738.0, "right", "z = lateral", False),
    ):
        d.shape(
            _placed([(-22, 0), (-26, 14), (-16, 26), (16, 26), (28, 14), (24, 0)], (centre, 362), 0, mirror),
            fill=SHOE,
        )
        d.shape(_placed(SHANK_OUTLINE, (centre, 336), 0, mirror))
        at = (centre, 226.0)
        d.arrow(at, (at[0] + 62, at[1]), colour=RIGHT)
        d.arrow(at, (at[0], at[1] - 74), colour=UP)
        d.add(f'<circle cx="{at[0]}" cy="{at[1]}" r="8" fill="{PAPER}" stroke="{FORWARD}" stroke-width="3"/>')
        d.line([(at[0] - 5, at[1] - 5), (at[0] + 5, at[1] + 5)], colour=FORWARD, width=2)
        d.line([(at[0] - 5, at[1] + 5), (at[0] + 5, at[1] - 5)], colour=FORWARD, width=2)
        d.text((centre, 96), f"{name} leg", text_anchor="middle", font_weight="600")
        d.text((centre, 116), meaning, colour=RIGHT, text_anchor="middle")
        d.text((at[0] + 66, at[1] - 8), "z", colour=RIGHT)
        d.text((at[0] + 8, at[1] - 64), "y", colour=UP)
        d.text((at[0] - 26, at[1] + 20), "x", colour=FORWARD)
    d.line([(526, 372), (826, 372)], colour=SOFT, width=1.5)
    d.text((526, 393), "circle with a cross: x points away from you, forward", size=12, colour=SOFT)
    d.save("frames-shank.svg")


def frames_foot() -> None:
    """Foot frame from the side, and a sensor mounted on it."""
    d = Drawing(860, 330, "Segment frame of the foot and the frame of a sensor mounted on it")
    d.text((28, 34), "Foot frame, from the runner's right", size=16, font_weight="600")
    d.text((28, 55), "foot flat on the ground: y is straight up", size=13, colour=SOFT)
    at = (150.0, 268.0)
    d.shape(_placed(SHOE_OUTLINE, at), fill=SHOE)
    d.shape(_placed(SOLE, at), fill=INK)
    d.line([(40, 278), (440, 278)], colour=SOFT, width=1.5)
    _axes_side(d, (at[0] - 4, at[1] - 26), 0, 118)
    d.text((at[0] - 16, at[1] - 44), "z", colour=RIGHT, text_anchor="end")
    d.turn((at[0] - 4, at[1] - 26), 190, 5, 32)
    d.text((340, 160), "positive rate", size=13, colour=TURN)
    d.text((340, 177), "about z: toes lift", size=13, colour=TURN)
    d.text(
        (28, 306),
        "z: out of the page, to the runner's right",
        size=13,
        colour=RIGHT,
    )

    d.line([(498, 24), (498, 306)], colour=SKIN, width=1.5)
    d.text((526, 34), "Sensor frame: as mounted", size=16, font_weight="600")
    d.text((526, 55), "any way up; its turn is learnt from the run", size=13, colour=SOFT)
    at = (640.0, 268.0)
    d.shape(_placed(SHOE_OUTLINE, at), fill=SHOE)
    d.shape(_placed(SOLE, at), fill=INK)
    d.line([(530, 278), (830, 278)], colour=SOFT, width=1.5)
    place = (at[0] + 14, at[1] - 52)
    d.shape(_placed(BOX, place, 62), fill=SENSOR)
    for degree, name in ((62.0, "sensor y"), (152.0, "sensor x")):
        end = _polar(place, 84, degree)
        d.arrow(place, end, colour=INK, width=2)
        d.text((end[0], end[1] - 8), name, size=13, text_anchor="middle")
    d.toward_viewer(place, INK)
    d.text((place[0] + 22, place[1] - 2), "sensor z", size=13)
    d.save("frames-foot.svg")


def strike_angle() -> None:
    """Three landings with their angles."""
    d = Drawing(860, 250, "Strike angle at initial contact: positive when the heel is lower than the toes")
    cases = (
        (140.0, 18.0, "+18°", "heel", "above +8°"),
        (430.0, 2.0, "+2°", "mid-foot", "from -1.6° to +8°"),
        (712.0, -11.0, "-11°", "forefoot", "below -1.6°"),
    )
    for centre, degree, value, name, border in cases:
        pivot = (centre - 46, 0.0) if degree > 0 else (centre + 76, 0.0)
        anchor = [(x + 46, y + 9) if degree > 0 else (x - 78, y + 9) for x, y in SHOE_OUTLINE]
        sole = [(x + 46, y + 9) if degree > 0 else (x - 78, y + 9) for x, y in SOLE]
        at = (pivot[0], 172.0)
        d.shape(_placed(anchor, at, degree), fill=SHOE)
        d.shape(_placed(sole, at, degree), fill=INK)
        reach = 190.0 if degree > 0 else -190.0
        d.line([at, _polar(at, reach, degree)], colour=TURN, width=2, dash="6 5")
        d.line([(centre - 120, 173), (centre + 130, 173)], colour=SOFT, width=1.5)
        d.text((centre, 206), f"{name}: {value}", size=16, text_anchor="middle", font_weight="600")
        d.text((centre, 228), border, size=13, colour=SOFT, text_anchor="middle")
    d.text(
        (28, 34),
        "Strike angle = foot pitch at initial contact minus foot pitch when flat",
        size=16,
        font_weight="600",
    )
    d.text(
        (28, 55),
        "positive: heel lower than toes; relative to the ground, so that slopes cancel",
        size=13,
        colour=SOFT,
    )
    d.save("strike-angle.svg")


def _box(
    d: Drawing, at: Point, size: Point, lines: tuple[str, ...], *, fill: str = SKIN, line: str = INK
) -> None:
    x, y = at
    d.add(
        f'<rect x="{x}" y="{y}" width="{size[0]}" height="{size[1]}" rx="8" fill="{fill}" stroke="{line}" '
        'stroke-width="1.5"/>'
    )
    middle = y + size[1] / 2 - 8.5 * (len(lines) - 1)
    for number, words in enumerate(lines):
        style = {"font_weight": "600"} if number == 0 else {}
        colour = INK if number == 0 else SOFT
        d.text(
            (x + size[0] / 2, middle + 17 * number), words, size=14 if number == 0 else 12, colour=colour,
            text_anchor="middle", dominant_baseline="middle", **style,
        )  # fmt: skip


def data_flow() -> None:
    """One ordered log of inputs, a pure chain, sinks."""
    d = Drawing(980, 400, "Data flow: sources, one ordered log of inputs, a pure chain, sinks")
    for x, words in (
        (28, "Sources"),
        (206, "Inputs, in order"),
        (400, "Chain: pure, no clock, no I/O"),
        (830, "Sinks"),
    ):
        d.text((x, 34), words, size=16, font_weight="600")
    sources = (("Bluetooth", "live sensors"), ("Simulator", "known truth"), ("Replay", "a session file"))
    for number, lines in enumerate(sources):
        y = 72.0 + 88 * number
        _box(d, (28, y), (116, 60), lines)
        d.arrow((144, y + 30), (200, 148 + 12.0 * number), colour=SOFT, width=2)
    _box(d, (206, 100), (128, 122), ("Packet", "LinkChange", "Tick", "Marker", "Command"), fill=PAPER)
    d.arrow((334, 160), (396, 160))
    d.add(
        f'<rect x="400" y="56" width="376" height="232" rx="10" fill="#eef5fb" stroke="{UP}" '
        'stroke-width="1.5"/>'
    )
    d.text((416, 80), "one for each sensor", size=13, colour=SOFT)
    stages = (
        (("decode", "bytes to", "samples"), (416.0, 94.0)),
        (("clock", "loss told,", "host time"), (540.0, 94.0)),
        (("signal", "steps: impact,", "landing"), (664.0, 94.0)),
        (("flags", "rules with", "hysteresis"), (664.0, 204.0)),
    )
    for lines, at in stages:
        _box(d, at, (100, 66), lines, fill=PAPER, line=UP)
    d.arrow((516, 127), (538, 127), colour=UP, width=2)
    d.arrow((640, 127), (662, 127), colour=UP, width=2)
    d.arrow((716, 160), (716, 202), colour=UP, width=2)
    d.text((416, 241), "all sensors joined", size=13, colour=SOFT)
    sinks = (("Mailbox", "to the dashboard"), ("Tables", "CSV, Parquet"), ("Recorder", "session file"))
    for number, lines in enumerate(sinks):
        y = 60.0 + 84 * number
        _box(d, (830, y), (126, 60), lines)
        d.arrow((776, 174), (828, y + 30), colour=SOFT, width=2)
    d.line([(270, 222), (270, 346), (893, 346), (893, 342)], colour=FORWARD, width=3)
    d.arrow((893, 346), (893, 291), colour=FORWARD)
    d.text(
        (290, 338),
        "recorded first: raw bytes reach the session file before anything is computed",
        size=13,
        colour=FORWARD,
    )
    d.text(
        (28, 384),
        "Arrows never point back: a button in the dashboard becomes a Command, recorded like the rest.",
        size=13,
        colour=SOFT,
    )
    d.save("data-flow.svg")


def main() -> None:
    """Draw all figures."""
    for draw in (data_flow, frames_shank, frames_foot, strike_angle):
        draw()
    print(f"wrote {', '.join(sorted(path.name for path in STATIC.glob('*.svg')))} in {STATIC}")


if __name__ == "__main__":
    main()
