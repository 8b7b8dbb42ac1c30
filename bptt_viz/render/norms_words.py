"""The sentences of the per-step gradient report."""

from bptt_viz.render.numbers import compact, percent, steps
from bptt_viz.results.norms import (
    GROWN,
    LOST,
    Chain,
    Crossing,
    Decay,
    NormReport,
    Trend,
)
from bptt_viz.results.norms_spread import RateBand, Spread
from bptt_viz.results.origin import Origin


def verdict_words(report: NormReport) -> str:
    """Return the verdict's sentence, with its numbers."""
    chain, last = report.chain, report.run.steps
    if report.verdict is Trend.NON_FINITE and report.nonfinite is not None:
        return report.nonfinite.sentence
    if last == 1:
        return "One time step leaves no way back through time, so no decay can be fitted."
    if not chain.share >= 0:
        return "No gradient leaves the last loss, so no decay can be fitted."
    over = {Trend.HEALTHY: f"over these {last} steps. ", Trend.UNDETERMINED: f"{last} steps are too few to tell. "}
    fate = _fate(chain, report.spread)
    both = any(layer.backward for layer in report.layers)
    whose = ", and ahead from step 1 where layers run backward, the gradient of the loss there" if both else ""
    whose = whose or ", the gradient of the last loss"
    return f"{over.get(report.verdict, '')}Going back from step {last}{whose} {fate}."


def _fate(chain: Chain, spread: Spread | None) -> str:
    does = [_multiplied(chain, chain.decay, spread)] if chain.decay else []
    does += [_crosses(chain, chain.crossing)] if chain.crossing else []
    parts = ["; it ".join(does)] if does else []
    if chain.decay and not chain.crossing:
        parts.append("a rate of 1 is within the error" if chain.decay.low else "a single ratio tells no trend")
    if chain.share <= GROWN and not (chain.gone and chain.gone.measured):
        parts.append(f"{percent(chain.share)} of it arrives at step 1")
    return "; ".join(parts)


def _multiplied(chain: Chain, decay: Decay, spread: Spread | None) -> str:
    pace, found = "", spread.rate if spread and spread.rate else decay
    if found.half_life is not None:
        pace = f", and halves every {steps(found.half_life)}"
    elif found.doubling is not None:
        pace = f", and doubles every {steps(found.doubling)}"
    rate = _band_words(found, spread) if spread and isinstance(found, RateBand) else rate_words(decay)
    return f"is multiplied by {rate} at each step{pace if chain.crossing else ''}"


def _band_words(rate: RateBand, spread: Spread) -> str:
    return (
        f"{compact(rate.median)} (median over {_sample(spread)}; 10–90%: {compact(rate.low)} to {compact(rate.high)})"
    )


def _sample(spread: Spread) -> str:
    counted = ((spread.seeds, "draws"), (spread.rows, "rows"))
    return " × ".join(f"{count} {name}" for count, name in counted if count > 1)


def draws_words(report: NormReport) -> list[str]:
    """Return how many draws of the weights have which verdict, where there are several."""
    spread = report.spread
    if spread is None or spread.seeds == 1:
        return []
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in spread.verdicts.items())
    first, last = report.run.seed, report.run.seed + spread.seeds - 1
    return [f"{spread.seeds} draws of the weights, seeds {first} to {last}: {verdicts}; why and table: seed {first}"]


def _crosses(chain: Chain, crossing: Crossing) -> str:
    limit = "1/10 of" if crossing.share == LOST else f"{GROWN:g} times"
    if not crossing.measured:
        verb = "fall below" if crossing.share == LOST else "pass"
        return f"would {verb} {limit} its start after about {crossing.distance:,.0f} steps"
    after = f"{limit} its start after {crossing.distance:.0f} of {len(chain.norms) - 1} steps"
    if crossing.share == GROWN:
        return f"passes {after} and reaches {compact(chain.share)} times at step 1"
    return f"is below {after}{_gone(chain)}"


