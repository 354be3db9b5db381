"""A file larger than any page takes in is told of in its field, wherever a file can be sent."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests.test_access_matrix import House, db, house  # noqa: F401

LARGE = b"x" * 200_000


@pytest.mark.parametrize(
    ("page", "args", "field", "who"),
    [
        ("population_import", ["m_consortium"], "file", "consortium_admin"),
        ("old_minutes_list", [], "file", "consortium_admin"),
        ("attach_paper", ["item"], "paper", "chair"),
        ("project_add", ["project", "dokument"], "file", "archivist_falun"),
        ("import_inventory", [], "file", "archivist_falun"),
    ],
)
def test_it_says_that_the_file_is_too_large(
    page: str,
    args: list[str],
    field: str,
    who: str,
    house: House,  # noqa: F811
    settings: Settings,
) -> None:
    settings.UPLOAD_PLAIN_MAX_BYTES = 1000
    address = reverse(page, args=[house.objects.get(arg, arg) for arg in args])
    sent = {"version": "1", field: SimpleUploadedFile("stor.csv", LARGE)}
    answer = house.client(who).post(address, sent, follow=True).content.decode()
    assert "Filen är större än sidan tar emot. Välj en mindre fil." in answer
