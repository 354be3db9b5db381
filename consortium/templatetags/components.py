"""Shorthand for the component used in nearly every table: {% status "good" "Godkänd" %}."""

from typing import Any

from django import template
from django.utils.functional import Promise

register = template.Library()


@register.inclusion_tag("components/status.html")
def status(kind: str, label: str | Promise) -> dict[str, Any]:
    """Kinds: neutral waiting working good warn bad fault closed info."""
    return {"kind": kind, "label": label}
