"""Panels made by hand: how graphs that were not recorded on a tape are drawn on the same grid."""

from analyses.graphs import RAN, crossed, joined, overlaps
from bptt_viz.analyses.graph.op_level import draw_panels
from bptt_viz.analyses.graph.parts import Part, Scheme, Wire
from bptt_viz.analyses.graph.steps import Step
from bptt_viz.render.svg import svg_bytes
from bptt_viz.results.graph import Level

PARTS = (
    Part("x", "input", "x", 0),
    Part("h_in", "state", "h", 0, state="h"),
    Part("cell", "op", "tanh", 0, gate="f"),
    Part("h_out", "end", "", 0, state="h"),
)
WIRES = (Wire("x", "cell", "", ""), Wire("h_in", "cell", "", "back"), Wire("cell", "h_out", "h", "★"))
SCHEME = Scheme(PARTS, WIRES, entering=(Wire("from", "h_in", "", "★ of before"),), equations=("h = tanh(…)",))


def panel(t, norms):
    """Return one time step; the norms are those of the wires, then of the entering ones."""
    told = [f"{part.label} at {t}" for part in PARTS]
    return Step(t, f"t{t}-", SCHEME, None, told, norms, [("", "")] * 4)


def test_panels_are_joined_by_the_names_of_what_they_hand_on():
    canvas = draw_panels([panel(t, [None, 0.1 * t, 0.2 * t, 0.3]) for t in (1, 2, 3)], arrows_back=True)
    view = canvas.finish(Level.OP, "made by hand", RAN)
    assert joined(view).count(("tanh", "h")) == 2
    assert [node.kind for node in view.nodes].count("end") == 2
    assert sum(1 for edge in view.edges if edge.kind == "gradient") == 3 * 2 + 1
    assert {node.tooltip for node in view.nodes if node.label == "tanh"} == {f"tanh at {t}" for t in (1, 2, 3)}
    assert not overlaps(view)
    assert not crossed(view)
    assert b'class="node op t2 l0 gate-f"' in svg_bytes(view)


def test_without_arrows_back_norms_are_told_in_tooltips_only():
    canvas = draw_panels([panel(1, [None, 0.5, 0.5, 0.5])], arrows_back=False)
    view = canvas.finish(Level.OP, "made by hand", RAN)
    assert {edge.kind for edge in view.edges} == {"value"}
    assert view.scale is None
    assert any("gradient back, norm 0.5" in edge.tooltip for edge in view.edges)
    assert "h = tanh(…)" in [label.text for label in view.labels]
