"""On every page each term of the glossary is explained where a block of text uses it first."""

import json
import re

import pytest

from mha_viz.views.captions.glossary import GLOSSARY
from tests.support.pages.drawn import pictures
from tests.support.pages.pages import opened, sound

PAGES = [
    ("pages/Explore.py", {}), ("pages/Explore.py", {"view": "Steps"}), ("pages/Explore.py", {"view": "Names"}),
    ("pages/Explore.py", {"view": "What if"}), ("pages/Scores.py", {}), ("pages/Atlas.py", {}), ("pages/Head.py", {}),
    ("pages/Compare.py", {}), ("pages/Compare.py", {"compare": "two models", "model2": "classroom"}),
    ("pages/Models.py", {}), ("pages/Inside.py", {}), ("pages/Training.py", {}),
    ("pages/Training.py", {"training": "heads"}), ("pages/Training.py", {"training": "induction"}),
    *(("app.py", {"story": str(step), "level": "school", "asked": "no"}) for step in range(8)),
    *(("app.py", {"story": str(step), "level": "university", "asked": "no"}) for step in range(8)),
]  # fmt: skip
# What a reader has to be told, as pages write it; written down here once more, without the table that marks them.
TERMS = {
    "layer-head": r"L\d+ H\d+|heads?|layers?", "token": "tokens?", "bits": "(?<!4 )bits", "established": "established",
    "sink": "sinks?", "profile": "profiles?", "entropy-in-nats": "entropy|nats", "pattern": "patterns?",
    "95-interval": "intervals?", "flip": "flips?", "contribution": "contributions?", "twins": "twins",
}  # fmt: skip
# Left alone: what is quoted, code, links elsewhere; what explains a term itself; headings that are titles of a part.
LEFT = re.compile(r"“[^”]*”|`[^`]*`|\[[^\]]*\]\((?!#word-)[^)]*\)|dependents? → heads?|heads? → dependents?")
EXPLAINS = re.compile(rf"(?:- )?\*\*(?:{'|'.join(map(re.escape, GLOSSARY))})\*\*: ")


def first_uses(text):
    """Of each term in a block: what its first use is, and whether that is explained."""
    for name, written in TERMS.items():
        explained = rf"\[[^\]]*\]\(#word-{name}\)"
        told = re.sub(rf"\]\(#word-(?!{name}\))[^)]*\)", "]", re.sub(LEFT, "", text))
        found = re.search(rf"(?P<explained>{explained})|\b(?:{written})\b", told, re.IGNORECASE)
        if found:
            yield found[0], bool(found["explained"])


@pytest.mark.parametrize(("page", "link"), PAGES)
@pytest.mark.real_model
def test_each_term_is_explained_where_a_block_uses_it_first(page, link, minilm):
    test = sound(opened(page, model="minilm", **link))
    blocks = [block.proto.body for kind in ("markdown", "caption", "info", "warning") for block in getattr(test, kind)]
    blocks = [text for text in blocks if not EXPLAINS.match(text)]
    assert blocks or pictures(test)
    assert [(text[:80], use) for text in blocks for use, is_explained in first_uses(text) if not is_explained] == []
    for frame in test.dataframe:
        columns = json.loads(frame.proto.columns or "{}")
        for name in frame.value.columns:
            if list(first_uses(columns.get(name, {}).get("label") or name)):
                assert columns[name]["help"], name


def test_a_use_that_is_not_explained_is_found():
    assert list(first_uses("a head of [layers](#word-layer-head)")) == [("head", False)]
    assert list(first_uses("[a head](#word-layer-head) of 2 layers, “bits”")) == [("[a head](#word-layer-head)", True)]
