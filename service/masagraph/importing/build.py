"""Build the reference data that ship with the package from tables of facts.

Not taken over, because nothing asks for it yet or it follows from the rest: districts, places within boards, the areas of
partnerships on two days (they follow from the combined areas; a test compares them), Wikidata identifiers of places, and the
web addresses of councils.
"""

import shutil
from pathlib import Path
from tempfile import mkdtemp

from masagraph.errors import CheckerError, InputError
from masagraph.importing import areas, changes, councils, health, jurisdictions, partnerships, police, records
from masagraph.importing.turtle import Dataset, render


def build(source: Path, target: Path) -> tuple[Dataset, ...]:
    """Build every set and put the files in place, once all are built; return what was built.

    Args:
        source: The folder of the tables.
        target: The folder of the files; files of other names in it stay as they are.

    Raises:
        InputError: A table is missing or wrong, or the files cannot be written. What stood in the folder is untouched, unless the
            disk fails while the files, written whole beside it, are moved in one by one.
        CheckerError: Two sets describe one thing.
    """
    tables = records.read(source)
    built = (
        areas.dataset(tables),
        councils.dataset(tables),
        police.dataset(tables),
        health.dataset(tables),
        *jurisdictions.datasets(tables),
        changes.dataset(tables),
        *partnerships.datasets(tables),
    )
    _refuse_two_descriptions(built)
    _put(built, target)
    return built


def _refuse_two_descriptions(built: tuple[Dataset, ...]) -> None:
    seen: set[str] = set()
    for subject in (block.subject for dataset in built for block in dataset.blocks):
        if subject in seen:
            raise CheckerError(f"The importer describes {subject} twice.")
        seen.add(subject)


def _refuse_folders(built: tuple[Dataset, ...], target: Path) -> None:
    """Refuse before the first file is moved what would stop the moving half way."""
    for dataset in built:
        path = target / f"{dataset.name}.ttl"
        if path.is_dir():
            raise InputError(str(path), "a folder stands where the file belongs", "Move it away, or choose another with --to")


def _put(built: tuple[Dataset, ...], target: Path) -> None:
    draft = None
    try:
        target.mkdir(parents=True, exist_ok=True)
        draft = Path(mkdtemp(dir=target.parent, prefix=".reference-"))
        for dataset in built:
            (draft / f"{dataset.name}.ttl").write_text(render(dataset), encoding="utf-8", newline="\n")
        _refuse_folders(built, target)
        for dataset in built:
            (draft / f"{dataset.name}.ttl").replace(target / f"{dataset.name}.ttl")
    except OSError as error:
        mend = "Choose another folder with --to"
        raise InputError(str(target), f"the files cannot be written there ({error.strerror})", mend) from None
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
