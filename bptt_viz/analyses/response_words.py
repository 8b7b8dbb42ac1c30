"""What the responses of units show, in sentences."""

from collections.abc import Sequence

import numpy as np

from bptt_viz.results.response import Fate, ResponsePanel, ResponseSetting, Run

# A vector follows |λ|^t if its factor a step is this close to |λ|.
_CLOSE = 0.01


def panel_finding(runs: Sequence[Run], setting: ResponseSetting, horizon: int) -> str:
    """Say of one panel at which weights the start is forgotten, kept or outgrown.

    Args:
        runs: by ascending weight.
        setting: tells scalar units from vectors.
        horizon: applications of f after which a run was given up.
    """
    symbol = "|λ|" if setting.vector else "w"
    clauses = [
        f"{words} {where(runs, fate, symbol)}"
        for fate, words in _words(runs, horizon).items()
        if any(run.fate == fate for run in runs)
    ]
    return "; ".join(clauses)


def _words(runs: Sequence[Run], horizon: int) -> dict[Fate, str]:
    slowest = max((run.agree or 0 for run in runs), default=0)
    return {
        "forgets": f"forgets its start within {slowest:,} step{'s' * (slowest != 1)}",
        "lingers": f"has not forgotten it after {horizon:,}",
        "keeps": "never forgets",
        "grows": "blows up",
    }


def where(runs: Sequence[Run], fate: Fate, symbol: str) -> str:
    """Say at which of the ascending weights the runs have one fate."""
    hit = [run.fate == fate for run in runs]
    return weights_where([run.weight for run in runs], hit, symbol)


def weights_where(weights: Sequence[float], hit: Sequence[bool], symbol: str) -> str:
    """Say which of the ascending weights are hit, at least one."""
    chosen = [f"{weight:g}" for weight, yes in zip(weights, hit, strict=True) if yes]
    if len(chosen) == len(weights) > 1:
        return f"at every {symbol}"
    if len(chosen) > 1 and all(hit[: len(chosen)]):
        return f"up to {symbol} = {chosen[-1]}"
    if len(chosen) > 1 and all(hit[-len(chosen) :]):
        return f"from {symbol} = {chosen[0]} on"
    return f"at {symbol} = {' and '.join((', '.join(chosen[:-1]), chosen[-1])) if chosen[1:] else chosen[0]}"


def finding(panels: Sequence[ResponsePanel], setting: ResponseSetting, horizon: int) -> str:
    """Say of all panels how long a scalar unit remembers its start, or where a vector's norm follows |λ|^t."""
    said = [_followed(panels, name) for name in _names(panels)] if setting.vector else _remembered(panels, horizon)
    opening = "‖h(t)‖ goes with |λ|ᵗ: " if setting.vector else "How long a unit remembers its start: "
    return opening + "; ".join(said)


def _names(panels: Sequence[ResponsePanel]) -> list[str]:
    return list(dict.fromkeys(panel.name for panel in panels))


def _remembered(panels: Sequence[ResponsePanel], horizon: int) -> list[str]:
    several = len({panel.bias for panel in panels}) > 1
    return [
        f"{panel.name}{f' (b = {panel.bias:g})' * several} {', '.join(_memory(panel.runs, horizon))}"
        for panel in panels
    ]


def _memory(runs: Sequence[Run], horizon: int) -> list[str]:
    """Say what outlasts forgetting, or how long that takes at most where everything is forgotten."""
    slowest = max((run.agree or 0 for run in runs), default=0)
    lasting: dict[Fate, str] = {"lingers": f"over {horizon:,} steps", "keeps": "for ever", "grows": "while blowing up"}
    found = [f"{words} {where(runs, fate, 'w')}" for fate, words in lasting.items() if _any(runs, fate)]
    return found or [f"at most {slowest:,} step{'s' * (slowest != 1)}"]


def _any(runs: Sequence[Run], fate: Fate) -> bool:
    return any(run.fate == fate for run in runs)


def _followed(panels: Sequence[ResponsePanel], name: str) -> str:
    """Say at which |λ| the norm has the factor |λ| a step, whatever the matrix and the bias."""
    own = [panel.runs for panel in panels if panel.name == name]
    weights = [run.weight for run in own[0]]
    if all(map(_constant, own)):
        return f"{name} nowhere (constant at every |λ|)"
    hit = [all(follows(runs[k]) and not _constant(runs) for runs in own) for k in range(len(weights))]
    return f"{name} {weights_where(weights, hit, '|λ|') if any(hit) else 'at no |λ|'}"


def _constant(runs: Sequence[Run]) -> bool:
    """Tell whether the norm stays as it is at every weight, so that it goes with none of them."""
    return len(runs) > 1 and all(abs(run.rate - 1) <= _CLOSE for run in runs)


def follows(run: Run) -> bool:
    """Tell whether a run's factor a step is |λ|, to a hundredth."""
    return bool(np.isfinite(run.rate) and abs(run.rate - run.weight) <= _CLOSE * run.weight)
