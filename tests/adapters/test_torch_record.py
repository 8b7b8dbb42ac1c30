"""The recorder: the gradient of the real loss by every h_t and c_t, against PyTorch's own and our cells' report."""

import json
from dataclasses import replace

import numpy as np
import pytest

from bptt_viz.adapters.recording import record_torch
from bptt_viz.analyses.norms import norm_report
from bptt_viz.app import run
from bptt_viz.errors import ExitCode, UsageError
from bptt_viz.models import Request, prepare
from bptt_viz.results.norms import Trend
from bptt_viz.tape import backward

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'bptt-viz[torch]'")
nn = torch.nn

from bptt_viz.adapters.pytorch.examples import call_of  # noqa: E402
from bptt_viz.adapters.pytorch.recording import cells  # noqa: E402
from bptt_viz.adapters.pytorch.recording.report import Recording  # noqa: E402

T, N, D, H = 6, 3, 4, 5


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


class Tagger(nn.Module):
    """Layers of any kind with a readout at every step."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        ways = 2 if layer.bidirectional else 1
        self.readout = nn.Linear((getattr(layer, "proj_size", 0) or layer.hidden_size) * ways, 2)

    def forward(self, x):
        return self.readout(self.layer(x)[0])


class Loop(nn.Module):
    """Two cells in a loop; between the steps the lower one's state may be masked."""

    def __init__(self, lower, upper, mask=None):
        super().__init__()
        self.lower, self.upper, self.mask = lower, upper, mask
        self.readout = nn.Linear(H, 2)

    def forward(self, x):
        a, b, scores = None, None, []
        for x_t in x:
            a = self.lower(x_t, a)
            below = a[0] if isinstance(a, tuple) else a
            b = self.upper(below, b)
            scores.append(self.readout(b[0] if isinstance(b, tuple) else b))
            if self.mask is not None:
                a = (a[0] * self.mask, a[1]) if isinstance(a, tuple) else a * self.mask
        return torch.stack(scores)


class Translator(nn.Module):
    """An encoder, and a decoder that is fed its own output and attends to the encoder's states."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(D, H, batch_first=True)
        self.decoder = nn.GRUCell(2 + H, H)
        self.readout = nn.Linear(H, 2)

    def forward(self, x):
        memory, h = self.encoder(x)
        h, y, scores = h[0], x.new_zeros(len(x), 2), []
        for _ in range(4):
            share = torch.softmax((memory * h[:, None]).sum(-1), -1)
            h = self.decoder(torch.cat([y, (share[..., None] * memory).sum(1)], -1), h)
            y = self.readout(h)
            scores.append(y)
        return torch.stack(scores)


class Stepwise(nn.Module):
    """A layer that is called once a step with its own last state."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        state, states = None, []
        for x_t in x.split(1):
            out, state = self.layer(x_t, state)
            states.append(out)
        return torch.cat(states)


MODELS = {
    "RNN": lambda: Tagger(nn.RNN(D, H)),
    "ReLU RNN": lambda: Tagger(nn.RNN(D, H, nonlinearity="relu")),
    "LSTM": lambda: Tagger(nn.LSTM(D, H)),
    "GRU": lambda: Tagger(nn.GRU(D, H)),
    "deep LSTM": lambda: Tagger(nn.LSTM(D, H, 3)),
    "bidirectional GRU": lambda: Tagger(nn.GRU(D, H, 2, bidirectional=True)),
    "projected LSTM": lambda: Tagger(nn.LSTM(D, H, 2, proj_size=3)),
    "without bias": lambda: Tagger(nn.GRU(D, H, bias=False)),
    "LSTM cells": lambda: Loop(nn.LSTMCell(D, H), nn.LSTMCell(H, H)),
    "GRU over RNN cells": lambda: Loop(nn.RNNCell(D, H), nn.GRUCell(H, H)),
    "masked LSTM cells": lambda: Loop(nn.LSTMCell(D, H), nn.GRUCell(H, H), torch.rand(N, H).round()),
    "stepwise deep LSTM": lambda: Stepwise(nn.LSTM(D, H, 2)),
}


def loss(made):
    return (made**2).mean(dim=(1, 2))


def recording(model, x, of=loss):
    return Recording(call_of(model, (x,), lambda _: True), of)


def own_gradients(model, x, of=loss):
    """Return PyTorch's gradient of every parameter in double precision."""
    model.double()
    model.zero_grad()
    of(model(x.double())).sum().backward()
    return model


