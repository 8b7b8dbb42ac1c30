"""What NumPy's functions make of shapes. Methods of arrays are the same functions with the array in front."""

from collections.abc import Mapping

from bptt_viz.targets.recognise.inference.contracting import einsum, tensordot
from bptt_viz.targets.recognise.inference.creating import (
    counted,
    drawn,
    filled,
    like,
    meshed,
    sized,
    square,
    zeros_like,
)
from bptt_viz.targets.recognise.inference.dims import ONE, Dim
from bptt_viz.targets.recognise.inference.joining import joined_along, split_along
from bptt_viz.targets.recognise.inference.operators import elementwise, outer, product
from bptt_viz.targets.recognise.inference.passed import Arguments, Keywords, Made, argument, axes_of, least_rank
from bptt_viz.targets.recognise.inference.rearranging import (
    expanded,
    flat,
    moved,
    reshaped,
    spread,
    squeezed,
    swapped,
    transposed,
)
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.subscripts import shape_items, store
from bptt_viz.targets.recognise.inference.values import (
    UNKNOWN,
    Arr,
    Const,
    Num,
    Pending,
    Seq,
    Shape,
    Value,
)

SAME = [
    "sigmoid",
    "sigm",
    "logistic",
    "expit",
    "relu",
    "softmax",
    "tanh",
    "softplus",
    "leaky_relu",
    "elu",
    "identity",
    "lrelu",
    "hard_sigmoid",
    "log_softmax",
]
_ELEMENTWISE = [
    "tanh",
    "exp",
    "log",
    "log2",
    "log10",
    "log1p",
    "expm1",
    "sqrt",
    "square",
    "abs",
    "absolute",
    "fabs",
    "sign",
    "sin",
    "cos",
    "tan",
    "arctan",
    "logaddexp",
    "logaddexp2",
    "exp2",
    "hypot",
    "arctan2",
    "copysign",
    "heaviside",
    "cbrt",
    "triu",
    "tril",
    "sinh",
    "cosh",
    "maximum",
    "minimum",
    "where",
    "multiply",
    "add",
    "subtract",
    "divide",
    "true_divide",
    "floor_divide",
    "power",
    "float_power",
    "mod",
    "negative",
    "reciprocal",
    "isnan",
    "isfinite",
    "logical_and",
    "logical_or",
    "logical_not",
    "greater",
    "less",
    "equal",
    "not_equal",
    "greater_equal",
    "less_equal",
    "fmax",
    "fmin",
    "round",
    "around",
    "floor",
    "ceil",
    "rint",
    "nan_to_num",
    "cumsum",
    "cumprod",
    "conj",
    "real",
    "imag",
]
_REDUCTIONS = [
    "sum",
    "mean",
    "max",
    "min",
    "amax",
    "amin",
    "prod",
    "argmax",
    "argmin",
    "std",
    "var",
    "any",
    "all",
    "nansum",
    "median",
    "average",
    "logsumexp",
    "count_nonzero",
]
_LIKE = [
    "zeros_like",
    "ones_like",
    "empty_like",
    "full_like",
    "copy",
    "array",
    "asarray",
    "ascontiguousarray",
    "asanyarray",
    "float32",
    "float64",
    "double",
    "astype",
    "flip",
    "fliplr",
    "flipud",
    "roll",
    "sort",
    "argsort",
    "copyto",
    "squeeze_",
    "matrix",
    "mat",
    "asmatrix",
]


def _shape(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    of = run.known(arguments[0]) if arguments else UNKNOWN
    if isinstance(of, Pending):
        return Shape(of)
    return shape_items(run, of) if isinstance(of, Arr) else UNKNOWN


def _rank(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    shape = run.shape(arguments[0]) if arguments and run.known(arguments[0]) is not UNKNOWN else None
    return Num(Dim((), len(shape))) if shape is not None else UNKNOWN


def _entrywise(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    return elementwise(run, *arguments) if arguments else UNKNOWN


def _first(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    return elementwise(run, arguments[0]) if arguments else UNKNOWN


def _reduced(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    given = argument(arguments, keywords, 1, "axis")
    if not arguments or run.known(arguments[0]) is UNKNOWN:
        return UNKNOWN
    run.force(arguments[0], least=least_rank(run, given))
    shape = run.shape(arguments[0])
    if shape is None:
        return UNKNOWN
    kept = keywords.get("keepdims", UNKNOWN)
    keeps = isinstance(kept, Const) and bool(kept.value)
    axes = axes_of(run, given, len(shape))
    if axes is None:
        return UNKNOWN
    if keeps:
        return Arr(tuple(ONE if at in axes else axis for at, axis in enumerate(shape)))
    return Arr(tuple(axis for at, axis in enumerate(shape) if at not in axes))


def _dot(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    return product(run, arguments[0], arguments[1], dot=True) if len(arguments) > 1 else UNKNOWN


def _matmul(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    return product(run, arguments[0], arguments[1]) if len(arguments) > 1 else UNKNOWN


def _outer(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    return outer(run, arguments[0], arguments[1]) if len(arguments) > 1 else UNKNOWN


def _nothing(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    return Arr(())


def _add_at(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    if len(arguments) > 2:
        store(run, arguments[0], arguments[1], arguments[2])
    return Const(None)


def _factored(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `linalg.qr` of a square matrix, as recurrent weights are drawn: both factors are as large."""
    return Seq([elementwise(run, arguments[0]), elementwise(run, arguments[0])]) if arguments else UNKNOWN


FUNCTIONS: Mapping[str, Made] = {
    **dict.fromkeys(_ELEMENTWISE, _entrywise),
    **dict.fromkeys(SAME, _first),
    **dict.fromkeys(("clip", "nan_to_num"), _first),
    **dict.fromkeys(_REDUCTIONS, _reduced),
    **dict.fromkeys(_LIKE, like),
    **dict.fromkeys(("zeros_like", "ones_like", "empty_like", "full_like"), zeros_like),
    **dict.fromkeys(("zeros", "ones", "empty", "full"), filled),
    **dict.fromkeys(("randn", "rand"), drawn),
    **dict.fromkeys(("normal", "uniform", "random", "random_sample", "standard_normal", "randint", "integers"), sized),
    "choice": sized,
    "dot": _dot,
    "matmul": _matmul,
    "outer": _outer,
    "einsum": einsum,
    "tensordot": tensordot,
    "transpose": transposed,
    "swapaxes": swapped,
    "moveaxis": moved,
    "qr": _factored,
    "reshape": reshaped,
    "ravel": flat,
    "flatten": flat,
    "squeeze": squeezed,
    "expand_dims": expanded,
    "concatenate": joined_along(None),
    "hstack": joined_along(1, columns=True),
    "vstack": joined_along(0, columns=True),
    "row_stack": joined_along(0, columns=True),
    "stack": joined_along(None, added=True),
    "split": split_along(None),
    "array_split": split_along(None),
    "hsplit": split_along(1),
    "vsplit": split_along(0),
    "arange": counted,
    "eye": square,
    "meshgrid": meshed,
    "identity": square,
    "broadcast_to": spread,
    "norm": _nothing,
    "vdot": _nothing,
    "trace": _nothing,
    "at": _add_at,
    "shape": _shape,
    "ndim": _rank,
}
