"""The words of a SPARQL text that are no part of a name, a string or a comment: its keywords, read without its grammar.

This is one of two readings that a text must pass before a store sees it. A grammar alone can be led astray: engines differ in
where a comment ends, whether a keyword needs a space after it, and which escapes count.
"""

import re

_LOCAL = r"(?:[\w:\-]|%[0-9A-Fa-f]{2}|\\.|\.+(?=[\w:\-%\\]))"
_TOKEN = re.compile(
    rf"""
      \#[^\n\r]*                                        # a comment
    | '''(?:'{{0,2}}(?:[^'\\]|\\.))*'''                 # strings, long ones first
    | \"\"\"(?:"{{0,2}}(?:[^"\\]|\\.))*\"\"\"
    | '(?:[^'\\\n\r]|\\.)*'
    | "(?:[^"\\\n\r]|\\.)*"
    | <[^<>"{{}}|^`\\\x00-\x20]*>                       # an IRI
    | @[A-Za-z]+(?:-[A-Za-z0-9]+)*                      # a language
    | [?$]\w+                                           # a variable
    | (?:[^\W\d_](?:[\w.\-]*[\w\-])?)?:(?:(?=[\w:%\\]){_LOCAL}+)?  # a name with its prefix
    | (?P<word>[\w.\-]+)                                # a word, a number, or both run together
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def plain(text: str) -> str:
    """Return a text with its code point escapes resolved, as servers do before they read it (SPARQL 1.1 Query, 19.2)."""
    return _ESCAPE.sub(_character, text)


def disguised(text: str) -> bool:
    """Tell whether a plain character stands escaped in a text, or an escape is broken: engines differ in what they make of it."""
    whole = plain(text)
    resolved = (_character(escape) for escape in _ESCAPE.finditer(text))
    return "\\u" in whole or "\\U" in whole or any(character[0] < "\x80" for character in resolved)


def bare(text: str) -> list[str]:
    """Return the bare words of a text, in order and in capitals; words that no space separates may come as one."""
    runs = (token["word"] for token in _TOKEN.finditer(text) if token["word"] is not None)
    return [word.upper() for run in runs for word in re.split(r"[^\w]+", run) if word]


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else escape[0]  # noqa: PLR2004 - Unicode's own bounds
