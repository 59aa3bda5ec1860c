"""The page of sounds: one of ours or one's own, the model that hears it, and what its words and moments listen to."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mha_viz.comparison.trials import Asks
from mha_viz.errors import InputError
from mha_viz.inputs.media.timings import TimedWord, read_timings, spoken_file, spoken_times
from mha_viz.language import N_, gettext, lazy_gettext
from mha_viz.models.catalogue import SOUND, in_menu
from mha_viz.objects import Capture, Head, Model
from mha_viz.recording.classes import classes_of
from mha_viz.scores.media.heard import heard_frame, who_listens, windows_of
from mha_viz.ui.pages.sound.beside import First, choose_second, show_beside
from mha_viz.ui.pages.sound.followers import show_followers
from mha_viz.ui.parts import share
from mha_viz.ui.parts.precision import say_precision
from mha_viz.ui.parts.top import TYPE_OTHERS
from mha_viz.ui.parts.upload import settled
from mha_viz.ui.parts.view import mount
from mha_viz.ui.parts.what_if import show_changed
from mha_viz.ui.shared.effects import get_effect
from mha_viz.ui.shared.models import get_model
from mha_viz.ui.shared.sounds import Listening, get_listening, get_sound
from mha_viz.ui.shell import frame, link
from mha_viz.ui.shell.led.join import model_names, most_megabytes, takes_other_models
from mha_viz.ui.shell.memory import Memory, recall
from mha_viz.ui.shell.settings import SPOKEN, Settings, clear_settings, fit_setting, set_setting, setting
from mha_viz.views.media.timeline import timeline_facts, timeline_view
from mha_viz.views.view import View
from mha_viz.wording import in_seconds

ENDINGS = ["wav", "flac", "ogg", "oga", "mp3"]
UPLOADER = "sound_file"
OWN = N_(
    "Your sound stays in this tab and on this server: a link opens the page with one of ours, and × brings ours back."
)
NONE_HERE = N_("This class uses no model that hears; a teacher adds one with `--models {names},whisper`.")
NO_MICROPHONE = N_(
    "No microphone here: browsers give it only to pages that come over https or from this machine. Record the sound "
    "with another program and upload the file."
)
TIMES = ["json", "csv", "tsv", "txt", "textgrid"]
TIMES_UPLOADER = "times_file"
LISTENS = {"words": N_("words of the transcript"), "moments": N_("moments of the sound")}
WRITES_NONE = N_("No word listens here: the transcript holds none. Below, moments of the sound listen to each other.")
WRITES_NOTHING = N_(
    "No word listens here: {model} hears, and writes nothing. Below, moments of the sound listen to each other."
)
NOBODY = N_("{model} has neither words that listen nor frames that look at each other.")
TOO_LARGE = N_("The sound is larger than {n} MB, which is what this server takes.")


def show_sound() -> None:
    """Model and sound in a row; below them the view, and what it says of itself."""
    names = model_names(SOUND)
    if not names and not takes_other_models():
        raise InputError(lazy_gettext(NONE_HERE, names=",".join(model_names())))
    fit_setting(Settings.spoken)
    fit_setting(Settings.hears, names[0] if names else Settings.hears.default)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choose_model(names)
        st.selectbox(gettext("Sound"), SPOKEN, key=Settings.spoken.key)
        fit_setting(Settings.said)
        st.text_input(
            gettext("What is said"), key=Settings.said.key, max_chars=1000,
            placeholder=gettext("the model writes it itself"),
            help=gettext(
                "The transcript that the decoder reads. Leave it empty and the model writes it, the most likely token "
                "each time."
            ),
        )  # fmt: skip
        own, timed = _own_sound()
        second = choose_second(names, ENDINGS)
    link.share()  # what follows may take a while
    model = get_model(setting(Settings.hears).strip())
    say_precision(model)
    said = setting(Settings.said).strip() or " ".join(each.word for each in timed) or None
    if own is None:
        file, timed = spoken_file(setting(Settings.spoken)), spoken_times(setting(Settings.spoken))
    else:
        file = own
        st.caption(gettext(OWN))
    found = get_sound(model, file, said)
    view, seen, query, head = _show(model, found)
    if second.name:
        show_beside(First(model, file, found, seen, query, head), second)
    if view.header["attention"] == "cross":
        show_followers(model, found, timed, head, view)
    facts = timeline_facts(found, seen.who, query, head)
    show_changed(found, seen.who.kind, _asks(model, found), partial(get_effect, model, found), facts)


def _asks(model: Model, found: Capture) -> list[str]:
    """What can be asked where heads are changed: of what is written, where the model writes; of classes, where it
    classifies; else of its vectors.
    """
    writes = (Asks.loss, Asks.next_word) if found.target is not None else ()
    return [*writes, *([Asks.classes] if classes_of(model) else []), Asks.vectors]


def _choose_model(names: tuple[str, ...]) -> None:
    name = setting(Settings.hears)
    st.selectbox(
        gettext("Model"), [*names, *([] if name in names else [name])], key=Settings.hears.key, format_func=in_menu,
        accept_new_options=takes_other_models(),
        help=gettext(TYPE_OTHERS if takes_other_models() else N_("The models of this class that hear.")),
    )  # fmt: skip


def _own_sound() -> tuple[bytes | None, tuple[TimedWord, ...]]:
    """What a reader handed over or said, the file where there are both; and when its words are said, where that is
    known.
    """
    with st.popover(gettext("Your own sound")):
        file = st.file_uploader(
            gettext("A file"), ENDINGS, key=UPLOADER, max_upload_size=most_megabytes(),
            help=gettext("WAV, FLAC, OGG or MP3, up to {n} MB; the first 30 s are read.", n=most_megabytes()),
        )  # fmt: skip
        spoken = None
        if _has_microphone():
            spoken = st.audio_input(gettext("Or record one"), sample_rate=16000, key="microphone")
        else:
            st.caption(gettext(NO_MICROPHONE))
        times = st.file_uploader(
            gettext("When its words are said"), TIMES, key=TIMES_UPLOADER, max_upload_size=min(4, most_megabytes()),
            help=gettext(
                "JSON, lines of start, end and word (CSV, Audacity's labels) or a TextGrid: it tells how far off heads "
                "are."
            ),
        )  # fmt: skip
    given = settled(file, UPLOADER) or spoken
    if given is None:
        return None, ()
    if given.size > most_megabytes() * 10**6:
        raise InputError(lazy_gettext(TOO_LARGE, n=most_megabytes()))
    return given.getvalue(), _times(times)


def _times(given: UploadedFile | None) -> tuple[TimedWord, ...]:
    """When words are said; a file that cannot be read is told, and the sound is shown without."""
    try:
        return () if given is None else read_timings(given.getvalue())
    except InputError as error:
        frame.say(error)
        return ()


def _has_microphone() -> bool:
    """Whether a browser may hand over a microphone to a page at this address."""
    address = urlsplit(st.context.url or "")
    return address.scheme == "https" or address.hostname in ("localhost", "127.0.0.1", "::1")


def _show(model: Model, found: Capture) -> tuple[View, Listening, int, Head]:
    listens = _choose_listeners(found)
    seen = get_listening(model, found, listens, _window(found) if listens == "moments" else 0.0)
    who, heard, timing = seen
    query, head = _listener(seen), _head(heard.heads)
    view = timeline_view(found, who, heard, query, head, timing)
    mount(
        view, "timeline", look_from=lambda place: set_setting(Settings.listener, place),
        choose=_choose_head,
    )  # fmt: skip
    facts = timeline_facts(found, who, query, head)
    share.fill(recall(Memory.share) or st.container(), view, lambda: heard_frame(found, who, query), facts)
    return view, seen, query, head


def _choose_head(head: Head) -> None:
    set_setting(Settings.sound_head, head)
    clear_settings(Settings.beside_place)


def _choose_listeners(found: Capture) -> str:
    """Words where there are some, else moments, and why."""
    offered = who_listens(found)
    if not offered:
        raise InputError(lazy_gettext(NOBODY, model=found.short_name))
    chosen = fit_setting(Settings.listens, offered[0], offered)
    if len(offered) > 1:
        st.segmented_control(
            gettext("What listens"), offered, key=Settings.listens.key, required=True, label_visibility="collapsed",
            format_func=lambda name: gettext(LISTENS[name]),
        )  # fmt: skip
    elif offered == ("moments",):
        why = WRITES_NOTHING if found.target is None else WRITES_NONE
        st.caption(frame.plain(gettext(why, model=found.short_name)))
    return chosen


def _window(found: Capture) -> float:
    """Where the part of a long sound begins of which moments are shown."""
    offered = windows_of(found)
    begin = fit_setting(Settings.heard_from, offered[0], offered)
    if len(offered) > 1:
        st.selectbox(
            gettext("From second"), offered, key=Settings.heard_from.key, format_func=in_seconds,
            help=gettext("Moments are shown 10 s at a time: all of them at once would be too small to see."),
        )  # fmt: skip
    return begin


def _listener(seen: Listening) -> int:
    """The chosen one where there are so many, else the first."""
    return setting(Settings.listener, choices=range(len(seen.who.labels)))


def _head(heads: tuple[Head, ...]) -> Head:
    """The chosen head where the model has it, else the first of the last layer."""
    chosen = setting(Settings.sound_head)
    return chosen if chosen in heads else next(head for head in heads if head[0] == heads[-1][0])
