"""Ask a named question of a data set."""

from collections.abc import Mapping
from difflib import get_close_matches

from masagraph.dataset.names import Names
from masagraph.errors import CheckerError, InputError
from masagraph.oxigraph import Snapshot
from masagraph.questions import binding, loader, values
from masagraph.questions.model import Question
from masagraph.tables import Table


def find(name: str) -> Question:
    """Return the question of that name; its own name is enough where no other family has the same.

    Raises:
        InputError: There is no such question; the nearest is told.
    """
    known = loader.load()
    found = [q for q in known.values() if name in (q.name, q.name.split("/")[1])]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(name, "several families have a question of that name", f"Say {' or '.join(q.name for q in found)}")
    close = get_close_matches(name, known, n=1, cutoff=0.4)
    mend = f"Did you mean {close[0]}?" if close else "'masagraph ask' lists the questions"
    raise InputError(name, "there is no question of that name", mend)


def ask(question: Question, given: Mapping[str, str], snapshot: Snapshot) -> Table:
    """Ask a question and return the answer.

    Args:
        question: What to ask.
        given: Values for its parameters, as typed.
        snapshot: The data set to ask.

    Raises:
        InputError: A parameter is unknown, or its value cannot be read.
        CheckerError: The query does not return the columns that its header declares.
    """
    settings = values.settings(question, given, Names(snapshot))
    bound = {name: setting.value for name, setting in settings.items()}
    names, rows = snapshot.table(binding.bind(question.text, bound))
    if names != [column.name for column in question.columns]:
        raise CheckerError(f"{question.name}: returns {', '.join(names)}, not the columns that its header declares.")
    told = tuple((name, setting.words) for name, setting in settings.items())
    remarks = (f"Asked with {', '.join(f'{name} {words}' for name, words in told)}.",) if told else ()
    return Table(question.summary, question.columns, tuple(rows), remarks, told)
