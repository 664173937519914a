"""The technician's guide: the same in both languages, with commands that there are and pictures that exist."""

import re
import subprocess

from firmware import cli
from tests.conftest import ROOT

GUIDE = (ROOT / "docs/technician.html").read_text(encoding="utf-8")
PARTS = re.findall(r'<section lang="(id|en)">(.*?)</section>', GUIDE, re.DOTALL)


def commands(text: str) -> list[str]:
    """The commands of a part, without what a reader puts in."""
    told = "\n".join(re.findall(r"<pre>(.*?)</pre>", text, re.DOTALL))
    return [re.sub(r"\s*#.*|\S*(STIK|STICK|gz|acara|acceptance)\b", "", line).strip() for line in told.splitlines()]


def test_both_languages_have_the_same_steps_and_commands() -> None:
    (first, indonesian), (second, english) = PARTS
    assert (first, second) == ("id", "en")
    assert commands(indonesian) == commands(english)
    for tag in ("<h2>", "<img", "<li>", "<svg", "<p>"):
        assert indonesian.count(tag) == english.count(tag)


def test_what_it_names_exists() -> None:
    for picture in re.findall(r'src="([^"]+)"', GUIDE):
        assert (ROOT / "docs" / picture).is_file()
    verbs = set(re.findall(r"sudo rekam (\w+)", GUIDE))
    assert verbs == {"identity", "doctor", "support"}
    known = {command.name or command.callback.__name__ for command in cli.app.registered_commands if command.callback}
    known |= {group.name for group in cli.app.registered_groups if group.name}
    assert verbs | {"status"} <= known
    options = {word for line in commands(GUIDE) for word in line.split() if word.startswith("--")}
    assert options == {"--offline", "--accept", "--report"}
    done = subprocess.run(["bash", "provisioning/setup.sh", "kit", "--help"], cwd=ROOT, capture_output=True, check=True)
    assert all(option in done.stdout.decode() for option in (*options, "--check"))
