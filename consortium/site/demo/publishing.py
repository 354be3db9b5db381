"""What comes after the meetings: a published protocol with extract and dispatch, notices, follow-up, old minutes."""

import datetime

from django.utils import timezone

from archive import own_records
from consortium import post
from consortium.models import User
from consortium.site.demo import people
from deliveries.models import SourceSystem, SubmissionAgreement, SystemAlias
from governance import dispatch, extracts, importing, notices, publication
from governance.importing import Confirmed
from governance.models import Body, Consortium, DispatchGroup, Minutes, Municipality
from governance.old_minutes import Proposal

SIGNED_ON = datetime.date(2022, 3, 1)
OLD = """Styrgruppsmöte e-arkiv 2021-03-18

Tid och plats: torsdagen den 18 mars, kl 9-10:30, via Teams.

Närvarande: A (chef kommunstyrelsesektorn, Säters kommun, ordförande), B (sekretariatschef, Vansbro kommun), \
C (kanslichef, Mora kommun), D (enhetschef, e-arkivcentrum)

Frånvarande: E (kanslichef, Falu kommun), F (kommunchef, Orsa kommun)

§ 1 Val av justerare

B utses till justerare.

§ 2 Leveransmodell i fyra moment

Dnr: 2021/EA0012

Beslut

Styrgruppen fastställer modellen för leveranser.

Sammanfattning

Modellen prövades i två leveranser under hösten och fungerade väl.

Expedieras till

Medlemskommunerna

§ 3 Rekrytering

Tjänsten som systemförvaltare är tillsatt.

Sekreterare

D

Enhetschef, e-arkivcentrum

Ordförande

A

Chef kommunstyrelsesektorn, Säters kommun

Justerare

B

Sekretariatschef, Vansbro kommun
"""
DOUBTFUL = """Samrådsgruppens möte 2020-10-06

Tid och plats: måndagen den 6 oktober, kl 13-15, i Leksand

Närvarande: A (arkivarie, Leksands kommun, ordförande), B (arkivarie, Mora komun), C, registrator, Orsa kommun)

§ 1 Gemensamma system

De system som pågår är:

Betygen (flera kommuner). Uppstart i augusti och klart idag.

Postadress

Box 1, 780 10 Exempelstad
Telefon: 0200-11 22 33

exempel.se

§ 2 Nästa möte

- 14/12 kl 9-10 (planen ska vara klar i januari)
"""
BOARD = """Gemensamma arkivnämnden 2022-09-15

Tid och plats: torsdagen den 15 september, kl 13-14, i Säter

Närvarande: A (ordförande, Säters kommun, ordförande), B (ledamot, Mora kommun), C (sekreterare, e-arkivcentrum)

§ 1 Dokumenthanteringsplan

Beslut

Nämnden antar dokumenthanteringsplanen att gälla från 1 januari 2023.

Sekreterare

C
"""


def load(consortium: Consortium) -> None:
    secretary, chair = people.named("sekreterare@exempel.se"), people.named("ordforande@exempel.se")
    _standing_agreement(consortium)
    steering = Body.objects.get(consortium=consortium, kind=Body.Kind.STEERING_GROUP)
    _old_minutes(steering, secretary)
    _board(consortium, secretary)
    DispatchGroup.objects.create(
        consortium=consortium,
        name="Revisorerna",
        kind=DispatchGroup.Kind.ADDRESSES,
        addresses="Revisorerna i Säter, revision.sater@exempel.se\nRevisorerna i Mora, revision.mora@exempel.se",
    )
    _published(steering, secretary, chair)


