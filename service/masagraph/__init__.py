"""masagraph: England's multi-agency safeguarding arrangements as one graph that can be checked."""

from importlib.metadata import version

__version__ = version("masagraph")
