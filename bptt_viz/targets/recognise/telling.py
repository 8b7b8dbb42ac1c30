"""What docstrings, comments and hints of a function tell about its arrays."""

import ast

from bptt_viz.targets.recognise.docstrings import Axes, axes_in, comments, described, hinted
from bptt_viz.targets.recognise.inference.choices import Choices
from bptt_viz.targets.recognise.inference.module import Module, space_of
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.statements import Interpreter
from bptt_viz.targets.recognise.inference.values import UNKNOWN, Arr, defaults_of
from bptt_viz.targets.recognise.reading import Source


def told(source: Source, node: ast.FunctionDef) -> dict[str, tuple[Axes, str]]:
    """Return the sizes that docstrings, comments and hints give, by any name that stands in them."""
    wanted = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
    wanted |= {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    wanted |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    found: dict[str, tuple[Axes, str]] = {}
    for text, origin in ((ast.get_docstring(node) or "", "docstring"), (comments(source.lines, node), "comment")):
        for name, said in described(text, wanted).items():
            axes = axes_in(said)
            if axes is not None:
                found.setdefault(name, (axes, origin))
    for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        axes = hinted(each.annotation)
        if axes is not None:
            found[each.arg] = (axes, "hint")
    return found


def by_default(module: Module, node: ast.FunctionDef) -> dict[str, tuple[Axes, str]]:
    """Return the sizes of parameters whose default is an array, such as `np.zeros((5, 16))`."""
    run = Run(lambda _: (), Choices(()))
    interpreter, space = Interpreter(run), space_of(module)
    found: dict[str, tuple[Axes, str]] = {}
    for name, default in defaults_of(node).items():
        value = interpreter.evaluate(default, space) if isinstance(default, ast.Call) else UNKNOWN
        numbers = [axis.number for axis in value.shape] if isinstance(value, Arr) else []
        if numbers and None not in numbers:
            found[name] = (tuple(number for number in numbers if number is not None), "default")
    return found