def _gone(chain: Chain) -> str:
    zero = next((t for t in range(len(chain.norms), 0, -1) if chain.norms[t - 1] == 0), None)
    end = f", and exactly 0 from step {zero} on" if zero else ""
    if chain.gone is None:
        return end
    if not chain.gone.measured:
        return f" and would be below 1/1000 after about {chain.gone.distance:,.0f}"
    return f", below 1/1000 after {chain.gone.distance:.0f}{end}"


def memory_words(report: NormReport) -> list[str]:
    """Return after how many steps back the gradient counts for nothing, where an end is in sight."""
    memory = report.memory
    if report.verdict is Trend.NON_FINITE or memory.thousandth is None:
        return []
    types = ((memory.float16, "float16"), (memory.float32, "float32"))
    lost = ", ".join(f"{_after(found)} in {name}" for found, name in types if found)
    parts = [f"{_after(memory.thousandth)} steps until 1/1000 of it is left"]
    parts += [f"rounded away beside its start after {lost}"] if lost else []
    parts += [f"underflows in float16 after {_after(memory.underflow16)}"] if memory.underflow16 else []
    return ["; ".join(parts)]


def _after(crossing: Crossing) -> str:
    return f"{'' if crossing.measured else 'about '}{crossing.distance:,.0f}"


def rate_words(decay: Decay) -> str:
    """Return a rate with its confidence interval."""
    if decay.low is None or decay.high is None:
        return compact(decay.rate)
    return f"{compact(decay.rate)} (95%: {compact(decay.low)} to {compact(decay.high)})"


def decay_words(chain: Chain) -> str:
    """Return what a fitted line says, in short."""
    if chain.decay is None:
        return "no decay can be fitted"
    half = chain.decay.half_life
    return f"×{rate_words(chain.decay)} a step" + (f", half-life {steps(half)}" if half else "")


def fit_words(report: NormReport) -> list[str]:
    """Return how good the fit is, and the states' own rates where a cell has several."""
    decay = report.chain.decay
    if decay is None or decay.low is None:
        return []
    until = "" if decay.farthest == report.run.steps - 1 else ", before it underflows"
    range_ = f"{decay.nearest} to {decay.farthest} steps before T{until}"
    what = "the median of log ‖∂L_T‖" if report.spread and report.spread.seeds > 1 else "log ‖∂L_T‖"
    return [f"line through {what} from {range_}: R² = {decay.r_squared:.4f}", *_own_rates(report)]


def _own_rates(report: NormReport) -> list[str]:
    several = len(report.layers) > 1
    said = []
    for layer in report.layers:
        own = [f"{state.name} alone ×{compact(state.decay.rate)}" for state in layer.states if state.decay]
        if len(own) > 1:
            said.append(f"{f'{layer.label}: ' if several else ''}{', '.join(own)} a step")
    return said


# Options of cells and models that say how weights are drawn, and nothing of those from a file.
_OF_DRAWING = ("forget_bias", "weights")


def run_words(report: NormReport) -> str:
    """Return what was run, on one line."""
    run = report.run
    drawing = () if run.origin is None else _OF_DRAWING
    options = "".join(f" {name}={value}" for name, value in run.options.items() if name not in drawing)
    sizes = f"H={run.hidden}{f' layers={run.layers}' if run.layers > 1 else ''} T={run.steps} N={run.batch}"
    data = "text" if run.reads_text else "data"
    known = [loss for loss in report.losses if loss is not None]
    loss = f", L = {compact(sum(known))}" if known else ""
    drawn = f"{run.drawn}, {run.dtype}{loss}"
    return f"{run.cell}{options}, {sizes}, {run.topology}, {data} {run.text}, {drawn}"


def origin_words(origin: Origin | None) -> list[str]:
    """Return where the weights are from, line by line; none if they were drawn."""
    if origin is None:
        return []
    unused = f"; left out: {', '.join(origin.left_out)}" if origin.left_out else ""
    order = [f"vocabulary: {origin.vocabulary}"] if origin.vocabulary else []
    return [f"{origin.file} ({origin.form}), {origin.used} arrays{unused}", *order, *origin.notes]
