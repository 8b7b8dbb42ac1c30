"""What a cell declares: its parameters' shapes, roles and gates, and how cells are found."""

import numpy as np
import pytest

from bptt_viz.cells import Cell, Parameter, described, discover_cells
from bptt_viz.errors import UsageError

from .forms import FORMS

D, H = 3, 4


def test_the_built_in_cells_are_found_by_the_names_that_people_type():
    assert list(discover_cells()) == ["gru", "lstm", "peephole", "rnn"]


class Leaky(Cell):
    """The least that a cell needs: shapes and one step."""

    def parameters(self):
        return {"W_xh": (self.input_size, self.hidden_size), "U": (4, 4), "b": (self.hidden_size,)}

    def step(self, p, x, s):
        return {"h": 0.5 * s.h + x @ p.W_xh}


def test_shapes_alone_get_their_roles_from_names_and_axes():
    roles = {name: parameter.role for name, parameter in described(Leaky(D, H)).items()}
    assert roles == {"W_xh": "input", "U": "recurrent", "b": "bias"}


def test_a_cell_without_parameters_and_step_cannot_be_made():
    with pytest.raises(TypeError, match="abstract"):
        Cell(D, H)


def test_a_cell_is_a_value_that_does_not_change():
    assert Leaky(D, H) == Leaky(D, H) != Leaky(D, H + 1)
    with pytest.raises(AttributeError):
        Leaky(D, H).hidden_size = 5


@pytest.mark.parametrize("shape", [(), (2, 3, 4), (0,), (3, 0)])
def test_a_parameter_is_a_vector_or_a_matrix_that_is_not_empty(shape):
    with pytest.raises(UsageError, match="vector or a matrix"):
        Parameter(shape, "bias")


def test_gates_cut_the_last_axis_evenly():
    with pytest.raises(UsageError, match="3 gates do not cut 8 columns evenly"):
        Parameter((4, 8), "recurrent", ("r", "z", "n"))


def test_a_shape_that_is_no_tuple_is_named():
    class Careless(Leaky):
        def parameters(self):
            return {"b": (self.hidden_size)}  # a comma is missing

    with pytest.raises(UsageError, match=r"parameter 'b': expected a shape such as \(H,\)"):
        described(Careless(D, H))


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_packed_parameters_have_one_block_of_the_hidden_size_a_gate(name, form):
    for parameter in described(discover_cells()[name](D, H, **form)).values():
        assert parameter.shape[-1] == H * max(1, len(parameter.gates))
        assert len(parameter.shape) == 1 or parameter.shape[0] == (D if parameter.role == "input" else H)


ROLES = {"W_x": "input", "W_h": "recurrent", "W_c": "peephole", "b_h": "bias"}


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_built_in_parameters_are_named_by_their_roles(name, form):
    for key, parameter in described(discover_cells()[name](D, H, **form)).items():
        assert parameter.role == ROLES[key[:3]]


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_each_gate_has_one_block_of_recurrent_weights(name, form):
    cell = discover_cells()[name](D, H, **form)
    recurrent = [parameter for parameter in described(cell).values() if parameter.role == "recurrent"]
    assert tuple(gate for parameter in recurrent for gate in parameter.gates) == cell.gates


def test_the_bias_of_a_grus_inner_product_belongs_to_its_candidate():
    assert described(discover_cells()["gru"](D, H))["b_hn"] == Parameter((H,), "bias", ("n",))


@pytest.mark.parametrize("peephole", ["diagonal", "full"])
def test_each_peephole_belongs_to_the_gate_it_is_named_after(peephole):
    found = described(discover_cells()["peephole"](D, H, peephole=peephole))
    assert {name: found[name].gates for name in found if name.startswith("W_c")} == {
        "W_ci": ("i",),
        "W_cf": ("f",),
        "W_co": ("o",),
    }


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_a_cell_with_gates_names_them_in_its_packed_input_weights(name, form):
    cell = discover_cells()[name](D, H, **form)
    assert described(cell)["W_xh"].gates == cell.gates


@pytest.mark.parametrize("name", ["lstm", "peephole"])
def test_the_forget_bias_lands_in_the_forget_gates_block_alone(name):
    cell = discover_cells()[name](D, H, forget_bias=0.5)
    values = {"b_h": np.full(4 * H, 2.0)}
    cell.adjust(values)
    blocks = dict(zip(cell.gates, np.split(values["b_h"], 4), strict=True))
    assert np.all(blocks.pop("f") == 2.5)
    assert all(np.all(block == 2.0) for block in blocks.values())


@pytest.mark.parametrize("name", ["rnn", "gru"])
def test_other_cells_leave_what_was_drawn(name):
    values = {"b_h": np.ones(3 * H)}
    discover_cells()[name](D, H).adjust(values)
    assert np.all(values["b_h"] == 1)
