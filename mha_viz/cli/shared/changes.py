"""What the commands that change heads share: how heads are typed, what is asked, and how an effect is told."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from mha_viz.cli.shared.terminal import add_dtype, loaded, tell
from mha_viz.errors import InputError
from mha_viz.models.catalogue import CATALOGUE, DEFAULT, HEARS
from mha_viz.outside import whole_number
from mha_viz.progress import progress_bar
from mha_viz.wording import with_minus

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    import pandas as pd
    from torch import Tensor

    from mha_viz.comparison.asks import Ask
    from mha_viz.media import Sound
    from mha_viz.objects import Capture, Head, Model
    from mha_viz.recording.interventions.changes import Change

SURE = ("low", "high", "p", "n_texts", "n_units")  # of an effect over several texts
CALLED = re.compile(r"L\s*(\d+)\s*H\s*(\d+)", re.IGNORECASE)  # as tables and pages call a head
PLAIN = {"before": 4, "after": 4, "difference": 4}  # decimals in the terminal


def add_question(parser: argparse.ArgumentParser, *, sounds: int | str, of: str) -> None:
    """The sounds that may stand in place of texts, the model, what is asked of it, and how it is told; without
    ``--grammar``.
    """
    parser.add_argument(
        "--sound", nargs=sounds, default=[], metavar="FILE", help=f"in place of the {of} (by default {HEARS} hears it)"
    )
    parser.add_argument("--model", help=f"{', '.join(CATALOGUE)}, a folder or a hub id (default {DEFAULT})")
    add_dtype(parser)
    parser.add_argument("--target", metavar="TOKEN", help='the logit of this token, as in a text: " cat"')
    parser.add_argument("--against", metavar="TOKEN", help="minus that of this one")
    parser.add_argument(
        "--decoder",
        metavar="TEXT",
        help="what the decoder of an encoder-decoder reads; of a sound the model writes it where it is left out",
    )
    parser.add_argument("--kind", choices=("encoder", "decoder", "cross"), help="needed where a model has several")
    parser.add_argument("--json", action="store_true")


def add_grammar(parser: argparse.ArgumentParser) -> None:
    """In place of texts, the sentences that the classroom model is asked about."""
    parser.add_argument(
        "--grammar", action="store_true",
        help="in place of a text: the classroom model's grammar, nouns and frames held out; asked is how often the "
        "last verb is right",
    )  # fmt: skip


def refuse_no_or_both(options: argparse.Namespace, texts: Sequence[str]) -> None:
    """Raise InputError unless there are texts, or sounds or the grammar in their place."""
    if [bool(texts), bool(options.sound), options.grammar].count(True) != 1:
        raise InputError("Give either a text, --sound or --grammar.")
    if options.grammar and (options.target, options.against, options.decoder) != (None, None, None):
        raise InputError("--grammar says itself what is asked: leave --target, --against and --decoder out.")


def verbs_of(model: Model) -> tuple[list[str], Sequence[Ask], list[tuple[str, str]]]:
    """What the classroom model is asked by its grammar: texts, questions, and what each is about."""
    from mha_viz.training.verbs import refuse_other_grammar, verb_questions

    refuse_other_grammar(model)
    return verb_questions()


def heads_of(typed: str) -> list[Head]:
    """``18.6,17.4``, or ``L18 H6,L17 H4`` as heads are called everywhere → layer 18, head 6, and layer 17, head 4.

    Raises
    ------
    InputError
        If it is written otherwise.
    """
    heads = []
    for part in typed.split(","):
        written = CALLED.fullmatch(part.strip())
        numbers = [whole_number(number) for number in (written.groups() if written else part.strip().split("."))]
        if len(numbers) != 2 or numbers[0] is None or numbers[1] is None:
            raise InputError(f"{part.strip()!r} is no head: write layers and heads as in 18.6,17.4.")
        heads.append((numbers[0], numbers[1]))
    return list(dict.fromkeys(heads))


def model_of(options: argparse.Namespace) -> Model:
    """The model that was named; else the one that reads text, or hears."""
    return loaded(options.model or (HEARS if options.sound else DEFAULT), options.dtype)


def given(options: argparse.Namespace, texts: Sequence[str]) -> Sequence[str | Sound]:
    """Texts, or the sounds in their place."""
    if not options.sound:
        return texts
    from mha_viz.inputs.media.sound import read_sound

    return [read_sound(name) for name in options.sound]


def read_once(options: argparse.Namespace, model: Model, text: str | Sound) -> tuple[Capture, dict[str, Tensor]]:
    """What is read, before anything is changed; what was written of a sound goes to stderr."""
    from mha_viz.recording.again import read_for_changes

    read = read_for_changes(model, text, target=options.decoder)
    tell_written(options, read[0])
    return read


def tell_written(options: argparse.Namespace, read: Capture) -> None:
    """The transcript that the model wrote, and what was done to the sound."""
    if read.sound is None:
        return
    for note in read.sound.notes:
        tell(note)
    if options.decoder is None and read.target is not None:
        tell(f"{read.short_name} wrote: {read.target}")


def chosen_heads(options: argparse.Namespace, read: Capture) -> tuple[list[Head], str, str, list[tuple[Head, ...]]]:
    """The heads that are named, of which attention they are, and the others of their layers to hold beside them: what
    these are, and each set of them.
    """
    from mha_viz.attention.maps import chosen_kind
    from mha_viz.evidence.importance.set_control import others_of
    from mha_viz.recording.interventions.edits import refuse_unknown_heads

    heads = heads_of(options.heads)
    kind = chosen_kind(read, options.kind)
    refuse_unknown_heads(read, kind, heads)
    return heads, kind, *others_of(read, kind, heads)


def ask_of(model: Model, options: argparse.Namespace) -> Ask:
    """A logit difference where tokens are named; else a class, the loss, or how far vectors turn."""
    from mha_viz.comparison.asks import ClassLogProbability, LogitDifference, Loss, Vectors
    from mha_viz.recording.classes import classes_of

    if (options.target is None) != (options.against is None):
        raise InputError("Give both --target and --against, or neither.")
    if options.target is not None:
        return LogitDifference(options.target, options.against)
    label = getattr(options, "label", None)
    if label is not None or classes_of(model):
        return ClassLogProbability(label)
    network = model.network
    writes = network.can_generate() and network.get_output_embeddings() is not None
    return (
        Loss() if writes and (options.decoder or options.sound or not network.config.is_encoder_decoder) else Vectors()
    )


def tell_effect(
    options: argparse.Namespace, model: Model, read: tuple[Capture, dict[str, Tensor]], change: Change,
    others: Sequence[Change], of: str, **more: Any,
) -> None:  # fmt: skip
    """Print what a change does, beside what others do; of a class also what the likeliest ones are."""
    from mha_viz.comparison.asks import Classes, ClassLogProbability
    from mha_viz.comparison.changed import Changed
    from mha_viz.comparison.effects import effect_of

    ask, shares = ask_of(model, options), None
    if isinstance(ask, ClassLogProbability):
        shares = effect_of(Changed(model, (change,), *read), Classes())[["what", *PLAIN]]
        more |= {"classes": shares.to_dict("records")}
    taken_from: dict[str | Sound, Capture] = {}
    _tell(
        options, model, lambda one: effect_of(Changed(model, (one,), *read, taken_from), ask), change, others, of, more
    )
    if shares is not None and not options.json:
        print("Probabilities of the likeliest classes:")
        _tell_words(shares)


def tell_mean_effect(
    options: argparse.Namespace, model: Model, change: Change, others: Sequence[Change], of: str, **more: Any
) -> None:
    """The same over the sentences of the classroom model's grammar."""
    from mha_viz.evidence.importance.over_texts import mean_effect

    texts, asks, units = verbs_of(model)
    _tell(options, model, lambda one: mean_effect(model, texts, one, asks, units=units), change, others, of, more)


