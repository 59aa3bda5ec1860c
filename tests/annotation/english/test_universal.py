"""Small ClearNLP trees, as spaCy's English model gives them, and their Universal Dependencies, both by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mha_viz.annotation.english.trees import Node
from mha_viz.annotation.english.universal import UNIVERSAL_NAMES, to_universal

TAGS = {"DT": "DET", "NN": "NOUN", "NNP": "PROPN", "IN": "ADP", "JJ": "ADJ", "PRP": "PRON", "CC": "CCONJ", "CD": "NUM"}
LEMMAS = {"was": "be", "is": "be", "'s": "be", "There": "there"}


def nodes(sentence):
    """``word/fine-tag/relation>head``; words that stand there twice are told apart by a number, which is taken off."""
    cells = [word.rsplit("/", 2) for word in sentence.split()]
    names = [form for form, _, _ in cells]
    result = []
    for name, fine, arc in cells:
        relation, _, head = arc.partition(">")
        form, _, entity = name.partition("=")
        tag = TAGS.get(fine) or {"V": "VERB", "R": "ADV", "W": "SCONJ"}.get(fine[0], "PUNCT" if fine == "." else "PART")
        tag = "AUX" if form in LEMMAS and fine[0] == "V" else tag
        at = names.index(head) if head else -1
        result.append(Node(form.rstrip("#"), LEMMAS.get(form, form.rstrip("#")), tag, fine, at, relation, entity))
    return result


def arcs(sentence):
    """Words with their head and relation, as ``word>head:relation`` is written in the tests."""
    found = to_universal(nodes(sentence))
    return {f"{one.form}>{found[one.head].form if one.head >= 0 else ''}:{one.relation}" for one in found}


def test_a_preposition_becomes_the_case_of_its_noun():
    assert arcs("cat/NN/nsubj>sat sat/VBD/ROOT on/IN/prep>sat the/DT/det>mat mat/NN/pobj>on") == {
        "cat>sat:nsubj", "sat>:root", "on>mat:case", "the>mat:det", "mat>sat:obl",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("house/NN/ROOT of/IN/prep>house Tom/NNP/pobj>of", {"of>Tom:case", "Tom>house:nmod"}),
        ("most/JJ/nsubj>ran of/IN/prep>most us/PRP/pobj>of ran/VBD/ROOT", {"us>most:nmod", "of>us:case"}),
        ("full/JJ/ROOT of/IN/prep>full air/NN/pobj>of", {"air>full:obl"}),
        ("seen/VBN/ROOT by/IN/agent>seen Tom/NNP/pobj>by", {"by>Tom:case", "Tom>seen:obl:agent"}),
        ("give/VB/ROOT it/PRP/dobj>give to/IN/dative>give me/PRP/pobj>to", {"me>give:obl", "to>me:case"}),
        ("gave/VBD/ROOT me/PRP/dative>gave air/NN/dobj>gave", {"me>gave:iobj", "air>gave:obj"}),
        ("think/VB/ROOT about/IN/prep>think going/VBG/pcomp>about", {"about>going:mark", "going>think:advcl"}),
        ("idea/NN/ROOT of/IN/prep>idea going/VBG/pcomp>of", {"of>going:mark", "going>idea:acl"}),
        ("in/IN/prep>good general/JJ/amod>in good/JJ/ROOT", {"in>general:case", "general>good:obl"}),
        ("went/VBD/ROOT in/IN/prep>went", {"in>went:obl"}),
        (
            "ran/VBD/ROOT out/IN/prep>ran of/IN/prep>out it/PRP/pobj>of",
            {"out>it:case", "of>it:case", "it>ran:obl"},
        ),
        (
            "at/IN/prep>ran home/NN/pobj>at and/CC/cc>at under/IN/conj>at water/NN/pobj>under ran/VBD/ROOT",
            {"at>home:case", "home>ran:obl", "and>water:cc", "under>water:case", "water>home:conj"},
        ),
    ],
)
def test_prepositions(sentence, expected):
    assert expected <= arcs(sentence)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "because/IN/mark>was it/PRP/nsubj>was was/VBD/advcl>sat tired/JJ/acomp>was sat/VBD/ROOT",
            {"because>tired:mark", "it>tired:nsubj", "was>tired:cop", "tired>sat:advcl"},
        ),
        (
            "He/PRP/nsubj>is is/VBZ/ROOT in/IN/prep>is it/PRP/pobj>in",
            {"He>it:nsubj", "is>it:cop", "in>it:case", "it>:root"},
        ),
        ("Where/WRB/advmod>is is/VBZ/ROOT he/PRP/nsubj>is", {"is>Where:cop", "he>Where:nsubj"}),
        ("He/PRP/nsubj>is also/RB/advmod>is is/VBZ/ROOT", {"is>:root", "also>is:advmod"}),
        ("There/EX/expl>is is/VBZ/ROOT cat/NN/attr>is", {"is>:root", "cat>is:nsubj", "There>is:expl"}),
        (
            "goal/NN/nsubj>is is/VBZ/ROOT to/TO/aux>win win/VB/xcomp>is",
            {"goal>win:nsubj:outer", "is>win:cop", "to>win:mark"},
        ),
        ("became/VBD/ROOT king/NN/attr>became", {"king>became:xcomp"}),
        ("It/PRP/nsubj>'s 's/VBZ/aux>raining raining/VBG/ROOT", {"It>raining:nsubj", "'s>raining:aux"}),
        (
            "It/PRP/nsubj>is is/VBZ/ROOT hard/JJ/acomp>is to/TO/aux>say say/VB/xcomp>is",
            {"It>hard:expl", "say>hard:csubj", "hard>:root"},
        ),
        (
            "It/PRP/nsubj>is is/VBZ/ROOT ready/JJ/acomp>is to/TO/aux>go go/VB/xcomp>ready",
            {"It>ready:nsubj", "go>ready:xcomp"},
        ),
    ],
)
def test_copulas(sentence, expected):
    assert expected <= arcs(sentence)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "red/JJ/ROOT ,/./punct>red white/JJ/conj>red and/CC/cc>white blue/JJ/conj>white",
            {"white>red:conj", "blue>red:conj", "and>blue:cc", ",>white:punct"},
        ),
        (
            "It/PRP/nsubj>rains rains/VBZ/ccomp>said ,/./punct>said he/PRP/nsubj>said said/VBD/ROOT",
            {"rains>:root", "said>rains:parataxis", "he>said:nsubj", ",>said:punct"},
        ),
        (
            'It/PRP/nsubj>rains rains/VBZ/ccomp>said "/./punct>said he/PRP/nsubj>said said/VBD/ROOT',
            {"rains>said:ccomp", "said>:root"},
        ),
        (
            "let/VB/ROOT me/PRP/nsubj>know know/VB/ccomp>let",
            {"me>let:obj", "know>let:xcomp"},
        ),
        ("think/VBP/ROOT he/PRP/nsubj>knew knew/VBD/ccomp>think", {"he>knew:nsubj", "knew>think:ccomp"}),
        ("hope/VBP/ROOT he/PRP/nsubj>go can/MD/aux>go go/VB/ccomp>hope", {"he>go:nsubj", "go>hope:ccomp"}),
        ("way/NN/ROOT to/TO/aux>go go/VB/relcl>way", {"go>way:acl", "to>go:mark"}),
        ("man/NN/ROOT I/PRP/nsubj>saw saw/VBD/relcl>man", {"saw>man:acl:relcl"}),
        ("Tom/NNP/poss>hat 's#/POS/case>Tom hat/NN/ROOT", {"Tom>hat:nmod:poss", "'s>Tom:case"}),
        ("left/VBD/ROOT yesterday/NN/npadvmod>left", {"yesterday>left:obl:unmarked"}),
        ("twice/RB/ROOT a/DT/det>day day/NN/npadvmod>twice", {"day>twice:obl:unmarked"}),
        ("times/NN/ROOT day/NN/npadvmod>times", {"day>times:nmod:unmarked"}),
        (
            "went/VBD/ROOT because/IN/prep>went of/IN/pcomp>because it/PRP/pobj>of",
            {"because>it:case", "of>because:fixed"},
        ),
        (
            "Dr.=/NNP/compound>King=PERSON Ada=PERSON/NNP/compound>King=PERSON King=PERSON/NNP/ROOT",
            {"King>Ada:flat", "Dr.>Ada:nmod:desc", "Ada>:root"},
        ),
        (
            "on/IN/prep>left May/NNP/pobj>on 5/CD/nummod>May 1995/CD/nummod>May left/VBD/ROOT",
            {"5>left:obl", "May>5:nmod:unmarked", "1995>5:nmod:unmarked"},
        ),
        ("cost/VBP/ROOT $/$/nmod>7 7/CD/dobj>cost", {"$>cost:obj", "7>$:nummod"}),
        ("at/IN/advmod>least least/JJ/ROOT", {"at>least:case"}),
        ("New/NNP/compound>York York/NNP/ROOT", {"New>York:amod"}),
        ("so/RB/meta>go go/VB/ROOT", {"so>go:dep"}),
    ],
)
def test_what_else_changes_its_place_or_name(sentence, expected):
    assert expected <= arcs(sentence)


def test_signs_hang_from_what_they_set_off():
    sentence = (
        "When/WRB/advmod>came he/PRP/nsubj>came came/VBD/advcl>left ,/./punct>came I/PRP/nsubj>left left/VBD/ROOT "
        "(/./punct>left very/RB/advmod>soon soon/RB/advmod>left )/./punct>left ,#/./punct>left now/RB/advmod>left "
        "./././punct>left"
    ).replace("./././punct", "././punct")
    found = to_universal(nodes(sentence))
    heads = {i: found[one.head].form for i, one in enumerate(found) if one.relation == "punct"}
    assert heads == {3: "came", 6: "soon", 9: "soon", 10: "now", 12: "left"}


def test_tags_that_change():
    when, came, after, going = to_universal(
        nodes("when/WRB/advmod>came came/VBD/ROOT after/IN/prep>came going/VBG/pcomp>after")
    )
    assert (when.tag, came.tag, after.tag, going.tag) == ("ADV", "VERB", "SCONJ", "VERB")


LABELS = [
    *UNIVERSAL_NAMES,
    "nsubj",
    "conj",
    "cc",
    "punct",
    "compound",
    "ccomp",
    "xcomp",
    "aux",
    "advmod",
    "amod",
    "nummod",
]
WORDS = st.tuples(
    st.sampled_from(["be", "it", "there", "because", "of", "(", ")", '"', ",", "$", "May", "5", "here", "new"]),
    st.sampled_from(["NOUN", "PROPN", "VERB", "AUX", "ADP", "ADJ", "ADV", "NUM", "PUNCT", "PRON"]),
    st.sampled_from(["NN", "IN", "TO", "VB", "VBD", "WRB", "MD"]),
    st.sampled_from(["", "PERSON", "NORP"]),
    st.sampled_from(LABELS),
    st.integers(-1, 10**6),
)


@settings(max_examples=100)
@given(
    st.lists(WORDS, max_size=11).flatmap(lambda words: st.tuples(st.just(words), st.permutations(range(len(words)))))
)
def test_a_tree_stays_a_tree_whatever_it_is(drawn):
    words, order = drawn
    made: dict[int, Node] = {}
    for n, i in enumerate(order):  # a word hangs from one before it in this order, so there is no circle
        form, tag, fine, entity, relation, where = words[i]
        head = -1 if n == 0 or where % (n + 2) == 0 else order[where % n]
        made[i] = Node(form, form, tag, fine, head, "ROOT" if head < 0 else relation, entity)
    before = [made[i] for i in range(len(words))]
    after = to_universal(before)
    assert [(one.form, one.lemma, one.fine) for one in after] == [(one.form, one.lemma, one.fine) for one in before]
    assert sum(one.head < 0 for one in after) == sum(one.head < 0 for one in before)
    assert all((one.head < 0) == (one.relation == "root") for one in after)
    assert not {one.relation for one in after} & set(UNIVERSAL_NAMES)
    for i in range(len(after)):
        steps = 0
        while i >= 0:
            i, steps = after[i].head, steps + 1
            assert steps <= len(after)
