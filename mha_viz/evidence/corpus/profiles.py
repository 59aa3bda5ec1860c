"""Which profiles there are of a model's weights: the one that comes with the app, and one's own."""

from __future__ import annotations

import re
import shlex
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from mha_viz.errors import InputError
from mha_viz.evidence.corpus.profile import Profile, load_profile
from mha_viz.evidence.verdict import RULES
from mha_viz.language import N_, gettext, lazy_gettext
from mha_viz.model_names import name_without_path
from mha_viz.models.catalogue import CATALOGUE, weights_said
from mha_viz.objects import Model
from mha_viz.paths import app_folder, cache_folder
from mha_viz.precision import DTYPES, ENOUGH, WHOLE, same_numbers

SHIPPED: Final = "shipped"
YOURS: Final = "yours"


def profile_of(
    model: str | Model, identity: str | None = "", whose: Literal["shipped", "yours"] | None = None, *,
    dtype: str = WHOLE,
) -> Profile | None:  # fmt: skip
    """The profile of these very weights, computing in these numbers; other weights of that name have other profiles.

    Parameters
    ----------
    model : Model, or str
        The model, or the name that it bears; a name alone does not say which weights.
    identity : str
        With a name, the weights' identity, as the ``Model`` bears it.
    whose : "shipped" or "yours", optional
        The one that comes with the app, or your own; by default the shipped one, and your own where none comes.
    dtype : str
        With a name, what the model computes in, as the ``Model`` bears it: what was measured in float32 is not told of
        bfloat16.

    Returns
    -------
    Profile, which says in ``whose`` which it is; None where there is none.

    Raises
    ------
    InputError
        If it would be your own, but its file is damaged, or of other weights or rules; if a name comes alone.
    """
    if not isinstance(model, str):
        return profile_of(model.name, model.identity, whose, dtype=model.dtype)
    if identity == "":
        message = N_("Which weights {model} has is not said: give the model itself, as load_model gives it.")
        raise InputError(lazy_gettext(message, model=repr(model)))
    shipped = None if whose == YOURS else _shipped_profile(model, identity, dtype)
    return shipped if shipped is not None or whose == SHIPPED else own_profile(model, identity, dtype)


def profiles_of(
    model_name: str, identity: str | None, *, only_shipped: bool = False, dtype: str = WHOLE
) -> dict[str, Profile]:
    """The profiles of these very weights and numbers that can be shown, by whose they are, the shipped one first."""
    profiles = [_shipped_profile(model_name, identity, dtype)]
    if not only_shipped:
        with suppress(InputError):  # ``own_fault`` says it
            profiles.append(own_profile(model_name, identity, dtype))
    return {profile.whose: profile for profile in profiles if profile is not None}


def own_fault(model_name: str, identity: str | None, dtype: str = WHOLE) -> str:
    """Why one's own profile of these weights is not shown, though there is a file; "" where there is no such reason."""
    try:
        own_profile(model_name, identity, dtype)
    except InputError as error:
        sentence: str = error.args[0]  # that knows other languages
        return sentence
    return ""


def own_profile(model_name: str, identity: str | None, dtype: str = WHOLE) -> Profile | None:
    """One's own profile of these weights and numbers; None where there is no file.

    Raises
    ------
    InputError
        If the file is none, or of other weights or numbers; or of other rules, where a profile by today's is shipped.
    """
    path = profile_path(model_name, identity, dtype)
    if identity is None or not _is_there(path):
        return None
    named, fault = shlex.quote(model_name), ""
    try:
        profile = replace(load_profile(path), whose=YOURS)
    except InputError:
        fault = lazy_gettext("its file is damaged, or of another form")
    else:
        rules = profile.facts.get("rules", 1)
        if profile.facts["identity"] != identity:
            fault = lazy_gettext("it is of other weights")
        elif not same_numbers(measured_in := str(profile.facts.get("dtype", WHOLE)), dtype):
            message = N_("it was measured in {measured}, and this model computes in {own}")
            fault = lazy_gettext(message, measured=measured_in, own=dtype)
        elif rules != RULES and _shipped_profile(model_name, identity, dtype) is not None:
            message = N_("it was measured by the rules of another version ({rules}; today they are {today})")
            fault = lazy_gettext(message, rules=rules, today=RULES)
    if fault:
        message = N_(
            "Your own profile of {model} is not shown, as {fault}: `{measure}` makes it anew, `{forget}` deletes it."
        )
        measure, forget = f"mha-viz profile --model {named}{option_of(dtype)}", f"mha-viz profile --forget {named}"
        name = name_without_path(model_name)
        raise InputError(lazy_gettext(message, model=name, fault=fault, measure=measure, forget=forget))
    return profile


