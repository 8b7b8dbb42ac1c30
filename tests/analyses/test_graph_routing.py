"""Routing: the quick search takes the ways that a plain one takes, and knows how many bends a way needs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt_viz.analyses.graph.wiring import routing
from bptt_viz.analyses.graph.wiring.board import Block, Board, End, Net, Port
from bptt_viz.analyses.graph.wiring.lattice import HEADINGS, NONE, Lattice
from bptt_viz.analyses.graph.wiring.search import Aim, Search, bound_of

SIDES = ("left", "right", "bottom", "top")


@st.composite
def boards(draw):
    columns, rows = draw(st.integers(2, 5)), draw(st.integers(2, 4))
    cells = [(column, row) for column in range(columns) for row in range(rows)]
    taken = draw(st.lists(st.sampled_from(cells), min_size=2, max_size=9, unique=True))
    blocks = {f"b{k}": Block(column, row, 10.0, 10.0) for k, (column, row) in enumerate(taken)}
    ports = {"in": Port("left", draw(st.integers(0, rows - 1)))}
    board = Board(columns, rows, blocks, ports)
    names = st.sampled_from(sorted(blocks))
    nets = []
    for source in draw(st.lists(st.sampled_from(["in", *blocks]), min_size=1, max_size=5, unique=True)):
        targets = draw(
            st.lists(names.filter(lambda name, own=source: name != own), min_size=1, max_size=8, unique=True)
        )
        ends = tuple(End(name, tuple(draw(st.permutations(SIDES)))) for name in targets)
        own = () if source == "in" else tuple(draw(st.permutations(SIDES)))
        nets.append(Net(End(source, own), ends, draw(st.booleans())))
    return board, nets


def ways(board, nets):
    try:
        return [(r.start, list(r.before.items()), list(r.ends.items())) for r in routing.routes(board, nets)]
    except AssertionError:
        return "no way"


def plain(monkeypatch, bound):
    monkeypatch.setattr(routing, "bound_of", lambda lattice, aims: bound)


@given(boards())
@settings(max_examples=60, deadline=None)
def test_leaving_out_what_leads_nowhere_changes_no_way(case):
    found = ways(*case)
    with pytest.MonkeyPatch.context() as patched:
        plain(patched, lambda place: 0.0)
        assert found == ways(*case)


@pytest.mark.parametrize("count", [1, 12])
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_the_bound_never_exceeds_what_a_way_costs(count, data):
    lattice = Lattice(Board(5, 4, {}, {}))
    vertices, headings = st.integers(0, lattice.width * lattice.height - 1), st.integers(0, NONE - 1)
    aims = [Aim(data.draw(vertices), 0.4 * (k % 3), data.draw(headings), k) for k in range(count)]
    for heading in range(len(HEADINGS) + 1):
        place = data.draw(vertices) * 5 + heading
        search = Search(lattice, {}, aims, lambda place: 0.0)
        cost = search._cost([(0.0, place)])
        assert bound_of(lattice, aims)(place) <= cost + 1e-9


def test_a_bound_that_exceeds_it_would_be_seen(monkeypatch):
    blocks = {"a": Block(0, 0, 10.0, 10.0), "b": Block(3, 2, 10.0, 10.0), "wall": Block(1, 0, 10.0, 10.0)}
    board = Board(4, 3, blocks, {})
    nets = [Net(End("a", SIDES), (End("b", SIDES),)), Net(End("wall", SIDES), (End("b", SIDES), End("a", SIDES)))]
    found = ways(board, nets)
    plain(monkeypatch, lambda place: float(place % 7 * 3))
    assert ways(board, nets) != found
