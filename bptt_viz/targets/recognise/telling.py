"""What docstrings, comments and hints of a function tell about its arrays."""

import ast

from bptt_viz.targets.recognise.docstrings import Axes, axes_in, comments, described, hinted
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
