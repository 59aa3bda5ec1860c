"""Cards of claims: where numbers stand on their strip, what is said of them, and that all of it is JSON."""

from dataclasses import replace

import pytest

from mha_viz.evidence.claims.claim import Estimate
from mha_viz.evidence.claims.rerun import Compared, Rerun, Result
from mha_viz.evidence.claims.table import CLAIMS
from mha_viz.evidence.claims.tables import rerun_row
from mha_viz.evidence.claims.verdicts import CANNOT, FAILS, HOLDS
from mha_viz.views.claims import NOT_YET, axis_ends, claims_sentence, claims_view
from tests.support.pages.drawn import header_of

CLAIM = CLAIMS["depth"]
PRINTED = CLAIM.statements[0].printed[0]


def row(*found, model="smollm2"):
    """Of the two statements of a claim: value, low, high and verdict; random weights between 3 and 5."""
    results = [
        Result(said, Estimate(*numbers, 11), Estimate(4.0, 3.0, 5.0, 8), verdict, "because",
               tuple(Compared(each, "not comparable", "another model") for each in said.printed))
        for said, (*numbers, verdict) in zip(CLAIM.statements, found, strict=True)
    ]  # fmt: skip
    return rerun_row(Rerun(CLAIM, model, tuple(results), 11, identity="abc", seconds=7.0))


ROWS = [row((60.0, 55.0, 65.0, HOLDS), (-20.0, -30.0, -10.0, FAILS))]


def card(rows=ROWS, claim=CLAIM):
    return header_of(claims_view([claim], rows, chosen="depth", facts={"models": "smollm2"}))["cards"][0]


def test_numbers_stand_on_one_axis_with_the_bar():
    first, second = card()["statements"]
    assert first["bar"] == pytest.approx(0.5)
    assert first["theirs"][0]["at"] == pytest.approx(0.57)
    (ours,) = first["ours"]
    assert [ours[end] for end in ("at", "low", "high")] == pytest.approx([0.6, 0.55, 0.65])
    assert ours["random"] == pytest.approx([0.03, 0.05])
    (ours,) = second["ours"]  # from −33 to 11
    assert [ours["at"], ours["low"], second["bar"]] == pytest.approx([13 / 44, 3 / 44, 43 / 44])
    assert (ours["number"], ours["sign"]) == ("−20.0 % [−30.0, −10.0]", "✕")


def test_the_paper_says_where_its_number_stands():
    (theirs,) = card()["statements"][0]["theirs"]
    assert (theirs["label"], theirs["number"], theirs["verdict"]) == (
        PRINTED.model,
        "57.0 %",
        f"{PRINTED.where}: not comparable",
    )
    assert card([])["statements"][0]["theirs"][0]["verdict"] == PRINTED.where
    older = {**ROWS[0], "statements": [{**said, "printed": []} for said in ROWS[0]["statements"]]}
    assert card([older])["statements"][0]["theirs"][0]["verdict"] == PRINTED.where  # kept before it was read
    least = replace(CLAIM.statements[0], printed=(replace(PRINTED, is_least=True),))
    other = card(claim=replace(CLAIM, statements=(least, CLAIM.statements[1])))
    assert other["statements"][0]["theirs"][0]["number"] == "more than 57.0 %"


def test_how_it_was_measured_holds_bar_reason_and_deviations():
    how = card()["statements"][0]["how"]
    assert how[0].startswith("Bar: half")
    assert how[1] == "smollm2: holds here, because."
    assert how[2] == "The paper's number: not comparable (another model)."
    assert how[3].startswith("Otherwise than in the paper: the paper reads 10,000 sentences")
    assert "11 texts" in card()["how"][1]


def test_a_claim_that_nobody_measured_says_so_and_shows_the_paper():
    empty = card([])
    assert empty["unknown"] == NOT_YET
    assert empty["statements"][0]["ours"] == []
    assert empty["statements"][0]["theirs"]
    assert claims_sentence([]) == "None of these claims has been measured on this machine yet."


def test_what_cannot_be_asked_has_no_number():
    nothing = Estimate(why_not="it reads no text")
    results = tuple(Result(said, nothing, nothing, CANNOT, "it reads no text", ()) for said in CLAIM.statements)
    (ours,) = card([rerun_row(Rerun(CLAIM, "m", results))])["statements"][0]["ours"]
    assert (ours["at"], ours["low"], ours["random"], ours["number"]) == (None, None, [None, None], "–")


def test_every_axis_holds_what_is_drawn_on_it():
    for claim in CLAIMS.values():
        for said in claim.statements:
            low, high = axis_ends(said.unit, said.bar, [each.value for each in said.printed], [])
            assert low <= min(0, said.bar)
            assert all(low <= each.value <= high for each in said.printed)
            assert said.bar <= high


def test_models_are_counted_apart():
    other = row((40.0, 35.0, 45.0, FAILS), (20.0, 15.0, 25.0, HOLDS), model="<b>mpnet</b>")
    said = claims_sentence([*ROWS, other, *ROWS])
    assert said.endswith("2 of 4 hold in smollm2, 1 of 2 hold in <b>mpnet</b>.")


def test_a_model_read_from_a_folder_goes_by_its_own_name():
    own = row((60.0, 55.0, 65.0, HOLDS), (-20.0, -30.0, -10.0, FAILS), model="/home/ada/tiny-llama")
    assert claims_sentence([own]).endswith("1 of 2 hold in tiny-llama.")
    drawn = card([own])
    assert drawn["statements"][0]["ours"][0]["label"] == "tiny-llama"
    assert "/home/ada" not in str(drawn)
