"""The embedded texts, and reading a user's."""

import pytest

from bptt_viz.errors import UsageError
from bptt_viz.texts import EMBEDDED, read_text


def test_hello_is_the_lectures_word():
    assert read_text("hello") == "hello"


def test_sonnets_are_three_of_fourteen_lines():
    sonnets = read_text("sonnets").split("\n\n")
    assert [len(sonnet.split("\n")) for sonnet in sonnets] == [14, 14, 14]
    first_lines = [sonnet.split("\n")[0] for sonnet in sonnets]
    assert first_lines == [
        "Shall I compare thee to a summer's day?",
        "When to the sessions of sweet silent thought",
        "Let me not to the marriage of true minds",
    ]


def test_azalea_is_korean_verse_of_four_stanzas():
    stanzas = read_text("azalea").split("\n\n")
    assert [len(stanza.split("\n")) for stanza in stanzas] == [3, 3, 3, 3]
    assert stanzas[0].startswith("나 보기가 역겨워")
    assert all("가" <= character <= "힣" for character in "".join(stanzas) if not character.isspace())


@pytest.mark.parametrize("name", EMBEDDED)
def test_embedded_texts_are_clean(name):
    text = read_text(name)
    assert text == text.strip()
    assert "\r" not in text
    assert "\ufeff" not in text


def test_a_file_is_read_as_it_is(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_bytes("한글과 emoji 🙂\r\nend\n".encode())
    assert read_text(str(path)) == "한글과 emoji 🙂\r\nend\n"


def test_a_byte_order_mark_is_no_character(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_bytes(b"\xef\xbb\xbfabc")
    assert read_text(str(path)) == "abc"


def test_a_file_named_like_an_embedded_text_is_had_by_its_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hello").write_text("mine")
    assert read_text("hello") == "hello"
    assert read_text("./hello") == "mine"


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(tmp_path, content):
    path = tmp_path / "empty.txt"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"empty\.txt: the file is empty"):
        read_text(str(path))


def test_a_missing_file_is_named_with_the_texts_there_are(tmp_path):
    with pytest.raises(UsageError, match=r"nothing\.txt: no such file or directory; embedded texts are hello, sonnets"):
        read_text(str(tmp_path / "nothing.txt"))


def test_a_directory_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"is a directory$"):
        read_text(str(tmp_path))


def test_another_encoding_is_named_by_its_first_byte(tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes("naïve".encode("latin-1"))
    with pytest.raises(UsageError, match=r"latin\.txt: not UTF-8 \(byte 2\); convert it with iconv first"):
        read_text(str(path))


def test_a_name_with_a_nul_is_refused():
    with pytest.raises(UsageError, match=r"'a\\x00b': embedded null"):
        read_text("a\0b")


def test_a_name_that_is_too_long_for_the_system_is_refused():
    with pytest.raises(UsageError, match=r"file name too long$"):
        read_text("x" * 5000)


def test_an_empty_name_is_refused():
    with pytest.raises(UsageError):
        read_text("")
