"""A page whose server's messages come late: in a busy classroom, over a slow network."""

from tests.browser.waiting import has_run
from tests.support.pages.browser import drawn, opened

# Every message of the server waits while `held` is a list.
HOLD = """
globalThis.held = null;
const add = WebSocket.prototype.addEventListener;
WebSocket.prototype.addEventListener = function (type, call, ...others) {
  const later = (event) => (held ? held.push(() => call.call(this, event)) : call.call(this, event));
  return add.call(this, type, type === "message" ? later : call, ...others);
};
"""
LONG = "the old teacher who lived near the river told us that " * 9  # what is drawn of it is large enough to be kept


def test_going_back_to_a_picture_while_messages_are_on_their_way_leaves_the_page_alive(context):
    """The browser says that it has the picture, and the run that ends meanwhile makes it three runs old."""
    tab = context.new_page()
    tab.set_default_timeout(90_000)
    tab.add_init_script(HOLD)
    opened(tab, "/Explore", "grid", text=LONG, model="minilm")
    choose = lambda view: tab.get_by_role("radio", name=view, exact=True).click()  # noqa: E731
    for view in ("Text", "Steps", "Names"):
        choose(view)
        has_run(tab)
    tab.evaluate("() => { held = []; }")
    for view in ("From → to", "Text"):
        before = tab.evaluate("held.length")
        choose(view)
        tab.wait_for_function(f"held.length > {before}")
        n, more = -1, before
        while n != more:  # until the run has said everything
            n = more
            tab.wait_for_timeout(1500)
            more = tab.evaluate("held.length")
    tab.evaluate("() => { const waiting = held; held = null; for (const call of waiting) call(); }")
    drawn(tab, "text").get_by_text("teacher").first.wait_for()
    assert tab.get_by_role("dialog").count() == 0
    tab.close()
