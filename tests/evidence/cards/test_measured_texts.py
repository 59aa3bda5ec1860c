"""A verdict names the texts that it was measured in, and those alone."""

from types import SimpleNamespace

import pytest

from mha_viz.evidence.cards.cards import general_card
from mha_viz.evidence.cards.measured_texts import in_texts
from mha_viz.evidence.corpus.profile import load_profile
from mha_viz.paths import app_folder

EWT = {"what": "UD English EWT dev, revision 15d613d8 (CC BY-SA 4.0)", "source": "conllu"}
MINE = {"what": "mine.conllu", "source": "conllu"}
CODE = {"what": "lib", "source": "code"}
TWINS = {"what": "Winogender, half of its occupations (MIT)", "source": "pairs"}
OBJ, FIRST = ("syntactic", "obj"), ("sinks", "first token")


@pytest.mark.parametrize(
    ("corpora", "score", "said"),
    [
        ([EWT, TWINS], FIRST, " in English web text"),
        ([EWT, CODE], FIRST, " in English web text and Python code"),
        ([EWT, CODE], OBJ, " in English web text"),
        ([CODE], FIRST, " in Python code"),
        ([MINE], OBJ, " in mine.conllu"),
        ([{"what": "classroom grammar, drawn anew", "source": "grammar"}], FIRST, " in classroom grammar"),
        ([EWT], ("copying", "induction on random tokens"), ""),
        ([EWT, TWINS], ("coreference", "twins: Winogender"), ""),
        ([], FIRST, ""),
    ],
)
def test_of_each_score_the_texts_that_were_asked_for_it(corpora, score, said):
    row = SimpleNamespace(family=score[0], score=score[1], said="established")
    assert in_texts({"corpora": corpora}, row) == said
    row.said = "not enough evidence"
    assert in_texts({"corpora": corpora}, row) == (said and f" ({said[4:]})")
    row.said = None  # what only describes has no verdict
    assert in_texts({"corpora": corpora}, row) == ""


def test_the_card_of_a_head_says_so_where_the_profile_is_known():
    profile = load_profile(app_folder() / "assets" / "profiles" / "minilm.parquet")
    told = [line for _, line in general_card(profile.table, 3, 1, facts=profile.facts).lines]
    assert told
    assert all(line.endswith(": established in English web text.") for line in told)
    assert not any("web text" in line for _, line in general_card(profile.table, 3, 1).lines)
