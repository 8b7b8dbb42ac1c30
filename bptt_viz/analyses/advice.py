"""What to try next, given a verdict and what was run."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, log

from bptt_viz.results.nonfinite import Place
from bptt_viz.results.norms import HORIZON, Advice, Chain, Crossing, LayerNorms, Run, Trend

# With these values, gradients kept between a tenth and ten times their size over so many steps (hidden sizes 32, 128).
_TANH_INIT, _TANH_REACH = "orthogonal=1.2", 100
_INITS = {"tanh": _TANH_INIT, "relu": "identity=1", "identity": "orthogonal=1", "sigmoid": "orthogonal=1"}
_MATRICES = {
    "tanh": "an orthogonal W_hh of gain 1.2, which makes up for the slope of tanh",
    "relu": "W_hh = I (Le et al. 2015)",
    "identity": "an orthogonal W_hh, whose rate is 1",
    "sigmoid": "an orthogonal W_hh",
}
_LONGEST = 1000
# Operations that leave the finite numbers without anything having grown.
_DOMAINS = {
    "log": "Keep what goes into log above 0: bound it from below, or add a small number.",
    "sqrt": "Keep what goes into sqrt above 0, where its slope is infinite: add a small number.",
    "divide": "Keep the divisor away from 0: bound it, or add a small number.",
    "power": "Keep what goes into power above 0: bound it from below, or add a small number.",
    "exp": "exp overflows beyond 709: take off the largest entry first, as softmax does.",
}


def advise(
    verdict: Trend,
    run: Run,
    chain: Chain,
    layers: Sequence[LayerNorms],
    place: Place | None,
    usual: float | None = None,
) -> Advice:
    """Return one sentence on what to try next, and the arguments that change the run accordingly.

    Args:
        verdict: what was found.
        run: what was run.
        chain: the last loss's gradient over all layers.
        layers: each layer's report.
        place: the first number that is not finite, if there is one.
        usual: the 90 % quantile of the gradient's norm over windows of the text, if it was measured.
    """
    match verdict:
        case Trend.VANISHING:
            return _against_vanishing(run, layers)
        case Trend.EXPLODING:
            return _clipped(run, usual)
        case Trend.NON_FINITE:
            return _against_infinities(run, place)
        case Trend.HEALTHY:
            return _farther(run, chain.crossing)
    return _undetermined(run, chain)


def _against_vanishing(run: Run, layers: Sequence[LayerNorms]) -> Advice:
    if "forget_bias" in run.options:
        return _open_the_forget_gate(run)
    activation = run.options.get("activation", "")
    if activation == "sigmoid":
        why = "A sigmoid's slope is at most 1/4, so a step takes three quarters or more; that of tanh reaches 1."
        return Advice(why, ("--activation", "tanh", "--init", _TANH_INIT))
    if activation in _INITS and run.init != _INITS[activation] and (activation != "tanh" or run.steps <= _TANH_REACH):
        dead = sum(layers[-1].idle) / len(layers[-1].idle)
        why = f"{dead:.0%} of the ReLU units are at 0 and pass nothing: start" if activation == "relu" else "Start"
        return Advice(f"{why} with {_MATRICES[activation]}.", ("--init", _INITS[activation]))
    why = f"Over {run.steps} steps gradients need a path that hardly shrinks: an LSTM's cell state with f near 1."
    cell = ("--set", "cell=lstm") if "cell" in run.options else ("lstm",)
    return Advice(why, (*cell, "--set", f"forget_bias={_forget_bias(run)}"))


def _forget_bias(run: Run) -> int:
    """Return about ln T, with which a forget gate forgets over T steps (Tallec & Ollivier 2018, "chrono")."""
    return round(log(max(run.steps, HORIZON)))


def _open_the_forget_gate(run: Run) -> Advice:
    wanted = _forget_bias(run)
    if float(run.options["forget_bias"]) < wanted:
        why = "Open the forget gate: a bias near ln T makes it forget over T steps (Tallec & Ollivier 2018)."
        return Advice(why, ("--set", f"forget_bias={wanted}"))
    if run.init != "orthogonal=1":
        why = "The forget gate's bias is large already: let the paths through h carry more."
        return Advice(why, ("--init", "orthogonal=1"))
    return Advice("The gates hold the gradient back although their bias is large: see their saturation in --json.", ())


def _clipped(run: Run, usual: float | None) -> Advice:
    at = "" if usual is None else f" at {usual:.3g}, the 90 % quantile over windows of the text,"
    found = _smaller(run, f"Clip the gradient norm{at} when you train (Pascanu et al. 2013), and start")
    return replace(found, threshold=usual)


def _smaller(run: Run, opening: str) -> Advice:
    activation = run.options.get("activation", "")
    if activation in _INITS and run.init != _INITS[activation]:
        return Advice(f"{opening} with {_MATRICES[activation]}.", ("--init", _INITS[activation]))
    name, _, value = run.init.partition("=")
    return Advice(f"{opening} with recurrent weights of half the size.", ("--init", f"{name}={float(value) / 2:g}"))


def _against_infinities(run: Run, place: Place | None) -> Advice:
    if place is not None and place.role == "parameter":
        return Advice("The parameters themselves are not finite: look at what made them.", ())
    if place is not None and place.primitive in _DOMAINS:
        return Advice(_DOMAINS[place.primitive], ())
    if place is not None and place.phase == "backward":
        return _smaller(run, "The forward pass is sound, but its gradient overflows: clip it when you train, and start")
    if run.options.get("activation") in {"relu", "identity"}:
        return _smaller(run, "Nothing bounds the states, so they grow as W_hh does: start")
    return _smaller(run, "Start")


def _farther(run: Run, crossing: Crossing | None) -> Advice:
    if run.steps >= _LONGEST:
        return Advice("Nothing to mend.", ())
    wanted = 4 * run.steps if crossing is None else ceil(crossing.distance) + 1
    why = "Nothing to mend at this length; see whether a longer sequence is healthy too."
    return Advice(why, _longer(run, max(run.steps + 1, min(wanted, _LONGEST))))


def _undetermined(run: Run, chain: Chain) -> Advice:
    if run.topology == "one-to-one":
        return Advice("Choose a topology with more than one time step.", ("--topology", "many-to-many"))
    if run.steps > 1 and not chain.share >= 0:
        return Advice("Is anything asked for at the last step? And are the readout's weights other than 0?", ())
    return Advice("Take more time steps.", _longer(run, max(HORIZON, run.steps) + 1))


def _longer(run: Run, steps: int) -> tuple[str, ...]:
    """Return the options for that many steps; the other texts may be too short for them."""
    return (*(() if run.text == "sonnets" or not run.reads_text else ("--text", "sonnets")), "--steps", str(steps))
