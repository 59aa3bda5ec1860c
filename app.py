"""The first page: a lesson for a class, step by step; the arrow keys go on and back."""

from mha_viz.ui.shell.opening import code_is_loaded

if code_is_loaded("Learn"):
    from mha_viz.ui.pages.story.page import show_page

    show_page()
