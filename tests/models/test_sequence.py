"""The whole model: what goes in and comes out where, what is drawn, and what it refuses."""

import numpy as np
import pytest

from bptt_viz.cells import Parameter
from bptt_viz.cells.gru import GRU
from bptt_viz.cells.lstm import LSTM
from bptt_viz.cells.peephole import PeepholeLSTM
from bptt_viz.cells.vanilla import VanillaRNN
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Initialisation, spectral_radius
from bptt_viz.models import SequenceModel
from bptt_viz.tape import Scope, backward
from bptt_viz.topologies import NAMES, pattern

T, N, D, H, V = 6, 2, 3, 4, 5
XAVIER = Initialisation.parse("xavier")


def model_of(topology="many-to-many", make=VanillaRNN, depth=1):
    cells = tuple(make(D if k == 0 else H, H) for k in range(depth))
    return SequenceModel(cells, V, pattern(topology, T))


def drawn(model, way=XAVIER):
    rng = np.random.default_rng(1)
    values = model.draw(rng, way)
    steps = model.pattern.steps
    return values, rng.uniform(-1, 1, (steps, N, D)), rng.integers(0, V, (steps, N))


@pytest.mark.parametrize("topology", NAMES)
def test_inputs_outputs_and_losses_stand_at_the_patterns_steps(topology):
    model = model_of(topology)
    rollout = model.run(*drawn(model))
    assert tuple(rollout.inputs) == model.pattern.inputs
    assert tuple(rollout.outputs) == tuple(rollout.losses) == tuple(rollout.readout) == model.pattern.outputs


@pytest.mark.parametrize("topology", NAMES)
def test_the_loss_is_the_sum_of_the_steps_mean_cross_entropies(topology):
    model = model_of(topology)
    values, x, targets = drawn(model)
    rollout = model.run(values, x, targets)
    for t, y in rollout.outputs.items():
        exact = np.log(np.exp(y.value).sum(-1)) - y.value[np.arange(N), targets[t - 1]]
        assert rollout.losses[t].value == pytest.approx(exact.mean(), rel=1e-14)
    assert rollout.loss.value == pytest.approx(sum(each.value for each in rollout.losses.values()), rel=1e-15)


def test_outputs_are_the_top_state_times_the_readout():
    model = model_of(depth=2)
    values, x, targets = drawn(model)
    rollout = model.run(values, x, targets)
    for t, y in rollout.outputs.items():
        expected = rollout.layers[1].states[t]["h"].value @ values["W_hy"] + values["b_y"]
        np.testing.assert_allclose(y.value, expected, rtol=1e-14)


@pytest.mark.parametrize("topology", ["one-to-many", "delayed"])
def test_where_no_input_is_read_zeros_go_in(topology):
    """Whatever stands in x there changes neither the loss nor its gradient, and gets no gradient itself."""
    model = model_of(topology)
    values, x, targets = drawn(model)
    unread = [t for t in range(T) if t + 1 not in model.pattern.inputs]
    other = x.copy()
    other[unread] = 7.0
    runs = [model.run(values, given, targets, differentiate_inputs=True) for given in (x, other)]
    assert runs[0].loss.value == runs[1].loss.value
    found = [backward(run.tape, {run.loss: np.ones(())}) for run in runs]
    for name in values:
        assert np.array_equal(found[0][runs[0].parameters[name]], found[1][runs[1].parameters[name]])
    on_x = found[0][runs[0].sequence]
    assert [bool(np.any(on_x[t])) for t in range(T)] == [t not in unread for t in range(T)]


def test_many_to_one_has_one_loss_that_reaches_every_input():
    model = model_of("many-to-one")
    rollout = model.run(*drawn(model), differentiate_inputs=True)
    cotangents = backward(rollout.tape, {rollout.losses[T]: np.ones(())})
    assert np.all(np.any(cotangents[rollout.sequence] != 0, axis=-1))


def test_inputs_get_no_cotangent_unless_asked_for():
    model = model_of()
    rollout = model.run(*drawn(model))
    assert not backward(rollout.tape, {rollout.loss: np.ones(())}).reached(rollout.sequence)


@pytest.mark.parametrize("topology", NAMES)
def test_every_part_knows_its_step_layer_and_role(topology):
    model = model_of(topology, make=LSTM, depth=2)
    rollout = model.run(*drawn(model))
    assert {leaf.scope for leaf in rollout.parameters.values()} == {Scope(role="parameter")}
    assert rollout.sequence.scope == Scope(role="input")
    for t, x in rollout.inputs.items():
        assert (x.scope, x.name) == (Scope(t, 0, "input"), "x")
    for run in rollout.layers:
        assert {node.scope for node in run.states[0].values()} == {Scope(0, run.depth, "state")}
    for t, y in rollout.outputs.items():
        assert {alias.scope for alias in rollout.readout[t].values()} == {Scope(t, 2, "parameter")}
        assert (y.scope, y.name) == (Scope(t, 2, "readout"), "y")
        assert (rollout.losses[t].scope, rollout.losses[t].name) == (Scope(t, 2, "loss"), "L")
    assert (rollout.loss.scope, rollout.loss.name) == (Scope(role="loss"), "L")


def test_leaves_are_named_as_parameters_and_states_are():
    model = model_of(make=LSTM, depth=2)
    rollout = model.run(*drawn(model))
    assert all(leaf.name == name for name, leaf in rollout.parameters.items())
    assert all(node.name == name for run in rollout.layers for name, node in run.states[0].items())
    assert rollout.sequence.name == "x"


def test_initial_states_must_be_given_for_every_layer():
    model = model_of(depth=2)
    with pytest.raises(UsageError, match="initial states are given for 1 of 2 layers"):
        model.run(*drawn(model), model.zero_start(N)[:1])


