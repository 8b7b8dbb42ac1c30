"""A training run as text: how the loss fell, how far gradients reach, and what the model writes."""

import csv
import io
import math
from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from bptt_viz.render.numbers import scientific
from bptt_viz.render.tables import table
from bptt_viz.results.training import Reach, Sample, Training

_GONE = 1e-3


def training_report(result: Training, boxed: bool) -> RenderableType:
    """Return the finding, the run in pieces, the reach, and the sample."""
    rows = [
        (f"{s.last:,}", f"{s.loss:.4g}", f"{s.loss / math.log(2):.3g}", scientific(s.norm), f"{s.clipped:.0%}")
        for s in result.spans
    ]
    headings = ("updates", "nats", "bits", "‖gradient‖", "clipped")
    parts: list[RenderableType] = [Text(result.finding, "bold"), Text(described(result))]
    if result.stopped:
        parts.append(Text(f"{result.stopped[0].upper()}{result.stopped[1:]} {_ADVICE}"))
    parts += [Text(), table(headings, rows, boxed)]
    if result.reach is not None:
        parts += [Text(), reach_table(result.reach, boxed)]
    if result.sample:
        parts += [Text(), Text("the model writes", "bold"), Text(result.sample)]
    return Group(*parts)


_ADVICE = "Try a smaller --rate, or --clip-norm 1."


def described(result: Training) -> str:
    """Say in one line what was trained."""
    r: Mapping[str, Any] = result.recipe
    window = (
        f"{r['steps']} steps"
        if r["back"] in {None, r["steps"]}
        else f"{r['steps']} steps, errors carried back {r['back']}"
    )
    layers = f", {r['layers']} layers" if r["layers"] > 1 else ""
    return (
        f"{r['cell']}, H = {r['hidden']}{layers}, {result.parameters:,} parameters, on {result.text}"
        f" ({result.classes} characters), {r['optimiser']}, updates every {window}"
    )


def reach_table(reach: Reach, boxed: bool) -> RenderableType:
    """Return by update how much of the last loss's gradient arrives some steps back, and where it is below 1/1000."""
    steps = reach.norms.shape[1]
    back = [k for k in (1, 5, 10, 20, 40) if k < steps]
    rows = []
    for update, norms in zip(reach.updates, reach.norms, strict=True):
        shares = norms[::-1] / norms[-1] if norms[-1] else norms[::-1]
        gone = next((str(k) for k, share in enumerate(shares) if share < _GONE), f"> {steps - 1}")
        rows.append((f"{update:,}", *(scientific(float(shares[k])) for k in back), gone))
    headings = ("update", *(f"{k} back" for k in back), "below 1/1000 after")
    return table(headings, rows, boxed, "gradient of one loss at earlier states, beside its own step's")


def sample_text(result: Sample) -> RenderableType:
    """Return what a model wrote, behind what it was given; a terminal breaks it where it ends."""
    return Text(result.prompt + result.text)


def training_csv(result: Training) -> str:
    """Return the run in pieces, one line each."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("updates", "loss_nats", "gradient_norm", "clipped_share"))
    writer.writerows((s.last, repr(s.loss), repr(s.norm), repr(s.clipped)) for s in result.spans)
    return text.getvalue()
