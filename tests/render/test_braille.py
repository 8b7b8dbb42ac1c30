"""Line plots of braille characters."""

import pytest

from bptt_viz.render.braille import Canvas


def drawn(heights, width=2, height=1):
    canvas = Canvas(width, height)
    canvas.line(heights, "red")
    return [text.plain for text in canvas.rows()]


@pytest.mark.parametrize(
    ("heights", "rows"),
    [
        ([0, 0, 0, 0], ["⣀⣀"]),
        ([1, 1, 1, 1], ["⠉⠉"]),
        ([0, 1 / 3, 2 / 3, 1], ["⡠⠊"]),
        ([0, None, None, 0], ["⡀⢀"]),
        ([0, 1, 1, 1], ["⡸⠉"]),  # a steep stretch is joined from below
        ([None] * 4, ["  "]),
        ([1.6, 1.6, 2, 2], ["  "]),  # outside
        ([-0.6, -0.6, -1, -1], ["  "]),
    ],
)
def test_heights_become_dots(heights, rows):
    assert drawn(heights) == rows


def test_the_last_line_through_a_character_gives_its_style():
    canvas = Canvas(1, 2)
    canvas.line([0, 0], "red")
    canvas.line([1, 1], "blue")
    canvas.line([0, 0], "green")
    top, bottom = canvas.rows()
    assert top.spans[0].style == "blue"
    assert bottom.spans[0].style == "green"
