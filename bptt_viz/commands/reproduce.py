"""`bptt-viz reproduce`: published experiments, done again."""

from functools import partial
from typing import Annotated

import typer

from bptt_viz.console.artefacts import Besides, deliver, form_of
from bptt_viz.console.options import Json
from bptt_viz.errors import ExitCode, UsageError


def reproduce(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="jozefowicz-forget-bias, lecture-response, pascanu-fig6, pascanu-fig7 or r2rt-truncation.",
        ),
    ],
    preset: Annotated[
        str, typer.Option("--preset", help="quick: minutes on two cores; paper: what was published.")
    ] = "quick",
    jobs: Annotated[int | None, typer.Option("--jobs", help="Worker processes; one a core if left out.", min=1)] = None,
    seeds: Annotated[
        int | None, typer.Option("--seeds", help="Repeat what is random so often; 5 if left out.", min=1)
    ] = None,
    json: Json = False,
    output: Besides = None,
) -> int:
    """Do a published experiment again, and put measured beside published numbers.

    Prints each statement of the source, whether it holds here, and the tables behind it.

    Exit code 1: a statement does not hold
    Example: bptt-viz reproduce lecture-response
    See also: task, sweep, docs/reproduce.md
    """
    import os

    from threadpoolctl import threadpool_limits

    from bptt_viz.console.progress import progress
    from bptt_viz.console.shown import figure_of
    from bptt_viz.render.reproduction import reproduction_csv, reproduction_report
    from bptt_viz.reproductions import Preset, discover_experiments

    known = discover_experiments()
    if name not in known:
        raise UsageError(f"unknown experiment {name!r}; choose from {', '.join(known)}")
    if preset not in set(Preset):
        raise UsageError(f"unknown preset {preset!r}; choose from {', '.join(Preset)}")
    form_of(output)
    with progress(name) as tick, threadpool_limits(1):
        found = known[name](Preset(preset), jobs or os.cpu_count() or 1, seeds).run(tick)
    options = {"name": name, "preset": preset, "seeds": seeds}
    data, report = partial(reproduction_csv, found), partial(reproduction_report, found)
    figure = partial(figure_of, "reproduction", found)
    deliver("reproduce", found, options, output, json, data, report, found.title, figure)
    return ExitCode.PASS if all(claim.holds for claim in found.claims) else ExitCode.MISMATCH