def _tell(
    options: argparse.Namespace, model: Model, effect_of: Callable[[Change], pd.DataFrame], change: Change,
    others: Sequence[Change], of: str, more: dict[str, Any],
) -> None:  # fmt: skip
    from mha_viz.comparison.effects import way_in_words
    from mha_viz.evidence.importance.set_control import control_of, control_sentence

    table = effect_of(change)
    before, after, difference = (float(table[name].mean()) for name in PLAIN)
    with progress_bar() as progress:
        control = control_of(
            difference, of, others, lambda other: float(effect_of(other)["difference"].mean()), progress
        )
    row = {"model": model.name, "ask": table["ask"][0], "before": before, "after": after, "difference": difference}
    sure = {name: table[name][0].item() for name in SURE if name in table}
    if options.json:
        told = {"control": control.as_dict(), "change": table["change"][0], "way": table["way"][0], **sure, **more}
        print(json.dumps({**row, **told}, ensure_ascii=False))
        return
    print(f"{model.name}, {row['ask']}: {table['change'][0]}. {way_in_words(table['way'][0])}")
    interval = ", ".join(_decimals(sure[end], 4, "+") for end in ("low", "high") if end in sure)
    ends = f" [{interval}], {sure['n_texts']} sentences" if sure else ""
    numbers = _decimals(before, 4), _decimals(after, 4), _decimals(difference, 4, "+")
    print("before {}, after {}, difference {}{}".format(*numbers, ends))
    _tell_words(table)
    print(control_sentence(control))


def _tell_words(table: pd.DataFrame) -> None:
    if len(table) > 1:
        written = {name: partial(_decimals, n=n) for name, n in PLAIN.items()}
        print(table[["what", *PLAIN]].to_string(index=False, formatters=written))


def _decimals(value: float, n: int, sign: str = "") -> str:
    """A number for somebody to read; what a program reads keeps the hyphen of Python."""
    return with_minus(f"{value:{sign}.{n}f}")