@pytest.mark.parametrize("kind", MODELS)
def test_what_all_steps_add_to_a_weights_gradient_is_pytorchs_gradient(kind):
    model, x = MODELS[kind](), torch.randn(T, N, D)
    made = recording(model, x)
    found = backward(made.rollout.tape, {made.rollout.loss: np.ones(())})
    own_gradients(model, x)
    parts = dict(model.named_modules())
    for chain in made.chains:
        module = parts[chain.name]
        for row in range(chain.rows):
            run = made.rollout.layers[chain.depth + row]
            for name, gradient in _gradients(module, row).items():
                by_step = sum(found[used[name]] for used in run.aliases)
                np.testing.assert_allclose(by_step, gradient, rtol=1e-10, atol=1e-14, err_msg=f"{chain.name} {name}")


def _gradients(module, row):
    """Return PyTorch's gradients in our layout: weights turned, a sum of biases having the gradient of either."""
    order, end = cells._ORDERS[cells.kind(module)], cells.suffix(module, row)
    own = {name.removesuffix(end): p.grad for name, p in module.named_parameters() if name.endswith(end)}
    found = {
        "W_xh": cells._turned(own["weight_ih"].numpy(), order),
        "W_hh": cells._turned(own["weight_hh"].numpy(), order),
    }
    if "weight_hr" in own:
        found["W_hr"] = own["weight_hr"].numpy().T
    if "bias_ih" in own:
        found["b_h"] = cells._turned(own["bias_ih"].numpy(), order)
        if cells.kind(module) == "GRU":
            found["b_hn"] = np.split(own["bias_hh"].numpy(), 3)[2]
    return found


def by_hand(lower, x, readout, last_only=False):
    """Run an LSTM cell in double precision and return ‖∂L/∂h_t‖, ‖∂L/∂c_t‖ and the parts of the first."""
    h, c = torch.zeros(N, H).double(), torch.zeros(N, H).double()
    states, losses = [], []
    for x_t in x.double():
        h, c = lower(x_t, (h, c))
        out, carry = h.view_as(h), h.view_as(h)  # the two ways on
        states.append((h, c, out, carry))
        losses.append((readout(out) ** 2).mean())
        h = carry
    total = losses[-1] if last_only else sum(losses)
    kinds = zip(*states, strict=True)
    norms = []
    for tensors in kinds:
        gradients = torch.autograd.grad(total, tensors, retain_graph=True, allow_unused=True)
        norms.append([0.0 if g is None else float(g.norm()) for g in gradients])
    return norms


@pytest.mark.parametrize("which", ["all", "last"])
def test_the_norms_are_those_of_a_loop_with_the_two_ways_kept_apart(which):
    layer, readout = nn.LSTM(D, H), nn.Linear(H, 2)
    model = Tagger(layer)
    model.readout = readout
    x = torch.randn(T, N, D)
    found = record_torch(model, x, loss, which).layers[0]
    cell = nn.LSTMCell(D, H).double()
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in layer.state_dict().items()})
    h, c, local, back = by_hand(cell, x, readout.double(), which == "last")
    for measured, expected in (
        (found.states[0].total, h),
        (found.states[0].local, local),
        (found.states[0].back, back),
        (found.states[1].total, c),
    ):
        np.testing.assert_allclose(measured, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("cell", "make"), [("lstm", nn.LSTM), ("gru", nn.GRU), ("rnn", nn.RNN)])
@pytest.mark.parametrize("layers", [1, 2])
def test_the_report_is_that_of_our_own_cells_with_the_same_weights(cell, make, layers):
    ours = prepare(Request(cell, hidden=8, layers=layers, steps=12, batch=2, seed=3))
    x, targets = ours.batch.one_hot("float64"), torch.from_numpy(ours.batch.targets)
    layer = make(x.shape[-1], 8, layers).double()
    for k in range(layers):
        _load(layer, k, {name: ours.values[ours.model.qualified(name, k)] for name in cells.values_of(layer, k)})
    model = Tagger(layer).double()
    model.readout = nn.Linear(8, ours.values["W_hy"].shape[1]).double()
    model.readout.weight.data = torch.from_numpy(ours.values["W_hy"].T.copy())
    model.readout.bias.data = torch.from_numpy(ours.values["b_y"])

    def cross_entropy(y):
        return torch.stack([nn.functional.cross_entropy(y_t, t) for y_t, t in zip(y, targets, strict=True)])

    theirs, expected = record_torch(model, torch.from_numpy(x), cross_entropy), norm_report(ours)
    assert theirs.verdict == expected.verdict
    _assert_alike(theirs.losses, expected.losses)
    _assert_alike(theirs.chain, expected.chain)
    for found, wanted in zip(theirs.layers, expected.layers, strict=True):
        for name in ("states", "chain", "idle", "activations", "weight", "radius", "singular", "keep", "split", "path"):
            _assert_alike(getattr(found, name), getattr(wanted, name))
        _assert_alike([each.norms for each in found.parameters], [each.norms for each in wanted.parameters])


