"""The catalogues of the app's texts: what is read from them, and that each fits the messages of the code."""

import ast
import re
from concurrent.futures import ThreadPoolExecutor
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from docs import languages
from mha_viz import language
from mha_viz.errors import InputError
from mha_viz.language import (
    END,
    ENGLISH,
    ISOLATE,
    LANGUAGES,
    N_,
    gettext,
    in_this_language,
    lazy_gettext,
    lazy_ngettext,
    ngettext,
    pgettext,
    said,
    spoken,
    whole,
)
from mha_viz.lessons.shelf import shelf
from mha_viz.lessons.translated import in_language
from mha_viz.paths import PACKAGE
from mha_viz.views.exports.alone import alone
from mha_viz.views.style.texts import texts_of
from mha_viz.views.view import View, to_bytes

OTHERS = [code for code in LANGUAGES if code != ENGLISH]
PO = r"""
msgid ""
msgstr ""
"Language: de\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"Content-Type: text/plain; charset=utf-8\n"

msgid "{word} gets {share}"
msgstr "{share} gehen an {word}"

msgid "{n} head of {word}"
msgid_plural "{n} heads of {word}"
msgstr[0] "{n} Kopf von {word}"
msgstr[1] "{n} Köpfe von {word}"

msgctxt "verb"
msgid "look"
msgstr "schauen"

msgid "not yet"
msgstr ""

#, fuzzy
msgid "guessed"
msgstr "geraten"
"""


@pytest.fixture
def german(tmp_path, monkeypatch):
    """A small German catalogue, and German spoken."""
    path = tmp_path / "de.po"
    path.write_text(PO, encoding="utf-8")
    monkeypatch.setattr(language, "catalogue_file", lambda _code: path)
    language._catalogue.cache_clear()
    with spoken("de"):
        yield
    language._catalogue.cache_clear()


def test_english_is_what_stands_in_the_code():
    assert gettext("{word} gets {share}", word="cat", share="84 %") == "cat gets 84 %"
    assert gettext("a {brace} that nothing fills") == "a {brace} that nothing fills"
    assert [ngettext("{n} head", "{n} heads", n) for n in (0, 1, 2)] == ["0 heads", "1 head", "2 heads"]
    assert pgettext("verb", "look") == N_("look") == "look"
    assert whole(1234567) == "1,234,567"


def test_a_catalogue_is_spoken_and_what_it_lacks_is_english(german):
    assert gettext("{word} gets {share}", word="cat", share="84 %") == "84 % gehen an cat"
    assert ngettext("{n} head of {word}", "{n} heads of {word}", 1, word="it") == "1 Kopf von it"
    assert ngettext("{n} head of {word}", "{n} heads of {word}", 2001, word="it") == "2\u202f001 Köpfe von it"
    assert [pgettext("verb", "look"), pgettext("noun", "look"), gettext("look")] == ["schauen", "look", "look"]
    assert [gettext(message) for message in ("not yet", "guessed", "nowhere")] == ["not yet", "guessed", "nowhere"]


def test_in_text_from_the_right_values_keep_to_themselves(german):
    with spoken("ar"):
        assert gettext("{word} gets {share}", word="cat", share=".13") == "\u2068.13\u2069 gehen an \u2068cat\u2069"
        assert gettext("{word}") == "{word}"
        both = gettext("{word}: {share}", word="it", share=gettext("{n} %", n=7))
        assert both == "\u2068it\u2069: \u2068\u20687 %\u2069\u2069"
        # With a colon alone outside of what is kept apart, no letter says which way it runs: the language does.
        assert gettext("{rival}", rival=both) == f"\u2067{both}\u2069"
        assert gettext("{rival}", rival=f"than {both}") == f"\u2068than {both}\u2069"


@pytest.mark.parametrize(
    "text",
    [
        "حتى <100 %>.", "من <2.5 %>", "مثلًا <−1> و1", "أخرى: <.13>", "L2-4، GPT-3 و2.1، v0.2", "`entropy = 1`",
    ],
)  # fmt: skip
def test_in_text_from_the_right_numbers_of_a_translation_keep_to_themselves(german, text):
    plain, said_so = re.sub("[<>]", "", text), text.replace("<", ISOLATE).replace(">", END)
    with spoken("ar"):
        assert gettext(plain) == said_so
        assert ngettext("one", plain, 7) == said_so
    assert gettext(plain) == plain  # in German


def test_work_in_another_thread_speaks_as_whoever_asked_for_it(german):
    def work(word):
        return gettext("{word} gets {share}", word=word, share="5 %")

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(in_this_language(work), "it").result() == "5 % gehen an it"
        assert pool.submit(work, "it").result() == "it gets 5 %"


def test_what_is_kept_for_several_readers_is_said_to_each_in_their_language(german):
    with spoken(ENGLISH):
        head = lazy_ngettext("{n} head of {word}", "{n} heads of {word}", 2001, word="it")
        note = lazy_gettext("{word} gets {share}", word=head, share="5 %")
    assert (note, said(note)) == ("2,001 heads of it gets 5 %", "5 % gehen an 2\u202f001 Köpfe von it")
    assert lazy_gettext("{word} gets {share}", word="it", share="5 %") == "it gets 5 %"
    assert [said(InputError(note)), said(InputError("no message")), said("plain")] == [
        "5 % gehen an 2\u202f001 Köpfe von it", "no message", "plain"
    ]  # fmt: skip
    with spoken(ENGLISH):
        assert said(note) == note


