"""Recognition without configuration: for each snippet, the declarations that a user would otherwise have to write.

Beside each `snippets/NAME.py` stands `NAME.toml`, what it is recognised as, word for word. After a change that is
wanted, write them anew: `python tests/targets/test_recognise.py`.
"""

import os
import tomllib
from pathlib import Path

import pytest

from bptt_viz.targets.recognise.file import recognise
from bptt_viz.targets.roles import roles
from bptt_viz.targets.tables import as_toml, from_table

SNIPPETS = Path(__file__).parent / "snippets"
FILES = sorted(path.name for path in SNIPPETS.iterdir() if path.suffix in {".py", ".ipynb"})


def declared(file):
    """Return what a snippet is recognised as: declarations, then what is refused as comments."""
    found = recognise(file)
    targets = [as_toml(target, "") for target in found.targets]
    refused = [f"# {each.name}: {each.reason}" for each in found.refusals]
    return "\n\n".join([*targets, *refused]) + "\n"


@pytest.fixture
def there(monkeypatch):
    monkeypatch.chdir(SNIPPETS)


@pytest.mark.parametrize("file", FILES)
def test_a_snippet_is_recognised_as_what_it_is(there, file):
    assert declared(file) == Path(file).with_suffix(".toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES)
def test_what_is_recognised_is_a_declaration_that_holds(there, file):
    """Each name in it stands for something, and it reads back as the same target."""
    for target in recognise(file).targets:
        roles(target, target.name)
        table = tomllib.loads(as_toml(target, ""))[target.name]
        read = from_table(target.name, table, target.name, line=target.line)
        assert as_toml(read, "") == as_toml(target, "")


if __name__ == "__main__":
    os.chdir(SNIPPETS)
    for name in FILES:
        Path(name).with_suffix(".toml").write_text(declared(name), encoding="utf-8")


def test_a_class_that_is_called_and_has_no_backward_is_no_target(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "relu.py").write_text("class Relu:\n    def __call__(self, x):\n        return x * (x > 0)\n")
    assert not recognise("relu.py").targets


@pytest.fixture
def read(monkeypatch):
    """The files that are read besides the one that is asked for."""
    from bptt_viz.targets.recognise import beside

    found, reading = [], beside.read_source

    def watched(file):
        found.append(Path(file).name)
        return reading(file)

    monkeypatch.setattr(beside, "read_source", watched)
    return found


def package(folder, body, modules=40):
    """Write modules each of which imports from the next two, and a file that imports from the first."""
    for at in range(modules):
        names = "".join(f"from m{at + more} import f{at + more}\n" for more in (1, 2))
        (folder / f"m{at}.py").write_text(f"{names}def f{at}(x):\n    return x\n")
    (folder / "code.py").write_text(f"from m0 import f0\n{body}")
    return str(folder / "code.py")


def test_files_beside_one_that_holds_no_pass_are_left_alone(tmp_path, read):
    recognise(package(tmp_path, "def train(x):\n    return f0(x)\n"))
    assert not read


def test_of_a_large_package_few_files_are_read_each_once(tmp_path, read):
    found = recognise(
        package(tmp_path, "def a_forward(x):\n    return f0(x), x\ndef a_backward(dout, x):\n    return dout\n")
    )
    assert found.targets
    assert 0 < len(read) <= 15
    assert len({*read}) == len(read)
