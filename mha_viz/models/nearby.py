"""Which models on this machine belong to another one: checkpoints of its training, adapters of it, what we trained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mha_viz.errors import ModelError
from mha_viz.language import N_, gettext, lazy_gettext
from mha_viz.models import adapters
from mha_viz.models.folders import is_model
from mha_viz.paths import SHIPPED, cache_folder, model_folder

MOST = 40  # folders that a menu lists
TRAINED = "trained"  # in the cache, where ``mha-viz train`` puts models


def models_near(name: str) -> list[str]:
    """The folders of models that a model is likely to be compared with, as they are typed.

    Of a folder these are the models in it and beside it: a training leaves its checkpoints there, and adapters lie
    beside their base. Of the classroom model, its shipped checkpoints and what ``mha-viz train`` left in the cache; of
    any other, the adapters in the folder in which the app was started.
    """
    folder, whole = _folder(name), name.partition("@")[0]
    if folder is not None:
        found = [one for one in (*_models_in(folder), *_models_in(folder.parent)) if one != folder]
    elif whole in SHIPPED:
        others = [f"{whole}@{step}" for step in shipped_steps(whole)]
        return [*(one for one in others if one != name), *map(str, _models_in(cache_folder() / TRAINED))][:MOST]
    else:
        found = [one for one in _models_in(Path.cwd()) if is_adapter(one)]
    return [str(one) for one in dict.fromkeys(found)][:MOST]


def shipped_steps(name: str) -> list[int]:
    """The steps of its training at which a model that comes with the app can be looked at: ``classroom@660`` is one."""
    folder = _steps_folder(name)
    return sorted(int(path.name) for path in folder.iterdir() if path.name.isdecimal()) if folder.is_dir() else []


def shipped_checkpoint(name: str) -> Path | None:
    """The folder of ``classroom@660``; None for what is no checkpoint of a model that comes with the app.

    Raises
    ------
    ModelError
        If there is none of this step.
    """
    whole, at, step = name.partition("@")
    if whole not in SHIPPED or not at:
        return None
    steps = [str(step) for step in shipped_steps(whole)]
    if step not in steps:
        message = N_("{model} has checkpoints of the steps {steps}; {step} is none of them.")
        raise ModelError(lazy_gettext(message, model=whole, steps=", ".join(steps), step=repr(step[:20])))
    return _steps_folder(whole) / step


def _steps_folder(name: str) -> Path:
    """Beside the model's own folder, in which every file is the model's."""
    return model_folder(name).with_name(f"{name}-checkpoints")


def is_adapter(folder: Path) -> bool:
    """Whether a folder holds an adapter."""
    return (folder / adapters.CONFIG).is_file()


def in_second_menu(name: str) -> str:
    """What the menu of second models calls a folder: the last two parts of its path, and whether it is an adapter.

    >>> in_second_menu("minilm"), in_second_menu("/home/ada/run/checkpoint-200")
    ('minilm', 'run/checkpoint-200 (folder)')
    """
    path = Path(name)
    if not path.is_absolute():
        return name
    said = N_("{name} (LoRA adapter)") if is_adapter(path) else N_("{name} (folder)")
    return gettext(said, name=f"{path.parent.name}/{path.name}")


def _folder(name: str) -> Path | None:
    path = Path(name)
    try:
        return path if path.is_absolute() and path.is_dir() else None
    except (OSError, ValueError):  # too long, a null character
        return None


def _models_in(folder: Path) -> Iterator[Path]:
    """The models right in a folder, ``checkpoint-9`` before ``checkpoint-10``."""
    try:
        inside = sorted(folder.iterdir(), key=lambda path: _in_order(path.name))
        yield from (path for path in inside if path.is_dir() and is_model(path))
    except OSError:  # not there, or not to be read
        return


def _in_order(name: str) -> list[tuple[int, str]]:
    """Numbers in a name as numbers."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d{1,18})", name)]
