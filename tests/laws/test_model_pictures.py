"""Every form of every model can be drawn, by steps and by operations, with its gradients."""

import numpy as np
import pytest
from analyses.graphs import RAN, overlaps
from models.forms import LAYERS, H, each_form

from bptt_viz.analyses.graph import graph_view, record
from bptt_viz.models import Request, prepare
from bptt_viz.results.graph import Level


def recorded(name, form):
    return record(prepare(Request(cell=name, settings=form, hidden=H, layers=LAYERS, steps=3, seed=4)))


@each_form
@pytest.mark.parametrize("gradients", [False, True])
def test_the_picture_by_steps_has_every_cell_state_output_and_loss(name, form, gradients):
    rollout = recorded(name, form)
    view = graph_view(rollout, Level.STEP, RAN, gradients=gradients)
    boxes = {}
    for node in view.nodes:
        boxes.setdefault(node.kind, set()).add((node.t, node.layer))
    cells = {(t, run.depth) for run in rollout.layers for t in run.steps}
    assert boxes["cell"] == cells
    assert cells <= boxes["state"]
    assert {t for t, _ in boxes["output"]} == set(rollout.outputs)
    assert {t for t, _ in boxes["loss"]} == {*rollout.losses, None}
    assert {t for t, _ in boxes["input"] if t is not None} == set(rollout.inputs)
    back = [edge for edge in view.edges if edge.kind == "gradient"]
    assert bool(back) == gradients
    assert all(np.isfinite(edge.norm) for edge in back)
    assert not overlaps(view)


@each_form
def test_the_picture_by_operations_has_every_step(name, form):
    rollout = recorded(name, form)
    for t in range(1, rollout.steps + 1):
        view = graph_view(rollout, Level.OP, RAN, at=str(t))
        assert {node.t for node in view.nodes if node.kind == "op"} == {t}
        assert not overlaps(view)
