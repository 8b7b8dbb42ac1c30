"""Analyses of a model's gradient over time: norms, credit, curves, spectrum, and all of them as one report."""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any, Literal, Unpack, overload

from bptt_viz.answers import credit as of_credit
from bptt_viz.answers import curves as of_curves
from bptt_viz.answers import norms as of_norms
from bptt_viz.answers import report as of_report
from bptt_viz.answers import spectrum as of_spectrum
from bptt_viz.api.reading import (
    ModelOptions,
    demand_known,
    demand_no_example,
    demand_no_options,
    demand_torch,
    is_name,
    name_of,
    of_model,
    read,
    with_model_options,
)
from bptt_viz.commands.credit import credit as credit_command
from bptt_viz.commands.curves import curves as curves_command
from bptt_viz.commands.norms import norms as norms_command
from bptt_viz.commands.report import report as report_command
from bptt_viz.commands.spectrum import spectrum as spectrum_command
from bptt_viz.console.lists import whole_numbers
from bptt_viz.console.options import requests_of
from bptt_viz.console.shown import Shown
from bptt_viz.errors import UsageError
from bptt_viz.render.norms import Extras
from bptt_viz.results.credit import Credit
from bptt_viz.results.curves import Curves
from bptt_viz.results.norms import NormReport
from bptt_viz.results.report import Report
from bptt_viz.results.saliency import Saliency
from bptt_viz.results.spectrum import Spectrum

Listed = str | Sequence[str] | None
Numbers = float | str | Sequence[float] | None


@with_model_options
def norms(
    model: Any,
    example: Any = (),
    criterion: Callable[[Any], Any] | None = None,
    *,
    loss: Literal["all", "last"] = "all",
    seeds: int = 1,
    parameters: bool = False,
    why: bool = False,
    entries: bool = False,
    baseline: str | PathLike[str] | None = None,
    **options: Unpack[ModelOptions],
) -> Shown[NormReport]:
    """Report the gradient at every time step of a run on text, and whether it vanishes or explodes.

    Args:
        model: a cell's or model's name, `file.py:ClassName`, or a class derived from `Cell`; or a PyTorch module, which
            has none of the options of a model.
        example: of a PyTorch module: its input, or a tuple of its inputs; without them an example is looked for.
        criterion: of a PyTorch module: takes what it returns; gives L, or one L_t a time step. Without it the loss is a
            random projection of what the topmost layer returns.
        loss: whose gradient the norms are about: `all` losses, or the `last` one alone.
        seeds: how often the weights are drawn, from `seed` on; from 1 on.
        parameters: show what each step adds to the gradient of every parameter and gate.
        why: take the decay apart: each step's factors, Jacobians, products over spans.
        entries: show the sizes of each gradient's entries, zeros and NaN.
        baseline: a document of `bptt-viz norms --json` to compare with.
        options: of the model, as above.

    Returns:
        `verdict`; `chain`, ‖∂L_T/∂s_t‖ by distance and its decay; `layers`, norms (T,) of each state; and more.

    Raises:
        UsageError: there is no such model or option, a value does not fit, or the model cannot be run.
        MissingError: PyTorch is needed and not installed.
    """
    own = {"loss": loss, "seeds": seeds, "parameters": parameters, "why": why, "entries": entries, "baseline": baseline}
    if is_name(model):
        demand_no_example(model, example, criterion)
        request, asked = of_model(norms_command, model, own, options)
        extras = Extras(asked["parameters"], asked["why"], asked["entries"])
        return of_norms.norms(request, asked["loss"].value, asked["seeds"], extras, asked["baseline"])
    demand_torch(model)
    demand_no_options(model, options, seeds=seeds != 1)
    asked = read(norms_command, own)
    extras = Extras(asked["parameters"], asked["why"], asked["entries"])
    return of_norms.of_torch(model, example, criterion, asked["loss"].value, extras, asked["baseline"])


@overload
def credit(
    model: Any,
    *,
    state: str | None = None,
    layer: int | None = None,
    scale: str | None = None,
    saliency: None = None,
    of: Literal["score", "loss"] = "score",
    normalise: bool = False,
    **options: Unpack[ModelOptions],
) -> Shown[Credit]: ...


@overload
def credit(
    model: Any,
    *,
    saliency: int,
    of: Literal["score", "loss"] = "score",
    normalise: bool = False,
    scale: str | None = None,
    state: str | None = None,
    layer: int | None = None,
    **options: Unpack[ModelOptions],
) -> Shown[Saliency]: ...


