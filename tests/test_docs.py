"""What the documents say is so."""

import re
from pathlib import Path

import pytest

from masagraph.cli import main, parser


def test_the_screen_in_the_readme_is_real_output(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```\n(.*?)\n```", (root / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (screen,) = [block for block in blocks if block.startswith("Barking and Dagenham, 2019")]
    main(["check", str(root / "data" / "arrangements" / "barking-and-dagenham-2019.ttl"), "--fail-on", "never"])
    assert capsys.readouterr().out.startswith(screen)
    assert screen.count("\n") > 20


def test_the_readme_names_every_option_of_check(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    (commands,) = [action for action in parser()._actions if action.dest == "command"]
    assert commands.choices is not None
    for name in commands.choices:
        assert f"masagraph {name}" in readme
    options = {o for a in dict(commands.choices)["check"]._actions for o in a.option_strings if o.startswith("--")}
    assert {o for o in options if o not in readme} <= {"--help"}


def test_documents_link_to_what_is_there(root: Path) -> None:
    for document in (root / "README.md", *(root / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), (document.name, target)


def test_nothing_here_names_a_person_or_a_host(root: Path) -> None:
    """Package indexes are a matter of whoever installs; a person's name has no place in a fact or a note."""
    for path in (*root.glob("*.txt"), *root.glob("*.toml"), root / "Makefile", root / ".ci" / "run"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"index-url|https?://[^\s\"]*(pypi|packages)", text), path.name
