"""What a page says, without its markup."""

from html.parser import HTMLParser

__all__ = ["words"]


class _Words(HTMLParser):
    """The text of a page, and of the element with one id."""

    def __init__(self, element_id: str | None) -> None:
        super().__init__()
        self.words: list[str] = []
        self._element_id = element_id
        self._depth = 1 if element_id is None else 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"link", "meta", "input"}:
            return
        if self._depth and tag in {"td", "th", "dt", "dd"}:
            self.words.append(" ")
        if self._depth or (self._element_id is not None and ("id", self._element_id) in attrs):
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if self._depth and tag not in {"link", "meta", "input"}:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.words.append(data)


def words(html: str, element_id: str | None = None) -> str:
    """The text of a page, or of its element with that id; en dashes as hyphens."""
    parser = _Words(element_id)
    parser.feed(html)
    return " ".join("".join(parser.words).split()).replace("\N{EN DASH}", "-")