def _load(layer, k, ours):
    """Write our weights into a layer of PyTorch's."""
    back = np.argsort(cells._ORDERS[cells.kind(layer)])
    own = {"W_xh": "weight_ih", "W_hh": "weight_hh", "b_h": "bias_ih"}
    for name, theirs in own.items():
        blocks = np.split(ours[name].T, len(back))
        rows = np.concatenate([blocks[place] for place in back])
        getattr(layer, f"{theirs}_l{k}").data = torch.from_numpy(rows.copy())
    bias = torch.zeros_like(getattr(layer, f"bias_hh_l{k}"))
    if "b_hn" in ours:
        bias[-layer.hidden_size :] = torch.from_numpy(ours["b_hn"])
    getattr(layer, f"bias_hh_l{k}").data = bias


def _assert_alike(found, wanted):
    if isinstance(wanted, str | int | bool | None):
        assert found == wanted
    elif isinstance(wanted, float):
        assert found == pytest.approx(wanted, rel=1e-12, abs=1e-14, nan_ok=True)
    elif isinstance(wanted, tuple | list):
        assert len(found) == len(wanted)
        for pair in zip(found, wanted, strict=True):
            _assert_alike(*pair)
    else:
        for name in wanted.__dataclass_fields__:
            _assert_alike(getattr(found, name), getattr(wanted, name))


def test_a_layer_called_step_by_step_is_reported_like_one_called_at_once():
    layer, x = nn.LSTM(D, H, 2), torch.randn(T, N, D)
    once = record_torch(nn.Sequential(layer, _First()), x, loss)
    stepwise = record_torch(Stepwise(layer), x, loss)
    assert [each.label for each in once.layers] == ["0 layer 0", "0 layer 1"]
    assert [each.label for each in stepwise.layers] == ["layer layer 0", "layer layer 1"]
    for found, wanted in zip(stepwise.layers, once.layers, strict=True):
        _assert_alike(found.states, wanted.states)


class _First(nn.Module):
    def forward(self, pair):
        return pair[0]


def test_an_encoder_and_a_decoder_share_one_clock():
    found = record_torch(Translator(), torch.randn(N, T, D), lambda y: (y**2).mean())
    assert [(each.label, each.steps[0], each.steps[-1]) for each in found.layers] == [
        ("encoder", 1, T),
        ("decoder", T + 1, T + 4),
    ]
    assert found.run.steps == T + 4
    encoder, _ = found.layers
    assert encoder.states[0].back[-1] > 0  # handed on to the decoder
    assert all(local > 0 for local in encoder.states[0].local)  # by attention, from every step
    assert found.losses == (None,) * (T + 4)


def test_a_decoder_may_have_a_loss_a_step():
    found = record_torch(Translator(), torch.randn(N, T, D), loss)
    assert found.losses[:T] == (None,) * T
    assert all(each is not None for each in found.losses[T:])


def test_layers_that_run_backward_end_at_the_first_step():
    found = record_torch(Tagger(nn.LSTM(D, H, bidirectional=True)), torch.randn(T, N, D), loss)
    there, back = found.layers
    assert (there.backward, back.backward) == (False, True)
    assert back.steps == tuple(range(T, 0, -1))
    assert back.ending == "_l0_reverse"
    assert back.states[0].last[-1] > back.states[0].last[0] > 0


def test_a_scalar_loss_has_the_last_steps_gradient_for_its_verdict():
    model, x = Tagger(nn.GRU(D, H)), torch.randn(T, N, D)
    by_step = record_torch(model, x, lambda y: (y**2).mean(dim=(1, 2)))
    scalar = record_torch(model, x, lambda y: (y**2).mean(dim=(1, 2)).sum())
    _assert_alike(scalar.chain, by_step.chain)
    _assert_alike(scalar.layers[0].states, by_step.layers[0].states)
    assert by_step.losses[-1] is not None
    assert scalar.losses[-1] is None


def test_without_a_batch_or_a_loss_an_example_is_made():
    found = record_torch(nn.LSTM(D, H))
    assert (found.run.steps, found.run.batch, found.run.hidden) == (5, 3, H)


def test_parameters_have_pytorchs_names():
    found = record_torch(Tagger(nn.LSTM(D, H)), torch.randn(T, N, D), loss).layers[0]
    assert {f"{each.name}{found.ending}" for each in found.parameters} == {
        "layer.weight_ih_l0",
        "layer.weight_hh_l0",
        "layer.bias_ih_l0",
    }
    assert {each.gate for each in found.parameters} == {None, "i", "f", "o", "g"}


