"""What a container's health check asks, where the answer is no. The yes is asked of a whole portal in test_up."""

import datetime
import socket

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from consortium.models import Pulse
from consortium.models.leases import database_now
from consortium.site.health import SWEEP_OVERDUE

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("program", ["web", "beat"])
def test_a_silent_program_is_not_alive(program: str, unused_port: int) -> None:
    with pytest.raises(CommandError, match=f"{program} svarar inte"):
        call_command("alive", program, port=unused_port)


def test_the_clock_lives_as_long_as_its_sweeps_are_on_time() -> None:
    Pulse.beat("sweep")
    call_command("alive", "beat")
    Pulse.objects.update(at=database_now() - SWEEP_OVERDUE - datetime.timedelta(seconds=1))
    with pytest.raises(CommandError, match="beat svarar inte"):
        call_command("alive", "beat")


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
