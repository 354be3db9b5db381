"""How fast a package comes in by tus, digest included, against a loop that only receives and writes the same bytes.

    python -m tests.benchmarks.upload                 2 GB, nine rounds of each, in turns
    python -m tests.benchmarks.upload --bytes 20e9    20 GB

Both write to the same disk and end with fsync. The web server is gunicorn with the project's configuration, the
database is real. Fails under 0.8 × the bare speed or over 100 MiB of resident memory in any web process.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from archive.models import SIP, Upload  # noqa: E402
from consortium.models import User  # noqa: E402
from tests import factories, personas, session  # noqa: E402
from tests.archive.tus_client import encoded  # noqa: E402
from tests.web import Web, Wire, answer, cookies, gunicorn  # noqa: E402

MB = 1_000_000
BLOCK = os.urandom(1 << 20)
SPEED_MARK, MEMORY_MARK = 0.8, 100 << 20
BARE_LOOP = """
import os, socket, sys
listening, path = socket.socket(fileno=int(sys.argv[1])), sys.argv[2]
line, _ = listening.accept()
file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
while data := line.recv(1 << 20):
    os.write(file, data)
os.fsync(file)
line.sendall(b"x")
"""


def send(line: socket.socket, size: int) -> None:
    whole, rest = divmod(size, len(BLOCK))
    for _ in range(whole):
        line.sendall(BLOCK)
    line.sendall(BLOCK[:rest])


def bare(size: int, folder: Path) -> float:
    """Seconds from the first byte to the answer that everything is on disk."""
    path = folder / "bare"
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        command = [sys.executable, "-c", BARE_LOOP, str(listening.fileno()), str(path)]
        server = subprocess.Popen(command, pass_fds=[listening.fileno()])
        with socket.create_connection(listening.getsockname()) as line:
            begun = time.perf_counter()
            send(line, size)
            line.shutdown(socket.SHUT_WR)
            assert line.recv(1) == b"x"
            seconds = time.perf_counter() - begun
        server.wait()
    path.unlink()
    return seconds


def by_tus(size: int, wire: Wire) -> float:
    facts = encoded(filename="leverans.tar")
    path = wire.ask("POST", "/uppladdning/", Upload_Length=size, Upload_Metadata=facts).headers["Location"]
    begun = time.perf_counter()
    with wire.patch(path, 0, size) as line:
        send(line, size)
        got = answer(line)
    seconds = time.perf_counter() - begun
    assert got.status == 204, got
    sip = SIP.objects.get()
    assert len(sip.sha256) == 64, "the digest is ready with the last byte"
    sip.path.unlink()
    Upload.objects.all().delete()
    SIP.objects.all().delete()
    return seconds


def peak_memory(web: Web) -> int:
    """Highest resident size of any web process since it started."""
    status = [Path(f"/proc/{worker.pid}/status").read_text() for worker in web.workers()]
    return max(int(text.split("VmHWM:")[1].split()[0]) * 1024 for text in status)


def own_memory(web: Web) -> int:
    """Bytes that nobody else shares, all web processes together."""
    return sum(worker.memory_full_info().uss for worker in web.workers())


def measure(size: int, rounds: int, producer: User) -> bool:
    folder = Path(settings.QUARANTINE_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as logs, gunicorn(Path(logs) / "web.log", LOG_LEVEL="WARNING") as web:
        wire = Wire(web.port, cookies(producer))
        bare(size, folder), by_tus(64 * MB, wire)  # first memory, imports and connections are not what is measured
        private = own_memory(web)
        pairs = [(bare(size, folder), by_tus(size, wire)) for _ in range(rounds)]
        memory, private = peak_memory(web), own_memory(web) - private
    for name, times in (("bare loop", [pair[0] for pair in pairs]), ("tus + SHA-256", [pair[1] for pair in pairs])):
        speeds = ", ".join(f"{size / seconds / MB:.0f}" for seconds in times)
        print(f"{name:14} {size / statistics.median(times) / MB:6.0f} MB/s   ({speeds})")
    ratio = statistics.median(plain / tus for plain, tus in pairs)
    print(f"ratio          {ratio:6.2f} ×      (mark {SPEED_MARK})")
    print(f"server memory  {memory >> 20:6} MiB    (mark {MEMORY_MARK >> 20}; grew by {private >> 20} MiB)")
    return ratio >= SPEED_MARK and memory <= MEMORY_MARK


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bytes", type=lambda text: int(float(text)), default=2_000_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    try:
        with session.running_servers():
            connection.creation.create_test_db(verbosity=0, serialize=False)
            people = personas.make()
            factories.agreement(factories.municipality("2080"))
            return 0 if measure(options.bytes, options.rounds, people.producer_falun) else 1
    finally:
        session.remove(session.data_dir())


if __name__ == "__main__":
    sys.exit(main())
