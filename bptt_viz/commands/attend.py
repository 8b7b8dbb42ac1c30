"""`bptt-viz attend`: where attention looks, word by word."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bptt_viz.console.artefacts import Besides
from bptt_viz.console.options import Json, model_command
from bptt_viz.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from bptt_viz.models import Prepared

_o = typer.Option
_LEARNED = {"scenes": ("scenes.npz", "soft"), "scenes-hard": ("scenes_hard.npz", "hard")}
"""Attention captioners that have learned the drawn scenes: their weights and their kind."""


@model_command
def attend(
    request: Any,
    image: Annotated[
        Path | None, _o("--image", metavar="FILE", help="Draw the maps of the first row over this image (PNG, PPM).")
    ] = None,
    fresh: Annotated[
        int, _o("--fresh", help="Fresh rows on which it is measured what lies on the named places.", min=0)
    ] = 200,
    estimator: Annotated[
        bool,
        _o("--estimator", help="Hold the gradient of a hard attention against the exact expectation, by enumeration."),
    ] = False,
    places: Annotated[int, _o("--places", help="With --estimator: L, the places of the image.", min=2)] = 4,
    words: Annotated[int, _o("--words", help="With --estimator: T, the words.", min=1)] = 3,
    samples: Annotated[int, _o("--samples", help="With --estimator: how many gradients are drawn.", min=2)] = 4000,
    json: Json = False,
    output: Besides = None,
) -> int:
    """Draw where a model's attention looks for each word.

    MODEL may also be scenes or scenes-hard, which have learned. Prints maps of the weights over the image's
    places for each word, where the most lies, and, over fresh rows, how much lies on the places that a word names.
    --estimator holds the sampled gradient of a hard attention against the exact one instead.

    Exit code 1: with --estimator, the estimator is biased
    Example: bptt-viz attend scenes
    See also: credit, graph, docs/attend.md
    """
    from bptt_viz.console.artefacts import form_of

    form_of(output)
    prepared = _prepared(request)
    if estimator:
        if image is not None:
            raise UsageError("--image is for maps of attention; leave it out with --estimator")
        return _estimate(prepared, places, words, samples, json, output)
    _maps(prepared, fresh, image, json, output)
    return ExitCode.PASS


def _prepared(request: Any) -> "Prepared":
    """Return the model; the name of one that has learned stands for its options and its weights."""
    from dataclasses import replace
    from importlib.resources import as_file, files

    from bptt_viz.weights import prepare

    if request.cell not in _LEARNED:
        return prepare(request)
    file, attention = _LEARNED[request.cell]
    settings = {"attention": attention, **request.settings}
    with as_file(files("bptt_viz.training").joinpath(file)) as place:
        return prepare(replace(request, cell="attention-captioner", settings=settings, weights=str(place)))


def _maps(prepared: "Prepared", fresh: int, image: Path | None, json: bool, output: Path | None) -> None:
    from bptt_viz.analyses.attention import attention_maps, pictures, rows_of
    from bptt_viz.console.artefacts import deliver
    from bptt_viz.console.shown import figure_of
    from bptt_viz.render.attend import attend_csv, attend_report

    found = attention_maps(prepared, fresh)
    known = pictures(prepared.batch)
    images = [None] * len(found.shown) if known is None else list(known)
    if image is not None:
        from bptt_viz.render.image_file import read_image

        images = [read_image(image), *images[1:]]

    deliver(
        "attend",
        found,
        _told(prepared),
        output,
        json,
        lambda: attend_csv(dict(rows_of(found))),
        lambda boxed: attend_report(found, boxed),
        figure=partial(figure_of, "attend", found, images),
    )


def _estimate(prepared: "Prepared", places: int, words: int, samples: int, json: bool, output: Path | None) -> int:
    from bptt_viz.analyses.score_function import estimate
    from bptt_viz.console.artefacts import form_of
    from bptt_viz.console.output import emit, on_terminal, provenance
    from bptt_viz.render.attend import estimate_report
    from bptt_viz.render.json_document import document

    form = form_of(output)
    if form not in {"", "txt", "json"}:
        raise UsageError(f"--estimator writes .txt or .json, not {output}")
    found = estimate(prepared, places, words, samples)
    ran = provenance("attend", {**_told(prepared), "places": places, "words": words, "samples": samples})
    if json or form == "json":
        emit(document("attend-estimator", found, ran), output)
    else:
        emit(estimate_report(found, on_terminal() and output is None), output)
    return ExitCode.PASS if found.is_unbiased else ExitCode.MISMATCH


def _told(prepared: "Prepared") -> dict[str, Any]:
    from dataclasses import asdict

    told = asdict(prepared.request)
    return told | {name: Path(told[name] or "").name for name in ("cell", "text")}