def option_of(dtype: str) -> str:
    """What a command says more where a model does not compute in float32.

    >>> option_of("bfloat16"), option_of("float32")
    (' --dtype bfloat16', '')
    """
    return "" if dtype in ENOUGH else f" --dtype {dtype if dtype in DTYPES else 'auto'}"


def profile_path(model_name: str, identity: str | None, dtype: str = WHOLE) -> Path:
    """Where the profile that a user makes of a model is kept: those of one set of weights apart by their numbers."""
    numbers = "" if dtype in ENOUGH else f"-{dtype}"
    return _own_folder() / f"{_safe(model_name)}-{(identity or 'unnamed')[:12]}{numbers}.parquet"


def own_files(model_name: str) -> list[Path]:
    """The files of one's own profiles that bear this name, whatever weights they are of."""
    wanted = re.compile(re.escape(_safe(model_name)) + r"-([0-9a-f]{12}|unnamed)(-b?float\d+)?\.parquet")
    return [path for path in _all_own() if wanted.fullmatch(path.name) and _may_be_of(path, model_name)]


def shipped_names() -> list[str]:
    """The models of which a profile comes with the project."""
    return [name for name in CATALOGUE if _shipped(name)]


def own_names() -> list[str]:
    """The models of which one has profiles of one's own."""
    names = ((path, str(_facts_in(path).get("model", ""))) for path in _all_own())
    return sorted({name for path, name in names if name and path.name.startswith(f"{_safe(name)}-")})


def other_profile_sentence(model_name: str, identity: str | None, dtype: str = WHOLE) -> str:
    """That the shipped profile of this name is of other weights, and of which, or of the same weights in other numbers;
    empty where there is none.
    """
    others = [str(load_profile(path).facts["identity"]) for path in _shipped(model_name)]
    if identity in others and not same_numbers(dtype, WHOLE):
        return gettext(
            "The profile of {model} that comes with the app was measured in {measured}; here it computes in {own}, "
            "and none of these numbers is shown as its own.",
            model=model_name, measured=WHOLE, own=dtype,
        )  # fmt: skip
    if not others or identity in others:
        return ""
    measured, own = (weights_said(model_name, one) or f"sha256 {str(one)[:12]}…" for one in (others[0], identity))
    return gettext(
        "The profile of {model} that comes with the app was measured on other weights ({measured}); these are {own}, "
        "and none of its numbers is shown as theirs.",
        model=model_name, measured=measured, own=own,
    )  # fmt: skip


def _shipped_profile(model_name: str, identity: str | None, dtype: str) -> Profile | None:
    path = _shipped_file(model_name, identity, dtype)
    return None if path is None else replace(load_profile(path), whose=SHIPPED)


def is_shipped(model_name: str, identity: str | None, dtype: str = WHOLE) -> bool:
    """Whether the profile of these very weights comes with the app."""
    return _shipped_file(model_name, identity, dtype) is not None


def _shipped_file(model_name: str, identity: str | None, dtype: str) -> Path | None:
    """By these weights: a copy of a catalogue model in a folder of any name has the profile of that model."""
    if identity is None or not same_numbers(dtype, WHOLE):
        return None
    paths = (path for name in _first(model_name) for path in _shipped(name))
    return next((path for path in paths if _identity_in(path, path.stat().st_mtime_ns) == identity), None)


@lru_cache(maxsize=64)
def _identity_in(path: Path, _written: int) -> object:
    """Of which weights a file is: pages ask at every run, also about weights that none of all files is of."""
    return load_profile(path).facts["identity"]


def _first(model_name: str) -> list[str]:
    """The names of the catalogue, this one first where it is among them."""
    return sorted(CATALOGUE, key=lambda name: name != model_name)


def _shipped(model_name: str) -> list[Path]:
    """The files of a name, one a set of weights: the first bears the name alone, others end in -WEIGHTS."""
    folder = app_folder() / "assets" / "profiles"
    plain = [name for name in CATALOGUE if name == model_name]  # a folder's name may hold anything
    return [path for name in plain for path in sorted(folder.glob(f"{name}*.parquet")) if _is_of(path, name)]


def _is_of(path: Path, name: str) -> bool:
    return path.stem == name or path.stem.startswith(f"{name}-")


def _own_folder() -> Path:
    return cache_folder() / "profiles"


def _safe(model_name: str) -> str:
    """A name as files bear it."""
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in model_name)[-80:]


def _all_own() -> list[Path]:
    try:
        return sorted(_own_folder().glob("*.parquet"))
    except OSError:
        return []


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _may_be_of(path: Path, model_name: str) -> bool:
    """Whether a file that is called after a model is its profile: names that files cannot bear may become the same."""
    facts = _facts_in(path)
    return "command" in facts or facts.get("model", model_name) == model_name  # a training does not know its folder


def _facts_in(path: Path) -> dict[str, Any]:
    try:
        return load_profile(path).facts
    except InputError:
        return {}
