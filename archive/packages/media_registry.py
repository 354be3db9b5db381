"""Whether a media type is one that IANA keeps, as far as its name can tell.

Names of vendors (vnd.), persons (prs.) and experiments (x-) come and go; a name without such a facet belongs to the
standards tree and exists only by being in its list.
"""

import re
from functools import cache, lru_cache
from pathlib import Path

_LIST = Path(__file__).parent / "rules" / "media-types.txt"
_FACET = re.compile(r"(?:x-|x\.|vnd\.|prs\.)", re.IGNORECASE)
_SUFFIX = re.compile(r".\+(?:xml|json|zip|cbor|gzip|sqlite3)")


@cache
def _registered() -> frozenset[str]:
    names: list[str] = []
    for line in _LIST.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            top, _, rest = line.partition(":")
            names.extend(f"{top}/{name}" for name in rest.split())
    return frozenset(names)


@lru_cache(maxsize=1024)
def is_registered(text: str) -> bool:
    """Parameters do not count ("text/plain; charset=utf-8"), nor do capitals."""
    name = text.partition(";")[0].strip().casefold()
    subtype = name.partition("/")[2]
    return bool(_FACET.match(subtype)) or _SUFFIX.search(subtype) is not None or name in _registered()
