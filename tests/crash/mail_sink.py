"""A mail server in a process of its own that takes everything and notes when it said yes.

It keeps up with thousands of letters, so that the crowd's process is not slowed by them. One
JSON line per yes: {"at": monotonic seconds, "message_id", "to", "subject"}.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from tests.services.ports import free_port
from tests.services.processes import Program

MAIL_LIMIT_BYTES = 16 * 1024 * 1024
RUN_LIMIT_SECONDS = 3_600.0
START_LIMIT_SECONDS = 10.0
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class TakenMail:
    """One yes of the mail server."""

    at: float
    message_id: str
    to: tuple[str, ...]
    subject: str


@dataclass(frozen=True, slots=True)
class MailSink:
    """A running mail server and the file in which it notes what it took."""

    port: int
    path: Path

    @property
    def url(self) -> str:
        """What goes into SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def taken(self) -> list[TakenMail]:
        """Every yes so far, in order; a line that is just being written is not one yet."""
        whole, _newline, _begun = self.path.read_text().rpartition("\n")
        rows = (json.loads(line) for line in whole.splitlines())
        return [
            TakenMail(row["at"], row["message_id"], tuple(row["to"]), row["subject"])
            for row in rows
        ]


@contextmanager
def mail_sink(folder: Path) -> Iterator[MailSink]:
    """Run the mail server for the length of a block."""
    sink = MailSink(free_port(), folder / "taken-mails.jsonl")
    program = Program(
        [sys.executable, "-m", "tests.crash.mail_sink", str(sink.port), sink.path],
        log=folder / "mail-sink.log",
        env=os.environ,
        cwd=ROOT,
    )
    with program:
        program.wait_until(
            sink.path.exists, within_seconds=START_LIMIT_SECONDS, what="the mail server listens"
        )
        yield sink


class _Talk:
    """One conversation with a program that brings mail."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: Path
    ) -> None:
        self.reader, self.writer, self.path = reader, writer, path
        self.to: list[str] = []

    async def run(self) -> None:
        await self._say("220 sink ready")
        while line := await self.reader.readline():
            verb = line.strip().upper()
            if verb.startswith(b"QUIT"):
                await self._say("221 bye")
                break
            await self._answer(verb, line)
        self.writer.close()

    async def _answer(self, verb: bytes, line: bytes) -> None:
        if verb.startswith(b"EHLO"):
            await self._say(f"250-sink\r\n250-8BITMIME\r\n250 SIZE {MAIL_LIMIT_BYTES}")
        elif verb.startswith(b"DATA"):
            await self._take()
        else:
            if verb.startswith(b"MAIL"):
                self.to = []
            if verb.startswith(b"RCPT"):
                self.to.append(line.decode().split("<")[1].split(">")[0])
            await self._say("250 fine")

    async def _take(self) -> None:
        await self._say("354 go on")
        mail = await self.reader.readuntil(b"\r\n.\r\n")
        head = message_from_bytes(mail[: mail.find(b"\r\n\r\n") + 2], policy=default)
        row = {
            "at": time.monotonic(),
            "message_id": str(head["message-id"]).strip(),
            "to": self.to,
            "subject": str(head["subject"]),
        }
        with self.path.open("a") as out:
            out.write(json.dumps(row) + "\n")
        await self._say("250 taken")

    async def _say(self, words: str) -> None:
        self.writer.write(words.encode() + b"\r\n")
        await self.writer.drain()


async def _serve(port: int, path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _Talk(reader, writer, path).run()
        except (OSError, asyncio.IncompleteReadError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port, limit=MAIL_LIMIT_BYTES)
    path.touch()
    async with server, asyncio.timeout(RUN_LIMIT_SECONDS):
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))
