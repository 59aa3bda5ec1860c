"""The input of a command: a text or a chat, what is read beside it, and which model reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mha_viz.cli.shared.terminal import add_dtype, integer, loaded, tell
from mha_viz.errors import InputError, ModelError
from mha_viz.models.catalogue import CATALOGUE, DEFAULT, HEARS, SEES
from mha_viz.progress import progress_bar

if TYPE_CHECKING:
    import argparse
    from argparse import _MutuallyExclusiveGroup
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import pandas as pd

    from mha_viz.annotation.annotated import Annotated
    from mha_viz.media import Sound
    from mha_viz.objects import Capture, Model, Positions


def add_text_or_chat(parser: argparse.ArgumentParser) -> _MutuallyExclusiveGroup:
    """A text, or a chat in its place; the group of what is read, to add to."""
    read = parser.add_mutually_exclusive_group(required=True)
    read.add_argument("text", nargs="?")
    read.add_argument(
        "--message", action="append", default=[], metavar="ROLE:TEXT",
        help="in place of the text, once for each message of a chat, which the model's own template joins",
    )  # fmt: skip
    parser.add_argument(
        "--add-generation-prompt", action="store_true", help="end a chat as its template does before an answer"
    )
    return read


def add_input(parser: argparse.ArgumentParser) -> None:
    """What is read, by which model, and whether it becomes a picture."""
    read = add_text_or_chat(parser)
    read.add_argument("--picture", metavar="FILE", help=f"in place of the text, a picture (by default {SEES} reads it)")
    parser.add_argument(
        "--text", dest="beside", metavar="TEXT", help="with --picture: what a model that reads both reads"
    )
    read.add_argument("--sound", metavar="FILE", help=f"in place of the text, a sound (by default {HEARS} hears it)")
    parser.add_argument("--model", help=f"{', '.join(CATALOGUE)}, a folder or a hub id (default {DEFAULT})")
    add_dtype(parser)
    parser.add_argument("--target", help="what the decoder of an encoder-decoder reads")
    parser.add_argument(
        "--source-language",
        metavar="CODE",
        help="of the text, for translation models that put its tag beside it: eng_Latn, en_XX, en",
    )
    parser.add_argument("--target-language", metavar="CODE", help="of the target: fra_Latn, fr_XX, fr")
    parser.add_argument("--pair", help="a second text, read together with the first")
    parser.add_argument(
        "--new-tokens", type=integer, default=0, metavar="N",
        help="a causal model goes on by N tokens, an encoder-decoder writes a target of at most N",
    )  # fmt: skip
    ends = parser.add_mutually_exclusive_group()
    ends.add_argument("--start-token", action="store_true", help="begin with it, where the tokenizer puts none there")
    ends.add_argument("--single-ends", action="store_true", help="leave out typed ones that it puts there too")
    parser.add_argument("--kind", choices=("encoder", "decoder", "cross"), help="needed where a model has several")
    parser.add_argument("--html", metavar="FILE", help="write the interactive picture as one page instead")


def messages_of(given: list[str]) -> list[dict[str, str]]:
    """The messages of a chat, of what was given one by one."""
    if unclear := [message for message in given if ":" not in message]:
        raise InputError(f"{unclear[0]!r} says no role: write --message 'user:{unclear[0]}'.")
    parts = (message.partition(":") for message in given)
    return [{"role": role.strip(), "content": content.strip()} for role, _, content in parts]


def _with_ends(model: Model, options: argparse.Namespace) -> str:
    """The text as it is to be read, with as many start and end tokens as were asked for."""
    from mha_viz.inputs.ends import with_start_token, without_doubled_ends
    from mha_viz.inputs.text import tokenizer_of

    text: str = options.text
    if options.start_token:
        return with_start_token(tokenizer_of(model.processor), text)
    return without_doubled_ends(tokenizer_of(model.processor), text) if options.single_ends else text


def captured(options: argparse.Namespace) -> Capture:
    """What the model computes of the input; what is to be said of how it was read goes to stderr."""
    if options.beside is not None:
        return _with_picture(options)
    model, text = _model_and_text(options)
    if not options.new_tokens:
        _tell_kind(model, options)
    from mha_viz.recording.capture import capture
    from mha_viz.recording.written import is_written

    text_capture: Capture = capture(
        model, text, target=options.target, pair=options.pair, new_tokens=options.new_tokens,
        source_language=options.source_language, target_language=options.target_language,
        add_generation_prompt=options.add_generation_prompt,
    )  # fmt: skip
    tell_notes(text_capture)
    if is_written(text_capture):
        tell(f"{model.name} wrote the target: {text_capture.target}")
    return text_capture


def _with_picture(options: argparse.Namespace) -> Capture:
    """A picture inside a text."""
    if not options.picture:
        raise InputError("--text stands beside --picture: give a text alone without --text.")
    others = (options.target, options.pair, options.source_language, options.target_language)
    if any(others) or options.add_generation_prompt:
        raise InputError(
            "Beside a picture stand --text and --new-tokens alone: leave --target, --pair, languages and "
            "--add-generation-prompt out."
        )
    model, picture = loaded(options.model or SEES, options.dtype), _picture(options)
    from mha_viz.recording.media.pictures_in_text import capture_with_picture

    found = capture_with_picture(model, picture, options.beside, new_tokens=options.new_tokens)
    tell_notes(found)
    return found


def told_by_layer(
    options: argparse.Namespace, function: Callable[[Capture], pd.DataFrame]
) -> tuple[Capture, pd.DataFrame]:
    """What a function says of the layers of a kind, one below the other, and a capture of the input. That holds few of
    its layers, unless the model goes on with the text.
    """
    if options.new_tokens or options.picture or options.sound:
        whole = captured(options)
        return whole, function(whole)
    model, text = _model_and_text(options)
    _tell_kind(model, options)
    import pandas as pd

    from mha_viz.attention.maps import chosen_kind
    from mha_viz.recording.looking.layers import look_layer_by_layer
    from mha_viz.recording.requests import requests_of

    languages = options.source_language, options.target_language
    (request,) = requests_of(text, options.target, options.pair, 0, languages, options.add_generation_prompt)
    text_capture, tables = look_layer_by_layer(model, request, function, kind=options.kind)
    tell_notes(text_capture)
    chosen_kind(text_capture, options.kind)
    return text_capture, pd.concat(tables, ignore_index=True)


def _tell_kind(model: Model, options: argparse.Namespace) -> None:
    """Of a model with an encoder and a decoder, where no kind of attention was named: which it is, or that one has to
    be named, before a word of the one side is looked for on the other.
    """
    if options.kind is not None or options.sound or not model.network.config.is_encoder_decoder:
        return
    from mha_viz.arguments import only_kind
    from mha_viz.objects import KINDS

    if options.target is not None:
        only_kind(KINDS)
    tell(f"{model.name} reads a text with encoder attention; it has decoder and cross attention too, of a --target.")


def _model_and_text(options: argparse.Namespace) -> tuple[Model, str | list[dict[str, str]] | Path | Sound]:
    if options.picture:
        return loaded(options.model or SEES, options.dtype), _picture(options)
    if options.sound:
        return loaded(options.model or HEARS, options.dtype), _sound(options)
    if options.message and (options.start_token or options.single_ends):
        raise InputError("A chat begins and ends as its template says: leave --start-token and --single-ends out.")
    messages = messages_of(options.message)
    model = loaded(options.model or DEFAULT, options.dtype)
    return model, messages or _with_ends(model, options)


def _sound(options: argparse.Namespace) -> Sound:
    from mha_viz.inputs.media.sound import read_sound

    if options.start_token or options.single_ends:
        raise InputError("A sound has no start or end tokens: leave --start-token and --single-ends out.")
    return read_sound(options.sound)


def _picture(options: argparse.Namespace) -> Path:
    from pathlib import Path

    if options.start_token or options.single_ends:
        raise InputError("A picture has no start or end tokens: leave --start-token and --single-ends out.")
    return Path(options.picture).expanduser()


def parsed_text(capture: Capture, without: str) -> Annotated | None:
    """What the parser says of a text, Python's own of code; of a chat what it says of each message by itself. Where it
    is not there and cannot be fetched None; stderr then says ``without``.
    """
    return parsed(next(iter(capture.query_positions.values())), without)


def parsed(positions: Positions, without: str) -> Annotated | None:
    """``parsed_text`` of a text that is not captured."""
    from mha_viz.annotation.code.parser import parse_code
    from mha_viz.annotation.code.syntax import is_code
    from mha_viz.annotation.english.parser import parse

    if not positions.contents and is_code(positions.text):
        return parse_code(positions.text)
    try:
        with progress_bar() as progress:
            return parse(positions.text, stretches=positions.contents or None, progress=progress)
    except ModelError as error:
        tell(f"{error} {without}")
        return None


def tell_notes(*captures: Capture) -> None:
    """What is to be said of how texts were read, on stderr, each sentence once."""
    tell_notes_of(side for each in captures for side in (*each.query_positions.values(), *each.key_positions.values()))


def tell_notes_of(sides: Iterable[Positions]) -> None:
    """``tell_notes`` of texts that are not captured."""
    for note in dict.fromkeys(note for side in sides for note in (*side.notes, *_read_otherwise(side))):
        tell(note)


def _read_otherwise(side: Positions) -> list[str]:
    """Which words the model reads as others; of capital letters alone nothing is said at every command."""
    from mha_viz.inputs.notes import LOWER_CASE, read_otherwise
    from mha_viz.inputs.words import words_of

    read = read_otherwise(words_of(side).positions) if any(side.reads) else ""
    return [f"The model reads {read}."] if read and read != LOWER_CASE else []