def test_advice_is_given_in_pytorchs_words():
    layer = nn.RNN(D, H)
    nn.init.orthogonal_(layer.weight_hh_l0, 3.0)
    x = torch.zeros(40, N, D)
    exploding = record_torch(Tagger(layer), x, loss)
    assert exploding.verdict in {Trend.EXPLODING, Trend.VANISHING}
    assert "layer.weight_hh_l0" in exploding.advice.sentence
    assert exploding.advice.arguments == ()


REFUSED = {
    "dropout": (lambda: Tagger(nn.LSTM(D, H, 2, dropout=0.5)), r"LSTM layer draws dropout .*\.eval\(\)"),
    "none": (lambda: nn.Linear(D, H), "Linear has no nn.RNN"),
    "derived": (lambda: _Derived(D, H), "_Derived has a forward pass of its own"),
    "unused": (lambda: _Unused(D), "without calling any of its recurrent layers"),
}


class _Derived(nn.GRU):
    def forward(self, x):
        return super().forward(x * 2)


class _Unused(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layer, self.readout = nn.GRU(width, H), nn.Linear(width, 2)

    def forward(self, x):
        return self.readout(x)


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_recorded_is_refused(kind):
    make, said = REFUSED[kind]
    with pytest.raises(UsageError, match=said):
        record_torch(make(), torch.randn(T, N, D), loss)


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (lambda y: 3.0, "must be a tensor that depends on the model, got float"),
        (lambda y: y.detach().mean(), "must be a tensor that depends on the model"),
        (lambda y: y.mean(dim=(0, 2)), r"one number, or one for each of 6 steps, got \(3,\)"),
    ],
)
def test_a_loss_that_is_none_is_refused(of, said):
    with pytest.raises(UsageError, match=said):
        record_torch(Tagger(nn.GRU(D, H)), torch.randn(T, N, D), of)


def test_packed_sequences_are_refused_with_advice():
    packed = nn.utils.rnn.pack_sequence([torch.randn(4, D), torch.randn(2, D)])
    with pytest.raises(UsageError, match=r"packed sequences.*give padded ones"):
        record_torch(nn.GRU(D, H), packed, lambda made: made[1].sum())


def test_weights_that_a_hook_changes_are_noticed():
    layer = nn.GRU(D, H)
    layer.register_forward_hook(lambda module, args, made: (made[0], made[1] * 2))
    with pytest.raises(UsageError, match="a replay step by step gives other states"):
        record_torch(layer, torch.randn(T, N, D), lambda made: made[0].sum())


MODEL = """
import torch
from torch import nn

def example():
    torch.manual_seed(0)
    return nn.Sequential(nn.Embedding(5, 4), nn.LSTM(4, 6)), torch.arange(20).reshape(10, 2) % 5, loss

def loss(made):
    return made[0].square().mean(dim=(1, 2))
"""


@pytest.fixture
def reported(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text(MODEL)

    def ran(*arguments):
        return run(["norms", *arguments]), *capsys.readouterr()

    return ran


def test_the_command_reports_on_a_model_by_its_name(reported):
    code, out, err = reported("model.py:example")
    assert (code, err) == (ExitCode.PASS, "")
    assert "nn.LSTM, H=6 T=10 N=2" in out
    assert "x→y" not in out
    document = json.loads(reported("model.py:example", "--json", "--loss", "last")[1])
    assert document["loss"] == "last"
    assert document["layers"][0]["parameters"][0]["name"] == "1.weight_ih"


def test_the_command_gates_like_one_on_our_own_cells(reported):
    code, _, err = reported("model.py:example", "--fail-on", "vanishing")
    assert code == ExitCode.MISMATCH
    assert "the verdict is vanishing" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["model.py:example", "--hidden", "3"], "--hidden is for models of ours"),
        (["model.py:example", "--seeds", "2"], "--seeds draws the weights of models of ours"),
        (["torch.nn:Linear"], "has no nn.RNN"),
        (["model.py:none"], "model.py has no 'none'"),
    ],
)
def test_what_means_nothing_is_refused(reported, arguments, said):
    code, out, err = reported(*arguments)
    assert (code, out) == (ExitCode.USAGE, "")
    assert said in err


def test_our_own_cells_are_reported_as_before(reported):
    code, out, _ = reported("lstm", "--steps", "4", "--hidden", "3")
    assert code == ExitCode.PASS
    assert "x→y" in out


def test_the_users_model_is_left_as_it_is():
    model, x = Tagger(nn.LSTM(D, H)), torch.randn(T, N, D)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = record_torch(model, x, loss)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(p.grad is None and p.dtype is torch.float32 for p in model.parameters())
    assert not model.layer._forward_hooks
    assert repr(record_torch(model, x, loss)) == repr(replace(found))
