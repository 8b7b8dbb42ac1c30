"""PyTorch: what is right passes, planted bugs are named by parameter, gate and lag."""

import pytest

from bptt_viz.adapters.api import check_torch
from bptt_viz.errors import UsageError
from bptt_viz.results.check import Verdict
from bptt_viz.results.targets import Outcome

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'bptt-viz[torch]'")
nn = torch.nn

from adapters.torch_targets import CharModel, Layer, Looped, layer, lstm_step  # noqa: E402


def names(found):
    return [made.name for made in found.cases[0].comparisons]


RIGHT = {
    "RNN": lambda: nn.RNN(4, 6),
    "LSTM": lambda: nn.LSTM(4, 6),
    "GRU": lambda: nn.GRU(4, 6, batch_first=True),
    "deep LSTM": lambda: nn.LSTM(4, 6, 2, bidirectional=True, batch_first=True),
    "projected LSTM": lambda: nn.LSTM(4, 6, proj_size=2),
    "deep GRU": lambda: nn.GRU(4, 6, 2, bias=False),
    "RNNCell": lambda: nn.RNNCell(4, 6),
    "LSTMCell": lambda: nn.LSTMCell(4, 6),
    "GRUCell": lambda: nn.GRUCell(4, 6),
    "class": lambda: nn.LSTM,
    "own layer": layer,
    "own class": lambda: Layer,
    "character model": lambda: CharModel,
    "loop": lambda: Looped,
    "stateful": lambda: Looped(4, 6, "keeps"),
    "sequential": lambda: (nn.Sequential(nn.Linear(4, 3), nn.Tanh()), torch.randn(3, 4)),
    "factory": lambda: lambda: (nn.LSTM(3, 2), torch.randn(3, 2, 3)),
    "function": lambda: (lambda x, W: torch.tanh(x @ W), torch.randn(3, 4), torch.randn(4, 2)),
}


@pytest.mark.parametrize("target", RIGHT)
def test_a_right_gradient_passes_by_the_complex_step(target):
    torch.manual_seed(1)
    found = check_torch(RIGHT[target]())
    assert found.verdict is Verdict.PASS, found.diagnosis
    assert {case.method for case in found.cases} == {"complex"}
    assert max(made.error for case in found.cases for made in case.comparisons) < 1e-13


def test_what_complex_numbers_cannot_pass_is_checked_by_real_differences():
    found = check_torch(nn.RNN(4, 6, nonlinearity="relu"), full=True)
    assert found.verdict is Verdict.PASS, found.diagnosis
    assert {case.method.split()[0] for case in found.cases} == {"ridders"}


@pytest.mark.parametrize("method", ["central", "central6", "ridders"])
def test_every_entry_agrees_with_real_differences(method):
    assert check_torch(nn.LSTM(2, 3), full=True, method=method, shapes="2x3").verdict is Verdict.PASS


def test_every_parameter_input_and_first_state_is_compared():
    found = check_torch(nn.LSTM(4, 6))
    assert names(found) == ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "input", "h_0", "c_0"]
    assert [case.label for case in found.cases] == [
        f"T={T} N={N} {state} state" for T in (1, 2, 5) for N in (1, 3) for state in ("zero", "random")
    ]


def test_gates_are_compared_one_by_one():
    lstm, gru = (check_torch(make(2, 3), full=True).cases[-1].gates for make in (nn.LSTM, nn.GRU))
    assert [made.name for made in lstm][:4] == [f"weight_ih_l0:{gate}" for gate in "ifgo"]
    assert [made.name for made in gru][-3:] == [f"bias_hh_l0:{gate}" for gate in "rzn"]


def test_the_gates_of_a_layer_within_a_model_go_by_its_name():
    gates = check_torch(CharModel, full=True).cases[-1].gates
    assert "rnn.weight_hh_l0:z" in {made.name for made in gates}


def test_packed_sequences():
    packed = nn.utils.rnn.pack_sequence([torch.randn(n, 4) for n in (4, 2, 1)])
    found = check_torch(nn.GRU(4, 3, bidirectional=True), packed)
    assert found.verdict is Verdict.PASS, found.diagnosis
    assert "input.data" in names(found)
    broken = check_torch(_Packed(), packed)
    assert broken.diagnosis.startswith("weight")
    (heat,) = (case.heat for case in broken.cases if case.heat)
    assert heat.columns == ("t=1", "t=2", "t=3", "t=4")


