"""Arrays that are created: of zeros, drawn at random, like others."""

from bptt_viz.targets.recognise.inference.dims import Dim
from bptt_viz.targets.recognise.inference.passed import Arguments, Keywords, argument, sizes
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.values import UNKNOWN, Arr, Const, Num, Seq, Shape, Value


def filled(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `zeros`, `ones` and `empty`."""
    shape = sizes(run, argument(arguments, keywords, 0, "shape"))
    return Arr(shape) if shape is not None else UNKNOWN


def drawn(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `randn` and `rand`, which take sizes one by one."""
    if "size" in keywords or not all(isinstance(run.as_size(each), Num) for each in arguments):
        return sized(run, arguments, keywords)
    return Arr(sizes(run, Seq([*arguments])) or ())


def sized(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow draws that take their sizes as `size`."""
    last = arguments[-1] if arguments and isinstance(run.known(arguments[-1]), Seq | Shape) else None
    asked = keywords.get("size", keywords.get("shape", last))
    if asked is None and len(arguments) == 3:  # normal(mean, deviation, size)
        asked = arguments[-1]
    return Arr(sizes(run, asked) or ()) if asked is not None or not arguments else UNKNOWN


def like(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `array`, `copy` and what else gives an array like another."""
    of = run.force(arguments[0]) if arguments else UNKNOWN
    if isinstance(of, Arr):
        return of
    shape = run.shape(of) if of is not UNKNOWN else None
    return Arr(shape) if shape is not None else of  # what has items of many shapes stays a list


def zeros_like(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `zeros_like` and its kind: nothing of the entries is kept."""
    of = like(run, arguments, keywords)
    return Arr(of.shape) if isinstance(of, Arr) else of


def counted(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `arange`."""
    if not arguments:
        return UNKNOWN
    stop = run.known(arguments[1 if len(arguments) > 1 else 0])
    start = run.known(arguments[0]) if len(arguments) > 1 else Num(Dim())
    if (
        not isinstance(stop, Num)
        or not isinstance(start, Num)
        or stop.dim is None
        or start.dim is None
        or len(arguments) > 2
    ):
        return Arr((run.dims.fresh(),))
    return Arr((run.dims.resolve(stop.dim - start.dim),))


def square(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `eye`."""
    rows = sizes(run, arguments[0]) if arguments else None
    return Arr((*rows, rows[0])) if rows and len(rows) == 1 else UNKNOWN


def meshed(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `meshgrid`, whose first two axes are swapped unless it is told `ij`."""
    shapes = [run.shape(each) for each in arguments if run.known(each) is not UNKNOWN]
    axes = [shape[0] for shape in shapes if shape is not None and len(shape) == 1]
    if len(axes) != len(arguments) or not axes:
        return UNKNOWN
    indexing = keywords.get("indexing")
    if not (isinstance(indexing, Const) and indexing.value == "ij") and len(axes) > 1:
        axes[:2] = [axes[1], axes[0]]
    return Seq([Arr(tuple(axes)) for _ in axes], mutable=True)
