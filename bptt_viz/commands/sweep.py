"""`bptt-viz sweep`: many runs of a command over a grid of options."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bptt_viz.console.options import Json
from bptt_viz.errors import UsageError

if TYPE_CHECKING:
    from bptt_viz.results.sweep import SweepTable
    from bptt_viz.sweeps.design import Design
    from bptt_viz.sweeps.store import Outcome, Store


class Action(StrEnum):
    """What to do with a sweep."""

    RUN = "run"
    RESUME = "resume"
    STATUS = "status"
    EXPORT = "export"
    PLOT = "plot"
    SERVE = "serve"


def sweep(
    context: typer.Context,
    action: Annotated[
        Action,
        typer.Argument(
            help="run a design, resume a store, show its status, export or plot its runs; serve is for workers."
        ),
    ],
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="For run the design, a .toml or `example`; else one store or several."),
    ],
    store: Annotated[
        Path | None, typer.Option("--store", help="Where runs are kept; the design's name with .sqlite if left out.")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", help="Worker processes; one a core if left out.", min=1)] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="ADDRESS", help="A Dask scheduler to run on, tcp://host:8786.")
    ] = None,
    shard: Annotated[
        str, typer.Option("--shard", metavar="I/N", help="Do every Nth run only, from the Ith on.")
    ] = "1/1",
    retry: Annotated[bool, typer.Option("--retry-failed", help="Let resume try failed runs again.")] = False,
    x: Annotated[str | None, typer.Option("--x", help="Option along the horizontal axis of a plot.")] = None,
    y: Annotated[str | None, typer.Option("--y", help="Option of the rows or curves of a plot.")] = None,
    value: Annotated[str | None, typer.Option("--value", help="The kept value that a plot shows.")] = None,
    json: Json = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Runs as .csv, .json, .parquet; a plot as .svg, .png, .pdf."
        ),
    ] = None,
) -> None:
    """Run a command over a grid of options, keep what it finds, and plot it; killed, it goes on where it was.

    A design is a file of TOML that names a command and the values of its options. Runs are kept in one file of SQLite,
    each as it comes; run prints how many are done and what failed, export prints a table of them.

    Example: bptt-viz sweep run example --jobs 1
    See also: reproduce, docs/sweep.md
    """
    from bptt_viz.console.artefacts import demand_place

    demand_place(output)
    part = _part(shard)
    match action:
        case Action.SERVE:
            _serve(context)
        case Action.RUN | Action.RESUME:
            _fill(action, _only(files), store, part, retry, jobs, scheduler, json, output)
        case Action.STATUS:
            _status(_only(files), json, output)
        case Action.EXPORT:
            _export(files, json, output)
        case Action.PLOT:
            _plot(files, x, y, value, json, output)


def _only(files: list[Path]) -> Path:
    if len(files) != 1:
        raise UsageError(f"name one file, got {len(files)}")
    return files[0]


def _part(shard: str) -> tuple[int, int]:
    i, slash, n = shard.partition("/")
    if not (slash and i.isdecimal() and n.isdecimal() and 1 <= int(i) <= int(n)):
        raise UsageError(f"--shard wants I/N with 1 ≤ I ≤ N, such as 2/8; got {shard!r}")
    return int(i), int(n)


def _serve(context: typer.Context) -> None:
    import sys

    from bptt_viz.console.output import stdout
    from bptt_viz.sweeps.worker import serve

    group: Any = context.find_root().command
    answers = stdout()
    if answers is not None:
        serve(sys.stdin, answers, lambda line: _answer(group, line))


def _answer(group: Any, line: list[str]) -> tuple[Mapping[str, Any] | None, str]:
    """Do one command line in this process; return its document, or what it said."""
    import io
    import json
    from contextlib import redirect_stderr, redirect_stdout

    from bptt_viz.console.failures import PROGRAM, failed

    out, said = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(said):
        try:
            group.main(args=line, prog_name=PROGRAM, standalone_mode=False)
            return json.loads(out.getvalue()), ""
        except Exception as error:
            failed(error)
    lines = said.getvalue().strip().splitlines()
    return None, lines[-1].removeprefix(f"{PROGRAM}: ") if lines else "no answer"


def _fill(
    action: Action,
    file: Path,
    store: Path | None,
    shard: tuple[int, int],
    retry: bool,
    jobs: int | None,
    scheduler: str | None,
    json: bool,
    output: Path | None,
) -> None:
    from bptt_viz.sweeps.design import example, read_design
    from bptt_viz.sweeps.store import filling

    if action is Action.RUN:
        design = example() if str(file) == "example" else read_design(_text(file))
        path = store or file.with_suffix(".sqlite")
        opened = filling(path, design, shard)
    else:
        path = file
        opened = filling(path)
    with opened as kept:
        if retry:
            kept.retry_failed()
        _work(kept, jobs, scheduler)
        _show_summary(kept, path, json, output)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _work(kept: "Store", jobs: int | None, scheduler: str | None) -> None:
    """Do the runs that wait, and keep each as it comes."""
    import os

    from bptt_viz.console.failures import say
    from bptt_viz.console.progress import progress
    from bptt_viz.sweeps.worker import run_here

    design = kept.design
    tasks = ((place, design.line(point)) for place, point in kept.waiting())
    keep = _Keep(design)
    counts = kept.counts()
    total, done = sum(counts.values()), counts["done"] + counts["failed"]
    if scheduler is None:
        outcomes: Iterator[tuple[int, Outcome]] = run_here(tasks, jobs or os.cpu_count() or 1, keep)
    else:
        from bptt_viz.adapters.dask_sweep import run_on

        outcomes = run_on(scheduler, tasks, keep)
    with progress("sweep") as tick:
        for place, outcome in outcomes:
            kept.finish(place, outcome)
            done += 1
            tick(done / total)
            if outcome.error:
                say(f"run {place} failed: {outcome.error}")


class _Keep:
    """What is kept of a document; a class, so that it can be sent to another machine."""

    def __init__(self, design: "Design") -> None:
        self.names = design.keep

    def __call__(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        from bptt_viz.sweeps.fields import kept

        return kept(document, self.names)


def _status(file: Path, json: bool, output: Path | None) -> None:
    from bptt_viz.sweeps.store import reading

    with reading(file) as kept:
        _show_summary(kept, file, json, output)


def _show_summary(kept: "Store", path: Path, json: bool, output: Path | None) -> None:
    from bptt_viz.console.output import emit, provenance, to_terminal
    from bptt_viz.render.json_document import document
    from bptt_viz.render.sweep import summary_report
    from bptt_viz.sweeps.views import summary

    found = summary(kept, path.name)
    ran = provenance("sweep", {"design": kept.design.text})
    as_json = json or (output is not None and output.suffix.lower() == ".json")
    emit(document("sweep", found, ran) if as_json else summary_report(found, to_terminal(output)), output)


def _table(files: list[Path]) -> tuple["SweepTable", str]:
    """Return all runs of some stores, and the command."""
    from bptt_viz.sweeps.store import reading
    from bptt_viz.sweeps.views import sweep_table

    with ExitStack() as stack:
        stores = [stack.enter_context(reading(file)) for file in files]
        design = stores[0].design
        return sweep_table(stores), " ".join([design.command, *design.arguments])


def _export(files: list[Path], json: bool, output: Path | None) -> None:
    from bptt_viz.console.output import emit, emit_bytes, provenance
    from bptt_viz.render.json_document import document
    from bptt_viz.render.sweep import sweep_csv

    table, command = _table(files)
    named = output is not None and str(output) != "-"
    form = output.suffix.lower().removeprefix(".") if output and named else "json" if json else "csv"
    if form == "json" or (json and form in {"csv", "parquet"}):  # beside another file, --json is for standard output
        ran = provenance("sweep", {"command": command})
        emit(document("sweep-runs", table, ran), output if form == "json" else None)
    if form == "csv":
        emit(sweep_csv(table), output)
    elif form == "parquet":
        from bptt_viz.adapters.parquet import parquet_bytes

        emit_bytes(parquet_bytes(table), output)
    elif form != "json":
        raise UsageError(f"--output {output}: the name must end in .csv, .json or .parquet")


def _plot(files: list[Path], x: str | None, y: str | None, value: str | None, json: bool, output: Path | None) -> None:
    from bptt_viz.console.artefacts import form_of, publish
    from bptt_viz.console.output import provenance
    from bptt_viz.console.shown import figure_of, figured
    from bptt_viz.render.sweep import heading, picture_report, sweep_csv
    from bptt_viz.sweeps.views import sweep_picture

    table, command = _table(files)
    if value is None or x is None:
        raise UsageError(f"plot needs --x (one of {', '.join(table.options)}) and --value ({', '.join(table.fields)})")
    form_of(output)
    found = sweep_picture(table, command, value, x, y or "")
    ran = provenance("sweep", {"x": x, "y": y, "value": value, "command": command})
    made = figured(
        "sweep-plot",
        found,
        ran,
        heading(found),
        lambda: sweep_csv(table),
        lambda boxed, _: picture_report(found, boxed),
        figure=partial(figure_of, "sweep", found),
    )
    publish(made, output, json)
