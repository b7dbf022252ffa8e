"""Fetch the front-end files that others made, at the versions in static/vendor/manifest.json.

packaging/vendor.py                       fetch all again; the digests must be the same
packaging/vendor.py htmx.org 4.0.2        fetch one at another version and note its digest
"""

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"
MANIFEST = STATIC / "vendor" / "manifest.json"
FETCH_SECONDS_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Vendored:
    """One file of an npm package that lies in static/ as it came."""

    package: str
    version: str
    source: str  # inside the package
    file: str  # below static/
    licence: str
    sha384: str


def read_manifest() -> list[Vendored]:
    """What is vendored, in the manifest's order."""
    return [Vendored(**entry) for entry in json.loads(MANIFEST.read_text("utf-8"))]


def digest(content: bytes) -> str:
    """The SHA-384 of some bytes, as browsers write it."""
    return base64.b64encode(hashlib.sha384(content).digest()).decode()


def fetch(entry: Vendored) -> bytes:
    """The file as the package of this version has it, through npm."""
    with tempfile.TemporaryDirectory() as name:
        packed = subprocess.run(
            ["npm", "pack", "--silent", f"{entry.package}@{entry.version}"],
            cwd=name,
            capture_output=True,
            text=True,
            timeout=FETCH_SECONDS_LIMIT,
            check=True,
        )
        with tarfile.open(Path(name) / packed.stdout.split()[-1]) as archive:
            member = archive.extractfile(f"package/{entry.source}")
            assert member is not None, f"{entry.source} is not a file"
            return member.read()


def main(arguments: list[str]) -> int:
    """Fetch and compare; 1 when a file is not what the manifest says."""
    wanted = arguments[0] if arguments else None
    kept, differing = [], []
    for entry in read_manifest():
        if wanted in (None, entry.package):
            fresh = replace(entry, version=arguments[1]) if wanted else entry
            fresh, same = _put(fresh, entry, may_change=wanted is not None)
            differing += [] if same else [fresh.file]
            kept.append(fresh)
        else:
            kept.append(entry)
    if differing:
        print(f"Not as the manifest says, left alone: {', '.join(differing)}", file=sys.stderr)
        return 1
    MANIFEST.write_text(json.dumps([asdict(entry) for entry in kept], indent=2) + "\n", "utf-8")
    return 0


def _put(fresh: Vendored, old: Vendored, *, may_change: bool) -> tuple[Vendored, bool]:
    content = fetch(fresh)
    if not may_change and digest(content) != old.sha384:
        return old, False
    renamed = old.file.replace(old.version, fresh.version)
    (STATIC / renamed).write_bytes(content)
    if renamed != old.file:
        (STATIC / old.file).unlink(missing_ok=True)
        print(f"{old.file} is now {renamed}: change its name in the templates too.")
    return replace(fresh, file=renamed, sha384=digest(content)), True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
