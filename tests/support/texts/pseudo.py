"""The pseudo-language: every message in brackets, so that what stands outside of them is no message."""

import re
from gettext import NullTranslations


class Bracketed(NullTranslations):
    """The pseudo-language."""

    def gettext(self, message):
        return f"⟦{message}⟧"

    def ngettext(self, one, many, n):
        return f"⟦{one if n == 1 else many}⟧"

    def pgettext(self, context, message):
        return message if context == "regular expression" else self.gettext(message)


class Apart(Bracketed):
    """The same, with what is put into a message outside of its brackets: it has to be a message of its own."""

    def gettext(self, message):
        return re.sub(r"(\{\w*\})", r"⟧\1⟦", super().gettext(message))

    def ngettext(self, one, many, n):
        return self.gettext(one if n == 1 else many)


def words(text):
    """What stands outside of all brackets, without signs and numbers."""
    text = re.sub(r":material/\w+:", "", text)
    while text != (text := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)):
        pass
    return re.findall(r"[^\W\d_]{2,}", text)


def unquoted(text):
    """Without what is quoted: it is the text's, or the model's."""
    return re.sub(r"⟦“⟧[^⟦⟧]*⟦”⟧", " ", text)
