"""The words of the house: what names and texts may not say."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BANNED_NAME = re.compile(
    r"\bclass \w*(Manager|Helper|Util|Handler)\w*\b|(^|/)(common|misc|utils?|helpers?)\.\w+$"
)
SUPPRESSION = re.compile(
    r"#\s*(type|pyright|mypy):\s*ignore|#\s*noqa|@ts-(ignore|expect-error|nocheck)"
    r"|pragma:\s*no cover|eslint-disable"
)
DOWNLOAD_ADDRESS = re.compile(r"\"resolved\":|(--|extra-)index-url|find-links")
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|home/\w+)/")
SOFTWARE_STOP = re.compile(r"emergency[ -]?stop|\be-stop\b|急停", re.IGNORECASE)


def tracked() -> list[Path]:
    """Every text file that git would commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    suffixes = {".py", ".pyi", ".ts", ".tsx", ".toml", ".json", ".md", ".css", ".html", ".txt", ".sh", ".yml"}
    paths = [ROOT / line for line in listed.stdout.splitlines()]
    return [p for p in paths if p.suffix in suffixes and p.exists() and p != Path(__file__)]


def findings(pattern: re.Pattern[str], only: tuple[str, ...] = ()) -> list[str]:
    """Where the pattern occurs, as `path:line`."""
    found = []
    for path in tracked():
        if only and path.parts[len(ROOT.parts)] not in only:
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    return found


@pytest.mark.parametrize(
    "pattern", [SUPPRESSION, DOWNLOAD_ADDRESS, MACHINE_PATH], ids=["suppression", "address", "machine path"]
)
def test_no_file_holds(pattern: re.Pattern[str]) -> None:
    assert findings(pattern) == []


def test_names_say_what_a_thing_is() -> None:
    assert findings(BANNED_NAME, ("robot_bridge", "teleop", "game", "sim_fallback")) == []
    assert [str(p) for p in tracked() if BANNED_NAME.search(str(p.relative_to(ROOT)))] == []


def test_no_software_stop_is_called_an_emergency_stop() -> None:
    assert findings(SOFTWARE_STOP, ("teleop", "game", "sim_fallback", "robot_bridge", "web_client")) == []


def test_broad_except_stands_only_at_a_process_outermost_loop() -> None:
    broad = re.compile(r"except (Base)?Exception\b|except:")
    assert len(findings(broad, ("robot_bridge", "teleop", "game", "sim_fallback"))) <= 4


def test_no_link_is_committed() -> None:
    """A link out of the tree means something on one machine only, and a merge puts it over real folders."""
    listed = subprocess.run(["git", "ls-files", "-s"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [line for line in listed.stdout.splitlines() if line.startswith("120000")] == []
