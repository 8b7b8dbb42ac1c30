"""Style sheets of SVG graphs: one that every reader knows, and one with variables, for light and for dark paper.

Programs whose CSS knows no variables ignore a sheet that has some, Inkscape the whole sheet: hence two of them.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from bptt_viz.render.theme import DARK, DASHED, EDGE_WIDTHS, LIGHT, Theme
from bptt_viz.results.lettering import SMALL, text_size

ROOT = "bptt-viz"
"""Class of a picture: what the rules are about, also on a page with other pictures."""

_PLAIN = {
    "text": "text-anchor:middle",
    ".left": "text-anchor:start",
    ".s": f"font-size:{SMALL}em",
    ".node rect,.node circle,.frame rect": "stroke-width:1.2px",
    ".fold rect": "stroke-dasharray:5 3",
    ".edge path": "fill:none;stroke:currentColor",
    ".edge .tip,.bar path": "fill:currentColor;stroke:none",
    # A rim in the paper's colour keeps letters legible where an arrow passes behind them.
    ".rim": "stroke-width:3px;stroke-linejoin:round;paint-order:stroke",
}
_DASHES = {"solid": "", "dotted": ";stroke-dasharray:1 3", "dashed": ";stroke-dasharray:6 3"}


class Used(NamedTuple):
    """What a picture needs styles for: kinds of nodes, frames, edges and texts, and levels of backward edges."""

    nodes: Collection[str]
    frames: Collection[str]
    edges: Collection[str]
    texts: Collection[str]
    levels: Collection[str]


class _Colour(NamedTuple):
    """What gets a colour, as which property, the variable that holds it, and its values on light and on dark paper."""

    selector: str
    property: str
    variable: str
    values: tuple[str, str]


def style_sheets(used: Used, theme: Theme | None) -> str:
    """Return the style elements of a picture.

    Args:
        used: what is drawn.
        theme: its colours; None for what the reader prefers, and light paper where that is not known.
    """
    return "".join("<style>\n" + "\n".join(rules) + "\n</style>\n" for rules in _sheets(used, theme))


def page_styles(used: Iterable[Used]) -> str:
    """Return one style sheet for all pictures of a page, in the colours that the reader prefers."""
    return "\n".join(rule for rules in _sheets(together(used), None) for rule in rules)


def together(used: Iterable[Used]) -> Used:
    """Return what any of several pictures needs styles for."""
    return Used(*(set().union(*kinds) for kinds in zip(*used, strict=True)))


def _sheets(used: Used, theme: Theme | None) -> Iterator[list[str]]:
    colours = list(_colours(used, (theme or LIGHT, theme or DARK)))
    plain = [f".{ROOT}{{font-family:Helvetica,Arial,sans-serif}}"]
    plain += [_rule(selector, declarations) for selector, declarations in (_PLAIN | _sizes(used)).items()]
    yield [*plain, *(_rule(one.selector, f"{one.property}:{one.values[0]}") for one in colours)]
    if theme is None:
        yield list(_by_preference(colours))


def _rule(selector: str, declarations: str) -> str:
    return ",".join(f".{ROOT} {one}" for one in selector.split(",")) + f"{{{declarations}}}"


def _by_preference(colours: Iterable[_Colour]) -> Iterator[str]:
    """Yield rules with variables; whoever shows the picture on a page may set those too."""
    light, dark = (dict.fromkeys(f"--{one.variable}:{one.values[k]}" for one in colours) for k in (0, 1))
    yield "@media screen{"
    yield f".{ROOT}{{{';'.join(light)}}}"
    yield from (_rule(one.selector, f"{one.property}:var(--{one.variable})") for one in colours)
    yield "}"
    yield f"@media screen and (prefers-color-scheme:dark){{.{ROOT}{{{';'.join(dark)}}}}}"


def _sizes(used: Used) -> dict[str, str]:
    """Return letter sizes and line widths."""
    sizes = {f".{kind} text": f"font-size:{text_size(kind):g}px" for kind in sorted(used.nodes)}
    sizes |= {f"text.{kind}": f"font-size:{text_size(kind):g}px" for kind in sorted(used.texts)}
    for kind in _plain_edges(used):
        dashes = _DASHES["dashed" if kind in DASHED else "solid"]
        sizes[f".{kind}.edge"] = f"stroke-width:{EDGE_WIDTHS[kind]:g}px{dashes}"
    for level in sorted(used.levels):
        stroke = LIGHT.stroke(level)
        sizes[f".g-{level}"] = f"stroke-width:{stroke.width:g}px{_DASHES[stroke.style]}"
    return sizes


def _plain_edges(used: Used) -> list[str]:
    return sorted(set(used.edges) & set(EDGE_WIDTHS))


def _colours(used: Used, themes: tuple[Theme, Theme]) -> Iterator[_Colour]:
    light, dark = themes
    yield _Colour(".paper", "fill", "paper", (light.paper, dark.paper))
    yield _Colour("text", "fill", "ink", (light.ink, dark.ink))
    for kind in sorted(used.nodes):
        shapes, (first, second) = f".{kind}.node rect,.{kind}.node circle", (light.nodes[kind], dark.nodes[kind])
        yield _Colour(shapes, "fill", f"{kind}-fill", (first.fill, second.fill))
        yield _Colour(shapes, "stroke", f"{kind}-line", (first.border, second.border))
    for kind in sorted(used.frames):
        first, second = light.frames[kind], dark.frames[kind]
        yield _Colour(f".{kind}.frame rect", "fill", f"{kind}-frame-fill", (first.fill, second.fill))
        yield _Colour(f".{kind}.frame rect", "stroke", f"{kind}-frame-line", (first.border, second.border))
    for kind in _plain_edges(used):
        yield _Colour(f".{kind}.edge", "color", f"{kind}-edge", (light.edges[kind], dark.edges[kind]))
    for kind in sorted(used.texts):
        yield _Colour(f"text.{kind}", "fill", f"{kind}-text", (light.texts[kind], dark.texts[kind]))
    for level in sorted(used.levels):
        yield _Colour(f".g-{level}", "color", f"g-{level}", (light.stroke(level).color, dark.stroke(level).color))
    yield _Colour(".rim", "stroke", "paper", (light.paper, dark.paper))
