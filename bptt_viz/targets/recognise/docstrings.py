"""Sizes of arrays as docstrings, comments and type hints tell them."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from bptt_viz.targets.sizes import is_size

Axes = tuple[str | int, ...]

_LETTER = r"(?:\d+\s*\*?\s*)?[^\W\d]\w*(?:\s*//\s*\d+)?|\d+"
_SUM = rf"(?:{_LETTER})(?:\s*[+*-]\s*(?:{_LETTER}))*"
_TUPLE = re.compile(rf"[(\[]\s*(?P<inside>(?:{_SUM})?(?:\s*,\s*(?:{_SUM}))*\s*,?)\s*[)\]]")
_TIMES = r"(?:\s+[xX*]\s+|\s*×\s*|(?<=[A-Z0-9])x(?=[A-Z0-9]))"
_CROSS = re.compile(rf"(?<![\w.])(?P<inside>(?:\d*[^\W\d]\w*?|\d+)(?:{_TIMES}(?:\d*[^\W\d]\w*?|\d+))+)(?!\w)")
_ALONE = re.compile(r"\b(?:size|length|shape|dim\w*)\s*(?:of\s+|:\s*|=\s*)?(?P<inside>[A-Z]\w?|\w+_\w+)(?![\w(,*])")
_ONE = re.compile(r"\s*:?\s*(?:of shape\s+)?(?P<size>\d*[A-Z]\w?)\s*[.,;]?\s*")
_WIDE = str.maketrans("（），：［］", "(),:[]")
_SHAPED = re.compile(r"shape|size|dim|形状|형상|차원|크기|形狀|forme|taille|размер|\bof\b", re.IGNORECASE)
_ENTRY = re.compile(
    r"^\s*(?:[-*•#]+\s*|:|@|\d+[.)]\s*)?(?:param(?:eter)?s?\s+|arg\s+|returns?\s+|type\s+)?(?:(?:np\.)?ndarray\s+|array\s+)?"
    r"(?P<names>[`'\"]?[^\W\d][\w*]*[`'\"]?(?:\s*(?:,|/|and|&)\s*[`'\"]?[^\W\d][\w*]*[`'\"]?)*)\s*"
    r"(?P<behind>(?:--+|:|—|–|=|\s-\s|\(|\[|\s*<).*)$"
)
_SENTENCE = re.compile(
    r"(?<![\w.])`?(?P<name>[^\W\d]\w*)`?(?:\s*[:,])?\s+(?:is |are |has |have )?(?:an? )?(?:array |matrix |vector )?"
    rf"(?:of |with )?(?:shape|size)\s*:?\s*(?P<shape>{_TUPLE.pattern})"
)
_BRIEF = re.compile(  # `x: (N, D)`, `x [N, D]`, `x: N x D`, `b: M`
    r"(?<![\w.])`?(?P<name>[^\W\d]\w*)`?(?:\s*[:=]\s*|\s+)"
    rf"(?P<shape>(?=[^)\]]*[A-Z]){_TUPLE.pattern}|(?<=[:=]\s)(?:\d*[A-Z]\w?(?:{_TIMES}\d*[A-Z]\w?)*))(?=\s*(?:[,;.]|$))",
    re.MULTILINE,
)
_INTEGERS = re.compile(r"\bint(?:eger)?s?\b|\bindi(?:ces|zes)\b|\bindex\b|\blabels?\b|word ids|0 <= \w+", re.IGNORECASE)


def described(text: str, names: Iterable[str]) -> dict[str, str]:
    """Return what a docstring or a block of comments says about each of some names, the lines that follow included."""
    wanted, found, current = set(names), dict[str, str](), list[str]()
    for line in text.translate(_WIDE).splitlines():
        entry = _ENTRY.match(line)
        told = [name.strip("`'\" ") for name in re.split(r",|/|\band\b|&", entry["names"])] if entry else []
        told = [each for name in told for each in _meant(name, wanted)]
        if entry and any(name in wanted for name in told):
            current = [name for name in told if name in wanted and name not in found]
            found |= dict.fromkeys(current, entry["behind"])
        elif entry and len(entry["names"]) <= 20 and entry["behind"].startswith(("--", ":")):
            current = []
        elif not line.strip() or line.strip().endswith(":"):
            current = current if line.strip() else []
        else:
            found |= {name: f"{found[name]} {line.strip()}" for name in current}
    own = {name: _until_another(behind, wanted - {name}) for name, behind in found.items()}
    return dict(_in_sentences(text.translate(_WIDE), wanted)) | own


def _until_another(text: str, others: set[str]) -> str:
    """Return a description up to where it goes on with the shape of another name."""
    places = (*_SENTENCE.finditer(text), *_BRIEF.finditer(text))
    ends = sorted(match.start() for match in places if {*_meant(match["name"], others)} & others)
    return text[: next(iter(ends), len(text))]


def _in_sentences(text: str, wanted: set[str]) -> Iterator[tuple[str, str]]:
    """Yield what a running text says of names: `x of shape (N, D), h of shape (N, H)`."""
    for match in (*_BRIEF.finditer(text), *_SENTENCE.finditer(text)):
        for name in _meant(match["name"], wanted):
            if name in wanted:
                yield name, f": of shape {match['shape']}"


def _meant(name: str, wanted: set[str]) -> list[str]:
    """Return what a name stands for: with a star several, such as `p_*`; in another case the only one like it."""
    if "*" in name:
        return sorted(each for each in wanted if fnmatchcase(each, name))
    alike = [] if name in wanted else [each for each in wanted if each.lower() == name.lower()]
    return alike if len(alike) == 1 else [name]


def axes_in(text: str) -> Axes | None:
    """Return the sizes that a description gives; None if it gives none."""
    if (alone := _ONE.fullmatch(text)) is not None:
        return (alone["size"],)
    places = [*_TUPLE.finditer(text), *_CROSS.finditer(text), *_ALONE.finditer(text)]
    read = [(match.start("inside"), axes) for match in places if (axes := _axes(match)) is not None]
    shaped = [match.end() for match in _SHAPED.finditer(text)]
    for start, axes in sorted(read, key=lambda pair: pair[0]):
        if len(axes) > 1 or any(0 <= start - end <= 6 for end in shaped) or "," in text[start : start + 16]:
            return axes
    return None


def _axes(match: re.Match[str]) -> Axes | None:
    inside = match["inside"]
    cut = re.split(_TIMES, inside) if match.re is _CROSS else inside.split(",")
    parts = ["".join(part.split()) for part in cut if part.strip()]
    if not parts or any(not is_size(part) or len(part) > 16 for part in parts):
        return None
    return tuple(int(part) if part.isdigit() else part for part in parts)


def integers_in(text: str) -> bool:
    """Tell whether a description says that an array holds indices."""
    return _INTEGERS.search(text) is not None


def hinted(annotation: ast.expr | None) -> Axes | None:
    """Return the sizes that a type hint gives as text, such as `Float[Array, "N T D"]`; None if it gives none."""
    if annotation is None:
        return None
    for node in ast.walk(annotation):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            parts = node.value.replace(",", " ").strip("()[] ").split()
            if parts and all(is_size(part) for part in parts) and (len(parts) > 1 or len(parts[0]) <= 2):
                return tuple(int(part) if part.isdigit() else part for part in parts)
    return None


def comments(source: Mapping[int, str], node: ast.FunctionDef) -> str:
    """Return the comments within a function as text, a parameter's own behind its name.

    Args:
        source: the file's lines, by number.
        node: the function.
    """
    found = []
    places = {each.lineno: each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    places = {line: name for line, name in _assigned(node) if name not in places.values()} | places
    for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
        code, mark, comment = source.get(number, "").partition("#")
        if mark and not code.count("'") % 2 and not code.count('"') % 2:
            name = places.get(number, "")
            found.append(f"{name}: {comment.strip()}" if name and ":" not in comment else comment.strip())
    return "\n".join(found)


def _assigned(node: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """Yield the lines on which one name is set, with the name; what is taken out of a dict is called by its key."""
    for each in ast.walk(node):
        if isinstance(each, ast.Assign) and len(each.targets) == 1 and isinstance(each.targets[0], ast.Name):
            key = each.value.slice if isinstance(each.value, ast.Subscript) else None
            keyed = isinstance(key, ast.Constant) and isinstance(key.value, str)
            yield each.lineno, str(key.value) if keyed and isinstance(key, ast.Constant) else each.targets[0].id
