"""Barking and Dagenham, May 2019: what a careful reader of the whole document finds, judged at 2019-09-29.

The verdicts come from a reading of the document, not from our own output. Where that reading and ours part, the test says
so with the line of the source. Line numbers are those of the text of the document.
"""

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from conftest import Judge
from masagraph.check.checker import Report

# rule id, verdict, a line of the document among those that decide it (None: silence of the whole document).
CAREFUL_READER = [
    ("CA04-16E-3-LA", "met", "136"),
    ("CA04-16E-3-POLICE", "met", "137"),
    ("CA04-16E-3-HEALTH", "cannot_tell", "138"),
    ("CA04-16J-1", "not_applicable", None),
    ("ADJ-ICB", "not_applicable", None),
    ("WT18-LEAD-POSTS", "not_met", "191"),
    ("WT-LEAD-NAMED", "not_met", "318-322"),
    ("WT-SINGLE-LEAD", "not_met", None),
    ("WT-DELEG-TASK-SPEAK", "not_met", "318-322"),
    ("WT-RA-LIST", "not_met", "269-275"),
    ("WT-RA-WHY", "not_met", "150"),
    ("WT-EDU-INCLUDED", "not_met", "257"),
    ("WT-CUSTODY", "not_met", None),
    ("WT-DATA", "not_met", "208"),
    ("WT-TRAINING", "not_met", "230"),
    ("WT-AUDIT", "met", "225"),
    ("WT-FUND-LEVEL", "not_met", "218"),
    ("WT-FUND-TRANSP", "not_met", None),
    ("WT-VOICE", "met", "281"),
    ("WT-THRESH-PUB", "not_met", "184"),
    ("WT-SCRUT-PLAN", "not_met", "281-290"),
    ("WT-SCRUT-YR", "not_met", "214"),
    ("WT-DISPUTE", "not_met", "308"),
    ("WT-PUB-REVIEW", "met", "288"),
    ("WT-PUB-ACCESS", "not_met", "226"),
    ("CA04-16F-1", "met", "237-243"),
    ("WT-LCSPR-COMMISSION", "not_met", "245-249"),
    ("WT-LCSPR-LEARN", "met", "176"),
    ("SI497-5", "cannot_tell", "38"),
    ("SI497-6", "cannot_tell", "331"),
]


@pytest.fixture(scope="module")
def report(judge: Judge) -> Report:
    (only,) = judge("barking-and-dagenham-2019", "statutory")
    return only


def test_day_edition_and_documents(report: Report) -> None:
    assert report.basis.day == date(2019, 9, 29)
    assert report.basis.edition.id == "wt2018"
    assert [(d.label, d.read) for d in report.documents] == [("Barking and Dagenham plan, May 2019", "whole")]


@pytest.mark.parametrize(("rule", "verdict", "line"), CAREFUL_READER, ids=[row[0] for row in CAREFUL_READER])
def test_verdict_of_a_careful_reader(report: Report, rule: str, verdict: str, line: str | None) -> None:
    assert report.worst()[rule] == verdict
    if line is not None:
        locators = " ".join(p.locator for v in report.verdicts if v.rule.id == rule for p in v.rests_on)
        assert re.search(rf"(?<![\d-]){line}(?![\d-])", locators)


def test_facets_that_are_missing_are_named(report: Report) -> None:
    """A rule with several facets names those that are not stated, and not those that are."""
    said = {v.rule.id: v.message for v in report.verdicts}
    assert "makes a difference" in said["WT-TRAINING"]
    assert "commissioned" not in said["WT-TRAINING"]
    assert "early help" in said["WT-DATA"]
    assert "published" in said["WT-LCSPR-COMMISSION"]
    assert "recommendations" in said["WT-SCRUT-PLAN"]
    assert "steps" in said["WT-DISPUTE"]
    assert "who decides" in said["WT-DISPUTE"]
    for kind in ("academies", "colleges", "independent schools", "early years"):
        assert kind in said["WT-EDU-INCLUDED"]


def test_the_published_name_of_the_health_partner_is_kept_and_resolved_to_three(report: Report) -> None:
    (health,) = [v for v in report.verdicts if v.rule.id == "CA04-16E-3-HEALTH"]
    assert health.reason == "undecidable"
    for name in ("NHS Barking and Dagenham CCG", "NHS Havering CCG", "NHS Redbridge CCG"):
        assert name in health.message
    assert "The Barking, Havering and Redbridge Clinical Commissioning Group" in health.found


def test_a_force_stands_for_its_chief_officer_and_the_message_says_so(report: Report) -> None:
    (police,) = [v for v in report.verdicts if v.rule.id == "CA04-16E-3-POLICE"]
    assert "chief officer" in police.message
    assert "The Metropolitan Police" in police.found


def test_membership_of_the_wider_group_is_no_delegation(report: Report) -> None:
    """Lines 318-322 give posts of the wider, informal group; nothing says whom they act for."""
    senior = [v for v in report.verdicts if v.rule.id == "WT-DELEG-SENIOR"]
    assert {v.verdict for v in senior} == {"not_applicable"}
    assert not [v for v in report.verdicts if "BCU Commander" in " ".join(v.found) and v.rule.topic == "delegation"]


# Where the second reader and we part, and why ours stands. The line is that of the document.
PARTED = {
    "CA04-16G-3": "cannot_tell",  # 290: 'independent' stands in quotation marks, and nothing says of whom
    "WT-EQUAL": "cannot_tell",  # 218: equal and joint for having enough resources, and for nothing else
    "WT-EDU-NAMED": "not_met",  # 275: schools are spoken of, and not listed as chosen
    "CA04-16E-3-RA": "not_applicable",  # 271-273: no agency is listed, so none can be looked up in the Schedule
    "WT-SCRUT-YR": "not_met",  # 214; 226: the plan should say how the report will be scrutinised
    "WT-LEAD-ACTIVE": "not_met",  # 170-176: the Board brings bodies together; nothing says that the leads meet
}


def test_a_second_reader_who_saw_no_output_agrees_but_where_it_is_said(report: Report, root: Path) -> None:
    """Somebody judged the document by hand on every rule of statute and guidance, without seeing rules or output."""
    with (root / "tests" / "second_reader.csv").open(encoding="utf-8", newline="") as file:
        second = {row["rule"]: row["verdict"] for row in csv.DictReader(file)}
    worst = report.worst()
    assert second.keys() == worst.keys()
    assert {rule: worst[rule] for rule in worst if worst[rule] != second[rule]} == PARTED
