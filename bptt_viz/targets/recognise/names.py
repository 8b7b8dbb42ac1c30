"""How people name things: words of an identifier, what a gradient is the gradient of, forward and backward."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\dA-Za-z_]+")
FORWARD = frozenset(
    ["forward", "forwards", "fwd", "fprop", "feedforward", "fw", "fp", "forwardprop", "forwardpass", "foward"]
)
BACKWARD = frozenset(
    [
        "backward",
        "backwards",
        "bwd",
        "bprop",
        "back",
        "bw",
        "bp",
        "backprop",
        "backpropagation",
        "backpropagate",
        "bptt",
        "grad",
        "grads",
        "gradient",
        "gradients",
        "vjp",
        "pullback",
        "backpass",
    ]
)
_GRADIENTS = frozenset(["grad", "grads", "gradient", "gradients"])
_ABOUT = frozenset(
    [
        "init",
        "initialize",
        "initialise",
        "zero",
        "reset",
        "clip",
        "check",
        "checks",
        "checking",
        "checker",
        "numerical",
        "numeric",
        "num",
        "apply",
        "update",
        "plot",
        "print",
        "show",
        "clear",
        "descent",
        "norm",
        "norms",
        "scale",
        "accumulate",
    ]
)
"""What is done with gradients, or to test them: `zero_grad` and `gradient_check` are no backward passes."""
_NOISE = frozenset(["feed", "pass", "prop", "propagation", "propagate"])
_FUSED = ("forward", "backward", "backprop", "fprop", "bprop")
_PREVIOUS = frozenset(["prev", "prew", "pre", "previous", "last", "prevt", "old", "init", "initial", "0", "tprev"])
_NEXT = frozenset(["next", "new", "nxt", "cur", "current"])
_BEFORE = re.compile(r"_?t_?(?:m|minus|_)_?1$|_t1$")
_GRADIENT = re.compile(
    r"(?:d_?[LJElje]_d_?|d[LJE]_?d_?|d[LJE]_|d_|grad_?of_|gradient_|grad_|delta_|del_|nabla_|g_|Grad|grad(?=[A-Z])|diff_|der_|deriv_)(?P<a>\w+)"
    r"|(?P<b>\w+?)(?:_gradient|_grad|_diff|_bar|_delta|_deriv|Grad|_g|_d)"
    r"|(?:d|g|D)(?P<c>\w+)"
)
_UPSTREAM = re.compile(
    r"(d|g|grad|grads|gradient|delta|deltas|error|err|upstream)|.*(d_?out|upstream|up_?grad|grad_?out|grad_?output|out_?grad|d_?next|dy|dz|dl|dv)\w*",
    re.IGNORECASE,
)
_CACHE = re.compile(
    r".*(cache|ctx|context|saved|memory|tape|store|stash|residual|intermediate|history|trace|meta|tmp|memo|record)\w*",
    re.IGNORECASE,
)
_BIAS = re.compile(
    r"b|bias|biases|beta|gamma|shift|bf?[a-z0-9]?|b_\w+|\w*_?bias\w*|b[A-Z]\w*|b[a-z]h?|bias_\w+|b\d+"
    r"|(p|peep\w*|[wWvV]_?c_?|p_?c_?)_?[ifoIFO]"  # peepholes
)
_WEIGHT = re.compile(
    r"[WUVRKwuv]|[WUVRP]\w*|w_\w+|u_\w+|w[a-z]{1,3}|u[a-z]{1,2}|w\d+|\w*(weight|kernel|Weight|_W|_w)\w*|theta\w*|embed\w*"
)
_CHANCE = re.compile(
    r"(p|prob|probability|rate|ratio)_?(keep|drop|dropout)|(keep|drop|dropout)_?(p|prob|probability|rate|ratio|param)?",
    re.IGNORECASE,
)

LOSS = re.compile(
    r"\w*(loss|cost|error|err|objective|nll|energy|xent|crossentropy|cross_entropy)\w*|[ELJC]|total", re.IGNORECASE
)


def is_bias(name: str) -> bool:
    """Tell whether a name is one of a bias, a shift or a peephole."""
    return _BIAS.fullmatch(name) is not None


def is_weight(name: str) -> bool:
    """Tell whether a name is one of a weight matrix; some are those of biases too."""
    return _WEIGHT.fullmatch(name) is not None


def is_parameter(name: str) -> bool:
    """Tell whether a name is one of a weight or a bias."""
    return is_weight(name) or is_bias(name)


def is_chance(name: str, function: str) -> bool:
    """Tell whether a parameter of a function is the probability of dropout."""
    return _CHANCE.fullmatch(name) is not None or (name in {"p", "keep", "rate"} and "drop" in function.lower())


def singular(name: str) -> str:
    """Return what one of several things is called: `W` for `Ws`, `bias` for `biases`; other names stay as they are."""
    if name.endswith("ses"):
        return name[:-2]
    return name[:-1] if len(name) > 1 and name.endswith("s") and not name.endswith(("ss", "bias", "_s")) else name


def numbered(name: str, place: str) -> str:
    """Return the name of one of several things: `W1`, but `h0_1`."""
    return f"{name}_{place}" if name[-1:].isdigit() else f"{name}{place}"


def losses_among(names: Iterable[str]) -> list[str]:
    """Return the names of losses among some names; a letter such as `c` is one only where nothing else is."""
    found = [name for name in names if LOSS.fullmatch(name)]
    return sorted(found, key=lambda name: len(name) == 1)


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """Return the words of an identifier in lower case, as underscores, capitals and digits part them."""
    return tuple(found.lower() for part in name.split("_") for found in _WORD.findall(part))


def direction(name: str) -> tuple[str, tuple[str, ...]] | None:
    """Return `forward` or `backward` with the other words of a function's name; None if it says neither."""
    parts = [part for word in words(name) for part in _unfused(word)]
    if (FORWARD & {*parts} and BACKWARD & {*parts}) or (_ABOUT & {*parts} and _GRADIENTS & {*parts}):
        return None
    for said, known in (("forward", FORWARD), ("backward", BACKWARD)):
        for at, word in enumerate(parts):
            if word in known:
                rest = parts[:at] + parts[at + 1 :]
                return said, tuple(each for each in rest if each not in _NOISE)
    if parts and parts[0] == "d" and len(parts) > 1:
        return "backward", tuple(parts[1:])
    return None


