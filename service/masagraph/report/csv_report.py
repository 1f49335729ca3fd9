"""Reports as CSV, one row a verdict."""

import csv
import io
from collections.abc import Sequence

from masagraph.check.checker import Report
from masagraph.report.cells import neutral
from masagraph.report.json_report import as_dict

COLUMNS = (
    "arrangement", "version", "judged_at", "edition", "profile", "rule", "verdict", "reason", "force", "severity",
    "subject_label", "message", "fix", "citation", "certainty_content", "certainty_number", "found", "rests_on",
)  # fmt: skip


def render(reports: Sequence[Report]) -> str:
    """Return reports as CSV text, with a header row."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for a in as_dict(reports)["arrangements"]:
        for v in a["verdicts"]:
            row = {
                **v,
                "arrangement": a["label"],
                "version": a["version"],
                "judged_at": a["judged_at"],
                "edition": a["edition"]["id"],
                "profile": a["profile"],
                "certainty_content": v["certainty"]["content"],
                "certainty_number": v["certainty"]["number"],
                "found": " | ".join(v["found"]),
                "rests_on": " | ".join(f"{p['source']}, {p['locator']}" for p in v["rests_on"]),
            }
            writer.writerow([neutral("" if row[column] is None else str(row[column])) for column in COLUMNS])
    return out.getvalue()
