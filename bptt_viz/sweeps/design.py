"""A sweep on paper: which command, with which options, over which values of which others."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import product
from typing import Any

import numpy as np

from bptt_viz.errors import UsageError

Point = Mapping[str, Any]
"""The value of each option that varies."""

_KEYS = {"command", "model", "keep", "options", "grid", "random"}
_MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class Design:
    """A sweep.

    Attributes:
        command: a command that prints JSON.
        arguments: what it takes without a flag, such as the model.
        options: options that are the same for all runs, by name without dashes.
        points: the runs, in order; no two are alike.
        keep: fields of the command's document that are kept, as dotted names; empty for all single values.
        text: the TOML that it was read from.
    """

    command: str
    arguments: tuple[str, ...]
    options: Mapping[str, Any]
    points: Sequence[Point]
    keep: tuple[str, ...]
    text: str

    def line(self, point: Point) -> list[str]:
        """Return the command line of a run."""
        words = [self.command, *self.arguments]
        for name, value in {**self.options, **point}.items():
            flag = f"--{name.replace('_', '-')}"
            if isinstance(value, bool):
                words += [flag] if value else []
            else:
                for item in value if isinstance(value, list) else [value]:
                    words.append(f"{flag}={_typed(item)}")
        return [*words, "--json"]


def _typed(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value)


def key_of(point: Point) -> str:
    """Return a run's canonical name: its values as JSON, options in alphabetical order."""
    return json.dumps(point, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def read_design(text: str) -> Design:
    """Read a sweep from TOML.

    Raises:
        UsageError: it is no TOML, or says something that makes no sense.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"the sweep is not valid TOML: {error}") from None
    unknown = sorted(set(given) - _KEYS)
    if unknown:
        raise UsageError(f"a sweep has no key {unknown[0]!r}; it has {', '.join(sorted(_KEYS))}")
    command = given.get("command")
    if not isinstance(command, str):
        raise UsageError('a sweep needs a command, such as command = "norms"')
    tables = {name: _table(given, name) for name in ("options", "grid", "random")}
    points = _points(tables["grid"], tables["random"])
    twice = sorted(set(tables["options"]) & set(points[0]))
    if twice:
        raise UsageError(f"option {twice[0]!r} is fixed in [options] and varies too")
    model = given.get("model", [])
    arguments = tuple(map(str, model)) if isinstance(model, list) else (str(model),)
    keep = given.get("keep", [])
    return Design(
        command, arguments, tables["options"], points, (keep,) if isinstance(keep, str) else tuple(keep), text
    )


def example() -> Design:
    """Return the design that comes with the package."""
    return read_design(files(__package__).joinpath("example.toml").read_text(encoding="utf-8"))


def _table(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    table = given.get(name, {})
    if not isinstance(table, dict):
        raise UsageError(f"[{name}] must be a table")
    return table


def _points(grid: Mapping[str, Any], random: Mapping[str, Any]) -> list[Point]:
    """Return all combinations of the grid's values, each with every random draw."""
    axes = {name: _values(name, wanted) for name, wanted in grid.items()}
    count = int(np.prod([len(values) for values in axes.values()], dtype=float)) * int(random.get("samples", 1))
    if count > _MOST:
        raise UsageError(f"the sweep has {count:,} runs, more than {_MOST:,}; cut it into several")
    drawn = _drawn(random)
    both = sorted(set(axes) & set(drawn[0]))
    if both:
        raise UsageError(f"option {both[0]!r} stands in [grid] and in [random]")
    found = [dict(zip(axes, values, strict=True)) | draw for values in product(*axes.values()) for draw in drawn]
    if not found[0]:
        raise UsageError("nothing varies: give [grid] or [random] options")
    return list({key_of(point): point for point in found}.values())


def _values(name: str, wanted: Any) -> list[Any]:
    """Return the values of one axis of the grid."""
    if isinstance(wanted, list):
        values = wanted
    elif not isinstance(wanted, dict):
        values = [wanted]
    elif {"from", "to"} <= set(wanted) <= {"from", "to", "step", "format"}:
        step = wanted.get("step", 1)
        if not all(isinstance(wanted[end], int) for end in ("from", "to")) or not isinstance(step, int) or step < 1:
            raise UsageError(f"grid {name}: from, to and step must be integers, and step positive")
        values = _formatted(name, list(range(wanted["from"], wanted["to"] + 1, step)), wanted)
    elif {"low", "high", "count"} <= set(wanted) <= {"low", "high", "count", "log", "format"}:
        spaced = np.geomspace if wanted.get("log") else np.linspace
        low, high = _range(name, wanted)
        values = _formatted(name, [float(v) for v in spaced(low, high, int(wanted["count"]))], wanted)
    elif set(wanted) == {"values", "format"}:
        values = _formatted(name, wanted["values"], wanted)
    else:
        raise UsageError(f"grid {name}: give a list, {{from, to}}, {{low, high, count}} or {{values, format}}")
    if not values:
        raise UsageError(f"grid {name} has no values")
    return values


def _range(name: str, wanted: Mapping[str, Any]) -> tuple[float, float]:
    low, high = wanted["low"], wanted["high"]
    numbers = all(isinstance(end, int | float) and np.isfinite(end) for end in (low, high))
    if not numbers or low > high or (wanted.get("log") and low <= 0):
        raise UsageError(f"{name}: low and high must be finite, in order, and positive on a log scale")
    return float(low), float(high)


def _formatted(name: str, values: list[Any], wanted: Mapping[str, Any]) -> list[Any]:
    form = wanted.get("format")
    if form is None:
        return values
    try:
        return [form.format(value) for value in values]
    except (AttributeError, IndexError, KeyError, ValueError):
        raise UsageError(f"{name}: format must be text with one {{}}, such as 'radius={{:g}}', got {form!r}") from None


def _drawn(random: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Draw each sample's values, independently and reproducibly."""
    if not random:
        return [{}]
    samples, seed = random.get("samples"), random.get("seed", 0)
    if not isinstance(samples, int) or samples < 1 or not isinstance(seed, int) or seed < 0:
        raise UsageError("[random] needs samples = a positive number, and may have a seed")
    rng = np.random.default_rng(seed)
    axes = {name: wanted for name, wanted in random.items() if name not in {"samples", "seed"}}
    return [{name: _draw(name, wanted, rng) for name, wanted in axes.items()} for _ in range(samples)]


def _draw(name: str, wanted: Any, rng: np.random.Generator) -> Any:
    if isinstance(wanted, list) and wanted:
        return wanted[int(rng.integers(len(wanted)))]
    if not isinstance(wanted, dict) or not {"low", "high"} <= set(wanted) <= {
        "low",
        "high",
        "log",
        "integer",
        "format",
    }:
        raise UsageError(f"random {name}: give a list or {{low, high}}, with log, integer or format if wanted")
    low, high = _range(name, wanted)
    if wanted.get("log"):
        value: float = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    else:
        value = float(rng.uniform(low, high))
    return _formatted(name, [round(value) if wanted.get("integer") else value], wanted)[0]
