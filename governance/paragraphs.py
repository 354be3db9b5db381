"""What a § says, as one value: it is what the editor sends, what versions keep, and what signatures vouch for."""

import datetime
from dataclasses import asdict, dataclass, replace
from itertools import zip_longest
from typing import Any, Self

from governance.models import ActionItem, AgendaItem, Comment, Decision, Dissent, Municipality, Paragraph


@dataclass(frozen=True)
class Decided:
    text: str
    kind: str = Decision.Kind.DECIDES


@dataclass(frozen=True)
class Dissented:
    who: str
    text: str = ""
    kind: str = Dissent.Kind.DISSENT


@dataclass(frozen=True)
class Commented:
    text: str
    who: str = ""


@dataclass(frozen=True)
class ToDo:
    """`key` is the action's own, so that its progress survives when the § is saved again.

    `user` and `addressees` say in whose list it stands. The minutes name functions only, so neither is signed.
    """

    task: str
    responsible: str
    due_on: datetime.date | None = None
    key: int | None = None
    user: int | None = None
    addressees: tuple[str, ...] = ()


@dataclass(frozen=True)
class Content:
    title: str
    registry_number: str = ""
    decisions: tuple[Decided, ...] = ()
    summary: str = ""
    basis: str = ""
    comments: tuple[Commented, ...] = ()
    dissents: tuple[Dissented, ...] = ()
    actions: tuple[ToDo, ...] = ()
    dispatch_to: str = ""
    outcome: str = ""
    carry_over: bool = False
    withheld: bool = False
    withheld_reason: str = ""

    def as_json(self) -> dict[str, Any]:
        kept = asdict(self)
        for each in kept["actions"]:
            each["due_on"] = each["due_on"].isoformat() if each["due_on"] else None
        return kept

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        parts = {
            "decisions": tuple(Decided(**each) for each in kept["decisions"]),
            "comments": tuple(Commented(**each) for each in kept["comments"]),
            "dissents": tuple(Dissented(**each) for each in kept["dissents"]),
            "actions": tuple(
                ToDo(**{**each, "due_on": _day(each["due_on"]), "addressees": tuple(each.get("addressees", ()))})
                for each in kept["actions"]
            ),
        }
        return cls(**{**kept, **parts})

    def keeping_keys_of(self, stood: "Content") -> "Content":
        """An action that came without its key, as from a page not loaded anew, is the one in its place."""
        used = {each.key for each in self.actions}
        actions = tuple(
            replace(each, key=old.key) if each.key is None and old and old.key not in used else each
            for each, old in zip_longest(self.actions, stood.actions[: len(self.actions)])
        )
        return replace(self, actions=actions)

    def words(self) -> dict[str, str]:
        """Every text of the §, by the name of its place: for checks that read it."""
        return {
            "title": self.title,
            "decisions": "\n".join(each.text for each in self.decisions),
            "summary": self.summary,
            "basis": self.basis,
            "comments": "\n".join(f"{each.who} {each.text}" for each in self.comments),
            "dissents": "\n".join(f"{each.who} {each.text}" for each in self.dissents),
            "actions": "\n".join(f"{each.task} {each.responsible}" for each in self.actions),
            "dispatch_to": self.dispatch_to,
        }

    @property
    def says_nothing(self) -> bool:
        return not any(text.strip() for place, text in self.words().items() if place != "title")


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def content_of(paragraph: Paragraph) -> Content:
    item: AgendaItem | None = paragraph.item
    return Content(
        title=paragraph.title,
        registry_number=paragraph.registry_number,
        decisions=tuple(Decided(each.text, each.kind) for each in paragraph.decisions.all()),
        summary=paragraph.summary,
        basis=paragraph.basis,
        comments=tuple(Commented(each.text, each.who) for each in paragraph.comments.all()),
        dissents=tuple(Dissented(each.who, each.text, each.kind) for each in paragraph.dissents.all()),
        actions=tuple(
            ToDo(
                each.task,
                each.responsible,
                each.due_on,
                each.pk,
                each.responsible_user_id,
                tuple(sorted(municipality.code for municipality in each.addressees.all())),
            )
            for each in paragraph.actions.order_by("position", "pk").prefetch_related("addressees")
        ),
        dispatch_to=paragraph.dispatch_to,
        outcome=item.outcome if item else "",
        carry_over=item.carry_over if item else False,
        withheld=paragraph.withheld,
        withheld_reason=paragraph.withheld_reason,
    )


def put(paragraph: Paragraph, content: Content) -> None:
    """Write the value into its rows. The caller holds the lock and has kept what stood before."""
    for name in ("title", "registry_number", "summary", "basis", "dispatch_to", "withheld", "withheld_reason"):
        setattr(paragraph, name, getattr(content, name))
    paragraph.save()
    if paragraph.item_id:
        AgendaItem.objects.filter(pk=paragraph.item_id).update(outcome=content.outcome, carry_over=content.carry_over)
    paragraph.decisions.all().delete()
    Decision.objects.bulk_create(
        Decision(paragraph=paragraph, position=n, kind=each.kind, text=each.text)
        for n, each in enumerate(content.decisions, 1)
    )
    paragraph.dissents.all().delete()
    Dissent.objects.bulk_create(
        Dissent(paragraph=paragraph, position=n, kind=each.kind, who=each.who, text=each.text)
        for n, each in enumerate(content.dissents, 1)
    )
    paragraph.comments.all().delete()
    Comment.objects.bulk_create(
        Comment(paragraph=paragraph, position=n, who=each.who, text=each.text)
        for n, each in enumerate(content.comments, 1)
    )
    _put_actions(paragraph, content.actions)


def _put_actions(paragraph: Paragraph, actions: tuple[ToDo, ...]) -> None:
    """Actions have a life of their own: the same row goes on, a new one begins, one that is gone is taken away."""
    stand = {each.pk: each for each in paragraph.actions.all()}
    for n, each in enumerate(actions, 1):
        row = stand.pop(each.key, None) if each.key else None
        written = {
            "position": n,
            "task": each.task,
            "responsible": each.responsible,
            "due_on": each.due_on,
            "responsible_user_id": each.user,
        }
        if row:
            ActionItem.objects.filter(pk=row.pk).update(**written)
        else:
            row = ActionItem.objects.create(body=paragraph.body, paragraph=paragraph, **written)
        row.addressees.set(Municipality.objects.filter(code__in=each.addressees))
    for gone in stand.values():
        gone.delete()
