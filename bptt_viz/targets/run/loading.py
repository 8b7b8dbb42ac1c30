"""Loading what a file defines, without running it: statement by statement, and so the files that it imports."""

import ast
import copy
import sys
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from bptt_viz.targets.run.dependents import Assignment, assignments
from bptt_viz.targets.run.filtering import definitions
from bptt_viz.targets.run.keeping import remembered
from bptt_viz.targets.run.own_numpy import handed_out, own_numpy
from bptt_viz.targets.run.stubs import Later, absent, is_absent, is_slow
from bptt_viz.targets.run.types_asked import NAME, as_asked, as_double, decided

_ANCESTORS = 4
# Modules and packages of users that were found, by their first name.
_PACKAGES: set[str] = set()


class Loaded:
    """A user's module, with what is needed to bring it back to the state in which it was loaded.

    Attributes:
        module: its namespace is what its functions see.
        missing: why names that the file sets are not there.
        tree: what stands in the file.
        text: the same as text.
        assigned: its plain assignments.
    """

    def __init__(
        self,
        module: ModuleType,
        missing: dict[str, str],
        tree: ast.Module,
        text: str,
        assigned: Sequence[Assignment] = (),
    ) -> None:
        self.module = module
        self.assigned = assigned
        self.missing = missing
        self.tree = tree
        self.text = text
        self._undo = remembered(module)

    def why_missing(self, name: str) -> str:
        """Return why a name that the file sets is not there, to stand behind `name`; empty if that is not known."""
        return f" ({self.missing[name]})" if name in self.missing else ""

    @cached_property
    def names_used(self) -> frozenset[str]:
        """Names that the file's functions read without setting them."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef):
                names = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
                own = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
                own |= {each.id for each in names if isinstance(each.ctx, ast.Store)}
                found |= {each.id for each in names if isinstance(each.ctx, ast.Load)} - own
        return frozenset(found)

    def restore(self) -> None:
        """Undo what running functions may have done to the module's values and to default arguments."""
        for undo in self._undo:
            undo()


def load(path: Path, text: str, float64: bool = False) -> Loaded:
    """Run a file's definitions, imports and plain assignments.

    Args:
        path: of the file.
        text: what stands in it.
        float64: read every float32 in it as float64.

    Raises:
        SyntaxError: the text is not Python 3.
    """
    find_beside(path, float64)
    name, package = _full_name(path)
    module = ModuleType(name)
    module.__dict__.update(__file__=str(path), __package__=package, __builtins__=__builtins__)
    sys.modules[name] = module
    tree = _parsed(text, str(path))
    statements = _kept(tree, float64)
    missing = _run(statements, str(path), module, float64)
    return Loaded(module, missing, tree, text, assignments(statements, str(path)))


