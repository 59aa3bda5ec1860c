"""The tokens of a text → sentences on how it was read, where that is not what its writer would expect."""

from __future__ import annotations

from typing import Any

import regex

from mha_viz.inputs.labels import shortened
from mha_viz.inputs.special import start_ids
from mha_viz.inputs.tokens import Tokens
from mha_viz.language import N_, lazy_gettext, lazy_ngettext
from mha_viz.objects import Positions
from mha_viz.wording import isolated, quoted

N_EXAMPLES = 3
DOUBLED = {
    "start": N_(
        "The text has two start tokens ({token}): one was typed, one comes from the tokenizer. The model was trained "
        "with one."
    ),
    "end": N_(
        "The text has two end tokens ({token}): one was typed, one comes from the tokenizer. The model was trained "
        "with one."
    ),
}
LOWER_CASE = "in lower case"
SAYING = regex.compile(r"[\p{L}\p{N}\p{S}\p{P}]")  # characters that say something


def notes_of(tokenizer: Any, text: str, tokens: Tokens) -> list[str]:
    """Doubled start and end tokens, what is unknown, and what is not read at all."""
    notes = [_doubled(tokenizer, tokens), _unknown(text, tokens), _not_read(text, tokens)]
    return [note for note in notes if note]


def untold_language(config: Any) -> str:
    """What is said where a network was trained with the number of a language beside each token, and is given none."""
    n = getattr(config, "n_langs", 1)
    if not getattr(config, "use_lang_emb", False) or not isinstance(n, int) or n < 2:
        return ""
    return lazy_gettext(
        "This model was trained with a language beside each token, one of {n}, and is told none here; tensors with "
        "langs tell it one.",
        n=n,
    )


def is_of_doubled_ends(note: str) -> bool:
    """Whether a note says that a start or end token is there twice."""
    return any(note.startswith(sentence.partition("(")[0]) for sentence in DOUBLED.values())


def read_otherwise(words: Positions) -> str:
    """What the model reads in place of words that were typed, in a few words; "" where it reads what was typed."""
    pairs = zip(words.spans, words.reads, strict=False)
    changed = [(words.text[slice(*span)], read) for span, read in pairs if span is not None and read]
    changes = [(typed, read) for typed, read in dict.fromkeys(changed) if typed.lower() != read]
    if changed and not changes:
        return LOWER_CASE
    examples = ", ".join(f"{quoted(typed)} as {quoted(read)}" for typed, read in changes[:N_EXAMPLES])
    return examples + ", …" * (len(changes) > N_EXAMPLES)


def _doubled(tokenizer: Any, tokens: Tokens) -> str:
    sides = [("start", start_ids(tokenizer), 0, 1), ("end", set(tokens.ids[-1:]), -1, -2)]
    for name, ids, outer, inner in sides:
        if len(tokens.ids) < 2 or tokens.ids[outer] not in ids or tokens.tokens[inner] != tokens.tokens[outer]:
            continue
        if tokens.is_added[outer] != tokens.is_added[inner]:
            return lazy_gettext(DOUBLED[name], token=tokens.tokens[outer])
    return ""


def _unknown(text: str, tokens: Tokens) -> str:
    unknown = [i for i, flag in enumerate(tokens.is_unknown) if flag]
    if not unknown:
        return ""
    n = sum(not added for added in tokens.is_added)
    return lazy_ngettext(
        "{n} of {tokens} is unknown to this tokenizer{examples}: the model reads {token} there, whatever stands "
        "there.",
        "{n} of {tokens} are unknown to this tokenizer{examples}: the model reads {token} there, whatever stands "
        "there.",
        len(unknown), tokens=lazy_ngettext("{n} token", "{n} tokens", n), token=tokens.tokens[unknown[0]],
        examples=_examples([text[slice(*span)].strip() for i in unknown if (span := tokens.spans[i])]),
    )  # fmt: skip


def _not_read(text: str, tokens: Tokens) -> str:
    covered = {i for span in tokens.spans if span is not None for i in range(*span)}
    missing = [c for i, c in enumerate(text) if i not in covered and SAYING.match(c)]
    if not missing:
        return ""
    return lazy_ngettext(
        "{n} of {characters} has no token{examples}: the model does not read it.",
        "{n} of {characters} have no token{examples}: the model does not read them.",
        len(missing), characters=lazy_ngettext("{n} character", "{n} characters", len(text)),
        examples=_examples(missing),
    )  # fmt: skip


def _examples(texts: list[str]) -> str:
    examples = list(dict.fromkeys(shortened(text) for text in texts if text))
    return (
        f" ({', '.join(map(isolated, examples[:N_EXAMPLES]))}{', …' * (len(examples) > N_EXAMPLES)})"
        if examples
        else ""
    )
