"""Checks taken away on purpose, one at a time: the tests named beside each must notice.

    python -m tests.mutants                  all of them, each in a copy of the project of its own
    python -m tests.mutants own-delivery     those named

A mutant that nobody notices stands for a check that could be lost unseen. That each can still be made is a fast test.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTICED, NOT_NOTICED, NOT_RUN = "noticed", "NOT NOTICED", "could not be run"


@dataclass(frozen=True)
class Mutant:
    name: str
    path: str
    check: str
    without: str
    tests: str

    def made_of(self, source: str) -> str:
        if source.count(self.check) != 1:
            raise ValueError(f"{self.name}: the check stands {source.count(self.check)} times in {self.path}")
        return source.replace(self.check, self.without)


MUTANTS = [
    Mutant(
        "door-forbids",
        "consortium/access/views.py",
        "    demand(request, may, found.place)  # type: ignore[attr-defined]\n",
        "",
        "tests/test_access_matrix.py",
    ),
    Mutant(
        "door-hides",
        "consortium/access/views.py",
        "manager.visible_to(request.user).get(pk=pk)",
        "model._default_manager.get(pk=pk)",
        "tests/test_access_matrix.py",
    ),
    Mutant(
        "closed-by-default",
        "consortium/settings.py",
        '    "django.contrib.auth.middleware.LoginRequiredMiddleware",\n',
        "",
        "tests/test_access_matrix.py",
    ),
    Mutant(
        "closed-account",
        "consortium/access/grants.py",
        "if is_active and assignment.from_on <= today",
        "if assignment.from_on <= today",
        "tests/consortium/test_access.py",
    ),
    Mutant(
        "closed-account-at-the-door",
        "consortium/access/policy.py",
        "if not isinstance(user, User) or not user.is_active:",
        "if not isinstance(user, User):",
        "tests/consortium/test_access.py",
    ),
    Mutant(
        "role-has-ended",
        "consortium/access/grants.py",
        " and (assignment.until_on or today) >= today",
        "",
        "tests/consortium/test_access.py",
    ),
    Mutant(
        "deliveries-of-others",
        "archive/models/submissions.py",
        "return self.filter(owner__in=Municipality.objects.where_may(user, Permission.SIP_STATUS))",
        "return self.all()",
        "tests/test_access_matrix.py tests/archive/test_submission_pages.py",
    ),
    Mutant(
        "closed-records-of-others",
        "archive/models/records.py",
        "return self.filter(owner__in=Municipality.objects.where_may(user, Permission.RECORD_READ_CLOSED))",
        "return self.all()",
        "tests/test_access_matrix.py tests/archive/test_public_pages.py tests/test_public.py",
    ),
    Mutant(
        "drafts-of-colleagues",
        "archive/models/drafts.py",
        "            started_by=user if user.is_authenticated else None,\n",
        "",
        "tests/archive/test_draft_pages.py",
    ),
    Mutant(
        "uploads-of-colleagues",
        "archive/models/submissions.py",
        "            uploaded_by=user if user.is_authenticated else None,\n",
        "",
        "tests/archive/test_uploads.py",
    ),
    Mutant(
        "own-delivery",
        "archive/acceptance.py",
        "if sip.received_by_id == by.pk:",
        "if False:",
        "tests/archive/test_acceptance.py",
    ),
    Mutant(
        "package-twice",
        "archive/acceptance.py",
        "if earlier := AIP.objects.filter(owner=sip.owner, objid=sip.objid).first():",
        "if earlier := AIP.objects.none().first():",
        "tests/archive/test_acceptance.py",
    ),
    Mutant(
        "right-still-held",
        "archive/reception.py",
        "if not policy.may(User.objects.get(pk=by.pk), Permission.SIP_UPLOAD, agreement.owner):",
        "if False:",
        "tests/archive/test_reception.py tests/archive/test_uploads.py",
    ),
    Mutant(
        "copy-is-read-again",
        "archive/storage.py",
        "if (found := digest_of(store, key, alive)) != sha256:",
        "if (found := digest_of(store, key, alive)) == '':",
        "tests/archive/test_storage.py tests/archive/test_fixity.py",
    ),
    Mutant(
        "source-kept-until-receipt",
        "archive/receipts.py",
        "if not Receipt.objects.filter(aip=aip).exists():",
        "if False:",
        "tests/archive/test_receipts.py",
    ),
    Mutant(
        "withdrawn-is-not-public",
        "archive/models/records.py",
        "            withdrawal=None,\n",
        "",
        "tests/archive/test_public_pages.py tests/test_public.py",
    ),
    Mutant(
        "not-public-yet",
        "archive/models/records.py",
        "            public_from__lte=DatabaseNow(),\n",
        "",
        "tests/archive/test_public_pages.py tests/test_public.py",
    ),
    Mutant(
        "personal-numbers-are-not-public",
        "archive/models/records.py",
        "            holds_personal_number=False,\n",
        "",
        "tests/archive/test_public_pages.py tests/test_public.py",
    ),
    Mutant(
        "content-in-a-sandbox",
        "archive/views/content.py",
        """f"sandbox; default-src 'none'; frame-ancestors""",
        """f"default-src 'none'; frame-ancestors""",
        "tests/archive/test_public_pages.py tests/test_public.py",
    ),
    Mutant(
        "closed-reading-is-logged",
        "archive/views/staff_search.py",
        "    if not ArchivalUnit.objects.public().filter(pk=unit.pk).exists():\n",
        "    if False:\n",
        "tests/archive/test_public_pages.py tests/test_public.py tests/archive/test_search.py",
    ),
    Mutant(
        "log-is-a-chain",
        "consortium/audit.py",
        "        previous_hash=previous_hash,\n",
        "        previous_hash=GENESIS,\n",
        "tests/consortium/test_audit.py",
    ),
    Mutant(
        "own-minutes",
        "governance/publication.py",
        "    if by.pk in wrote:\n",
        "    if False:\n",
        "tests/governance/test_publication.py tests/governance/test_publishing_pages.py",
    ),
    Mutant(
        "minutes-hold-a-personal-number",
        "governance/publication.py",
        "    if personal_numbers_in(content):\n",
        "    if False:\n",
        "tests/governance/test_publication.py",
    ),
    Mutant(
        "file-beside-the-list",
        "archive/packages/check.py",
        "            if not roles[number] and number not in documents:\n",
        "            if False:\n",
        "tests/packages",
    ),
    Mutant(
        "document-type",
        "archive/packages/xml_bytes.py",
        'if rest.upper() == b"<!DOCTYPE":',
        "if False:",
        "tests/packages",
    ),
]


def tried(mutant: Mutant) -> str:
    with tempfile.TemporaryDirectory(prefix="samarkiv-mutant-") as name:
        place = Path(name)
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
        for path in filter(None, listed.decode().split("\0")):
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, place / path)
        changed = place / mutant.path
        changed.write_text(mutant.made_of(changed.read_text()))
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *mutant.tests.split()]
        done = subprocess.run([*command, "-m", "not browser"], cwd=place, capture_output=True, check=False)
    return {0: NOT_NOTICED, 1: NOTICED}.get(done.returncode, NOT_RUN)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *(mutant.name for mutant in MUTANTS)])
    chosen = parser.parse_args().names
    unnoticed = 0
    for mutant in MUTANTS:
        if chosen and mutant.name not in chosen:
            continue
        begun = time.monotonic()
        outcome = tried(mutant)
        unnoticed += outcome != NOTICED
        print(f"{mutant.name:34} {outcome:18} {time.monotonic() - begun:5.0f} s", flush=True)
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
