"""Tokenizers of translation models → their languages, and how each side of a translation is read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from mha_viz.errors import InputError
from mha_viz.objects import Languages

# fra_Latn, fr_XX, __fra__, __cmn_Hant__
TAG = re.compile(r"[a-z]{3}_[A-Z][a-z]{3}|[a-z]{2,3}_[A-Z]{2}|__[a-z]{3}(_[A-Z][a-z]{3})?__")
N_EXAMPLES = 5


def language_tags(tokenizer: Any) -> dict[str, int]:
    """The languages of a tokenizer that puts the tag of one beside each text: code → id; empty for others."""
    if not hasattr(tokenizer, "src_lang"):
        return {}
    ids: dict[str, int] = getattr(tokenizer, "lang_code_to_id", None) or {}
    if ids:
        return dict(ids)
    added = getattr(tokenizer, "added_tokens_decoder", {})
    return {token.content: i for i, token in added.items() if TAG.fullmatch(token.content)}


def target_codes(tokenizer: Any) -> dict[str, int]:
    """What a Marian model for several target languages wants at the beginning of its source text, such as >>fra<<."""
    codes = getattr(tokenizer, "supported_language_codes", None) or []
    return {code: i for code in codes if isinstance(i := tokenizer.convert_tokens_to_ids(code), int)}


def language_set(tokenizer: Any, side: str) -> str | None:
    """The language of the source or the target that a tokenizer is set to; None where it is set to none."""
    code = getattr(tokenizer, "src_lang" if side == "source" else "tgt_lang", None)
    return code if code in language_tags(tokenizer) else None


def language_name(code: str) -> str:
    """A language as it is shown: in English, with the code that a model has for it; the code alone if it says nothing.

    >>> language_name("fra_Latn"), language_name("fr_XX"), language_name("zho_Hant"), language_name("xx")
    ('French (fra_Latn)', 'French (fr_XX)', 'Traditional Chinese (zho_Hant)', 'xx')
    >>> language_name("__fra__")
    'French (__fra__)'
    """
    name = _name_of(code)
    return f"{name} ({code})" if name else code


def by_name(codes: Iterable[str]) -> list[str]:
    """Codes in the order of what is shown of them."""
    return sorted(codes, key=lambda code: language_name(code).casefold())


@cache
def _name_of(code: str) -> str:
    """What the Unicode consortium's list calls a language, given by two letters or three; "" where it has none."""
    from babel import Locale  # when the first language is shown: it takes as long as all that is imported above
    from babel.core import get_global

    names = Locale("en").languages
    begin, _, rest = code.strip("_").partition("_")
    begins = (begin, get_global("language_aliases").get(begin, ""))
    known = (names.get(each) for each in (*(f"{one}_{rest}" for one in begins), *begins))
    return next(filter(None, known), "")


def same_languages(tokenizer: Any, languages: Languages) -> Languages:
    """What one model was told, as another one's tokenizer calls it: ``fr`` is ``fr_XX``; none where it is told none.

    What has no such name stays as it is, and is refused where it is read.
    """
    tags = language_tags(tokenizer)
    if not tags:
        return None, None
    source, target = (code and _called(tags, code) for code in languages)
    return source, target


def _called(tags: dict[str, int], code: str) -> str:
    """A code among these tags that begins as this one does, if there is just one."""
    alike = [tag for tag in tags if tag.strip("_").partition("_")[0] == code.strip("_").partition("_")[0]]
    return alike[0] if code not in tags and len(alike) == 1 else code


def tag_of(tokenizer: Any, language: str | None, side: str) -> int | None:
    """The id of the tag of a language; of the one that the tokenizer is set to where none is given.

    Raises
    ------
    InputError
        If the tokenizer does not know it, if it knows none at all, or if nothing says which one a target is in.
    """
    tags = language_tags(tokenizer)
    if not tags:
        if language is None:
            return None
        raise InputError(f"This tokenizer has no languages to choose from: leave the {side} language out.")
    language = language or getattr(tokenizer, "src_lang" if side == "source" else "tgt_lang", None)
    if language is None:
        raise InputError(
            f"This model translates between {len(tags)} languages, and nothing says which one the target is in: name "
            f"the target language by its code, such as {_some(tags)}."
        )
    if language not in tags:
        raise InputError(f"{language!r} is not a language of this model: {_instead(tags, language)}.")
    return tags[language]


def _instead(tags: dict[str, int], language: str) -> str:
    """What would work in place of another model's code, or of a name; some languages where nothing is like it."""
    names = {language.casefold(), _name_of(language).casefold()} - {""}
    alike = [tag for tag in tags if _name_of(tag).casefold() in names]
    return f"write {alike[0]} for {_name_of(alike[0])}" if alike else f"it knows {len(tags)}, such as {_some(tags)}"


def _some(tags: dict[str, int]) -> str:
    return ", ".join(map(language_name, by_name(tags)[:N_EXAMPLES]))


def source_reader(tokenizer: Any) -> Any:
    """A tokenizer that reads source texts and calls their tokens by their own names; two vocabularies share numbers."""
    if not getattr(tokenizer, "separate_vocabs", False):
        return tokenizer
    own = _twin(tokenizer)
    own.decoder = {i: token for token, i in own.encoder.items()}
    return own


def target_reader(tokenizer: Any) -> Any:
    """A tokenizer that reads target texts, where source and target are cut into different pieces (Marian)."""
    if not hasattr(tokenizer, "spm_target"):
        return tokenizer  # others differ in the tag alone
    own = _twin(tokenizer)  # a call turns it back to what it takes for its source
    own.spm_source = own.spm_target
    own.encoder = getattr(own, "target_encoder", own.encoder)
    return own


def _twin(tokenizer: Any) -> Any:
    """The same tokenizer once more, which can be set otherwise; copying it would load its files again."""
    own = object.__new__(type(tokenizer))
    own.__dict__.update(tokenizer.__dict__)
    return own
