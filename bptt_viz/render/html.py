"""What pages of HTML share: templates that escape all text, and a policy that lets nothing else in.

The content security policy names a page's style and script by their hashes: whatever else a text might bring along, the
browser runs none of it and loads nothing.
"""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound

from bptt_viz.render.characters import shown


class _Beside(BaseLoader):
    """Templates that lie in a package's folder, however it is installed."""

    def __init__(self, package: str) -> None:
        self._package = package

    def get_source(self, environment: Environment, template: str) -> tuple[str, None, None]:  # noqa: ARG002
        try:
            return beside(self._package, template), None, None
        except FileNotFoundError:
            raise TemplateNotFound(template) from None


def templates(package: str) -> Environment:
    """Return what fills a package's templates in: all text is escaped, a name that is not there is an error.

    The filter `shown` writes what no reader can see as escapes; line ends stay.
    """
    made = Environment(
        autoescape=True, undefined=StrictUndefined, loader=_Beside(package), trim_blocks=True, lstrip_blocks=True
    )
    made.filters["shown"] = lambda text: shown(str(text), "\n")
    return made


def beside(package: str, name: str) -> str:
    """Return a file of a package's folder.

    Raises:
        FileNotFoundError: there is none of that name.
    """
    return files(package).joinpath(name).read_text(encoding="utf-8")


def policy(style: str, script: str | None = None) -> str:
    """Return the content security policy of a page with one style sheet, and one script or none."""
    parts = {"default-src": "'none'", "style-src": _hash(style)}
    parts |= {} if script is None else {"script-src": _hash(script)}
    parts |= {"base-uri": "'none'", "form-action": "'none'"}
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
