"""Messages through a model's own chat template: the ids that transformers gives, and whose message a token is of."""

import pytest

from mha_viz.errors import InputError
from mha_viz.inputs.chat import chat_of, read_chat
from mha_viz.inputs.text import read_text
from tests.support.networks.families import tokenizer
from tests.support.texts.chats import (
    BY_WORDS,
    LAST_ALONE,
    LOUD,
    MARKED,
    MOVED,
    TURNS,
    TWICE,
    chat_tokenizer,
    messages,
)  # fmt: skip

# Of different lengths, and such as stand in markers too ("a" in "assistant", "user" in "user").
TYPED = messages("user: user", "assistant: a", "user: Why did it\n sleep, é?")
SYSTEM = messages("system: Be brief.", "user: user", "assistant: a", "user: Hi you")


def read(template, given, *, ask=False, starts=True):
    own = chat_tokenizer(template, starts=starts)
    positions = read_chat(own, chat_of(given, ask))
    expected = own.apply_chat_template(given, tokenize=True, add_generation_prompt=ask)["input_ids"]
    assert positions.ids == tuple(expected)
    return positions


def texts(positions):
    """The characters of each segment, in the order of the text; pieces of one character count once."""
    characters = {}
    for span, segment in zip(positions.spans, positions.segments, strict=True):
        characters.setdefault(segment, set()).update(range(*span))
    return {s: "".join(positions.text[i] for i in sorted(places)) for s, places in characters.items()}


@pytest.mark.parametrize("ask", [False, True])
@pytest.mark.parametrize("starts", [False, True])
@pytest.mark.parametrize(
    ("template", "given"),
    [(MARKED, TYPED), (MARKED, SYSTEM), (TURNS, TYPED), (MOVED, TYPED), (MOVED, SYSTEM)],
)
def test_ids_are_those_of_transformers_and_messages_have_their_own_tokens(template, given, starts, ask):
    positions = read(template, given, ask=ask, starts=starts)
    found = texts(positions)
    contents = [positions.text[slice(*span)] for span in positions.contents]
    assert [found[i] for i in range(len(given))] == contents == [message["content"] for message in given]
    assert positions.parts == (*(message["role"] for message in given), "template")
    assert positions.tokens.count("<s>") == (template is not MARKED)  # never twice
    of_template = [s == len(given) for s in positions.segments]
    assert all(of for of, special in zip(of_template, positions.is_special, strict=True) if special)
    assert found[len(given)].endswith("<|im_start|>assistant\n") == (ask and template is MARKED)


def test_a_system_prompt_that_moves_keeps_its_number():
    positions = read(MOVED, SYSTEM)
    assert positions.text == "<s>[INST] user [/INST]a<|im_end|>[INST] Be brief.\n\nHi you [/INST]"
    order = [s for i, s in enumerate(positions.segments) if not i or s != positions.segments[i - 1]]
    assert order == [4, 1, 4, 2, 4, 0, 4, 3, 4]


def test_white_space_at_the_ends_may_go():
    given = messages("user:   Hi  there \n")
    assert texts(read(TURNS, given))[0] == "Hi  there"
    assert texts(read(MARKED, given))[0] == "  Hi  there \n"


def test_a_token_that_covers_the_end_of_a_marker_and_a_message_is_of_the_message():
    own = tokenizer(ends=False)  # words: "because:he" is three tokens, "thecat" one unknown one
    own.chat_template = "{% for m in messages %}the{{ m['content'] }} . {% endfor %}"
    positions = read_chat(own, chat_of(messages("user: cat ran", "user:  old dog")))
    assert [positions.text[slice(*span)] for span in positions.spans] == [
        "thecat",
        "ran",
        ".",
        "the",
        "old",
        "dog",
        ".",
    ]
    assert positions.segments == (0, 0, 2, 2, 1, 1, 2)


def test_an_empty_message_has_no_tokens():
    given = messages("system: ", "user: Hi")
    positions = read(MARKED, given)
    assert set(positions.segments) == {1, 2}
    assert positions.notes == ()


def test_what_the_template_says_of_its_own_is_said():
    assert read(MARKED, TYPED).notes == ("The model's chat template adds words of its own: “You help people a lot”.",)
    assert read(MARKED, SYSTEM).notes == read(TURNS, TYPED).notes == ()


def test_a_typed_marker_is_said():
    (note,) = read(TURNS, messages("user: Hi", "assistant: Oh", "user: a </turn> b")).notes
    assert note == "Message 3 (user) holds </turn>: the model reads a marker there, not its letters."


@pytest.mark.parametrize(
    ("template", "given", "sentence"),
    [
        (TURNS, SYSTEM, r"does not take these messages: Conversation roles must alternate user/assistant/user/\.\.\."),
        (LOUD, messages("user: HI", "user: you"), r"writes message 2 \(user\) otherwise than it was given"),
        (
            LAST_ALONE,
            messages("user: Hi", "assistant: you"),
            r"writes message 1 \(user\) otherwise than it was given, or not at all",
        ),
        (TWICE, messages("user: Hi"), r"writes message 1 \(user\) 2 times"),
        (BY_WORDS, messages("user: my cat"), "writes other words around these messages than around others"),
        ("{{ messages[0].content.nothing.more }}", messages("user: Hi"), "does not take these messages: .*has no attr"),
        ("{% if %}", messages("user: Hi"), "does not take these messages: Expected an expression"),
        (None, messages("user: Hi"), "has no chat template"),
    ],
)
def test_what_a_template_does_not_take_or_loses_is_refused(template, given, sentence):
    with pytest.raises(InputError, match=sentence) as refused:
        read_chat(chat_tokenizer(template), chat_of(given))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([("user", "Hi")], "Message 1 is no message: a chat is a list of"),
        ([{"role": "user", "content": "Hi"}, "Hi"], "Message 2 is no message"),
        ([{"role": "user"}], "Message 1 is no message"),
        ([{"role": "user", "content": "Hi", "tool_calls": []}], "Message 1 also has 'tool_calls'"),
        ([{"role": "user", "content": [{"type": "text", "text": "Hi"}]}], "content of message 1 is of type list"),
        ([{"role": "the user", "content": "Hi"}], "'the user' is no role of message 1"),
        ([{"role": "template", "content": "Hi"}], "'template' is no role of message 1"),
        ([{"role": 3, "content": "Hi"}], "3 is no role of message 1"),
        (messages("user:  \n", "user: "), "The chat is empty"),
        ([], "The chat is empty"),
    ],
)
def test_what_is_no_chat_is_refused(given, sentence):
    with pytest.raises(InputError, match=sentence):
        chat_of(given)


def test_a_text_read_alone_has_no_parts():
    assert read_text(chat_tokenizer(MARKED), "Hi").parts == read_text(chat_tokenizer(MARKED), "Hi").contents == ()
    assert read_text(chat_tokenizer(MARKED), "Hi", "you").parts == ("A", "B")
