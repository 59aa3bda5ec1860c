"""Published claims → the view of their cards: what a paper says and prints, and what was measured here beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mha_viz.evidence.claims.claim import Claim, Printed
from mha_viz.evidence.claims.verdicts import CANNOT, FAILS, HOLDS, NEAR, OPEN, TOO_FEW, WITHIN
from mha_viz.evidence.statistics.intervals import LEAST_UNITS
from mha_viz.language import N_, apart, gettext, ngettext, pgettext, said
from mha_viz.model_names import name_without_path
from mha_viz.views.view import View
from mha_viz.wording import in_a_row, listed

Row = Mapping[str, Any]  # of a rerun (``rerun_row``), of one of its statements, or of a number
SIGNS = {HOLDS: "●", FAILS: "✕", OPEN: "○", CANNOT: "–"}
MUCH = 40.0  # %, from which on an axis of shares goes to the whole
HINT = N_(
    "Filled diamonds: the paper. Dots with a line: here, with the 95 % interval; the grey band is what random weights "
    "reach. The dashed line is the bar: a statement holds where the whole interval is right of it and of the band."
)
NOT_YET = N_("Not measured yet on this machine.")
TITLE = N_("Published claims, measured again")


def claims_view(claims: Sequence[Claim], rows: Sequence[Row], *, chosen: str, facts: Mapping[str, str]) -> View:
    """A card for each claim.

    Parameters
    ----------
    claims : sequence of Claim
    rows : sequence of dict
        What came of them, from ``known_reruns``: any number of models for each.
    chosen : str
        The name of the claim that is marked, "" for none.
    """
    of = {claim.name: [row for row in rows if row["claim"] == claim.name] for claim in claims}
    return View(
        "claims",
        {
            "cards": [_card(claim, of[claim.name]) for claim in claims],
            "chosen": chosen,
            "chooses": True,
            "label": gettext(TITLE),
            "caption": claims_sentence(rows),
            "note": gettext(HINT),
            "title": gettext(TITLE),
            "facts": [gettext("{name}: {fact}", name=gettext(name), fact=fact) for name, fact in facts.items()],
            "file_name": "claims",
            "identity": "claims",
        },
        {},
    )


def claims_sentence(rows: Sequence[Row]) -> str:
    """How many statements hold, by model.

    >>> rows = [{"model": "smollm2", "statements": [{"verdict": HOLDS}, {"verdict": HOLDS}, {"verdict": FAILS}]}]
    >>> claims_sentence(rows)
    'Of the statements of papers that were measured again, 2 of 3 hold in smollm2.'
    """
    verdicts: dict[str, list[str]] = {}
    for row in rows:
        verdicts.setdefault(name_without_path(row["model"]), []).extend(each["verdict"] for each in row["statements"])
    if not verdicts:
        return gettext("None of these claims has been measured on this machine yet.")
    parts = [
        gettext("{n} of {all} hold in {model}", n=found.count(HOLDS), all=len(found), model=model)
        for model, found in verdicts.items()
    ]
    return gettext("Of the statements of papers that were measured again, {parts}.", parts=listed(parts))


def _card(claim: Claim, rows: Sequence[Row]) -> dict[str, Any]:
    return {
        "name": claim.name,
        "title": gettext(claim.title),
        "source": gettext("{source}. Its models: {models}.", source=claim.source, models=gettext(claim.models)),
        "unknown": "" if rows else gettext(NOT_YET),
        "statements": [_statement(claim, i, rows) for i in range(len(claim.statements))],
        "how": [gettext("Read here: {data}.", data=gettext(claim.data)), *map(_made, rows)],
    }


def _made(row: Row) -> str:
    versions = [f"{name} {number}" for name, number in row["versions"].items()]
    read = [ngettext("{n} text", "{n} texts", row["n_texts"]), row["date"], *versions]
    return gettext("{model}: {facts}.", model=name_without_path(row["model"]), facts=in_a_row(read))


def _statement(claim: Claim, i: int, rows: Sequence[Row]) -> dict[str, Any]:
    said, found = claim.statements[i], [(name_without_path(row["model"]), row["statements"][i]) for row in rows]
    number = gettext(said.number)
    low, high = axis_ends(said.unit, said.bar, [each.value for each in said.printed], [one for _, one in found])

    def at(value: float | None) -> float | None:
        return None if value is None else (value - low) / (high - low)

    theirs = [
        {"label": gettext(each.model), "at": at(each.value),
         "number": number_in_words(each.value, said.unit, each.is_least),
         "verdict": _place_and_verdict(gettext(each.where), _verdicts(each, found))}
        for each in said.printed
    ]  # fmt: skip
    return {
        "said": gettext(said.said),
        "number": f"{number[0].upper()}{number[1:]}",
        "ends": [number_in_words(low, said.unit), number_in_words(high, said.unit)],
        "bar": at(said.bar),
        "theirs": theirs,
        "ours": [_ours(model, one, said.unit, at) for model, one in found],
        "how": [
            gettext("Bar: {rule}.", rule=gettext(said.rule)),
            *_reasons(found),
            *(gettext("Otherwise than in the paper: {what}.", what=gettext(what)) for what in said.deviations),
        ],
    }


def _verdicts(each: Printed, found: Sequence[tuple[str, Row]]) -> list[str]:
    """What came of a number of the paper, wherever it stood beside ours: what was kept may be older than the number."""
    beside = [row for _, one in found for row in one["printed"]]
    return [row["verdict"] for row in beside if (row["value"], row["model"]) == (each.value, each.model)]


def _place_and_verdict(where: str, verdicts: Sequence[str]) -> str:
    """Where a number of the paper stands, and whether it is also ours, in all that was measured.

    >>> _place_and_verdict("table 1", ["not comparable", "not comparable"]), _place_and_verdict("table 1", [])
    ('table 1: not comparable', 'table 1')
    """
    if not verdicts:
        return where
    came = listed([gettext(verdict) for verdict in dict.fromkeys(verdicts)])
    return gettext("{name}: {fact}", name=where, fact=came)


def _ours(model: str, one: Row, unit: str, at: Any) -> dict[str, Any]:
    found, random = one["ours"], one["random_weights"]
    row = {"label": model, "verdict": gettext(one["verdict"]), "sign": SIGNS[one["verdict"]], "at": at(found["value"])}
    row |= {"low": at(found["low"]), "high": at(found["high"]), "random": [at(random["low"]), at(random["high"])]}
    ends = f"[{_digits(found['low'], unit)}, {_digits(found['high'], unit)}]" if found["low"] is not None else ""
    return row | {"number": f"{number_in_words(found['value'], unit)} {apart(ends) if ends else ''}".strip()}


def _reasons(found: Sequence[tuple[str, Row]]) -> list[str]:
    """Why each verdict is what it is, and what is to be said of the paper's numbers."""
    lines = []
    for model, one in found:
        came = {"model": model, "verdict": gettext(one["verdict"]), "reason": _reason(one)}
        if one.get("note"):
            lines.append(gettext("{model}: {verdict}, {reason} ({note}).", note=one["note"], **came))
        else:
            lines.append(gettext("{model}: {verdict}, {reason}.", **came))
        numbers = dict.fromkeys(_number_came(each) for each in one["printed"])
        if numbers:
            whole = N_("The paper's number: {verdicts}.")
            several = N_("The paper's numbers: {verdicts}.")
            lines.append(gettext(whole if len(one["printed"]) == 1 else several, verdicts=listed([*numbers])))
    return lines