def test_initial_states_are_zeros_unless_given():
    model = model_of(make=LSTM, depth=2)
    values, x, targets = drawn(model)
    rollout = model.run(values, x, targets, model.zero_start(N))
    assert model.run(values, x, targets).loss.value == rollout.loss.value
    assert all(not np.any(node.value) for run in rollout.layers for node in run.states[0].values())


def test_parameters_of_several_layers_are_told_apart_by_number():
    assert set(model_of().parameters()) == {"W_xh", "W_hh", "b_h", "W_hy", "b_y"}
    two = model_of(depth=2).parameters()
    assert set(two) == {f"{name}_l{k}" for name in ("W_xh", "W_hh", "b_h") for k in (0, 1)} | {"W_hy", "b_y"}
    assert (two["W_xh_l0"].shape, two["W_xh_l1"].shape) == ((D, H), (H, H))
    assert (two["W_hy"], two["b_y"]) == (Parameter((H, V), "input"), Parameter((V,), "bias"))


@pytest.mark.parametrize("make", [VanillaRNN, LSTM, GRU, PeepholeLSTM])
def test_each_gates_recurrent_block_is_drawn_on_its_own(make):
    model = model_of(make=make)
    values = model.draw(np.random.default_rng(0), Initialisation("radius", 1.1))
    gates = max(1, len(make.gates))
    assert [spectral_radius(block) for block in np.split(values["W_hh"], gates, axis=1)] == pytest.approx([1.1] * gates)


def test_diagonal_peepholes_are_drawn_n_0_1_over_h():
    """Other vectors start at 0."""
    model = SequenceModel((PeepholeLSTM(D, 400),), V, pattern("many-to-many", T))
    values = model.draw(np.random.default_rng(0), Initialisation("identity", 1.0))
    entries = np.concatenate([values[name] for name in ("W_ci", "W_cf", "W_co")])
    assert entries.std() == pytest.approx(1 / 20, rel=4 / np.sqrt(2 * entries.size))


def test_input_blocks_of_packed_weights_are_drawn_with_their_own_size():
    """Xavier's variance 2 / (rows + columns) counts one gate's columns, not those of all four."""
    model = SequenceModel((LSTM(300, 200),), V, pattern("many-to-many", T))
    values = model.draw(np.random.default_rng(0), XAVIER)
    assert values["W_xh"].std() == pytest.approx(np.sqrt(2 / 500), rel=0.02)


@pytest.mark.parametrize("make", [LSTM, PeepholeLSTM])
def test_the_forget_bias_is_set_in_every_layer_and_nothing_else_in_the_biases(make):
    model = model_of(make=make, depth=2)
    values = model.draw(np.random.default_rng(0), XAVIER)
    for k in (0, 1):
        assert np.array_equal(values[f"b_h_l{k}"], np.repeat([0.0, 1.0, 0.0, 0.0], H))
    assert not np.any(values["b_y"])


def test_the_same_seed_draws_the_same_bits_and_float32_is_float64_rounded():
    model = model_of(make=GRU, depth=2)
    double, again = (model.draw(np.random.default_rng(4), XAVIER) for _ in range(2))
    single = model.draw(np.random.default_rng(4), XAVIER, "float32")
    for name, value in double.items():
        assert np.array_equal(value, again[name])
        assert np.array_equal(value.astype("float32"), single[name])
        assert single[name].dtype == np.float32


def test_copies_along_a_leading_axis_give_the_losses_of_separate_runs():
    model = model_of(make=PeepholeLSTM, depth=2)
    values, x, targets = drawn(model)
    for name, value in values.items():
        copies = np.stack([value, 2 * value, -value])
        wide = model.run(values | {name: copies[:, None] if value.ndim == 1 else copies}, x, targets).loss.value
        alone = [model.run(values | {name: copy}, x, targets).loss.value for copy in copies]
        np.testing.assert_allclose(wide, alone, rtol=1e-14)


@pytest.mark.parametrize(
    ("x", "targets"),
    [
        ((1, N, D), (T, N)),
        ((T + 1, N, D), (T + 1, N)),
        ((T, N, D), (T - 1, N)),
        ((T, N, D), (T, N + 1)),
        ((N, D), (N,)),
    ],
)
def test_inputs_and_targets_must_have_the_patterns_length(x, targets):
    """An x of one step would otherwise be repeated at all of them."""
    model = model_of()
    values, _, _ = drawn(model)
    with pytest.raises(UsageError, match=r"not \(6, N, D\) and \(6, N\)"):
        model.run(values, np.zeros(x), np.zeros(targets, int))


def test_integer_inputs_are_refused():
    model = model_of()
    values, x, targets = drawn(model)
    with pytest.raises(UsageError, match="integer"):
        model.run(values, x.astype(int), targets)


@pytest.mark.parametrize("name", ["W_hy", "b_y"])
def test_a_cells_parameter_may_not_have_the_readouts_name(monkeypatch, name):
    monkeypatch.setattr(VanillaRNN, "parameters", lambda _: {name: (H,)})
    with pytest.raises(UsageError, match=f"parameter '{name}' is the readout's"):
        model_of().parameters()


class Unpacked(VanillaRNN):
    def parameters(self):
        return {"U": (self.hidden_size, 3 * self.hidden_size)}


def test_a_packed_matrix_without_gates_cannot_be_given_a_spectral_radius():
    with pytest.raises(UsageError, match="4×12 matrix has no spectral radius; declare the gates that it packs"):
        model_of(make=Unpacked).draw(np.random.default_rng(0), Initialisation("radius", 1.0))
