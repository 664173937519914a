"""`python -m tests.office_bench`: `rekam bench office` on SQLite and on a PostgreSQL server of Debian's."""

import sys

from firmware.__main__ import main
from tests.postgres import postgres

if __name__ == "__main__":
    with postgres() as url:
        sys.argv = ["rekam", "bench", "office", "--store", "", "--store", url, *sys.argv[1:]]
        main()
