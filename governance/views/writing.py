"""A § on the screen and back: the form with its rows of decisions, comments, dissents and actions, as one value."""

from dataclasses import dataclass
from typing import Any, Self

from django.http import QueryDict

from governance.forms.minutes import ActionSet, CommentSet, DecisionSet, DissentSet, ParagraphForm, Rows
from governance.models import Municipality, Paragraph, Seat
from governance.paragraphs import Commented, Content, Decided, Dissented, ToDo, content_of

SETS: dict[str, Any] = {
    "decisions": DecisionSet,
    "comments": CommentSet,
    "dissents": DissentSet,
    "actions": ActionSet,
}


@dataclass
class Written:
    form: ParagraphForm
    decisions: Rows
    comments: Rows
    dissents: Rows
    actions: Rows

    @classmethod
    def of(cls, paragraph: Paragraph) -> Self:
        content = content_of(paragraph)
        initial = {name: getattr(content, name) for name in ParagraphForm.base_fields if name != "version"}
        return cls(
            form=ParagraphForm(initial={**initial, "version": paragraph.version}),
            **{
                name: made(
                    prefix=name,
                    initial=[vars(row) for row in getattr(content, name)],
                    form_kwargs=_form_kwargs(name, paragraph),
                )
                for name, made in SETS.items()
            },
        )

    @classmethod
    def from_post(cls, post: QueryDict, paragraph: Paragraph) -> Self:
        return cls(
            form=ParagraphForm(post),
            **{name: made(post, prefix=name, form_kwargs=_form_kwargs(name, paragraph)) for name, made in SETS.items()},
        )

    @property
    def sets(self) -> list[Rows]:
        return [getattr(self, name) for name in SETS]

    @property
    def version(self) -> int:
        return int(self.form.cleaned_data["version"])

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), *(each.is_valid() for each in self.sets)])

    def content(self) -> Content:
        said = {name: value for name, value in self.form.cleaned_data.items() if name != "version"}
        return Content(
            **_one_kind_of_line_end(said),
            decisions=tuple(Decided(**_one_kind_of_line_end(row)) for row in self.decisions.said()),
            comments=tuple(Commented(**_one_kind_of_line_end(row)) for row in self.comments.said()),
            dissents=tuple(Dissented(**_one_kind_of_line_end(row)) for row in self.dissents.said()),
            actions=tuple(ToDo(**row) for row in self.actions.said()),
        )


def _form_kwargs(name: str, paragraph: Paragraph) -> dict[str, Any]:
    """An action is given to who has a seat in the consortium, or has the action already."""
    if name != "actions":
        return {}
    consortium, actions = paragraph.place, paragraph.actions.select_related("responsible_user")
    seats = Seat.objects.filter(body__consortium=consortium).in_force().in_swedish_order()
    people = {each.responsible_user.pk: str(each.responsible_user) for each in actions if each.responsible_user}
    people |= {seat.user.pk: str(seat) for seat in seats.select_related("user", "municipality", "party") if seat.user}
    municipalities = Municipality.objects.filter(memberships__consortium=consortium).distinct().in_swedish_order()
    return {"people": people.items(), "municipalities": [(each.code, each.name) for each in municipalities]}


def _one_kind_of_line_end(said: dict[str, Any]) -> dict[str, Any]:
    """Browsers send CRLF; what is kept and compared has LF."""
    return {
        name: value.replace("\r\n", "\n") if isinstance(value, str) else value
        for name, value in said.items()
        if name != "DELETE"
    }
