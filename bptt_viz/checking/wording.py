"""What is wrong with a gradient, in one sentence that says where to look."""

import math

from bptt_viz.results.check import Diagnosis

_GATES = {
    "i": "input gate",
    "f": "forget gate",
    "o": "output gate",
    "g": "candidate g",
    "r": "reset gate",
    "z": "update gate",
    "n": "candidate n",
}
_PATHS = {"y": "the readout y", "L": "the loss"}


def sentence(found: Diagnosis) -> str:
    """Return the sentence."""
    fault = f"{found.primitive} is not the derivative of its value; " if found.primitive else ""
    return f"{fault}{_subject(found)}: {_size(found)}{_when(found)}{_where(found)}"


def _subject(found: Diagnosis) -> str:
    if found.gate and found.input:
        return f"{found.input}, {_GATES.get(found.gate, f'gate {found.gate}')}"
    return found.input or _through(found)


def _through(found: Diagnosis) -> str:
    if found.lag:
        return f"carry{f' of {found.path}' if found.path else ''} from step t to t − 1"
    return f"gradient through {_PATHS.get(found.path, found.path) or 'several outputs'}"


def _size(found: Diagnosis) -> str:
    if abs(found.ratio) < 1e-9:
        return "the analytic gradient is missing"
    if not math.isfinite(found.ratio):
        return "the analytic gradient is not zero where it should be"
    if found.uniform:
        return f"the analytic gradient is {_number(found.ratio)}× the numeric one"
    return f"the analytic gradient does not match the numeric one ({_number(found.ratio)}× along it)"


def _number(ratio: float) -> str:
    return f"{ratio:.3g}" if abs(ratio - 1) > 5e-3 else f"{ratio:.8g}"


def _when(found: Diagnosis) -> str:
    if found.lag is None:
        return ""
    return f" from lag {found.lag} on" if found.lag else " within a single step"


def _where(found: Diagnosis) -> str:
    if found.state:
        return f"; look at what a step hands back through {found.path}"
    if found.path in _PATHS and found.input:
        return f"; look at {_PATHS[found.path]}"
    return ""
