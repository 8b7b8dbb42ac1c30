"""`bptt-viz fit`: a model learns the data that it makes itself."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bptt_viz.console.options import Json, model_command
from bptt_viz.errors import UsageError

if TYPE_CHECKING:
    from bptt_viz.training.model_learner import ModelLearner

_o = typer.Option


@model_command
def fit(
    request: Any,
    updates: Annotated[int, _o("--updates", help="The budget.", min=0)] = 500,
    every: Annotated[int, _o("--every", help="Updates between two trials on fresh data.", min=1)] = 100,
    optimiser: Annotated[str, _o("--optimiser", help="adam, adagrad, sgd or rmsprop.")] = "adam",
    rate: Annotated[float | None, _o("--rate", help="Learning rate. [default: 0.005 for adam]")] = None,
    clip_norm: Annotated[float, _o("--clip-norm", help="Clip the gradient's norm there; 0 does not clip.")] = 5.0,
    entropy: Annotated[
        float, _o("--entropy", help="Weight of the mean entropy of a hard attention, in nats.", min=0)
    ] = 0.02,
    whole: Annotated[
        bool, _o("--whole", help="Charge a drawn place with the whole caption, not with the words from its own on.")
    ] = False,
    start: Annotated[
        Path | None, _o("--start", metavar="FILE.npz", help="Go on from the parameters of a model saved by --save.")
    ] = None,
    save: Annotated[Path | None, _o("--save", metavar="FILE.npz", help="Save the model there.")] = None,
    json: Json = False,
    output: Annotated[
        Path | None, _o("-o", "--output", metavar="FILE", help="The report (.txt, .json), or the way there (.csv).")
    ] = None,
) -> None:
    """Let a model with data of its own learn them (seq2seq, captioner, attention-captioner); --batch rows an update.

    Example: bptt-viz fit captioner --batch 8 --updates 20
    """
    from threadpoolctl import threadpool_limits

    from bptt_viz.console.artefacts import demand_place
    from bptt_viz.console.output import emit, provenance, to_terminal, write_file
    from bptt_viz.console.progress import progress
    from bptt_viz.render.fit import fit_csv, fit_report
    from bptt_viz.render.json_document import document
    from bptt_viz.training.fitted import packed

    form = _demand(output, save)
    demand_place(output)
    demand_place(save)
    learner, described = _learner(request, start, optimiser, rate, clip_norm, entropy, not whole)
    data = packed(learner.prepared, learner.parameters.parts, 0) if save else b""  # what cannot be saved is told first
    with progress("fit") as tick, threadpool_limits(1):
        found = _result(learner, described, updates, every, tick)
    if save:
        data = packed(learner.prepared, learner.parameters.parts, learner.updates)
        write_file(save, data)
    ran = provenance("fit", {**_told(request), "updates": updates, "optimiser": described})
    if json or form == ".json":
        emit(document("fit", found, ran), output)
    else:
        emit(fit_csv(found) if form == ".csv" else fit_report(found, to_terminal(output)), output)


def _demand(output: Path | None, save: Path | None) -> str:
    form = output.suffix if output else ""
    if form not in {"", ".txt", ".json", ".csv"}:
        raise UsageError(f"--output {output}: the name must end in .txt, .json or .csv")
    if save is not None and save.suffix != ".npz":
        raise UsageError(f"--save {save}: the name must end in .npz")
    return form


def _told(request: Any) -> dict[str, Any]:
    from dataclasses import asdict

    told = asdict(request)
    return told | {"cell": Path(told["cell"]).name}


def _learner(
    request: Any, start: Path | None, name: str, rate: float | None, clip_norm: float, entropy: float, to_go: bool
) -> "tuple[ModelLearner, str]":
    from bptt_viz.commands.train import read_checkpoint
    from bptt_viz.models import prepare
    from bptt_viz.models.score_function import Estimator
    from bptt_viz.training.clipping import Clip
    from bptt_viz.training.fitted import with_values
    from bptt_viz.training.model_learner import ModelLearner
    from bptt_viz.training.optimisers import optimiser

    chosen = optimiser(name, 0.005 if rate is None and name == "adam" else rate)
    estimator, clip = Estimator(entropy=entropy, to_go=to_go), Clip(clip_norm or None)
    described = f"{name} at {chosen.learning_rate:g}" + (f", norm clipped at {clip_norm:g}" if clip_norm else "")
    prepared = prepare(request)
    if start is not None:
        prepared = with_values(prepared, read_checkpoint(start), start.name)
    return ModelLearner(prepared, chosen, clip, estimator), described


def _result(learner: "ModelLearner", described: str, updates: int, every: int, tick: Any) -> Any:
    from bptt_viz.analyses.runs import describe
    from bptt_viz.results.fit import FitResult
    from bptt_viz.training.model_run import TRIAL, answers, learn

    points = learn(learner, updates, every, tick)
    last = points[-1]
    finding = (
        f"{last.wholes:.1%} of {TRIAL} fresh rows are right as a whole after {last.updates:,} updates,"
        f" {last.symbols:.1%} of their symbols; loss {last.loss:.3g} a symbol"
    )
    return FitResult(finding, describe(learner.prepared), described, TRIAL, points, answers(learner))
