"""Full-text search in Korean, where particles follow words without a blank and compounds are written in one.

Of a Korean word every part of two syllables or more is put into the index, so that 기울기 finds 기울기가 and 시간 finds
시간축. A query loses the particle at its end (기울기를 asks for 기울기); what no page has then is shortened until one
has it (사라지는 asks for 사라, which is in 사라집니다), in JavaScript as here. Terms of the field stand in English in
the texts, so a page that says gradient is found by 기울기 as well. Words of other scripts are treated as in English.
"""

import re
from collections.abc import Collection
from typing import Any

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

# Longest first; a word keeps at least two syllables.
PARTICLES = tuple(
    """
    으로부터 에서부터 이라는 에서는 으로는 에게서 이라고 까지는 부터는 에서도 으로도 이므로 으로써 로부터 처럼은
    에서 으로 에게 까지 부터 처럼 보다 이나 이란 이라 라는 에는 에도 와는 과는 로는 만큼 마다 조차 이며 하는 하고
    하면 합니다 입니다 은 는 이 가 을 를 의 에 로 와 과 도 만 란 나
    """.split()  # noqa: SIM905
)

# What else a term is called, by the beginning of its English word.
TERMS = {
    "activation": ("활성화",),
    "attention": ("어텐션", "주의"),
    "backprop": ("역전파",),
    "backward": ("역전파", "역방향"),
    "bias": ("편향",),
    "bptt": ("역전파",),
    "candidate": ("후보",),
    "caption": ("캡션",),
    "cell": ("셀",),
    "clip": ("클리핑",),
    "decoder": ("디코더",),
    "encoder": ("인코더",),
    "explod": ("폭발",),
    "forget": ("망각",),
    "forward": ("순전파", "순방향"),
    "gate": ("게이트",),
    "gradient": ("기울기", "그래디언트", "경사"),
    "hidden": ("은닉",),
    "layer": ("레이어", "계층"),
    "loss": ("손실",),
    "memory": ("기억", "메모리"),
    "peephole": ("핍홀", "엿보기"),
    "recurrent": ("순환",),
    "state": ("상태",),
    "step": ("스텝", "단계"),
    "truncat": ("절단", "자르기"),
    "vanish": ("소실", "사라"),
    "weight": ("가중치",),
}

_KOREAN = re.compile(r"[가-힣]+")
_PARTS = re.compile(r"[가-힣]+|[^\W가-힣]+")


def words(text: str) -> list[str]:
    """Return the words of a text, Korean ones apart from what is joined to them: LSTM의 is LSTM and 의."""
    return _PARTS.findall(text)


def parts(word: str) -> list[str]:
    """Return every run of two syllables or more of a Korean word."""
    return [word[i:j] for i in range(len(word)) for j in range(i + 2, len(word) + 1)]


def without_particle(word: str) -> str:
    """Return a Korean word without the particle at its end."""
    for particle in sorted(PARTICLES, key=len, reverse=True):
        if word.endswith(particle) and len(word) - len(particle) >= 2:
            return word.removesuffix(particle)
    return word


def also(word: str) -> list[str]:
    """Return what else a page with an English word is found by."""
    names = [name for beginning, found in TERMS.items() if word.lower().startswith(beginning) for name in found]
    return [part for name in names for part in parts(name) or [name]]


def asked(query: str, known: Collection[str]) -> list[str]:
    """Return the words that a page must have, as the JavaScript of the site finds them.

    Args:
        query: what a reader types.
        known: all words of the index.
    """
    return [
        shortened(without_particle(word), known) if _KOREAN.fullmatch(word) else word
        for word in words(query)
        if not re.fullmatch("[가-힣]", word)
    ]


def shortened(word: str, known: Collection[str]) -> str:
    """Return the longest beginning of a Korean word that some page has, of two syllables or more; else the word."""
    return next((word[:n] for n in range(len(word), 1, -1) if word[:n] in known), word)


class SearchKorean(SearchEnglish):
    """Korean beside English."""

    lang = "ko"
    language_name = "English"  # names the stemmer in JavaScript
    js_splitter_code = f"""
const particles = {sorted(PARTICLES, key=len, reverse=True)!r};
const withoutParticle = (word) => {{
  const found = particles.find((each) => word.endsWith(each) && word.length - each.length >= 2);
  return found ? word.slice(0, -found.length) : word;
}};
const shortened = (word) => {{
  const index = (typeof Search !== "undefined" && Search._index) || {{}};
  const known = [index.terms || {{}}, index.titleterms || {{}}];
  for (let n = word.length; n > 1; n--) {{
    const start = word.slice(0, n);
    if (known.some((each) => Object.hasOwn(each, start))) return start;
  }}
  return word;
}};
var splitQuery = (query) =>
  (query.normalize("NFC").match(/[가-힣]+|(?:(?![가-힣])[\\p{{Letter}}\\p{{Number}}_])+/gu) || [])
    .filter((word) => !/^[가-힣]$/.test(word))
    .map((word) => (/^[가-힣]+$/.test(word) ? shortened(withoutParticle(word)) : word));
"""

    def split(self, input: str) -> list[str]:
        """Return what a text is found by."""
        return [
            part for word in words(input) for part in (parts(word) if _KOREAN.fullmatch(word) else [word, *also(word)])
        ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the language."""
    app.add_search_language(SearchKorean)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
