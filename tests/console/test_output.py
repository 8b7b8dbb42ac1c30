"""Results reach standard output or a file whole; a file that cannot be written leaves nothing behind."""

import errno
import io
import json
import os
import stat
import sys
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Group
from rich.text import Text

from bptt_viz.console import output
from bptt_viz.console.output import colours, console, emit, provenance, write_file
from bptt_viz.errors import ClosedPipe, UsageError
from bptt_viz.render.tables import table

WIDE = [("[i] name", "x" * 300), ("second", "[/i] y")]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


class Screen(io.StringIO):
    """A terminal, as far as a stream can tell."""

    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def screen(monkeypatch):
    stream = Screen()
    # pytest puts its own stream into `sys` after the fixtures have run
    monkeypatch.setattr(output, "sys", SimpleNamespace(stdout=stream))
    return stream


def test_text_is_printed_with_one_newline_at_its_end(capsys):
    emit("one")
    emit("two\n")
    assert capsys.readouterr().out == "one\ntwo\n"


def test_a_piped_table_is_not_cut_nor_padded_and_loses_no_brackets(capsys):
    emit(table(("a", "b"), WIDE, console().is_terminal))
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "[i] name  " + "x" * 300
    assert lines[2].split() == ["second", "[/i]", "y"]
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize("columns", ["20", "0", "many", ""])
def test_columns_does_not_cut_what_is_piped(capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    emit(table(("a", "b"), WIDE, console().is_terminal))
    assert "x" * 300 in capsys.readouterr().out


def test_columns_sets_the_width_of_a_terminal(screen, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    emit(Group(Text("word " * 30), table(("a", "b"), WIDE, True)))
    widths = [len(line) for line in screen.getvalue().splitlines()]
    assert 30 < max(widths) <= 40


def test_a_dumb_terminal_has_no_colours_but_its_width(screen, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "40")
    emit(Text("word " * 30, style="bold red"))
    assert "\x1b" not in screen.getvalue()
    assert max(len(line) for line in screen.getvalue().splitlines()) <= 40


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_colours_on_a_terminal(screen, monkeypatch, variables, coloured):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    emit(Text("red", style="red"))
    assert ("\x1b[31m" in screen.getvalue()) is coloured
    assert colours() is coloured


def test_colours_in_a_pipe_only_by_force(capsys, monkeypatch):
    emit(Text("red", style="red"))
    assert capsys.readouterr().out == "red\n"
    monkeypatch.setenv("FORCE_COLOR", "1")
    emit(Text("red", style="red"))
    assert capsys.readouterr().out == "\x1b[31mred\x1b[0m\n"
    assert not console().is_terminal


def test_a_gone_reader_is_a_closed_pipe(monkeypatch):
    class Gone(io.StringIO):
        def flush(self):
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Gone())
    with pytest.raises(ClosedPipe):
        emit("text")
    monkeypatch.setattr(sys, "stdout", io.StringIO())  # pytest flushes it


def test_a_full_disk_behind_standard_output_is_said(monkeypatch):
    class Full(io.StringIO):
        def flush(self):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(UsageError, match="standard output cannot be written: no space left on device"):
        emit("text")
    monkeypatch.setattr(sys, "stdout", io.StringIO())


def test_a_closed_standard_output_is_said(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(UsageError, match="standard output is closed"):
        emit("text")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp949"])
def test_json_stays_json_in_any_encoding(monkeypatch, encoding):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    given = {"text": "σ · ⊙ 한글 𝛿 \udc80"}
    emit(json.dumps(given, ensure_ascii=False))
    stream.seek(0)
    assert json.loads(stream.read()) == given


def test_a_file_gets_the_uncut_uncoloured_text(tmp_path, screen, capsys):
    path = tmp_path / "table.txt"
    emit(Group(Text("[i] σ", style="red"), table(("a", "b"), WIDE, False)), path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "[i] σ"
    assert lines[2] == "[i] name  " + "x" * 300
    assert screen.getvalue() == ""


def test_a_dash_means_standard_output(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    emit("text", Path("-"))
    assert capsys.readouterr().out == "text\n"
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_gets_the_permissions_that_umask_says(tmp_path):
    before = os.umask(0o027)
    try:
        write_file(tmp_path / "new", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


def test_a_replaced_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "old"
    path.write_bytes(b"old")
    path.chmod(0o604)
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_a_link_stays_one_and_its_target_is_written(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_file(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_named_pipe_is_written_to_and_not_replaced(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()
    write_file(path, b"through")
    reader.join()
    assert read == [b"through"]
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_a_device_is_not_replaced():
    write_file(Path(os.devnull), b"x")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def refusal(path):
    with pytest.raises(UsageError) as caught:
        write_file(path, b"data")
    return str(caught.value)


def test_a_directory_is_refused(tmp_path):
    assert refusal(tmp_path) == f"{tmp_path} is a directory; name a file"


def test_a_missing_directory_is_refused(tmp_path):
    assert refusal(tmp_path / "none" / "x.svg").endswith("x.svg cannot be written: no such file or directory")
    assert list(tmp_path.iterdir()) == []


def test_a_file_for_a_directory_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    assert "cannot be written: not a directory" in refusal(tmp_path / "file" / "x.svg")


def test_a_read_only_file_is_refused_and_kept(tmp_path):
    path = tmp_path / "kept"
    path.write_bytes(b"kept")
    path.chmod(0o444)
    assert refusal(path) == f"{path} cannot be written: the file is read-only"
    assert path.read_bytes() == b"kept"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_an_unwritable_directory_is_refused(tmp_path):
    tmp_path.chmod(0o555)
    assert refusal(tmp_path / "x.svg").endswith("x.svg cannot be written: permission denied")


def test_a_directory_that_takes_no_files_is_refused(tmp_path, monkeypatch):
    def denied(**_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", denied)
    assert refusal(tmp_path / "x.svg").endswith("x.svg cannot be written: permission denied")


@pytest.mark.parametrize("name", ["a\0b", "n" * 300])
def test_an_impossible_name_is_refused(tmp_path, name):
    assert "cannot be written" in refusal(tmp_path / name)


def test_a_loop_of_links_is_refused(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert "cannot be written" in refusal(tmp_path / "a")


@pytest.mark.parametrize("place", ["write", "replace"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_on_the_way_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, place, error):
    def fail(*_, **__):
        raise error

    path = tmp_path / "kept"
    path.write_bytes(b"old")
    if place == "write":
        monkeypatch.setattr(output.os, "fdopen", lambda handle, _: os.close(handle) or fail())
    else:
        monkeypatch.setattr(output.Path, "replace", fail)
    with pytest.raises((UsageError, KeyboardInterrupt)):
        write_file(path, b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["kept"]
    assert path.read_bytes() == b"old"


def test_provenance_names_files_without_their_place(tmp_path):
    made = provenance("norms", {"text": tmp_path / "a.txt", "seed": 3})
    assert made.options == {"text": "a.txt", "seed": 3}


def test_what_was_run_names_files_without_their_folders(tmp_path):
    settings = {"features": str(tmp_path / "v.npy"), "fed": "greedy"}
    ran = provenance("norms", {"text": tmp_path / "a.txt", "settings": settings})
    assert ran.options == {"text": "a.txt", "settings": {"features": "v.npy", "fed": "greedy"}}
