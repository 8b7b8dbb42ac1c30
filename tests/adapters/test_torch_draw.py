"""Pictures of PyTorch models: their recurrent layers on the grid of ours, with the gradient of the real loss."""

import numpy as np
import pytest

from bptt_viz import graph
from bptt_viz.app import run
from bptt_viz.errors import ExitCode, UsageError

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'bptt-viz[torch]'")
nn = torch.nn

T, N, D, H = 4, 2, 3, 5


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def loss(made):
    return made[0].square().mean()


def wires(view, kind):
    return [edge for edge in view.edges if edge.kind == kind]


@pytest.mark.parametrize("layers", [1, 2])
def test_the_step_picture_has_the_cells_and_states_of_one_of_our_models(layers):
    theirs = graph(nn.LSTM(D, H, layers), torch.randn(T, N, D), loss).result
    ours = graph("lstm", hidden=H, layers=layers, steps=T).result
    shown = [
        {part.id for part in view.nodes if part.kind in {"cell", "state", "memory", "input"}} for view in (theirs, ours)
    ]
    assert shown[0] == shown[1]


def test_what_flows_back_has_the_norms_of_pytorchs_gradients():
    layer, x = nn.RNN(D, H), torch.randn(T, N, D)
    view = graph(layer, x, loss, gradients=True).result
    cell = nn.RNNCell(D, H).double()
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in layer.state_dict().items()})
    h, entering, states = torch.zeros(N, H).double(), [], []
    for x_t in x.double():
        entering.append(h.requires_grad_() if not entering else h.view_as(h))
        h = cell(x_t, entering[-1])
        states.append(h)
    sent = torch.autograd.grad(torch.stack(states).square().mean(), entering)
    drawn = {(edge.source, edge.target): edge.norm for edge in wires(view, "gradient")}
    for t, gradient in enumerate(sent):
        assert drawn[f"t{t + 1}-l0-f", f"t{t}-l0-s0"] == pytest.approx(float(gradient.norm()), rel=1e-10)


@pytest.mark.parametrize("level", ["step", "gate", "op"])
@pytest.mark.parametrize("layer", [nn.RNN, nn.LSTM, nn.GRU])
def test_every_level_of_every_layer(level, layer):
    picture = graph(layer(D, H), torch.randn(T, N, D), loss, level=level, gradients=True)
    norms = [edge.norm for edge in wires(picture.result, "gradient") if edge.norm is not None]
    assert norms
    assert np.isfinite(norms).all()
    assert "<svg" in picture._repr_svg_()


def test_a_loop_over_cells():
    class Loop(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = nn.GRUCell(D, H)

        def forward(self, x):
            h, states = None, []
            for x_t in x:
                h = self.cell(x_t, h)
                states.append(h)
            return (torch.stack(states),)

    assert graph(Loop(), torch.randn(T, N, D), loss).result.title.startswith("GRU")


def test_layers_that_run_backward_are_refused():
    with pytest.raises(UsageError, match="is no stack of layers that run forward"):
        graph(nn.GRU(D, H, bidirectional=True), torch.randn(T, N, D), loss)


def test_the_command_draws_a_model_by_its_name(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["graph", "torch.nn:LSTM", "--gradients", "--level", "gate", "-o", "lstm.svg"]) == ExitCode.PASS
    assert (tmp_path / "lstm.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert run(["graph", "torch.nn:LSTM", "--hidden", "3"]) == ExitCode.USAGE
    assert "--hidden is for models of ours" in capsys.readouterr().err
