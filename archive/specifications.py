"""What the engine tells the agreements: which profiles there are, their rules, and what it cannot read."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from archive.packages import texts, vendor_xml
from archive.packages.profile import Profile, UnknownProfile, published
from deliveries import engine

# Packages of these kinds are made here or handed out; nobody delivers them under an agreement.
_NOT_DELIVERED = ("e-ark-dip", "e-ark-aip")


class Specifications:
    """The validating engine as `deliveries.engine.Engine` asks for it."""

    def profiles(self) -> Sequence[engine.Profile]:
        keys = (key for key in published() if not key.startswith(_NOT_DELIVERED))
        return [engine.Profile(key, Profile.load(key).name) for key in keys]

    def rules(self, profile: str) -> Sequence[engine.Rule]:
        return _rules(profile, "en" if get_language() == "en" else "sv")

    def objections(self, profile: Mapping[str, Any], mapping: Mapping[str, Any]) -> Sequence[str]:
        found = []
        try:
            loaded = Profile.load(str(profile["base"]))
            unknown = [rule for rule in profile.get("severities", {}) if rule not in loaded.levels]
            found += [
                _("Kravet %(rule)s finns inte i profilen %(profile)s.") % {"rule": rule, "profile": loaded.name}
                for rule in sorted(unknown)
            ]
            Profile.load(profile)
        except UnknownProfile:
            found.append(_("Paketprofilen %(key)s finns inte. Välj en annan.") % {"key": profile["base"]})
        except ValueError as problem:
            found.append(_("Avvikelserna går inte att läsa: %(why)s") % {"why": problem})
        if mapping:
            found += self._unreadable(mapping)
        return found

    def _unreadable(self, mapping: Mapping[str, Any]) -> Sequence[str]:
        try:
            reading = vendor_xml.Reading.compile(mapping)
        except vendor_xml.PathRefused as path:
            return [_("Läsningen av systemets XML: ”%(path)s” är ingen sökväg som går att läsa.") % {"path": path}]
        return [] if reading.files else [_("Läsningen av systemets XML: ange vilka filer den gäller.")]


@cache
def _rules(profile: str, language: str) -> Sequence[engine.Rule]:
    levels = Profile.load(profile).levels
    return [engine.Rule(rule, texts.describe(rule, language).title, level.value) for rule, level in levels.items()]
