"""An independent judge of hand-written gradients: central differences of a case that a person set up by hand."""

import ast
import contextlib
import io
import json
import pdb
import re
import sys
import types
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

SIZES = {"N": 2, "T": 4, "D": 5, "H": 3, "M": 7, "V": 6}
STEP = 1e-5
KEPT = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign)
WRONG = 1e-6  # norm-relative; central differences of these cases reach 1e-8


@dataclass(frozen=True)
class Problem:
    """What a person would write to check one function: its inputs, how it is called, what its gradients belong to."""

    inputs: dict[str, np.ndarray]
    outputs: Callable[[dict], tuple]
    gradients: Callable[[dict, tuple], dict]
    blocks: dict[str, tuple[str, int]] = field(default_factory=dict)  # parameter: (one letter a gate, axis)


@dataclass(frozen=True)
class Finding:
    """What differs from central differences, by parameter."""

    wrong: tuple[str, ...]
    gates: tuple[str, ...]
    factor: float | None  # all wrong ones are this multiple of the right gradient


def arrays(specification, rng, **sizes):
    """Return random arrays for `x:N,T,D Wx:D,4*H`; sizes are those of SIZES unless given."""
    known = SIZES | sizes
    shapes = [each.split(":") for each in specification.split()]
    return {name: rng.standard_normal([eval(size, {}, known) for size in shape.split(",")]) for name, shape in shapes}


def plain(text, notebook=False):
    """Return a notebook's code as a file would have it, without magics; other text as it is."""
    if not notebook:
        return text
    cells = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    return re.sub(r"^(\s*)[%!].*$", r"\1pass", "\n\n".join(cells), flags=re.MULTILINE)


def load(text):
    """Run a text's definitions, imports and assignments as a module; what cannot run alone is left out."""
    module = types.ModuleType("field")
    sys.modules["field"] = module  # NamedTuple and dataclass look their module up
    pdb.set_trace = lambda: None
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        for statement in ast.parse(text).body:
            if isinstance(statement, KEPT) and not calls_a_name(statement):
                with contextlib.suppress(Exception, SystemExit):
                    exec(compile(ast.Module([statement], []), "field", "exec"), vars(module))
    return module


def calls_a_name(statement):
    """Say whether an assignment calls a function of the file, which may train for hours."""
    inner = ast.walk(statement) if isinstance(statement, ast.Assign) else ()
    return any(isinstance(each, ast.Call) and isinstance(each.func, ast.Name) for each in inner)


def copied(values):
    return {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in values.items()}


def examine(problem, seed=1):
    """Compare every gradient along random directions with central differences, all outputs weighted at random."""
    rng = np.random.default_rng(seed)
    with contextlib.redirect_stdout(io.StringIO()):
        weights = tuple(rng.standard_normal(np.shape(out)) for out in problem.outputs(copied(problem.inputs)))
        analytic = problem.gradients(copied(problem.inputs), tuple(each.copy() for each in weights))
        slopes = [each for name in analytic for each in compared(problem, name, analytic[name], weights, rng)]
    wrong = [slope for slope in slopes if slope.wrong]
    names = tuple(name for name in analytic if any(slope.name == name for slope in wrong))
    gates = tuple(sorted({slope.gate for slope in wrong if slope.gate}))
    return Finding(names, gates, common_factor([slope for slope in slopes if slope.name in names]))


@dataclass(frozen=True)
class Slope:
    """One directional derivative, as the code has it and as it is."""

    name: str
    gate: str
    ours: float
    numeric: float

    @property
    def wrong(self):
        return abs(self.ours - self.numeric) > WRONG * (abs(self.ours) + abs(self.numeric)) + 1e-8


def compared(problem, name, analytic, weights, rng):
    """Yield two slopes a parameter, or two a gate of it, along directions of random numbers."""

    def weighted(value):
        values = copied(problem.inputs) | {name: value}
        return sum(float(np.sum(w * out)) for w, out in zip(weights, problem.outputs(values), strict=True))

    value = problem.inputs[name]
    analytic = shaped(analytic, value)
    for gate, chosen in masks(value, problem.blocks.get(name)):
        for _ in range(2):
            direction = chosen * rng.standard_normal(value.shape)
            change = weighted(value + STEP * direction) - weighted(value - STEP * direction)
            yield Slope(name, gate, float(np.sum(analytic * direction)), change / (2 * STEP))


def masks(value, blocks):
    """Yield a gate's letter and where it stands in a parameter."""
    if blocks is None:
        yield "", np.ones(value.shape)
        return
    gates, axis = blocks
    for gate, places in zip(gates, np.split(np.arange(value.shape[axis]), len(gates)), strict=True):
        chosen = np.zeros(value.shape)
        np.moveaxis(chosen, axis, 0)[places] = 1
        yield gate, chosen


def shaped(analytic, value):
    """Return a gradient in its parameter's shape; one of another shape is as wrong as can be."""
    analytic = np.asarray(analytic, dtype=float)
    same = analytic.shape == value.shape or squeezed(analytic) == squeezed(value)
    return analytic.reshape(value.shape) if same else np.full(value.shape, 1e9)


def squeezed(array):
    return tuple(size for size in array.shape if size > 1)


def common_factor(slopes):
    """Return k when each wrong gradient is k times the right one."""
    if not slopes:
        return None
    ours, numeric = (np.array([getattr(slope, side) for slope in slopes]) for side in ("ours", "numeric"))
    k = float(ours @ numeric / max(numeric @ numeric, 1e-300))
    return k if np.linalg.norm(ours - k * numeric) < 10 * WRONG * np.linalg.norm(numeric) else None