def test_a_run_that_nobody_has_told_asks_and_what_is_no_language_is_english(german, monkeypatch):
    monkeypatch.setattr(language, "_asked", [])
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(language.language).result() == ENGLISH
    language.ask_for_language(lambda: "de")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(language.language).result() == "de"
    with spoken("tlh"):
        assert language.language() == ENGLISH
    assert language.language() == "de"


PLAIN = ("N_", "ngettext", "lazy_ngettext")  # whose messages stand in the call itself
FILLED = ("gettext", "lazy_gettext")


def literals(call):
    """The messages of a call as they stand in the code; None for one that is put together."""
    n_messages = 2 if call.func.id.endswith("ngettext") else 1
    return [node.value if isinstance(node, ast.Constant) else None for node in call.args[:n_messages]]


def test_every_message_of_the_code_is_found():
    """Gettext's tools see none inside of an f-string, and none that is put together."""
    found = {text for one in languages.messages() for text in ([*one.id] if one.pluralizable else [one.id])}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PLAIN:
                assert set(literals(node)) <= found, (path.name, node.lineno)
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("gettext", "lazy_gettext")
            ):
                assert (
                    isinstance(node.args[0], (ast.Name, ast.Attribute, ast.Subscript, ast.IfExp))
                    or set(literals(node)) <= found
                ), (path.name, node.lineno)


def test_catalogues_have_the_messages_of_the_code():
    """`make languages` gathers them anew."""
    assert languages.main(["--check"]) == 0


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def translated(code):
    """Every message that is translated: (message, translations)."""
    with (languages.FOLDER / f"{code}.po").open("rb") as file:
        for one in read_po(file, locale=code):
            texts = one.string if isinstance(one.string, tuple) else (one.string,)
            if one.id and all(texts):
                yield one.id if isinstance(one.id, tuple) else (one.id,), texts


@pytest.mark.parametrize("code", OTHERS)
def test_translations_speak_of_what_their_message_speaks_of(code):
    wrong = []
    for messages, texts in translated(code):
        wanted = fields(messages[-1])
        may_lack = {"n"} if len(messages) == 2 else set()  # “one head”, “two heads”
        wrong += [(messages[-1], text) for text in texts if not wanted - may_lack <= fields(text) <= wanted]
    assert wrong == []


@pytest.mark.parametrize("code", OTHERS)
def test_translations_are_marked_up_as_their_message_is(code):
    """Bold, code, links and lines are as many."""
    marks = (r"\*\*", "`", r"\]\(", r"\n")
    counted = [(messages[-1], text, mark) for messages, texts in translated(code) for text in texts for mark in marks
               if len(re.findall(mark, messages[-1])) != len(re.findall(mark, text))]  # fmt: skip
    assert counted == []


# A word written twice by mistake. German “Sie sie” is none, and Arabic says “word word” for word by word: these only.
WRITTEN_TWICE = {
    "de": re.compile(r"\b([^\W\d_]+) \1\b"), "es": re.compile(r"\b([^\W\d_]+) \1\b"),
    "fr": re.compile(r"\b(?!(?:vous|nous) )([^\W\d_]+) \1\b"), "zh": re.compile(r"(的|了|是|在|和|与|或)\1"),
    "ar": re.compile(r"(?<!\w)(في|من|على|إلى|أن|أو|عن|مع|لا|هذا|هذه|التي|الذي) \1(?!\w)"),
}  # fmt: skip


@pytest.mark.parametrize("code", OTHERS)
def test_no_word_is_written_twice(code):
    texts = [text for _, said_here in translated(code) for text in said_here]
    assert [text for text in texts if WRITTEN_TWICE[code].search(text)] == []


@pytest.mark.parametrize(
    ("code", "text"),
    [("de", "Texte, die die Antwort"), ("es", "de de"), ("fr", "le le"), ("zh", "头的的注意力"), ("ar", "كلمة في في")],
)
def test_a_word_written_twice_is_found(code, text):
    assert WRITTEN_TWICE[code].search(text)


WRONG_IN_FRENCH = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])| (?=[;?!»:](?!\w))|« ")


def test_french_has_its_apostrophes_and_its_unbroken_spaces():
    """’ where a vowel is left out; a space at which no line ends before ; ? ! : and inside of « »."""
    texts = [text for _, said_here in translated("fr") for text in said_here]
    assert [text for text in texts if WRONG_IN_FRENCH.search(text)] == []
    for path in shelf().values():
        lines = in_language(path, "fr").read_text(encoding="utf-8").splitlines()
        assert [line for line in lines if line[:1] != "#" and WRONG_IN_FRENCH.search(line)] == [], path.name


@pytest.mark.parametrize("text", ["l'eau", "Quoi ?", "oui !", "ici : là", "« mot\u00a0»", "«\u00a0mot »"])
def test_wrong_french_is_found(text):
    assert WRONG_IN_FRENCH.search(text)
    assert not WRONG_IN_FRENCH.search("l’eau\u202f: «\u00a0quoi\u202f?\u00a0» :material/edit:")


def test_a_picture_brings_what_it_says_in_the_language_of_the_run():
    view = View("strips", {"words": []}, {})
    assert b"texts" not in to_bytes(view)
    with spoken("de"):
        assert b'"As a table": "Als Tabelle"' in to_bytes(view)
        assert texts_of("strips")["“{word}” looks at:"] == "„{word}“ schaut auf:"
        assert "“{word}” looks at:" not in texts_of("grid")


def test_a_page_of_its_own_brings_what_it_says_beside_the_picture():
    view = View("grid", {}, {})
    with spoken("de"):
        assert alone(view).header["texts"]["Save as PNG"] == "Als PNG speichern"
        assert "Save as PNG" not in texts_of("grid")  # in the app the menu Share says it
    assert "texts" not in alone(view).header
