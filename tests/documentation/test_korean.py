"""Search in Korean: particles at the end of words and compounds do not hide what is looked for."""

import json
import re
import shutil
import subprocess
from io import BytesIO
from urllib.parse import quote

import pytest

from documentation.sites import ROOT, build

PAGES = {
    "index": "# 시작\n\n```{toctree}\nvanishing\nlearning\n```\n",
    "vanishing": "# 기울기 소실(vanishing gradient)\n\nLSTM의 기울기가 시간축을 거슬러 흐릅니다.\n",
    "learning": "# 학습\n\n학습률을 바꾸며 RNN의 weight를 학습시킵니다.\n",
}
FOUND = [
    ("기울기를", "vanishing"),
    ("시간", "vanishing"),
    ("lstm의 소실", "vanishing"),
    ("기울기가 흐르는", "vanishing"),
    ("학습", "learning"),
    ("가중치", "learning"),
]


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("기울기를", "기울기"),
        ("기울기에서는", "기울기"),
        ("학습으로", "학습"),
        ("학습", "학습"),
        ("은닉", "은닉"),
        ("차이", "차이"),
    ],
)
def test_a_query_loses_its_particle_and_keeps_two_syllables(word, stem):
    from korean import without_particle

    assert without_particle(word) == stem


def test_words_of_two_scripts_are_told_apart():
    from korean import SearchKorean

    assert SearchKorean({}).split("LSTM의 W_hh를") == ["LSTM", "W_hh"]
    assert SearchKorean({}).split("시간축") == ["시간", "시간축", "간축"]


QUERIES = [
    ("역전파", "bptt"),
    ("기울기 소실", "vanishing"),
    ("기울기가 사라지는", "vanishing"),
    ("LSTM 게이트", "lstm"),
    ("망각 게이트", "lstm"),
    ("클리핑", "clipping"),
    ("기울기 폭발", "clipping"),
    ("절단된 역전파", "truncation"),
    ("어텐션이 보는 곳", "captioning"),
    ("활성화 함수", "activations"),
    ("핍홀", "peephole"),
    ("peephole", "peephole"),
    ("여러 층", "multilayer"),
    ("편향", "vqa"),
]


@pytest.fixture(scope="module")
def lecture():
    """Return what each chapter of the lecture is found by."""
    from babel.messages.pofile import read_po
    from korean import SearchKorean

    search = SearchKorean({})
    found = {}
    for path in (ROOT / "docs/locale/ko/LC_MESSAGES/lecture").glob("*.po"):
        text = " ".join(str(m.string) for m in read_po(BytesIO(path.read_bytes()), locale="ko") if m.id)
        found[path.stem] = {search.stem(word.lower()) for word in search.split(text)}
    return found


@pytest.mark.parametrize(("query", "chapter"), QUERIES)
def test_a_student_finds_the_chapter(lecture, query, chapter):
    from korean import SearchKorean, asked

    search = SearchKorean({})
    wanted = {search.stem(word.lower()) for word in asked(query, set().union(*lecture.values()))}
    assert chapter in [name for name, words in lecture.items() if wanted <= words]


def test_a_verb_is_found_in_its_other_forms():
    from korean import asked

    assert asked("사라지는 기울기", {"사라", "기울기"}) == ["사라", "기울기"]


def index_of(site):
    return json.loads(re.search(r"Search\.setIndex\((.*)\)", (site / "searchindex.js").read_text(encoding="utf-8"))[1])


def test_the_index_has_the_parts_of_korean_words(made):
    index = index_of(made)
    known = index["terms"] | index["titleterms"]
    assert {"기울기", "시간", "소실", "학습", "학습률", "lstm"} <= set(known)
    assert "가" not in known


@pytest.mark.skipif(not shutil.which("chromium"), reason="searching as a reader does needs chromium")
@pytest.mark.parametrize(("query", "page"), FOUND)
def test_a_reader_finds_the_page(made, query, page):
    assert set(results(made, query)) - {"index"} == {page}


@pytest.mark.skipif(not shutil.which("chromium"), reason="searching as a reader does needs chromium")
def test_what_is_not_there_is_not_found(made):
    assert results(made, "핍홀") == []


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Build the pages once."""
    code, folder = build(tmp_path_factory.mktemp("korean"), PAGES, "ko")
    assert code == 0
    return folder


def results(site, query):
    line = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000", "--dump-dom"]
    page = f"file://{site}/search.html?q={quote(query)}"
    out = subprocess.run([*line, page], capture_output=True, text=True, timeout=120, check=True).stdout
    assert "<h2>검색 결과</h2>" in out, "the search has not finished"
    found = re.search(r'<ul role="list" class="search">(.*?)</ul>', out, re.DOTALL)
    return sorted(set(re.findall(r'href="(\w+)\.html', found[1]))) if found else []
