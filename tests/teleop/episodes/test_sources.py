"""Any change of any source changes the version; nothing else does."""

from pathlib import Path
from types import ModuleType

import pytest

from teleop.episodes.sources import version_of_code


def module(file: Path) -> ModuleType:
    made = ModuleType(file.stem)
    made.__file__ = str(file)
    return made


def test_a_change_anywhere_is_another_version(tmp_path: Path) -> None:
    folder, single = tmp_path / "rules", tmp_path / "single.py"
    folder.mkdir()
    files = [folder / "__init__.py", folder / "motion.py", single]
    for path in files:
        path.write_text("one = 1\n")
    (tmp_path / "other.py").write_text("")
    modules = [module(folder / "__init__.py"), module(single)]
    seen = [version_of_code(modules, "numpy 2"), version_of_code(modules, "numpy 3")]
    for path in files:
        path.write_text("one = 2\n")
        seen.append(version_of_code(modules, "numpy 2"))
    (folder / "pictures.py").write_text("")
    seen.append(version_of_code(modules, "numpy 2"))
    assert len(set(seen)) == 6
    (tmp_path / "other.py").write_text("two = 2\n")
    assert version_of_code(modules, "numpy 2") == seen[-1]
    with pytest.raises(FileNotFoundError):
        version_of_code([module(tmp_path / "gone.py")])
