"""Messages → Positions through the chat template that a tokenizer brings, and which token is of which message."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mha_viz.errors import InputError, in_one_line
from mha_viz.inputs.labels import shortened
from mha_viz.inputs.spans import Span
from mha_viz.inputs.text import GENERATED, read_as_it_is
from mha_viz.language import N_, lazy_gettext
from mha_viz.media import Chat, Message
from mha_viz.objects import Capture, Positions
from mha_viz.wording import quoted

TEMPLATE = "template"  # the part of a chat that its template writes
ANSWERS = "assistant"  # the role of a model's own messages
BEGINS = re.compile(r"(\w[\w-]*):\s*")  # a line that begins a message
ROLE = re.compile(r"\w[\w-]*")
A_SENTENCE = 3  # words in a line: more than a role or a marker
LONGEST = 120  # characters of what a template writes, in a note
EXAMPLE = '[{"role": "user", "content": "…"}]'


def is_chat(value: object) -> bool:
    """Whether these are messages, or meant as such."""
    if isinstance(value, Chat):
        return True
    return isinstance(value, (list, tuple)) and any(isinstance(each, Mapping) for each in value)


def chat_of(messages: Chat | Sequence[Any], add_generation_prompt: bool = False) -> Chat:
    """Messages as transformers takes them: mappings of a role and a content.

    Raises
    ------
    InputError
        If one is something else, or if they say nothing.
    """
    if isinstance(messages, Chat):
        return messages
    chat = Chat(tuple(_message(each, i + 1) for i, each in enumerate(messages)), bool(add_generation_prompt))
    if not any(message.content.strip() for message in chat.messages):
        raise InputError(lazy_gettext("The chat is empty: type at least one word in one of its messages."))
    return chat


def _message(given: Any, number: int) -> Message:
    if not isinstance(given, Mapping) or not {"role", "content"} <= set(given):
        raise InputError(f"Message {number} is no message: a chat is a list of a role and a content each, {EXAMPLE}.")
    if more := sorted(map(str, set(given) - {"role", "content"})):
        raise InputError(f"Message {number} also has {more[0]!r}: a message has a role and a content alone.")
    role, content = given["role"], given["content"]
    if not isinstance(role, str) or not ROLE.fullmatch(role) or role in (TEMPLATE, GENERATED):
        message = N_("{role} is no role of message {n}: a role is one word, such as user.")
        raise InputError(lazy_gettext(message, role=repr(role), n=number))
    if not isinstance(content, str):
        raise InputError(f"The content of message {number} is of type {type(content).__name__}: it must be text.")
    return Message(role, content)


def written_messages(text: str) -> list[dict[str, str]]:
    """Messages typed one below the other, each from a line that begins with its role: ``user: Why?``.

    >>> written_messages("system: Be brief.\\nPlease.\\nuser: Hi")
    [{'role': 'system', 'content': 'Be brief.\\nPlease.'}, {'role': 'user', 'content': 'Hi'}]

    Raises
    ------
    InputError
        If the first line says no role.
    """
    messages: list[dict[str, str]] = []
    for line in text.strip().splitlines():
        if match := BEGINS.match(line):
            messages.append({"role": match[1], "content": line[match.end() :]})
        elif messages:
            messages[-1]["content"] += f"\n{line}"
        else:
            short = shortened(line)
            message = N_("{line} says no role: write {better}.")
            raise InputError(lazy_gettext(message, line=quoted(short), better=quoted(f"user: {short}")))
    return messages


def n_characters(chat: Chat) -> int:
    """How much was typed."""
    return sum(len(message.content) for message in chat.messages)


def with_last(chat: Chat, text: str) -> Chat:
    """The same chat with another last message."""
    return replace(chat, messages=(*chat.messages[:-1], replace(chat.messages[-1], content=text)))


def last_typed(of: Capture) -> str:
    """The text that was typed; of a chat its last message."""
    return of.text if of.chat is None else of.chat.messages[-1].content


def for_another(tokenizer: Any, of: Capture) -> str | Chat:
    """What a model reads to be set beside a capture: the same chat, where it has a template, with an answer as the
    assistant's message; else the text that the other one's template made.
    """
    if of.chat is None or not has_template(tokenizer):
        return of.text
    if not of.n_generated:
        return of.chat
    positions = of.query_positions["decoder"]
    answer = Message(ANSWERS, positions.text[slice(*positions.contents[-1])])
    return Chat((*of.chat.messages, answer))


def writes_around(positions: Positions, i: int) -> bool:
    """Whether a token or word is the template's: it stands beside the messages of a chat, not in one."""
    return bool(positions.contents) and positions.parts[positions.segments[i]] == TEMPLATE


def has_template(tokenizer: Any) -> bool:
    """Whether its model was made for chats."""
    return bool(getattr(tokenizer, "chat_template", None))


