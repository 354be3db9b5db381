"""`manage.py up`: the whole portal as one process tree, until Ctrl-C. The only start there is to know."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from consortium.embedded.accounts import NoServerAccount, NoServerProgram
from consortium.embedded.address import FIRST_PORT, PortBusy, listen
from consortium.embedded.lock import Lock, RunsAlready
from consortium.embedded.portal import Portal, StepFailed, say
from consortium.embedded.servers import ServerDidNotStart
from consortium.embedded.supervisor import Stopped
from consortium.embedded.trial import Trial

LOGINS = "demo-logins.txt"  # written by `manage.py demo`, shown at each start


class Command(BaseCommand):
    help = "Startar hela portalen: databas, kö, webb, arbetare och klocka. Avsluta med Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, help=f"Port att lyssna på (annars första lediga från {FIRST_PORT}).")
        parser.add_argument("--host", default="127.0.0.1", help="Adress att lyssna på (annars bara den egna datorn).")
        parser.add_argument("--no-demo", action="store_true", help="Ladda inte demokonsortiet vid första starten.")

    def handle(self, *args: Any, **options: Any) -> None:
        trial = Trial(settings.DATA_DIR)
        refuse_foreign(trial.data_dir)
        trial.create()
        lock = Lock(trial.data_dir / "up.lock")
        try:
            lock.take()
            listening = listen(options["host"], options["port"])
            port = listening.getsockname()[1]
            address = f"http://localhost:{port}"
            variables = {"SITE_URL": os.environ.get("SITE_URL", address)}
            portal = Portal(trial, settings.BASE_DIR, settings.EMBEDDED, listening, variables)
            if options["port"] is None and port != FIRST_PORT:
                say(f"Port {FIRST_PORT} är upptagen av ett annat program; använder {port}.")
            self._run(portal, lock, address, demo=settings.EMBEDDED and not options["no_demo"])
        except (RunsAlready, PortBusy, NoServerAccount, NoServerProgram, ServerDidNotStart, StepFailed) as error:
            raise CommandError(str(error)) from error

    def _run(self, portal: Portal, lock: Lock, address: str, *, demo: bool) -> None:
        portal.supervisor.obey_signals()
        say(f"Samarkiv startar med datamappen {portal.trial.data_dir}")
        logins = portal.trial.data_dir / LOGINS
        try:
            portal.end_left_behind()
            if portal.embedded:
                portal.start_servers()
            portal.manage("Tabeller", "migrate", "--no-input")
            portal.manage("Utseende", "collectstatic", "--no-input")
            portal.start_programs()
            lock.tell(address)
            if demo and not logins.exists():
                _load_demo(portal, address)
            say(f"\nSamarkiv är igång: {address}")
            if logins.exists():
                say(logins.read_text().rstrip())
            say(f"Loggar: {portal.trial.data_dir / 'log'}. Avsluta med Ctrl-C.")
            portal.supervisor.watch()
        except Stopped:
            say("\nAvslutar …")
        finally:
            portal.supervisor.stop()
        say("Samarkiv är avslutat. Allt är sparat.")


def _load_demo(portal: Portal, address: str) -> None:
    """The example goes through the real pipeline, so the portal is up meanwhile and stays so if it fails."""
    say(f"  Första starten: exempelkonsortiet läses in. Det tar några minuter; {address} svarar redan.")
    try:
        portal.manage("Exempelkonsortiet", "demo", shown=True)
    except StepFailed as error:
        say(f"{error} Portalen är igång ändå. Nytt försök: nästa start, eller `manage.py demo`.")


def refuse_foreign(data_dir: Path) -> None:
    if data_dir.exists() and data_dir.stat().st_uid != os.geteuid():
        raise CommandError(
            f"Datamappen {data_dir} tillhör en annan användare. Starta som den användaren, "
            "eller välj en egen datamapp: SAMARKIV_DATA=/sökväg make run"
        )