class _Packed(nn.Module):
    """Scales a packed sequence, with a gradient that is off by a factor."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(4))

    def forward(self, x):
        self.weight.register_hook(lambda gradient: 2 * gradient) if self.weight.requires_grad else None
        return x._replace(data=x.data * self.weight)


PLANTED = {
    "forget": "forget gate: the analytic gradient does not match",
    "gist": "candidate g: the analytic gradient does not match",
    "tanh": "within a single step",
    "batch": "only with more than one row: look at the sums over the batch",
    "state": "U: the analytic gradient does not match",
    "none": "U: the analytic gradient is missing",
    "percent": "state[0]: the analytic gradient is 1.01× the numeric one",
    "in place": "the analytic gradient is 2× the numeric one",
}


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found_and_named(bug):
    found = check_torch(layer(bug))
    assert (found.verdict, found.outcome) == (Verdict.MISMATCH, Outcome.WRONG)
    assert PLANTED[bug] in found.diagnosis


PURPOSES = {
    "": (Outcome.OK, "", {}),
    "clip": (Outcome.CLIPPED, "the gradient is clipped", {}),
    "crash": (Outcome.CRASHED, "backward raises ValueError: no gradient today (torch_targets.py, line", {}),
    "cut": (Outcome.TRUNCATED, "the gradient stops after 2 time steps at most, and is right until there", {"steps": 2}),
    "detach": (Outcome.WRONG, "", {}),
    "no dx": (Outcome.WRONG, "x: the analytic gradient is missing", {}),
    "double": (Outcome.SCALED, "every gradient is 2× the numeric one at T=5 N=3", {"factor": pytest.approx(2.0)}),
    "mean": (Outcome.SCALED, "every gradient is 0.333333× the numeric one at T=5 N=3", {"law": "1/N"}),
    "steps": (Outcome.SCALED, "", {"law": "T"}),
}


@pytest.mark.parametrize("bug", PURPOSES)
def test_what_may_be_on_purpose_is_told_apart(bug):
    outcome, said, more = PURPOSES[bug]
    found = check_torch(layer(bug))
    assert found.outcome is outcome, found.diagnosis
    assert found.diagnosis.startswith(said)
    assert found.verdict is (Verdict.MISMATCH if outcome in {Outcome.CRASHED, Outcome.WRONG} else Verdict.PASS)
    for name, value in more.items():
        assert getattr(found, name) == value


@pytest.mark.parametrize("bug", ["", "forget", "gist", "batch", "none"])
def test_an_autograd_function_alone(bug):
    x, h, c = torch.randn(3, 4), torch.randn(3, 6), torch.randn(3, 6)
    W, U, b = torch.randn(24, 4), torch.randn(24, 6), torch.randn(24)
    found = check_torch(lstm_step(bug), x, h, c, W, U, b)
    assert found.verdict is (Verdict.MISMATCH if bug else Verdict.PASS)
    assert not bug or PLANTED[bug].split(":")[0] in found.diagnosis


@pytest.mark.parametrize(
    ("bug", "said"),
    [("clip all", "entries are held within ±0.25; right where"), ("clip norm", "its norm is held at 0.5; right where")],
)
def test_the_bound_of_a_clipped_gradient_is_told(bug, said):
    arguments = [torch.randn(*shape) for shape in ((3, 4), (3, 6), (3, 6), (24, 4), (24, 6), (24,))]
    found = check_torch(lstm_step(bug), *arguments)
    assert found.outcome is Outcome.CLIPPED
    assert found.diagnosis.startswith(f"the gradient is clipped: {said}")


def test_an_upstream_gradient_that_is_changed_in_place_is_named():
    arguments = [torch.randn(*shape) for shape in ((3, 4), (3, 6), (3, 6), (24, 4), (24, 6), (24,))]
    found = check_torch(lstm_step("in place"), *arguments)
    assert found.diagnosis.startswith("backward changes its upstream gradient of output[0] in place")


def test_a_cut_of_one_path_alone_is_wrong_from_the_step_on_at_which_it_is_made():
    found = check_torch(layer("detach"))
    assert "carry from step t to t − 1: " in found.diagnosis
    assert "from lag 1 on" in found.diagnosis
    passed = [case.label[:3] for case in found.cases if case.verdict is Verdict.PASS]
    assert set(passed) == {"T=1", "T=2"}


class Big(Layer):
    """More entries than can be moved one by one."""

    def __init__(self, bug=""):
        torch.manual_seed(0)
        super().__init__(30, 40, bug)
        self.example_inputs = (torch.randn(6, 3, 30), (torch.zeros(3, 40), torch.zeros(3, 40)))


@pytest.mark.parametrize(("bug", "expected"), [("", ""), ("forget", "U, forget gate: "), ("batch", "b: ")])
def test_a_large_layer_is_located_by_blocks(bug, expected):
    found = check_torch(Big(bug), shapes="2x1,6x3")
    assert found.diagnosis.startswith(expected)
    assert {case.tier for case in found.cases} == {"gate"}


def test_a_kink_that_stays_is_inconclusive():
    padded = torch.tensor([[0.0, 1.0, -1.0], [0.5, 0.0, 2.0]])
    found = check_torch(torch.relu, padded, shapes="1x1")
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "kink" in found.diagnosis


TROUBLES = {
    "fresh": (Verdict.INCONCLUSIVE, "forward builds fresh weights at every call (Linear (torch_targets.py, line"),
    "noise": (Verdict.INCONCLUSIVE, "forward draws random numbers (randn_like (torch_targets.py, line"),
    "detached": (Verdict.MISMATCH, "autograd sees no way from the outputs back"),
}


@pytest.mark.parametrize("how", TROUBLES)
def test_what_stands_in_the_way_is_named(how):
    verdict, said = TROUBLES[how]
    found = check_torch(Looped(4, 6, how))
    assert found.verdict is verdict
    assert found.diagnosis.startswith(said)


@pytest.mark.parametrize(
    ("module", "said"),
    [
        (lambda: nn.LSTM(4, 6, 2, dropout=0.5), "dropout is active (LSTM with p = 0.5)"),
        (lambda: nn.Sequential(nn.LSTMCell(4, 6), nn.Module()), ""),
        (lambda: nn.Sequential(nn.Linear(4, 6), nn.Dropout(0.25)), "dropout is active (Dropout 1 with p = 0.25)"),
    ],
)
def test_dropout_in_training_mode_is_named(module, said):
    if not said:
        return
    x = torch.randn(5, 3, 4)
    found = check_torch(module(), x)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.diagnosis.startswith(said)
    assert check_torch(module().eval(), x).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("how", "said"), [("float32 state", "Float and Double"), ("float32 output", "float32 in to_copy")]
)
@pytest.mark.parametrize("inputs", [(), (torch.randn(3, 2, 4),)], ids=["made", "given"])
def test_single_precision_inside_is_made_double_and_said(how, said, inputs):
    found = check_torch(Looped(4, 6, how), *inputs)
    assert (found.verdict, found.outcome) == (Verdict.PASS, Outcome.FLOAT32)
    assert found.diagnosis.startswith("computes in single precision (")
    assert said in found.diagnosis
    assert "(torch_targets.py, line" in found.diagnosis


def test_a_wrong_gradient_in_single_precision_is_wrong_all_the_same():
    found = check_torch(layer("float and forget"))
    assert found.outcome is Outcome.WRONG
    assert "forget gate" in found.diagnosis
    (note,) = found.notes
    assert note.startswith("computes in single precision (")


def test_single_precision_that_cannot_be_made_double_is_refused_with_advice():
    with pytest.raises(UsageError, match="cannot run in double precision") as refused:
        check_torch(Looped(4, 6, "legacy"), torch.randn(3, 2, 4))
    assert "(torch_targets.py, line" in str(refused.value)
    assert "dtype=x.dtype" in str(refused.value)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (lambda x: x, "has no example inputs; set <lambda>.example_inputs"),
        (3, "a module, an autograd function or a callable of tensors is wanted, got 3"),
        (nn.Bilinear, r"Bilinear\(4, .*\) raises|no arguments are known"),
        (lambda: (nn.LSTM(3, 2), torch.randn(3, 2, 7)), "forward of .* raises RuntimeError: "),
        (lambda: (torch.argmax, torch.randn(3)), "returns no tensor of floating numbers"),
    ],
)
def test_what_cannot_be_called_is_refused_in_one_line(target, said):
    with pytest.raises(UsageError, match=said) as refused:
        check_torch(target)
    assert "\n" not in str(refused.value)


def test_the_users_module_and_generators_are_left_as_they_are():
    module = layer()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    check_torch(module)
    assert torch.equal(torch.rand(3), expected)
    assert torch.get_default_dtype() is torch.float32
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert all(value.grad is None and value.dtype is torch.float32 for value in module.parameters())


def test_a_backward_hook_is_checked_and_a_hook_on_a_parameter_is_not():
    hooked = nn.Sequential(nn.Linear(4, 3), nn.Tanh())
    hooked[0].weight.register_hook(lambda gradient: 0 * gradient)
    assert check_torch(hooked, torch.randn(5, 4)).outcome is Outcome.OK
    hooked[0].register_full_backward_hook(lambda module, inward, outward: (2 * inward[0],))
    found = check_torch(hooked, torch.randn(5, 4))
    assert found.diagnosis.startswith("input: the analytic gradient is 2× the numeric one")


def test_the_same_check_gives_the_same_numbers():
    assert repr(check_torch(layer("forget"))) == repr(check_torch(layer("forget")))


def test_the_check_says_where_the_target_stands():
    found = check_torch(layer())
    assert found.file.endswith("torch_targets.py")
    assert found.line is not None