def _reason(one: Row) -> str:
    """Why a verdict is what it is; what is kept is English, and the one with numbers is told anew from these."""
    n, reason = one["ours"]["n"], said(one["reason"])
    if one["verdict"] == OPEN and n < LEAST_UNITS:
        return gettext(TOO_FEW, n=n, least=LEAST_UNITS)
    return gettext(reason)


def _number_came(each: Row) -> str:
    reason = gettext(WITHIN, n=f"{NEAR:g}") if each["reason"] == WITHIN.format(n=NEAR) else gettext(each["reason"])
    return gettext("{verdict} ({reason})", verdict=gettext(each["verdict"]), reason=reason)


def axis_ends(unit: str, bar: float, printed: Sequence[float], found: Sequence[Row]) -> tuple[float, float]:
    """Between which numbers everything that is drawn of a statement lies, zero and the bar with it.

    >>> axis_ends("%", 10.0, [77.0], [{"ours": {"low": 60.0, "high": 70.0}, "random_weights": {"low": 0, "high": 0}}])
    (0.0, 100.0)
    >>> axis_ends("heads", 0.5, [4.0], [])
    (0.0, 5.0)
    """
    ours = [each[whose][end] for each in found for whose in ("ours", "random_weights") for end in ("low", "high")]
    numbers = [0.0, bar, *printed, *(number for number in ours if number is not None and math.isfinite(number))]
    low, high = 1.1 * min(numbers), 1.1 * max(numbers)
    if unit == "%" and MUCH < max(numbers) <= 100:
        high = 100.0
    return low, (float(math.ceil(high)) if unit == "heads" else high) or 1.0


def number_in_words(value: float | None, unit: str, is_least: bool = False) -> str:
    """A number with its unit; a dash where there is none.

    >>> number_in_words(77.0, "%"), number_in_words(1.0, "heads"), number_in_words(50, "%", is_least=True)
    ('77.0 %', '1 head', 'more than 50.0 %')
    """
    if value is None:
        return "–"
    number = _with_unit(value, unit)
    return gettext("more than {n}", n=number) if is_least else number


def _with_unit(value: float, unit: str) -> str:
    if unit == "heads":
        return ngettext("{n} head", "{n} heads", round(value), n=_digits(value, unit))
    units = {"points": pgettext("unit", "points"), "nats": pgettext("unit", "nats"), "times": pgettext("unit", "times")}
    return f"{apart(_digits(value, unit))} {units.get(unit, unit)}".strip()


def _digits(value: float, unit: str) -> str:
    digits = 0 if unit == "heads" else 1 if abs(value) >= 1 or unit in ("%", "points") else 2
    return f"{value:.{digits}f}".replace("-", "−")
