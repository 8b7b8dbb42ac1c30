"""`bptt-viz train`: a character model learns a text."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bptt_viz.commands.train_options import (
    Activation,
    Back,
    Batch,
    Cell,
    ClipNorm,
    ClipValue,
    Dropout,
    Dtype,
    Every,
    Hidden,
    Init,
    Layers,
    Mask,
    NoCarry,
    Number,
    OptimiserName,
    Preset,
    Rate,
    Reach,
    Resume,
    Sample,
    SampleEvery,
    Save,
    Seed,
    Settings,
    Steps,
    Threads,
    Updates,
)
from bptt_viz.console.artefacts import Besides
from bptt_viz.console.options import Json, parse_settings
from bptt_viz.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from bptt_viz.training.recipe import Recipe
    from bptt_viz.training.run import Run


def train(
    text: Annotated[
        str, typer.Argument(metavar="[TEXT]", help="hello, sonnets, azalea (embedded) or a UTF-8 file.")
    ] = "sonnets",
    preset: Preset = "plain",
    cell: Cell = None,
    hidden: Hidden = None,
    layers: Layers = None,
    activation: Activation = None,
    settings: Settings = None,
    init: Init = None,
    steps: Steps = None,
    back: Back = None,
    no_carry: NoCarry = False,
    dropout: Dropout = None,
    mask: Mask = None,
    batch: Batch = None,
    optimiser: OptimiserName = None,
    rate: Rate = None,
    number: Number = None,
    clip_norm: ClipNorm = None,
    clip_value: ClipValue = None,
    seed: Seed = None,
    dtype: Dtype = None,
    updates: Updates = 1000,
    save: Save = None,
    every: Every = 1000,
    resume: Resume = None,
    reach: Reach = 0,
    sample_every: SampleEvery = 0,
    sample: Sample = 200,
    threads: Threads = 1,
    json: Json = False,
    output: Besides = None,
) -> int:
    """Train a character model on a text by truncated backpropagation through time; it goes on bit for bit after a stop.

    Prints the smoothed loss, the gradient's norm and how often it was clipped, and a sample at the end. --save
    keeps what --resume, sample and --weights take.

    Example: bptt-viz train hello --hidden 8 --steps 4 --updates 50
    See also: sample, learn, truncation, docs/train.md
    """
    from threadpoolctl import threadpool_limits

    from bptt_viz.console.artefacts import form_of

    form_of(output)
    given = {
        "cell": cell, "hidden": hidden, "layers": layers, "activation": activation, "init": init, "steps": steps,
        "back": back, "batch": batch, "optimiser": optimiser, "rate": rate, "clip_norm": clip_norm,
        "clip_value": clip_value, "seed": seed, "dtype": dtype,
        "dropout": dropout, "mask": mask, "carries": False if no_carry else None,
        "settings": parse_settings(settings) or None, "numbers": _numbers(number) or None,
    }  # fmt: skip
    chosen = {name: value for name, value in given.items() if value is not None}
    run = _resumed(resume, text, chosen, preset) if resume else _started(text, preset, chosen)
    with threadpool_limits(threads):
        _learn(run, updates, save, every, reach, sample_every, sample)
    _publish(run, text, sample, json, output)
    return ExitCode.MISMATCH if run.stopped else ExitCode.PASS


def _numbers(given: list[str] | None) -> dict[str, float]:
    try:
        return {name: float(value) for name, value in parse_settings(given).items()}
    except ValueError as error:
        raise UsageError(f"--number wants NAME=NUMBER: {error}") from None


def _recipe(preset: str, chosen: dict[str, Any]) -> "Recipe":
    from bptt_viz.training.recipe import PRESETS

    if preset not in PRESETS:
        raise UsageError(f"unknown preset {preset!r}; choose from {', '.join(PRESETS)}")
    if chosen.get("optimiser") not in {None, PRESETS[preset].optimiser}:
        chosen = {"rate": None, **chosen}  # the preset's rate is for the preset's optimiser
    return replace(PRESETS[preset], **chosen)


def _started(text: str, preset: str, chosen: dict[str, Any]) -> "Run":
    from bptt_viz.texts import read_text
    from bptt_viz.training.run import Run

    return Run(_recipe(preset, chosen), read_text(text))


def _resumed(file: Path, text: str, chosen: dict[str, Any], preset: str) -> "Run":
    from bptt_viz.texts import read_text
    from bptt_viz.training.checkpoint import unpacked
    from bptt_viz.training.run import Run

    saved = unpacked(read_checkpoint(file), file.name)
    changed = [name for name, value in chosen.items() if getattr(saved.recipe, name) != value]
    if changed or preset != "plain":
        what = f"--{changed[0].replace('_', '-')}" if changed else "--preset"
        raise UsageError(f"{what} cannot be changed by --resume; the checkpoint goes on as it began")
    return Run(saved.recipe, read_text(text), saved)


def read_checkpoint(file: Path) -> bytes:
    """Return a file's contents.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {(error.strerror or str(error)).lower()}") from None


def _learn(run: "Run", updates: int, save: Path | None, every: int, reach: int, sample_every: int, sample: int) -> None:
    """Run, show what happens on standard error, and save on the way and at the end."""
    from bptt_viz.console.artefacts import demand_place
    from bptt_viz.console.output import write_file
    from bptt_viz.models.sampling import Choosing
    from bptt_viz.training.checkpoint import FORMATS, packed

    demand_place(save)
    form = save.suffix.removeprefix(".") if save else ""
    if save and form not in FORMATS:
        raise UsageError(f"--save {save}: the name must end in {' or '.join(f'.{name}' for name in FORMATS)}")
    if save:
        packed(run.checkpoint(), form)  # a package that is missing is told before the work, not after it
    with _watching(run, updates) as watch:
        for update in run.updates(updates, reach):
            watch.tell(update)
            if save and update.number % every == 0 and not run.stopped:
                write_file(save, packed(run.checkpoint(), form))
            if sample_every and update.number % sample_every == 0:
                watch.say(run.sample(sample, Choosing()))
    if save:
        write_file(save, packed(run.checkpoint(), form))


@contextmanager
def _watching(run: "Run", updates: int) -> "Iterator[Any]":
    from bptt_viz.console.training_log import TrainingLog

    with TrainingLog.shown(updates, run.learner.updates) as log:
        yield log


def _publish(run: "Run", text: str, sample: int, json: bool, output: Path | None) -> None:
    from bptt_viz.console.artefacts import deliver
    from bptt_viz.console.shown import figure_of
    from bptt_viz.models.sampling import Choosing
    from bptt_viz.render.training import training_csv, training_report

    if run.stopped:
        from bptt_viz.analyses.nonfinite import explained

        run.stopped = " ".join([run.stopped + ".", explained(run.learner.record())]).strip()
    found = run.result(Path(text).name, "" if run.stopped else run.sample(sample, Choosing()))
    deliver(
        "train",
        found,
        {"text": Path(text).name, **run.recipe.as_mapping()},
        output,
        json,
        lambda: training_csv(found),
        lambda boxed: training_report(found, boxed),
        figure=partial(figure_of, "training", found),
    )
