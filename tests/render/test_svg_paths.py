"""Path data: what is written in fewer letters leads through the same points."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bptt_viz.render.svg_paths import shorter

NUMBERS = st.sampled_from([-10.0, 0.0, 0.5, 1.0, 1.5, 10.0, 11.5, 101.0, 110.0])
POINTS = st.tuples(NUMBERS, NUMBERS)
PIECES = st.one_of(st.tuples(POINTS), st.tuples(POINTS, POINTS, POINTS))


def written(start, pieces):
    parts = [f"M{start[0]:.1f} {start[1]:.1f}"]
    for points in pieces:
        parts.append("L" if len(points) == 1 else "C")
        parts.append(" ".join(f"{x:.1f} {y:.1f}" for x, y in points))
    return f'<path d="{"".join(parts)}"/>'


def points_of(path):
    found, (x, y) = [], (0.0, 0.0)
    (data,) = re.findall('d="([^"]*)"', path)
    for letter, text in re.findall("([MLCHV])([^MLCHV]*)", data):
        numbers = [float(number) for number in text.split()]
        numbers = [numbers[0], y] if letter == "H" else [x, numbers[0]] if letter == "V" else numbers
        for x, y in zip(numbers[::2], numbers[1::2], strict=True):
            found.append((x, y))
    return found


@given(POINTS, st.lists(PIECES, min_size=1, max_size=5))
def test_shorter_paths_lead_through_the_same_points(start, pieces):
    path = written(start, pieces)
    assert points_of(shorter(path)) == [start, *(point for points in pieces for point in points)]


def test_level_and_upright_lines_are_said_by_one_number():
    assert shorter('<path d="M1.0 2.0L5.5 2.0"/>') == '<path d="M1 2H5.5"/>'
    assert shorter('<path d="M10.0 2.0L10.0 20.0C1.0 2.0 3.0 4.0 5.0 6.0L5.0 10.0"/>').endswith('V20C1 2 3 4 5 6V10"/>')
