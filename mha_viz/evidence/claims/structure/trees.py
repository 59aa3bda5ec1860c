"""Sentences with their dependencies → how often each head points along them, beside the best fixed offset."""

from __future__ import annotations

import json
from collections.abc import Sequence

import torch
from torch import Tensor

from mha_viz.annotation.annotated import Annotated, Arc, annotated_word_map, pieces_of_words
from mha_viz.annotation.english.documents import source_here
from mha_viz.annotation.english.parser import parse_together
from mha_viz.annotation.files.treebanks import read_conllu
from mha_viz.errors import InputError
from mha_viz.evidence.claims.claim import Estimate, Material, Numbers
from mha_viz.evidence.claims.estimates import values_of
from mha_viz.evidence.claims.material import sentences_of
from mha_viz.evidence.claims.patterns import kinds_of, patterns_of
from mha_viz.evidence.statistics.intervals import LEAST_UNITS, interval
from mha_viz.language import N_, lazy_gettext
from mha_viz.models.catalogue import PARSER
from mha_viz.objects import Model
from mha_viz.recording.capture import capture
from mha_viz.scores.counting import Counts
from mha_viz.scores.families.syntactic import TO_DEPENDENT, TO_HEAD, dependency_items
from mha_viz.scores.pointing import OFFSET_RULES, tally_items

MOST = 400  # sentences of a file
CONLLU = ".conllu"
DIRECTIONS = (TO_HEAD, TO_DEPENDENT)
SENTENCES = "the sentences that come with mha-viz, as a parser sees them (or a text or CoNLL-U file as --data)"
PARSED = "dependencies are a parser's guess, unless --data gives a CoNLL-U file"
CHOSEN = "the head is chosen on all other sentences, the offset on all of them, within five words"


def why_no_trees(model: Model) -> str:
    """Why a model cannot be asked for dependencies, "" where it can."""
    kinds = kinds_of(model)
    if not kinds:
        return N_("it reads no text")
    if "encoder" not in kinds:
        return N_("the claim is about models whose tokens see all others; this one reads from left to right")
    if not source_here():
        command = f"mha-viz models get {PARSER.name}"
        return lazy_gettext("the parser is not on this machine: {command}", command=command)
    return ""


def parsed_sentences(data: str | None) -> list[Material]:
    """Sentences with their words and dependencies: gold from a CoNLL-U file, else a parser's guess.

    Raises
    ------
    InputError
        If the file cannot be used, or holds fewer sentences than an interval needs.
    """
    if data is not None and data.endswith(CONLLU):
        found = [sentence for sentence in read_conllu(data) if sentence.arcs][:MOST]
    else:
        found = [each for each in parse_together(sentences_of(data)[:MOST]) if each.arcs]
    if len(found) < LEAST_UNITS:
        raise InputError(f"There are {len(found)} sentences with dependencies: give at least {LEAST_UNITS}.")
    return [Material("sentences", texts=(each.text, _packed(each))) for each in found]


def _packed(sentence: Annotated) -> str:
    """Words as character ranges, and arcs."""
    return json.dumps([sentence.spans, [(arc.dependent, arc.head, arc.relation) for arc in sentence.arcs]])


def tree_in(piece: Material) -> Annotated:
    """The sentence that was packed into a piece."""
    text, packed = piece.texts
    spans, arcs = json.loads(packed)
    words = tuple(text[begin:end] for begin, end in spans)
    return Annotated(text, words, tuple(map(tuple, spans)), tuple(Arc(*arc) for arc in arcs))


def word_maps(model: Model, sentence: Annotated) -> tuple[Tensor, set[int]]:
    """What every head of every word gives to each word, (layer and head, word, word), and the words without a token."""
    found = capture(model, sentence.text)
    pieces = pieces_of_words(found.query_positions[found.kinds[0]], sentence)
    maps = annotated_word_map(patterns_of(found), pieces).flatten(0, 1).cpu()
    return maps, {word for word, owned in enumerate(pieces) if not owned}


def pointing(model: Model, piece: Material, relations: Sequence[str]) -> Numbers:
    """How often each head points along each relation in both directions, and each offset: hits, n and offsets."""
    sentence = tree_in(piece)
    maps, missing = word_maps(model, sentence)
    items = dependency_items(sentence)
    keys = [(relation, direction) for relation in relations for direction in DIRECTIONS]
    tallies = tally_items(maps, {key: items.get(key, []) for key in keys}, missing=missing)
    numbers: dict[str, list[float]] = {}
    for key, tally in tallies.items():
        name = " ".join(key)
        numbers[f"{name} hits"] = tally.counts.hits.double().tolist()
        numbers[f"{name} n"] = [float(tally.counts.n.flatten()[0])]
        numbers[f"{name} offsets"] = [float(tally.rules.get(rule, 0.0)) for rule in OFFSET_RULES]
    return numbers


def gain(texts: Sequence[Numbers], relation: str) -> tuple[Tensor, Tensor]:
    """By how many items the best head beats the best offset, and of how many, (sentence,) each.

    The head, of either direction, is the one that gains most on all other sentences; offsets compete in its direction.
    """
    gains, counted = [], []
    for direction in DIRECTIONS:
        hits, n, offsets = (values_of(texts, f"{relation} {direction} {part}") for part in ("hits", "n", "offsets"))
        best = offsets[:, offsets.sum(dim=0).argmax()]
        gains.append(hits - best[:, None])
        counted.append(n.expand_as(hits))
    all_gains, all_n = torch.cat(gains, dim=1), torch.cat(counted, dim=1)  # (sentence, direction and head)
    others = (all_gains.sum(dim=0) - all_gains) / (all_n.sum(dim=0) - all_n).clamp_min(1.0)
    chosen = others.argmax(dim=1, keepdim=True)
    return all_gains.gather(1, chosen)[:, 0], all_n.gather(1, chosen)[:, 0]


def points_of(gained: Tensor, n: Tensor) -> Estimate:
    """What is gained in a hundred items, in points, with its interval over the sentences that have some."""
    some = n > 0
    counts = Counts(100 * gained[some], n[some])
    if not some.any():
        return Estimate(why_not=N_("no sentence has this relation"))
    low, high = interval(counts, is_share=False)
    return Estimate((counts.hits.sum() / counts.n.sum()).item(), low.item(), high.item(), int(some.sum()))
