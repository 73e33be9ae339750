"""Templates and static files, as they lie in the package."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import jinja2

from greenpulse.web.colours import class_of, stylesheet
from greenpulse.web.wording import in_numbers, in_words

__all__ = ["Asset", "assets", "render"]

_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file; ``digest`` names this very content in addresses."""

    text: str
    content_type: str
    digest: str


@cache
def assets() -> Mapping[str, Asset]:
    """All static files by name; ``colours.css`` is made from the one place of colours."""
    folder = resources.files(__package__) / "static"
    texts = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    texts["colours.css"] = stylesheet()
    return {
        name: Asset(
            text=text,
            content_type=_TYPES[name.rpartition(".")[2]],
            digest=hashlib.sha256(text.encode()).hexdigest()[:12],
        )
        for name, text in sorted(texts.items())
    }


def render(template: str, **context: object) -> str:
    """Fill in a template; all that is filled in is escaped."""
    return _environment().get_template(template).render(context)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("greenpulse.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["numbers"] = in_numbers
    environment.filters["offset"] = _offset
    environment.filters["age"] = in_words
    environment.filters["index_class"] = class_of
    environment.globals["asset"] = _address
    return environment


def _address(name: str) -> str:
    return f"/static/{name}?v={assets()[name].digest}"


def _offset(offset: int | None) -> str:
    # One before the first offset of all: nothing is done yet, and that is known.
    return "none" if offset == -1 else in_numbers(offset)
