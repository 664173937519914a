"""Which Rekam makes the rows: rows of one archive shall not come from two."""

import hashlib
from functools import cache
from pathlib import Path

from firmware import __version__, pipeline


@cache
def maker() -> str:
    """The version, and a digest of the pipeline with its weights."""
    folder = Path(pipeline.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return f"{__version__}-{digest.hexdigest()[:16]}"
