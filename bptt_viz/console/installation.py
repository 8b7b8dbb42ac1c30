"""What is installed here, and whether it works: everything that `doctor` looks at."""

import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution, requires
from importlib.util import find_spec
from io import BytesIO
from urllib.parse import urlparse
from urllib.request import url2pathname

from bptt_viz import __version__
from bptt_viz.console.output import colours, on_terminal, stdout, version_of
from bptt_viz.results.doctor import Blas, Diagnosis, Extra, Trial

_PACKAGE = "bptt-viz"
_TWO_NODES = 'digraph { a [pos="0,0"]; b [pos="90,0"]; a -> b }'
_OTHER_LETTER = _TWO_NODES.replace("a [", "a [label=z ")

# What pygraphviz's wheel takes from the system.
_SYSTEM_LIBRARIES = "apt-get install libglib2.0-0 libx11-6 libxext6 libxrender1 fontconfig-config"

# How a file of each format begins.
_STARTS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}

# Enough for the first start of a program on a cold disk.
_PATIENCE = 30.0  # seconds


class _UnusableError(Exception):
    """A renderer that is known not to work here, and what would mend that if it is not its own installation."""

    def __init__(self, found: str, install: str = "") -> None:
        super().__init__(found)
        self.install = install


def examine() -> Diagnosis:
    """Look at versions, libraries, the terminal, the renderers and the extras."""
    return Diagnosis(_versions(), _blas(), _terminal(), _renderers(), _extras())


def _requirements() -> Iterator[tuple[str, str]]:
    """Yield each required package with the extra that asks for it, empty for those always needed."""
    try:
        lines = requires(_PACKAGE) or []
    except PackageNotFoundError:  # run from a checkout that nobody installed
        return
    for line in lines:
        extra = re.search(r"extra *== *['\"]([^'\"]+)", line)
        yield re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0], extra[1] if extra else ""


def _versions() -> dict[str, str]:
    needed = sorted(package for package, extra in _requirements() if not extra)
    own = {_PACKAGE: __version__, "Python": platform.python_version()}
    return own | {package: version_of(package) for package in needed}


def _blas() -> tuple[Blas, ...]:
    try:
        import numpy  # noqa: F401 - loads the library that is looked for
        from threadpoolctl import threadpool_info
    except ImportError:
        return ()
    libraries = [library for library in threadpool_info() if library["user_api"] == "blas"]
    return tuple(Blas(one["internal_api"], one["version"] or "", one["num_threads"]) for one in libraries)


def _terminal() -> dict[str, str]:
    stream = stdout()
    return {
        "standard output": "a terminal" if on_terminal() else "no terminal",
        "encoding": str(getattr(stream, "encoding", None)),
        "colours": "yes" if colours() else "no",
        "width": str(shutil.get_terminal_size((80, 24)).columns),
    }


def _renderers() -> tuple[Trial, ...]:
    dot = _tried("dot on PATH", _by_dot, "install Graphviz, such as by apt-get install graphviz", needed=False)
    graphviz = _tried("pygraphviz", _by_pygraphviz, f"{_pip()} install pygraphviz", needed=not dot.works)
    figures = _tried("matplotlib", _by_matplotlib, f"{_pip()} install matplotlib", needed=True)
    return graphviz, dot, figures


def _tried(name: str, draw: Callable[[], tuple[Mapping[str, bytes], str]], install: str, needed: bool) -> Trial:
    """Let a renderer draw; whatever it raises is what `doctor` is for."""
    try:
        with _quiet():
            pictures, version = draw()
    except _UnusableError as error:
        return Trial(name, False, str(error), needed, error.install or install)
    except Exception as error:
        return Trial(name, False, f"{type(error).__name__}: {error}", needed, install)
    wrong = [form for form, data in pictures.items() if not data.startswith(_STARTS[form])]
    if wrong:
        return Trial(name, False, f"{version}: no usable {', '.join(wrong)}", needed, install)
    return Trial(name, True, f"{version}: {', '.join(pictures)}", needed, "")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what C libraries say about fonts off standard error."""
    if sys.stderr is None:  # closed by the caller; its number may be another file's by now
        yield
        return
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _by_pygraphviz() -> tuple[dict[str, bytes], str]:
    try:
        import pygraphviz
    except ImportError as error:
        raise _UnusableError(str(error), _SYSTEM_LIBRARIES if ".so" in str(error) else "") from None
    graph = pygraphviz.AGraph(_TWO_NODES)
    pictures = {form: graph.draw(format=form, prog="nop2") for form in _STARTS}
    if pygraphviz.AGraph(_OTHER_LETTER).draw(format="png", prog="nop2") == pictures["png"]:
        raise _UnusableError("no font is found: png and pdf come out without text", _SYSTEM_LIBRARIES)
    return pictures, f"Graphviz {getattr(pygraphviz, '__graphviz_version__', '(unknown version)')} bundled"


def _by_dot() -> tuple[dict[str, bytes], str]:
    if shutil.which("dot") is None or shutil.which("neato") is None:
        raise _UnusableError("not there")
    version = subprocess.run(["dot", "-V"], capture_output=True, text=True, check=True, timeout=_PATIENCE).stderr
    drawn = subprocess.run(
        ["neato", "-n2", "-Tsvg"], input=_TWO_NODES.encode(), capture_output=True, check=True, timeout=_PATIENCE
    )
    return {"svg": drawn.stdout}, version.strip()


def _by_matplotlib() -> tuple[dict[str, bytes], str]:
    import matplotlib
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().plot([0, 1])
    return {form: _saved(figure.savefig, form) for form in _STARTS}, f"matplotlib {matplotlib.__version__}"


def _saved(save: Callable[..., None], form: str) -> bytes:
    stream = BytesIO()
    save(stream, format=form)
    return stream.getvalue()


def _extras() -> dict[str, Extra]:
    groups: dict[str, list[str]] = {}
    for package, extra in _requirements():
        if extra:
            groups.setdefault(extra, []).append(package)
    return {name: _extra(name, sorted(packages)) for name, packages in sorted(groups.items())}


def _extra(name: str, packages: list[str]) -> Extra:
    missing = tuple(package for package in packages if version_of(package) == "missing")
    return Extra(missing, f"{_pip()} install {_place()}[{name}]'" if missing else "")


def _pip() -> str:
    """Return how pip is called for this installation, which may have none of its own."""
    return "pip" if find_spec("pip") else f"python3 -m pip --python {shlex.quote(sys.prefix)}"


def _place() -> str:
    """Return where pip finds this package again, as the beginning of a quoted argument."""
    found = json.loads(distribution(_PACKAGE).read_text("direct_url.json") or "{}")
    if not found.get("url", "").startswith("file:"):
        return f"'{_PACKAGE}"
    editable = "-e " if found.get("dir_info", {}).get("editable") else ""
    return f"{editable}'{url2pathname(urlparse(found['url']).path)}"