def _unfused(word: str) -> Iterator[str]:
    for known in _FUSED:
        if word != known and word.endswith(known) and word not in FORWARD | BACKWARD:
            yield from (word.removesuffix(known), known)
            return
        if word != known and word.startswith(known) and word not in FORWARD | BACKWARD:
            yield from (known, word.removeprefix(known))
            return
    yield word


def differentiated(name: str) -> tuple[str, ...]:
    """Return what a gradient's name may be the gradient of, likeliest first; nothing if it names no gradient."""
    found: list[str] = []
    for match in (_GRADIENT.fullmatch(name), re.fullmatch(r"[dgD](?P<c>\w+)", name)):
        if match is not None:
            found += [text for text in match.groupdict().values() if text]
    return tuple(dict.fromkeys(each.strip("_") for each in found if each.strip("_")))


def is_upstream(name: str) -> bool:
    """Tell whether a name is one that cotangents often have, whatever the output is called."""
    return _UPSTREAM.fullmatch(name) is not None


def is_cache(name: str) -> bool:
    """Tell whether a name is one that forward passes often keep what backward needs under."""
    return _CACHE.fullmatch(name) is not None


@lru_cache(maxsize=4096)
def meaning(name: str) -> tuple[str, ...]:
    """Return a name's words in any order, with all words for the step before alike, and without the step's own."""
    parts = [part for word in words(_BEFORE.sub("_prev", name)) for part in _affixes(word)]
    known = ["prev" if part in _PREVIOUS else "next" if part in _NEXT else part for part in parts]
    kept = [part for part in known if part not in {"t", "ts", "the"}]
    return tuple(sorted(kept or known))


def _affixes(word: str) -> tuple[str, ...]:
    if word in _PREVIOUS | _NEXT:
        return (word,)
    for affix in ("prevt", "prev", "prew", "last", "next", "new", "init", "old", "nxt", "pre"):
        if word != affix and len(word) <= len(affix) + 2:
            if word.endswith(affix):
                return word.removesuffix(affix), affix
            if word.startswith(affix):
                return affix, word.removeprefix(affix)
    return (word,)


def distance(one: str, other: str, most: int = 3) -> int:
    """Return how many letters must be put in, left out, changed or swapped with the next; `most` + 1 if more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = [*range(len(other) + 1)]
    for at, letter in enumerate(one, 1):
        older, before, row = before, row, [at]
        for to, wanted in enumerate(other, 1):
            best = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                best = min(best, older[to - 2] + 1)
            row.append(best)
    return min(row[-1], most + 1)


def alike(one: str, other: str) -> bool:
    """Tell whether one name may be a misspelling of the other: one letter in three to five, two in longer ones."""
    one, other = one.lower().replace("_", ""), other.lower().replace("_", "")
    shorter = min(len(one), len(other))
    return one == other or (shorter >= 3 and distance(one, other) <= (1 if shorter <= 5 else 2))
