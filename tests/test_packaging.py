"""What is built holds exactly the folders of the checkout."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from masagraph import assets
from masagraph.errors import CheckerError


def shipped(root: Path) -> set[str]:
    """Return the files that the wheel has to hold, by their place in it."""
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    found = {f"masagraph/{name}" for name in tracked if name.split("/")[0] in assets.FOLDERS}
    return found | {name.removeprefix("service/") for name in tracked if name.startswith("service/masagraph/")}


@pytest.fixture(scope="module")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(root)], check=True, capture_output=True
    )
    return out


def test_wheel_holds_exactly_the_folders(built: Path, root: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.split("/")[0].endswith(".dist-info")}
        notices = {name.rsplit("/", 1)[-1] for name in archive.namelist() if ".dist-info/licenses/" in name}
    assert names == shipped(root)
    assert notices == {"LICENSE", "NOTICE"}


def test_sdist_holds_what_builds_the_same_wheel(built: Path, root: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[-1] for name in archive.getnames()}
    for name in shipped(root):
        inside = name.removeprefix("masagraph/")
        assert inside in names or f"service/{name}" in names, name


def test_assets_are_found_or_missed_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert (assets.folder("shapes") / "subjects.ttl").is_file()
    monkeypatch.setattr(assets, "_HERE", tmp_path / "a" / "b" / "c")
    with pytest.raises(CheckerError, match="install masagraph again"):
        assets.folder("shapes")
