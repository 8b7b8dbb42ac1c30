"""On a recorded graph the checker names the primitive whose rule is wrong."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from bptt_viz.cells import Cell, State
from bptt_viz.checking.run import CheckRequest, check_model
from bptt_viz.ops.elementwise import TANH
from bptt_viz.ops.recording import unary
from bptt_viz.results.check import Verdict
from bptt_viz.tape import Node

wrong_tanh = unary(replace(TANH, name="my_tanh", vjp=lambda g, node: (g * (1 - node.value),)))


class Wrong(Cell):
    def parameters(self):
        return {"W_xh": (self.input_size, self.hidden_size), "W_hh": (self.hidden_size, self.hidden_size)}

    def step(self, p: SimpleNamespace, x: Node, s: SimpleNamespace) -> State:
        return {"h": wrong_tanh(x @ p.W_xh + s.h @ p.W_hh, "n")}


@pytest.fixture
def wrong_cell(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("bptt_viz.checking.run.target_class", lambda name: Wrong)
    return "wrong"


def test_a_wrong_rule_in_a_recorded_cell_is_named_with_its_place(wrong_cell: str) -> None:
    found = check_model(CheckRequest(wrong_cell))
    assert found.verdict is Verdict.MISMATCH
    assert found.diagnosis.startswith("the VJP of my_tanh (n at t=1, layer 0), operand 1 of 1")


def test_right_rules_are_not_accused() -> None:
    from bptt_viz.checking.primitives import wrong_primitive
    from bptt_viz.models import Request, prepare

    for cell in ("rnn", "lstm", "peephole", "gru"):
        tape = prepare(Request(cell=cell, hidden=4, steps=3, batch=2)).run().tape
        assert wrong_primitive(tape, np.random.default_rng(0)) == ""