def find_beside(path: Path, float64: bool) -> None:
    """Let imports find the files beside a file, and those of the packages around it, none of which is run whole."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Beside)]
    for name in [name for name in sys.modules if name.partition(".")[0] in _PACKAGES]:
        del sys.modules[name]  # whoever asks next gets it anew
    sys.meta_path.insert(0, _Beside([path.parent], float64))
    sys.meta_path.append(_Beside(list(path.parent.parents)[:_ANCESTORS], float64))


def _full_name(path: Path) -> tuple[str, str]:
    """Return a module's name, and its package's as far as folders say that they are one."""
    parts = [path.stem.replace(".", "_")]
    folder = path.parent
    while (folder / "__init__.py").is_file() and len(parts) <= _ANCESTORS:
        parts.insert(0, folder.name)
        folder = folder.parent
    if len(parts) == 1 and path.parent.name.isidentifier():  # relative imports work without `__init__.py` too
        return parts[0], path.parent.name
    return ".".join(parts), ".".join(parts[:-1])


def _parsed(text: str, file: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as invalid escapes in docstrings
        return ast.parse(text, file)


def _kept(tree: ast.Module, float64: bool) -> list[ast.stmt]:
    """Return the statements of a module that define something."""
    return decided(ast.Module([*definitions(tree.body)], []), float64).body


def _run(statements: Sequence[ast.stmt], file: str, module: ModuleType, float64: bool) -> dict[str, str]:
    """Run what defines something, and return why the names that could not be set are missing."""
    module.__dict__[NAME] = as_double if float64 else as_asked
    missing: dict[str, str] = {}
    flags = _future_flags(statements)
    for statement in statements:
        _run_one(statement, file, module, missing, flags)
    module.__dict__.setdefault("np", own_numpy)  # excerpts leave the import out
    return missing


def _run_one(statement: ast.stmt, file: str, module: ModuleType, missing: dict[str, str], flags: int) -> None:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        _import(statement, file, module, missing, flags)
        handed_out(module.__dict__)
        return
    try:
        _execute(statement, file, module, flags)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        undecorated = _without_stubs(statement, module)
        if undecorated is not None:
            _run_one(undecorated, file, module, missing, flags)
            return
        for name in _names_of(statement):
            missing[name] = f"{type(error).__name__}: {error}"


def _execute(statement: ast.stmt, file: str, module: ModuleType, flags: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = compile(ast.Module([statement], []), file, "exec", flags=flags, dont_inherit=True)
    exec(code, module.__dict__)


def _import(
    statement: ast.Import | ast.ImportFrom, file: str, module: ModuleType, missing: dict[str, str], flags: int
) -> None:
    """Import name by name, so that one that is missing does not take the others along."""
    for alias in statement.names:
        one = copy.copy(statement)
        one.names = [alias]
        try:
            if not _put_off(one, alias, module):
                _execute(one, file, module, flags)
        except Exception:
            bound = alias.asname or alias.name.partition(".")[0]
            origin = f"{statement.module}.{alias.name}" if isinstance(statement, ast.ImportFrom) else alias.name
            if alias.name != "*":
                module.__dict__[bound] = absent(origin)
            else:
                missing["*"] = ", ".join(filter(None, (missing.get("*", ""), origin.removesuffix(".*"))))


def _put_off(statement: ast.Import | ast.ImportFrom, alias: ast.alias, module: ModuleType) -> bool:
    if not isinstance(statement, ast.Import) or not is_slow(alias.name) or find_spec(alias.name) is None:
        return False
    module.__dict__[alias.asname or alias.name.partition(".")[0]] = Later(
        alias.name if alias.asname else alias.name.partition(".")[0]
    )
    return True


def _without_stubs(statement: ast.stmt, module: ModuleType) -> ast.stmt | None:
    """Return a definition without decorators of packages that are missing; None if it has none."""
    if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return None
    kept = [each for each in statement.decorator_list if not _is_stub(each, module)]
    if len(kept) == len(statement.decorator_list):
        return None
    plain = copy.copy(statement)
    plain.decorator_list = kept
    return plain


def _is_stub(decorator: ast.expr, module: ModuleType) -> bool:
    root = decorator.func if isinstance(decorator, ast.Call) else decorator
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Name) and is_absent(module.__dict__.get(root.id))


def _future_flags(statements: Sequence[ast.stmt]) -> int:
    import __future__

    found = 0
    for statement in statements:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            for alias in statement.names:
                found |= getattr(__future__, alias.name).compiler_flag
    return found


def _names_of(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def read_text(path: Path) -> str:
    """Return a file's text in the encoding that it declares."""
    with tokenize.open(path) as stream:
        return stream.read()


class _Beside(MetaPathFinder):
    """Finds modules in some folders, and loads of them what they define."""

    def __init__(self, folders: Sequence[Path], float64: bool) -> None:
        self._folders = folders
        self._float64 = float64

    def find_spec(self, fullname: str, inside: Sequence[str] | None = None, _: Any = None) -> ModuleSpec | None:
        """Return where a module is, if it is in one of the folders, or in a package that is."""
        top, dot, _rest = fullname.partition(".")
        if top in sys.stdlib_module_names or top in {"numpy", "bptt_viz"}:
            return None
        if dot and inside is not None and top in _PACKAGES:
            specs = (self._spec(fullname, Path(each) / fullname.rpartition(".")[2]) for each in inside)
            return next((spec for spec in specs if spec is not None), None)
        for folder in self._folders:
            found = self._spec(fullname, folder.joinpath(*fullname.split(".")))
            if found is not None:
                _PACKAGES.add(top)
                return found
        return None

    def _spec(self, fullname: str, place: Path) -> ModuleSpec | None:
        for file, inside in ((place / "__init__.py", [str(place)]), (place.with_name(f"{place.name}.py"), None)):
            if file.is_file():
                loader = _Definitions(file, self._float64)
                return spec_from_file_location(fullname, file, loader=loader, submodule_search_locations=inside)
        if not (place.is_dir() and any(place.glob("*.py"))):
            return None
        made = ModuleSpec(fullname, None, is_package=True)
        made.submodule_search_locations = [str(place)]
        return made


class _Definitions(Loader):
    """Loads of a file what it defines."""

    def __init__(self, file: Path, float64: bool) -> None:
        self._file = file
        self._float64 = float64

    def create_module(self, spec: ModuleSpec) -> None:
        """Let the import system make the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the file's definitions."""
        tree = _parsed(read_text(self._file), str(self._file))
        _run(_kept(tree, self._float64), str(self._file), module, self._float64)
