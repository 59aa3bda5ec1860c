"""In which texts a row of a profile was measured, as a verdict says it: what holds of prose need not hold of code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.language import N_, gettext
from mha_viz.scores.table import row_of
from mha_viz.wording import joined

WEB_TEXT = N_("English web text")  # weblogs, newsgroups, mails, reviews and answers: the English Web Treebank
CODE = N_("Python code")
GRAMMAR, OURS = N_("classroom grammar"), N_("example sentences of mha_viz")
HERE, MEASURED_HERE = N_(" in {texts}"), N_(" ({texts})")  # behind "established", and behind any other verdict
OF_SENTENCES = ("conllu", "ours", "grammar")  # the sources of a profile of which sentences are read one by one


def in_texts(facts: Mapping[str, Any] | None, row: Any) -> str:
    """What follows a verdict: "established" *in English web text*, "not established" *(English web text)*; "" where the
    facts do not say, or the score is of texts of its own (twins, pairs of words, random tokens, documents).

    Parameters
    ----------
    facts : mapping
        Of a profile.
    row : of ``each_row``
        Of its table.

    >>> from types import SimpleNamespace
    >>> facts = {"corpora": [{"what": "UD English EWT dev, revision 15d613d8", "source": "conllu"}]}
    >>> in_texts(facts, SimpleNamespace(family="sinks", score="first token", said="established"))
    ' in English web text'
    >>> in_texts(facts, SimpleNamespace(family="copying", score="induction on random tokens"))
    ''
    """
    score = row_of(row.family, row.score)
    sources = _sources(score.on, score.scope)
    names = [_named(corpus) for corpus in (facts or {}).get("corpora", ()) if corpus.get("source") in sources]
    if not names or row.said is None:
        return ""
    return gettext(HERE if row.said == ESTABLISHED else MEASURED_HERE, texts=joined(names))


def _sources(on: str, scope: str) -> tuple[str, ...]:
    if on == "tokens":
        return (*OF_SENTENCES, "code")
    return OF_SENTENCES if on in ("items", "words") and scope == "sentence" else ()


def _named(corpus: Mapping[str, Any]) -> str:
    if corpus["source"] == "code":
        return gettext(CODE)
    what = re.split(r", | \(", str(corpus["what"]))[0]
    if re.match(r"UD English EWT\b", what):
        return gettext(WEB_TEXT)
    return gettext(what) if what in (GRAMMAR, OURS) else what
