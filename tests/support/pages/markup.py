"""Pages as the browser reads them, and text that would break out of one."""

from html.parser import HTMLParser

HARD = '</script><script>alert(1)</script>" onload="x" \'&amp; </title>'


class Page(HTMLParser):
    """Elements with their attributes, and the text of scripts, styles and titles."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.inside = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.inside.append((tag, ""))

    def handle_endtag(self, _tag):
        self.inside.append(("", ""))  # what follows stands outside

    def handle_data(self, data):
        if self.inside:
            self.inside[-1] = (self.inside[-1][0], self.inside[-1][1] + data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self, tag):
        return [text for name, text in self.inside if name == tag]