def read_chat(tokenizer: Any, chat: Chat) -> Positions:
    """The tokens that ``tokenizer.apply_chat_template`` gives, each with the message that it is of.

    A token is of the message of which it covers a character; the others are the template's: markers of turns, roles,
    whatever it adds. ``segments`` counts messages from 0; after the last one comes the template. ``contents`` are the
    characters of each message. Nothing is put before the text that the template makes, so a start token that it writes
    stands there once.

    Raises
    ------
    InputError
        If there is no template, if it refuses these messages, or if it writes one otherwise than it was given (white
        space at its ends apart).
    """
    if not has_template(tokenizer):
        raise InputError(
            lazy_gettext(
                "This model has no chat template: its files do not say how it reads messages. Give the text alone, or "
                "choose a model that was trained on chats."
            )
        )
    text = _rendered(tokenizer, chat)
    spans = _contents(tokenizer, chat, text)
    positions = read_as_it_is(tokenizer, text)
    segments = tuple(_segment(span, spans) for span in positions.spans)
    notes = (*positions.notes, *_added(positions, segments, len(spans)), *_typed_markers(chat, positions, segments))
    parts = (*(message.role for message in chat.messages), TEMPLATE)
    return replace(positions, segments=segments, parts=parts, notes=notes, contents=tuple(spans))


def _rendered(tokenizer: Any, chat: Chat) -> str:
    messages = [{"role": message.role, "content": message.content} for message in chat.messages]
    try:
        text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=chat.add_generation_prompt)
    except Exception as error:  # a template is a program that comes with the model: it fails as it likes
        why = in_one_line(error)
        message = N_("The chat template of this model does not take these messages: {why}.")
        raise InputError(lazy_gettext(message, why=why.removesuffix("."))) from error
    return str(text)


def _contents(tokenizer: Any, chat: Chat, text: str) -> list[Span]:
    """Where each message stands in the text.

    A short message may stand in a marker too, so they are not looked for one by one: the template is also asked to
    write other words in their places, and what it writes between those is what stands between the messages.
    """
    stand_ins = [f"zq{i}{'z' * n}q" for n in [_free(text)] for i in range(len(chat.messages))]
    messages = tuple(replace(one, content=word) for one, word in zip(chat.messages, stand_ins, strict=True))
    frame = _rendered(tokenizer, replace(chat, messages=messages))
    order = sorted(range(len(stand_ins)), key=lambda i: frame.find(stand_ins[i]))
    if all(frame.count(word) == 1 for word in stand_ins):
        between = re.split("|".join(map(re.escape, stand_ins)), frame)
        contents = [_as_written(chat.messages[i].content) for i in order]
        pattern = "".join(f"{re.escape(gap)}{content}" for gap, content in zip(between, contents, strict=False))
        if match := re.fullmatch(pattern + re.escape(between[-1]), text):
            spans = {i: match.span(k + 1) for k, i in enumerate(order)}
            return [spans[i] for i in range(len(spans))]
    raise InputError(_lost(chat, text, [frame.count(word) for word in stand_ins]))


def _free(text: str) -> int:
    """How long a row of z must be to stand nowhere in the text."""
    return 1 + max(map(len, re.findall("z+", text)), default=0)


def _as_written(content: str) -> str:
    """A pattern of what a template may make of a message: white space at its ends may go."""
    forms = dict.fromkeys((content, content.strip(), content.lstrip(), content.rstrip()))
    return f"({'|'.join(map(re.escape, forms))})"


def _lost(chat: Chat, text: str, counts: list[int]) -> str:
    """Which message is not where it should be."""
    changed = [i for i, message in enumerate(chat.messages) if message.content.strip() not in text]
    if wrong := changed or [i for i, count in enumerate(counts) if count != 1]:
        i = wrong[0]
        how = f"{counts[i]} times" if counts[i] > 1 else "otherwise than it was given, or not at all"
        return (
            f"The chat template of this model writes message {i + 1} ({chat.messages[i].role}) {how}, so its tokens "
            "cannot be told apart: change it, or give the templated text as one text."
        )
    return (
        "The chat template of this model writes other words around these messages than around others, so their tokens "
        "cannot be told apart: give the templated text as one text."
    )


def _segment(span: Span | None, contents: Sequence[Span]) -> int:
    """The message of which a token covers a character, else the number after the last."""
    if span is None:
        return len(contents)
    return next((i for i, (begin, end) in enumerate(contents) if span[0] < end and begin < span[1]), len(contents))


def _added(positions: Positions, segments: Sequence[int], template: int) -> list[str]:
    """What the template says of its own, beyond markers and roles, such as a system prompt that nobody typed."""
    left = list(positions.text)
    for span, segment, special in zip(positions.spans, segments, positions.is_special, strict=True):
        if span is not None and (segment != template or special):
            left[slice(*span)] = ["\n"] * (span[1] - span[0])
    lines = [line.strip() for line in "".join(left).splitlines() if len(line.split()) >= A_SENTENCE]
    if not lines:
        return []
    words = textwrap.shorten(" ".join(dict.fromkeys(lines)), LONGEST, placeholder=" …")
    return [f"The model's chat template adds words of its own: {quoted(words)}."]


def _typed_markers(chat: Chat, positions: Positions, segments: Sequence[int]) -> list[str]:
    marked = {
        segment: token
        for segment, token, special in zip(segments, positions.tokens, positions.is_special, strict=True)
        if special and segment < len(chat.messages)
    }
    return [
        f"Message {i + 1} ({chat.messages[i].role}) holds {token}: the model reads a marker there, not its letters."
        for i, token in sorted(marked.items())
    ]