@with_model_options
def credit(
    model: Any,
    *,
    state: str | None = None,
    layer: int | None = None,
    scale: str | None = None,
    saliency: int | None = None,
    of: Literal["score", "loss"] = "score",
    normalise: bool = False,
    **options: Unpack[ModelOptions],
) -> Shown[Credit] | Shown[Saliency]:
    """Show how far back the credit for each loss reaches, or which characters one output depends on.

    Args:
        model: a cell's or model's name, `file.py:ClassName`, or a class derived from `Cell`.
        state: whose gradients: `h`, `c` or another state, `joint` for all; the one that is read out if left out.
        layer: whose states: from 0, next to the input; the last layer if left out.
        scale: ends of the colours, such as `"1e-3:1"`, to share them between pictures.
        saliency: show instead which characters the output at this step depends on; 1 to T.
        of: with `saliency`: the target's `score` or the `loss`.
        normalise: with `saliency`: divide by the largest value.
        options: of the model, as above.

    Returns:
        `norms`, ‖∂L_k/∂h_t‖ with a row for each loss k and a column for each t, (K, T); `profile`; `finding`. With
        `saliency`: `values` (T,), `finding`.

    Raises:
        UsageError: there is no such model, option, state, layer or step, or the model cannot be run.
    """
    own = {"state": state, "layer": layer, "scale": scale, "saliency": saliency, "of": of, "normalise": normalise}
    request, asked = of_model(credit_command, model, own, options)
    if asked["saliency"] is not None:
        return of_credit.saliency(request, asked["saliency"], asked["of"].value, normalise, scale)
    return of_credit.credit(request, asked["state"], asked["layer"], scale)


def curves(
    *,
    cell: Listed = None,
    activation: Listed = None,
    radius: Numbers = None,
    seeds: int = 10,
    matrix: Listed = None,
    hidden: int = 64,
    steps: int | None = None,
    text: str = "sonnets",
    input_scale: float = 1.0,
    start: float = 0.0,
    bias: float = 0.0,
    settings: Mapping[str, Any] | None = None,
    by: Literal["network", "radius"] = "network",
    seed: int = 0,
    dtype: str = "float64",
) -> Shown[Curves]:
    """Measure how gradients vanish or explode with the distance back in time, for several networks and radii.

    Args:
        cell: built-in cells or `file.py:ClassName`, one or several; `rnn` if left out.
        activation: of the rnn, one or several; tanh, sigmoid and relu if left out.
        radius: spectral radii of each gate's W_hh; 0.5, 0.9, 1, 1.1, 1.5 and 2 if left out.
        seeds: networks drawn for each curve, from 1 on.
        matrix: W_hh before it is scaled to the radius, one or several of `normal`, `orthogonal`, `identity`.
        hidden: H, from 1 on.
        steps: T, from 1 on; 50 if the text is that long.
        text: `hello`, `sonnets`, `azalea` or a UTF-8 file.
        input_scale: factor on W_xh; 0 leaves the network without input.
        start: every entry of h_0.
        bias: deviation of the cell's biases, drawn normal.
        settings: options of cells besides the rnn, by name.
        by: one panel a `network`, or one panel a `radius`.
        seed: of every random draw, from 0 on.
        dtype: `float64` or `float32`.

    Returns:
        `panels` of curves, each with `lower`, `median` and `upper` (T,) over the draws, and `bound`; `finding`.

    Raises:
        UsageError: there is no such cell, or a value does not fit.
    """
    asked = read(curves_command, dict(locals()))
    for name in ("plot", "json", "output"):
        del asked[name]
    return of_curves.curves(of_curves.setting_of(**{**asked, "by": asked["by"].value}))


@with_model_options
def spectrum(
    model: Any,
    *,
    span: int | str | Sequence[int] | None = None,
    transient: int = 0,
    leading: int | None = None,
    **options: Unpack[ModelOptions],
) -> Shown[Spectrum]:
    """Measure how fast gradients grow or shrink in every direction of the state: Lyapunov exponents by QR.

    Args:
        model: a cell's or model's name, `file.py:ClassName`, or a class derived from `Cell`.
        span: singular values of the product of the last so many steps, one or several; 1, 10 and 100 if left out.
        transient: steps left out of the exponents at the start, from 0 on.
        leading: only so many exponents, the largest ones, from 1 on; all if left out.
        options: of the model, as above.

    Returns:
        `lyapunov` (`exponents`, natural logarithms a step, largest first), `spans` (singular values), `finding`.

    Raises:
        UsageError: there is no such model or option, a value does not fit, or the model has too few steps.
    """
    own = {"span": span, "transient": transient, "leading": leading}
    request, asked = of_model(spectrum_command, model, own, options)
    spans = whole_numbers("span", asked["span"]) if asked["span"] else None
    return of_spectrum.spectrum(request, spans, asked["transient"], asked["leading"])


@with_model_options
def report(*models: Any, **options: Unpack[ModelOptions]) -> Shown[Report]:
    """Measure all about a run, or two side by side: norms, graph, credit, gates, curves, spectrum and gradient check.

    A notebook shows the page that `bptt-viz report` writes; `save("report.html")` writes it.

    Args:
        models: one or two names; one with options of its own as on the command line: `"lstm --set forget_bias=3"`.
        options: of both models, as above.

    Returns:
        `subjects`, the runs with a result of each kind; `finding`, what the comparison comes to.

    Raises:
        UsageError: there are none or more than two models, both are the same, or one cannot be run.
    """
    if not models:
        raise UsageError("a report is about one or two models, got none")
    demand_known(options)
    asked = read(report_command, options)
    asked.pop("json"), asked.pop("output")
    return of_report.report(requests_of([name_of(each) for each in models], asked))
