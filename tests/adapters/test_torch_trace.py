"""Any module's operations on a tape of ours: the values and gradients are PyTorch's, the time is its sequence's."""

import numpy as np
import pytest

from bptt_viz import graph
from bptt_viz.tape import backward

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'bptt-viz[torch]'")
nn = torch.nn

from adapters.torch_targets import Layer  # noqa: E402
from bptt_viz.adapters.pytorch.examples import call_of  # noqa: E402
from bptt_viz.adapters.pytorch.layout import is_recurrent, layout_of  # noqa: E402
from bptt_viz.adapters.pytorch.tracing import traced  # noqa: E402

T, N, D, H = 3, 2, 4, 5


STEPS = {
    "index": lambda x: [x[t] for t in range(len(x))],
    "unbind": lambda x: x.unbind(0),
    "chunk": lambda x: [part[0] for part in x.chunk(T)],
}


class Gated(nn.Module):
    """A minimal gated unit with weights in several forms."""

    def __init__(self, how=""):
        super().__init__()
        self.how = how
        self.gate = nn.Linear(D + H, H)
        self.W, self.U = nn.Parameter(torch.randn(H, D)), nn.Parameter(torch.randn(H, H))

    def forward(self, x):
        h, states = torch.zeros(x.shape[1], H), []
        for x_t in STEPS.get(self.how, lambda x: x)(x):
            f = torch.sigmoid(self.gate(torch.cat([x_t, h], -1)))
            if self.how == "softmax":
                f = f * torch.softmax(f, -1)
            n = torch.tanh(x_t @ self.W.T + nn.functional.linear(f * h, self.U))
            h = (1 - f) * h + f * n
            states.append(h)
        if self.how == "buffer":
            made = torch.zeros(T, x.shape[1], H, dtype=h.dtype)
            for t, each in enumerate(states):
                made[t] = each
            return made
        if self.how == "norm":
            return nn.functional.layer_norm(torch.stack(states), (H,))
        return torch.stack(states)


def loss(made):
    made = made[0] if isinstance(made, tuple) else made
    return made.square().mean()


def trace(model, x):
    call = call_of(model, (x,), is_recurrent)
    tracer, results = traced(call, dict(layout_of(call).time), loss)
    return tracer.tape, results[0]


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


@pytest.mark.parametrize("how", ["", "index", "unbind", "chunk", "softmax", "buffer", "norm"])
def test_values_and_gradients_are_pytorchs(how):
    model, x = Gated(how), torch.randn(T, N, D)
    tape, result = trace(model, x)
    expected = loss(model.double()(x.double()))
    expected.backward()
    assert float(result.value) == pytest.approx(float(expected.detach()), rel=1e-12)
    found = backward(tape, {result: np.ones(())})
    own = {"weight_gate": model.gate.weight, "bias_gate": model.gate.bias, "W": model.W, "U": model.U}
    for name, parameter in own.items():
        leaves = [node for node in tape.nodes if node.name == name and node.scope.role == "parameter"]
        total = sum(_as(leaf, found[leaf], parameter.detach().numpy()) for leaf in leaves)
        np.testing.assert_allclose(total, parameter.grad.numpy(), rtol=1e-10, atol=1e-14)


def _as(leaf, gradient, parameter):
    """Turn the gradient of a matrix that is recorded as it is used."""
    return gradient if np.array_equal(leaf.value, parameter) else gradient.T


def test_operations_stand_at_the_step_whose_input_they_read_and_have_the_variables_names():
    tape, result = trace(Gated(), torch.randn(T, N, D))
    for name in ("f", "n", "h"):
        assert [node.scope.t for node in tape.nodes if node.name == name and node.parents] == [1, 2, 3]
    assert [node.scope.t for node in tape.nodes if node.name == "x" and node.value.ndim == 2] == [1, 2, 3]
    assert result.scope.t is None
    assert result.name == "L"


@pytest.mark.parametrize("bug", ["", "forget"])
def test_an_autograd_function_is_one_operation_with_the_gradient_that_it_claims(bug):
    model, x = Layer(D, H, bug), torch.randn(T, N, D)
    tape, result = trace(model, x)
    assert [node.scope.t for node in tape.nodes if node.primitive.name == "LSTMStep" and node.name == "h"] == [1, 2, 3]
    zeros = torch.zeros(N, H).double()
    loss(model.double()(x.double(), (zeros, zeros))).backward()
    found = backward(tape, {result: np.ones(())})
    leaf = next(node for node in tape.nodes if node.name == "U")
    np.testing.assert_allclose(found[leaf], model.U.grad.numpy(), rtol=1e-10, atol=1e-14)


def test_the_picture_has_a_panel_a_step():
    view = graph(Gated(), torch.randn(T, N, D), loss, gradients=True).result
    assert {node.id.partition("-")[0] for node in view.nodes} >= {"t1", "t2", "t3"}
    assert {node.label for node in view.nodes if node.kind == "weights"} >= {"W", "U", "weight_gate"}
    assert any(edge.norm for edge in view.edges if edge.kind == "gradient")


def test_without_a_loss_the_outputs_are_drawn():
    picture = graph(Gated(), torch.randn(T, N, D), gradients=True)
    assert "<svg" in picture._repr_svg_()
