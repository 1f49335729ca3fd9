"""The pages as people meet them: in a browser, wide and narrow, light and dark, with the keyboard, on paper, and without script."""

import os
import shutil
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
from serving import Served

from masagraph.web.example_queries import EXAMPLES

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.long
