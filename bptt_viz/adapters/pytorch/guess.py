"""Arguments for a module that declares none: sizes read off its constructor and its layers, then tried."""

import inspect
import re
from collections.abc import Callable, Iterator
from itertools import islice, product
from typing import Any

import torch

from bptt_viz.adapters.examples import ADVICE
from bptt_viz.adapters.pytorch import layers
from bptt_viz.adapters.pytorch.calling import in_one_line, is_about_precision, no_double
from bptt_viz.adapters.reading import is_state
from bptt_viz.errors import UsageError

STEPS, ROWS = 5, 3
_MOST = 100
# All unlike each other, so that a mixed-up axis cannot fit by chance.
_SIZES = {"input": 4, "hidden": 6, "output": 7, "layers": 2}
_MEANINGS = {
    "layers": r"(num|n)_?layers?|depth",
    "hidden": r".*hid.*|h|n_?h|units|state_(size|dim)|rnn_(size|dim)|cell_(size|dim)",
    "output": r".*out.*|.*class(es)?|v|vocab.*|n_?y",
    "input": r".*in(put)?(_.*)?|.*emb.*|.*feat.*|d|n_?x|x_(size|dim)",
}


def constructed(made: type[torch.nn.Module]) -> torch.nn.Module:
    """Return a module of a class, small and with random weights.

    Raises:
        UsageError: the constructor wants something else than sizes.
    """
    sizes = (4, 6) if issubclass(made, layers.LAYERS + layers.CELLS) else tuple(_sizes(made))
    try:
        return made(*sizes)
    except Exception as error:
        listed = ", ".join(map(str, sizes))
        raise UsageError(f"{made.__name__}({listed}) raises {in_one_line(error)}; {_advice(made.__name__)}") from error


def _advice(name: str) -> str:
    return ADVICE.format(target=f"{name}(…)")


def _sizes(made: type[torch.nn.Module]) -> Iterator[int]:
    spare = iter((4, 6, 7, 2))
    for name, parameter in inspect.signature(made).parameters.items():
        if parameter.default is not parameter.empty or parameter.kind in {
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        }:
            continue
        meaning = next((what for what, words in _MEANINGS.items() if re.fullmatch(words, name, re.I)), "")
        if parameter.annotation not in {parameter.empty, int, "int"}:
            raise UsageError(f"{made.__name__} wants {name}: {parameter.annotation}; {_advice(made.__name__)}")
        yield _SIZES[meaning] if meaning else next(spare, 3)


def guessed(module: torch.nn.Module, fits: Callable[[tuple[Any, ...]], bool]) -> tuple[Any, ...]:
    """Return arguments with which a module runs: of several, the first in which time is an axis.

    Args:
        module: the module.
        fits: tells whether the module is recurrent in time with these arguments; raises whatever the module raises.

    Raises:
        UsageError: none of the arguments that were tried fits.
    """
    runs: list[tuple[Any, ...]] = []
    errors: list[Exception] = []
    for arguments in islice(_candidates(module), _MOST):
        try:
            if fits(arguments):
                return arguments
            runs.append(arguments)
        except Exception as error:
            errors.append(error)
    if runs:
        return runs[0]
    name = type(module).__name__
    for said in filter(is_about_precision, errors):
        raise no_double(name, said) from said
    first = f" ({in_one_line(errors[0])})" if errors else ""
    raise UsageError(f"no arguments are known that {name} runs with{first}; {_advice(name)}")


def _candidates(module: torch.nn.Module) -> Iterator[tuple[Any, ...]]:
    """Yield arguments, most likely ones first; without a first state where the module makes its own."""
    if layers.kind(module):
        yield layers.arguments(module, STEPS, ROWS)
    parameters = list(inspect.signature(module.forward).parameters.values())
    named = [p for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    first, rest = named[:1], named[1:]
    if not first:
        return
    needed = sum(p.default is p.empty for p in rest)
    with_states = [p for p in rest if is_state(p.name)]
    counts = [len(with_states), 0] if needed == 0 else [needed]
    for count in dict.fromkeys(count for count in counts if count >= needed):
        for x, state in product(_sequences(module), _states(module, count, rest[:count])):
            yield (x.clone(), *state)


def _sequences(module: torch.nn.Module) -> Iterator[torch.Tensor]:
    embedding = next((part for part in module.modules() if isinstance(part, torch.nn.Embedding)), None)
    batch_first = any(getattr(part, "batch_first", False) for part in module.modules())
    order = (ROWS, STEPS) if batch_first else (STEPS, ROWS)
    if embedding is not None:
        yield torch.arange(STEPS * ROWS).reshape(order) % embedding.num_embeddings
        yield torch.arange(ROWS) % embedding.num_embeddings
    cell = "cell" in type(module).__name__.lower()
    for wide in _widths(module, "input"):
        shapes = [(*order, wide), (ROWS, wide)]
        yield from (torch.randn(shape) for shape in (reversed(shapes) if cell else shapes))


def _states(module: torch.nn.Module, count: int, parameters: list[inspect.Parameter]) -> Iterator[tuple[Any, ...]]:
    """Yield first states: as many arguments, each a tensor or a pair, with or without an axis of layers."""
    if count == 0:
        yield ()
    if count == 0 or not all(is_state(parameter.name) for parameter in parameters):
        return
    for wide, lead in product(_widths(module, "hidden"), ((), (1,), (_SIZES["layers"],))):
        if count == 1:
            yield ((torch.zeros(*lead, ROWS, wide), torch.zeros(*lead, ROWS, wide)),)
        yield tuple(torch.zeros(*lead, ROWS, wide) for _ in range(count))


def _widths(module: torch.nn.Module, meaning: str) -> list[int]:
    """Return what D or H may be: an attribute called so, of the module or its layers; else any width of its weights."""
    for part in module.modules():
        for name, value in vars(part).items():
            if isinstance(value, int) and not isinstance(value, bool) and re.fullmatch(_MEANINGS[meaning], name, re.I):
                return [value]
    return list(dict.fromkeys(size for weight in module.parameters() for size in weight.shape[::-1] if size > 1))
