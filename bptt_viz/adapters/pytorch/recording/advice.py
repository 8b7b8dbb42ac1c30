"""What to try next with a PyTorch model, given a verdict."""

from collections.abc import Sequence
from math import log

from bptt_viz.adapters.pytorch.layers import kind
from bptt_viz.adapters.pytorch.recording.cells import suffix
from bptt_viz.adapters.pytorch.recording.visits import Chain
from bptt_viz.results.norms import HORIZON, Advice, Trend


def advise(verdict: Trend, chains: Sequence[Chain], steps: int) -> Advice:
    """Return one sentence on what to try next."""
    chain = chains[-1]
    name = f"{chain.name}." if chain.name else "module."
    weight = f"{name}weight_hh{suffix(chain.module, 0)}"
    return Advice(_sentence(verdict, chain, weight, steps), ())


def _sentence(verdict: Trend, chain: Chain, weight: str, steps: int) -> str:
    bias = weight.replace("weight_hh", "bias_ih")
    match verdict:
        case Trend.VANISHING if kind(chain.module) == "LSTM":
            opened = round(log(max(steps, HORIZON)))
            return f"Open the forget gate: {bias}.data[H:2*H] = {opened}, near ln T (Tallec & Ollivier 2018)."
        case Trend.VANISHING if kind(chain.module) == "GRU":
            return f"Keep more of h, by the update gate's bias: {bias}.data[H:2*H] = 2."
        case Trend.VANISHING:
            return f"Start with torch.nn.init.orthogonal_({weight}, 1.2), or take nn.LSTM, whose c keeps a gradient."
        case Trend.EXPLODING:
            return f"Clip in training, torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0), or shrink {weight}."
        case Trend.NON_FINITE:
            return "Look at the first number that is not finite, and at what goes into it."
        case Trend.HEALTHY:
            return "Nothing to mend at this length; see whether a longer sequence is healthy too."
    return "Give an example with more time steps." if steps <= HORIZON else "No gradient leaves the last step."