def _published(steering: Body, secretary: User, chair: User) -> None:
    """September's minutes: checked by the chair, a certified extract sent to all, one letter in return."""
    minutes = Minutes.objects.filter(meeting__body=steering, status=Minutes.Status.ADJUSTED, old_minutes=None).first()
    if minutes is None:
        return
    publication.publish(minutes, by=chair)
    paragraph = minutes.paragraphs.exclude(dispatch_to="").first() or minutes.paragraphs.get(number=1)
    extract = extracts.certify(paragraph, by=secretary)
    rows = dispatch.dispatch(minutes, [dispatch.MEMBERS, "Revisorerna"], extract=extract, by=secretary)
    post.deliver_due()
    for row in rows[:6]:
        dispatch.confirm_receipt(row.token)
    if rows and rows[-1].mail:
        rows[-1].mail.refresh_from_db()
        dispatch.note_bounce(rows[-1], "Adressen finns inte längre.", by=secretary)


def _standing_agreement(consortium: Consortium) -> None:
    """So that adjusted minutes go into the host's archive by themselves."""
    if consortium.host is None:
        return
    system, made = SourceSystem.objects.get_or_create(
        slug=own_records.SYSTEM, defaults={"name": "Samarkiv", "information_type": "Protokoll"}
    )
    if made:
        SystemAlias.objects.create(system=system, name="Samarkiv")
    signed_at = timezone.make_aware(datetime.datetime.combine(SIGNED_ON, datetime.time(10)))
    SubmissionAgreement.objects.create(
        owner=consortium.host,
        system=system,
        number="KS 2022/0100",
        records_creator="Styrgruppen för e-arkivcentrum",
        profile="fgs-1.2",
        valid_from=SIGNED_ON,
        producer_signed_at=signed_at,
        producer_signed_by=people.named("sekreterare@exempel.se"),
        archive_signed_at=signed_at,
        archive_signed_by=people.named("it-arkivarie@exempel.se"),
    )


def _old_minutes(steering: Body, by: User) -> None:
    """One read in and confirmed, waiting for the check; one as the reader left it, full of doubts."""
    old = importing.propose(steering, "styrgrupp-2021-03-18.txt", OLD.encode(), by=by)
    importing.confirm(old, _as_read(Proposal.from_json(old.proposal)), version=old.version, by=by)
    council = Body.objects.filter(consortium=steering.consortium, kind=Body.Kind.CONSULTATION_GROUP).first()
    importing.propose(council or steering, "samrad-2020-10-06.txt", DOUBTFUL.encode(), by=by)


def _as_read(proposal: Proposal) -> Confirmed:
    names = ("number", "title", "registry_number", "summary", "basis", "comment", "dispatch_to")
    return Confirmed(
        title=proposal.title,
        held_on=proposal.held_on,
        starts_at=datetime.time.fromisoformat(proposal.starts_at),
        ends_at=datetime.time.fromisoformat(proposal.ends_at),
        place=proposal.place,
        paragraphs=tuple(
            {
                **{name: getattr(each, name) for name in names},
                "decisions": [{"kind": one.kind, "text": one.text} for one in each.decisions],
            }
            for each in proposal.paragraphs
        ),
        signed=True,
        adjusted_on=proposal.held_on + datetime.timedelta(days=8) if proposal.held_on else None,
    )


def _board(consortium: Consortium, by: User) -> None:
    """An example of a body under kommunallagen, so that notices on every municipality's board can be seen."""
    board = Body.objects.create(
        consortium=consortium,
        name="Gemensamma arkivnämnden (exempel)",
        kind=Body.Kind.JOINT_BOARD,
        legal_regime=Body.LegalRegime.LAW,
        from_on=datetime.date(2022, 1, 1),
    )
    old = importing.propose(board, "arkivnamnden-2022-09-15.txt", BOARD.encode(), by=by)
    minutes = importing.confirm(old, _as_read(Proposal.from_json(old.proposal)), version=old.version, by=by)
    notice = notices.write(minutes, kept_at=str(consortium.host or Municipality.objects.first()), by=by)
    days = (23, 23, 26, 23, 26, 27, 23, 23, 26, 23, 23)
    for posting, day in zip(notice.postings.order_by("pk"), days, strict=False):
        notices.note_posted(posting, datetime.date(2022, 9, day), version=posting.version, by=by)
