"""How much of a stranger's package the engine is willing to read before it refuses.

Defaults suit a municipal delivery of terabytes and a million files; an agreement or the operator narrows them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

MIB, GIB, TIB = 1 << 20, 1 << 30, 1 << 40


@dataclass(frozen=True, slots=True)
class Limits:
    max_package_bytes: int = 4 * TIB
    max_unpacked_bytes: int = 4 * TIB
    max_ratio: int = 200
    """Unpacked to packed bytes, for the whole package and for each member of a zip."""
    ratio_applies_after_bytes: int = 16 * MIB
    max_members: int = 2_000_000
    max_path_bytes: int = 1024
    max_component_bytes: int = 255
    max_depth: int = 64
    max_header_bytes: int = MIB
    """One extended tar header (a long name or a set of PAX records)."""
    max_xml_bytes: int = 4 * GIB
    max_xml_depth: int = 100
    max_xml_attributes_per_element: int = 256
    max_mets_files: int = 2_000_000
    max_mets_documents: int = 10_000

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> Self:
        """Limits as named in a file or an agreement; a name that is not a limit is an error, not a silence."""
        known = {field.name for field in fields(cls)}
        chosen: dict[str, int] = {}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"There is no limit called {name}; there are {', '.join(sorted(known))}.")
            if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
                raise ValueError(f"The limit {name} must be a whole number above zero, not {value!r}.")
            chosen[name] = value
        return cls(**chosen)
