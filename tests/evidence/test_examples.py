"""What is said of the cases behind a number: by hand."""

from mha_viz.evidence.examples import Candidates, Example, candidates_sentence, example_lines

IT = Candidates("it", (("the cat", 0.347), ("the mat", 0.0213)))
HE = Candidates("he", (("Tom", 0.5),))


def test_an_example_says_both_words_the_share_and_the_text():
    examples = [Example("it sat", "it", "cat", 0.347), Example("he ran", "he", "Tom", 0.05)]
    assert example_lines(examples) == [("it → cat", "35 %, in “it sat”"), ("he → Tom", "5.0 %, in “he ran”")]


def test_the_candidates_of_two_pronouns_are_told_and_how_many_more_there_are():
    begin = "Candidates by agreement, which nobody has checked: "
    assert candidates_sentence(()) == ""
    assert candidates_sentence((IT,)) == f"{begin}“it” gives the cat 35 %, the mat 2.1 %."
    assert candidates_sentence((IT, HE)) == f"{begin}“it” gives the cat 35 %, the mat 2.1 %; “he” gives Tom 50 %."
    assert candidates_sentence((HE, HE, IT, IT, IT)) == f"{begin}“he” gives Tom 50 %; “he” gives Tom 50 %; and 3 more."
