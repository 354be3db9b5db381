"""No method opens what another one closes: every URL by every method, for its owner, a stranger and a visitor.

HEAD answers as GET does and leaves no trace in the log; pages whose reading is logged answer GET alone.
"""

from dataclasses import replace

import pytest

from consortium.models import AuditEvent
from tests import keeping, personas
from tests.test_access_matrix import MATRIX, House, answer, db, house  # noqa: F401

pytestmark = pytest.mark.load
WHO = ("archivist_falun", "archivist_leksand", "consortium_admin", "visitor")
METHODS = ("head", "options", "post", "put", "patch", "delete")
REFUSED = {"401", "403", "404", "405", "410", "429", "login"}
BY_TUS = {"tus_uploads", "tus_upload", "draft_uploads", "draft_upload"}
LOGGED = {
    "aip_download",
    "invoice_file",
    "project_document",
    "receipt",
    "settlement_invoice_file",
    "sip_report",
    "staff_file",
}
ABOUT_ONESELF = ("account_", "mfa_")  # the log-in library's pages: everybody's own account, whatever the method


@pytest.mark.parametrize("name", MATRIX)
def test_no_method_opens_what_another_closes(name: str, house: House) -> None:  # noqa: F811
    row = MATRIX[name]
    expected = dict(zip(personas.NAMES, row.expected.split(), strict=True))
    surprises = []
    for persona in WHO:
        for method in METHODS:
            if method == row.method:
                continue
            asked = replace(row, method=method, data=row.data if method == "head" else ())
            with keeping.undone():
                traces = AuditEvent.objects.count()
                got = answer(house.client(persona), name, asked, house.objects)
                if method == "head" and AuditEvent.objects.count() > traces:
                    got = "logged"
            if not allowed(name, method, row.method, expected[persona], got):
                surprises.append((persona, method, got))
    assert not surprises


def allowed(name: str, method: str, declared: str, expected: str, got: str) -> bool:
    if name.startswith(ABOUT_ONESELF):
        return not got.startswith("5")
    if method == "head" and declared == "get":
        return got == ("405" if name in LOGGED and expected != "login" else expected)
    if expected in REFUSED or (method in {"put", "patch", "delete"} and name not in BY_TUS):
        return got in REFUSED
    return not got.startswith("5")
