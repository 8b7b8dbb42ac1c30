"""The diagnosis as text."""

from collections.abc import Iterable, Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bptt_viz.results.doctor import Blas, Diagnosis, Extra, Trial

_GOOD, _BAD, _NEUTRAL = "green", "bold red", "dim"


def diagnosis_report(found: Diagnosis) -> RenderableType:
    """Return all findings by subject, each renderer with OK or what is missing, and the conclusion."""
    sections: list[RenderableType] = []
    for title, rows in (
        ("versions", _facts(found.versions)),
        ("BLAS", [_blas(library) for library in found.blas] or [(Text("none found", _NEUTRAL), Text())]),
        ("terminal", _facts(found.terminal)),
        ("renderers", [_trial(trial) for trial in found.renderers]),
        ("extras", [_extra(name, extra) for name, extra in found.extras.items()]),
    ):
        sections += [Text(title, "bold"), _aligned(rows), Text()]
    return Group(*sections, _conclusion(found))


def _aligned(rows: Iterable[tuple[Text, Text]]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(min_width=17, no_wrap=True)
    grid.add_column(overflow="fold")
    for name, text in rows:
        grid.add_row(Text("  ") + name, text)
    return grid


def _facts(facts: Mapping[str, str]) -> list[tuple[Text, Text]]:
    return [(Text(name), Text(text, _BAD if text == "missing" else "")) for name, text in facts.items()]


def _blas(library: Blas) -> tuple[Text, Text]:
    threads = "1 thread" if library.threads == 1 else f"{library.threads} threads"
    return Text(library.name), Text(", ".join(filter(None, (library.version, threads))))


def _trial(trial: Trial) -> tuple[Text, Text]:
    if trial.works:
        return Text(trial.name), Text.assemble(("OK", _GOOD), f"  {trial.found}")
    if not trial.needed:
        return Text(trial.name), Text(f"{trial.found}; not needed while another draws graphs", _NEUTRAL)
    return Text(trial.name), Text.assemble(("MISSING", _BAD), f"  {trial.found}; {trial.install}")


def _extra(name: str, extra: Extra) -> tuple[Text, Text]:
    if not extra.missing:
        return Text(name), Text("OK", _GOOD)
    return Text(name), Text(f"without {', '.join(extra.missing)}; {extra.install}")


def _conclusion(found: Diagnosis) -> Text:
    if found.healthy:
        return Text("Everything that bptt-viz needs works.", _GOOD)
    names = ", ".join(trial.name for trial in found.renderers if trial.needed and not trial.works)
    return Text(f"Pictures cannot be drawn: {names} does not work.", _BAD)
