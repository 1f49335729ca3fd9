"""The description of every address of the service, for programs: OpenAPI 3.1, kept by hand in `openapi.yaml`."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from flask import Blueprint, Response

from masagraph import __version__
from masagraph.report import json_report
from masagraph.web.http import addresses, answering, parameters
from masagraph.web.service import service

_HERE = Path(__file__).parent
_DEFINITIONS, _COMPONENTS = '"#/$defs/', '"#/components/schemas/check-'
blueprint = Blueprint("openapi", __name__)


@blueprint.get("/api/openapi.json")
def openapi() -> Response:
    """Tell the description."""
    parameters.given_once()
    number = service().number()
    if unchanged := answering.unchanged(number):
        return unchanged
    told = {**description(), "servers": [{"url": addresses.home()}]}
    return answering.told(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "application/json", number)


@cache
def description() -> dict[str, Any]:
    """Return the description, with the schema of reports from beside the module that writes them."""
    told: dict[str, Any] = yaml.safe_load((_HERE / "openapi.yaml").read_text(encoding="utf-8"))
    told = {name: value for name, value in told.items() if not name.startswith("x-")}
    told["info"]["version"] = __version__
    text = (Path(json_report.__file__).parent / "check.schema.json").read_text(encoding="utf-8")
    report = json.loads(text.replace(_DEFINITIONS, _COMPONENTS))
    schemas = told["components"]["schemas"]
    schemas.update({f"check-{name}": schema for name, schema in report.pop("$defs").items()})
    schemas["check"] = {name: value for name, value in report.items() if not name.startswith("$")}
    return told
