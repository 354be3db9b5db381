"""What the upper floors know and governance asks for: usage that costs are shared by, and a municipality's year."""

import datetime
from collections.abc import Mapping
from fractions import Fraction

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from archive.models import AIP, ArchivalUnit
from consortium.formats import number, size
from consortium.swedish import swedish_order
from deliveries.models import DeliveryProject, Participation
from governance import cost_basis, yearly_report
from governance.models import Consortium, CostAllocation, Municipality

GIGABYTE = 10**9
Unit = CostAllocation.UsageUnit


def register() -> None:
    cost_basis.measure_usage(Unit.GIGABYTES, gigabytes)
    cost_basis.measure_usage(Unit.PROJECTS, projects)
    yearly_report.add_section(deliveries_of_the_year)
    yearly_report.add_section(in_the_archive)


def gigabytes(consortium: Consortium, on: datetime.date) -> Mapping[str, Fraction]:
    """What each municipality's packages weigh on a day, one copy of each."""
    sums = AIP.objects.filter(created_at__date__lte=on, size__isnull=False).values("owner").annotate(bytes=Sum("size"))
    return {row["owner"]: Fraction(row["bytes"], GIGABYTE) for row in sums.order_by()}


def projects(consortium: Consortium, on: datetime.date) -> Mapping[str, Fraction]:
    """Delivery projects that each municipality takes part in, begun and not cancelled."""
    begun = Q(project__started_on=None) | Q(project__started_on__lte=on)
    going = (DeliveryProject.Status.ONGOING, DeliveryProject.Status.RECURRING, DeliveryProject.Status.COMPLETED)
    counts = (
        Participation.objects.filter(begun, project__consortium=consortium, project__status__in=going)
        .filter(role=Participation.Role.DELIVERING)
        .values("municipality")
        .annotate(n=Count("project", distinct=True))
    )
    return {row["municipality"]: Fraction(row["n"]) for row in counts.order_by()}


def deliveries_of_the_year(municipality: Municipality, consortium: Consortium, year: int) -> yearly_report.Section:
    found = (
        DeliveryProject.objects.filter(consortium=consortium, participations__municipality=municipality)
        .filter(Q(started_on=None) | Q(started_on__year__lte=year), Q(ended_on=None) | Q(ended_on__year__gte=year))
        .select_related("system")
        .order_by(swedish_order("name"))
        .distinct()
    )
    rows = [(project.name, str(project.get_status_display())) for project in found]
    return yearly_report.Section(_("Leveransprojekt"), rows or [(_("Projekt"), _("Inga under året"))])


def in_the_archive(municipality: Municipality, consortium: Consortium, year: int) -> yearly_report.Section:
    end = datetime.date(year, 12, 31)
    aips = AIP.objects.filter(owner=municipality, created_at__date__lte=end)
    kept = aips.aggregate(n=Count("pk"), bytes=Sum("size"))
    new = aips.filter(created_at__year=year).count()
    units = ArchivalUnit.objects.filter(aip__in=aips).count()
    rows = [
        (_("Arkivpaket vid årets slut"), number(kept["n"])),
        (_("Varav nya under året"), number(new)),
        (_("Lagrad mängd"), size(kept["bytes"] or 0)),
        (_("Förtecknade arkivenheter"), number(units)),
    ]
    return yearly_report.Section(_("I e-arkivet"), rows)
