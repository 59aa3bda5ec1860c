"""Clark et al. (2019), section 4.3: a head finds what was spoken of before, better than the nearest mention."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby

from torch import Tensor

from mha_viz.annotation.annotated import Annotated, Arc, Mention, join_sentences
from mha_viz.annotation.files.marked_mentions import read_marked_mentions
from mha_viz.annotation.files.treebanks import read_conllu
from mha_viz.errors import InputError
from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Printed, Statement
from mha_viz.evidence.claims.clark_surface import BERT
from mha_viz.evidence.claims.estimates import values_of
from mha_viz.evidence.claims.patterns import kinds_of
from mha_viz.evidence.claims.structure.trees import CONLLU, points_of, word_maps
from mha_viz.evidence.statistics.intervals import LEAST_UNITS
from mha_viz.language import N_
from mha_viz.objects import Model
from mha_viz.paths import app_folder
from mha_viz.scores.families.coreference import coreference_items
from mha_viz.scores.items import Item
from mha_viz.scores.pointing import tally_items

WORDS, MOST = 100, 400  # of a document of a file that are read; documents of a file
PLACE, ALIKE = "place", "same word"
PLACES = ("nearest", "the one before it", "first")
POINTS = 10.0
QUOTED = "table 2, page 7, read in a transcript"
CHOSEN = "the head is chosen on all other texts; the paper chooses it on the texts that it counts"
OURS = "the paper reads 128 tokens of each document of CoNLL-2012; here short texts of our own, or a file's documents"
RULES = "the paper sets the nearest mention beside it; here the best of the nearest, the one before it and the first"
EASY = "our texts repeat themselves more than others do"


def _why_not(model: Model) -> str:
    kinds = kinds_of(model)
    if not kinds:
        return N_("it reads no text")
    if "encoder" not in kinds:
        return N_("the claim is about models whose tokens see all others; this one reads from left to right")
    return ""


def _make(_model: Model, data: str | None) -> Sequence[Material]:
    """Texts with mentions, of which at least one speaks of something again.

    Raises
    ------
    InputError
        If the file cannot be used, or holds too few.
    """
    if data is not None and data.endswith(CONLLU):
        documents = groupby(read_conllu(data), key=lambda sentence: sentence.document)
        found = [_beginning(list(sentences)) for _, sentences in documents]
    else:
        found = list(read_marked_mentions(data or app_folder() / "assets" / "mentions.txt"))
    asked = [text for text in found if items_of(text)][:MOST]
    if len(asked) < LEAST_UNITS:
        raise InputError(f"There are {len(asked)} texts that speak of something again: give at least {LEAST_UNITS}.")
    return [Material("texts", texts=(each.text, _packed(each))) for each in asked]


def _beginning(sentences: list[Annotated]) -> Annotated:
    """The first sentences of a document, as many as have so few words together; the first in any case."""
    n, taken = 0, 0
    while taken < len(sentences) and (not taken or n + len(sentences[taken]) <= WORDS):
        n += len(sentences[taken])
        taken += 1
    return join_sentences(sentences[:taken])


def _packed(text: Annotated) -> str:
    mentions = [(each.begin, each.end, each.cluster) for each in text.mentions]
    arcs = [(arc.dependent, arc.head, arc.relation) for arc in text.arcs]
    return json.dumps([text.spans, mentions, text.tags, arcs])


def text_in(piece: Material) -> Annotated:
    """The text that was packed into a piece, with its mentions."""
    text, packed = piece.texts
    spans, mentions, tags, arcs = json.loads(packed)
    words = tuple(text[begin:end] for begin, end in spans)
    return Annotated(
        text, words, tuple(map(tuple, spans)), tuple(Arc(*arc) for arc in arcs),
        tuple(Mention(*each) for each in mentions), tags=tuple(tags),
    )  # fmt: skip


def items_of(text: Annotated) -> list[Item]:
    """Of each mention that has an earlier one: which of all earlier mentions does its head word look at most?"""
    items = []
    for item in (item for of_kind in coreference_items(text).values() for item in of_kind):
        told = dict(item.rules)
        nearest = told["nearest mention"]
        earlier = item.among or ()
        places = zip(PLACES, (nearest, earlier[-2:][0], earlier[0]), strict=True)
        rules = (*places, (ALIKE, told.get("nearest same word", nearest)))
        items.append(Item(item.query, item.right, earlier, rules))
    return items


def _measure(model: Model, piece: Material) -> Numbers:
    """How many mentions each head and each rule resolves, and of how many."""
    text = text_in(piece)
    maps, missing = word_maps(model, text)
    tally = tally_items(maps, {"mentions": items_of(text)}, missing=missing)["mentions"]
    return {
        "hits": tally.counts.hits.double().tolist(), "n": [float(tally.counts.n.flatten()[0])],
        PLACE: [float(tally.rules.get(rule, 0.0)) for rule in PLACES], ALIKE: [float(tally.rules.get(ALIKE, 0.0))],
    }  # fmt: skip


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    (texts,) = measured.values()
    hits, n = values_of(texts, "hits"), values_of(texts, "n")
    chosen = _hits_of_the_best(hits, n)
    rules = {name: values_of(texts, name) for name in (PLACE, ALIKE)}
    best = {name: of_texts[:, of_texts.sum(dim=0).argmax()] for name, of_texts in rules.items()}
    return {name: points_of(chosen - of_rule, n[:, 0]) for name, of_rule in best.items()}


def _hits_of_the_best(hits: Tensor, n: Tensor) -> Tensor:
    """What the head gets in each text that is best on all others, (text,)."""
    others = (hits.sum(dim=0) - hits) / (n.sum(dim=0) - n).clamp_min(1.0)
    return hits.gather(1, others.argmax(dim=1, keepdim=True))[:, 0]


def _printed(head: int, rule: int) -> tuple[Printed, ...]:
    return (Printed(head - rule, f"BERT-base, {head} against {rule} %", QUOTED, BERT),)


CLAIM = Claim(
    name="coreference",
    title="A head finds what was spoken of before",
    source="Clark et al. 2019, arXiv:1906.04341, section 4.3",
    models="BERT-base",
    data="24 short texts of our own with their mentions (or a CoNLL-U file with mentions as --data)",
    model="mpnet",
    minutes=0.2,
    statements=(
        Statement(
            PLACE, "A single head finds what a mention speaks of, far better than the nearest mention is it.",
            "mentions that the best head resolves, minus those of the best rule of place", "points", POINTS,
            f"{POINTS:g} points, our bar", _printed(65, 27), (OURS, EASY, RULES, CHOSEN),
        ),
        Statement(
            ALIKE, "It does so better than a rule that looks for the same word.",
            "the same minus those of the nearest same word, or else of the nearest mention", "points", 0.0,
            "better at all, our bar", _printed(65, 52), (OURS, EASY, CHOSEN),
        ),
    ),
    why_not=_why_not, make=_make, measure=_measure, estimate=_estimate, score="pronoun → antecedent",
)  # fmt: skip
