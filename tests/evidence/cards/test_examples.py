"""What is said of the cases behind a number: by hand."""

from mha_viz.evidence.cards.examples import Candidates, Example, candidates_sentence, clearest_examples, example_lines
from mha_viz.recording.capture import capture
from tests.support.texts.chats import MARKED, chat_model, messages
from tests.support.texts.parser import SENTENCE, parse

IT = Candidates("it", (("the cat", 0.347), ("the mat", 0.0213)))
HE = Candidates("he", (("Tom", 0.5),))


def test_an_example_says_both_words_the_share_and_the_text():
    examples = [Example("it sat", "it", "cat", 0.347), Example("he ran", "he", "Tom", 0.05)]
    assert example_lines(examples) == [("it → cat", "35 %, in “it sat”"), ("he → Tom", "5.0 %, in “he ran”")]


def test_an_example_of_a_chat_is_told_with_its_message_alone():
    found = capture(chat_model(MARKED), messages("user: it did", f"assistant: {SENTENCE}"))
    words = parse(found.text, stretches=found.query_positions["decoder"].contents)
    heads = [(layer, head) for layer in (0, 1) for head in range(6)]
    key = ("syntactic", "nsubj", "head→dep")
    told = [clearest_examples([(found, words)], *head, key, kind="decoder") for head in heads]
    assert {(one.text, one.word, one.points_at) for of_head in told for one in of_head} == {(SENTENCE, "sat", "cat")}


def test_the_candidates_of_two_pronouns_are_told_and_how_many_more_there_are():
    begin = "Candidates by agreement, which nobody has checked: "
    assert candidates_sentence(()) == ""
    assert candidates_sentence((IT,)) == f"{begin}“it” gives the cat 35 %, the mat 2.1 %."
    assert candidates_sentence((IT, HE)) == f"{begin}“it” gives the cat 35 %, the mat 2.1 %; “he” gives Tom 50 %."
    assert candidates_sentence((HE, HE, IT, IT, IT)) == f"{begin}“he” gives Tom 50 %; “he” gives Tom 50 %; and 3 more."
