"""Keeps what was measured, so that the report can be written again from it."""

import json

DIGITS = 4  # more than the rounds agree in


def save(results, path):
    path.write_text(json.dumps(_rounded(results), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(path):
    """Numbers of connections, which are keys, are numbers again."""
    return json.loads(path.read_text(encoding="utf-8"), object_hook=lambda each: {
        int(key) if key.isdigit() else key: value for key, value in each.items()})


def _rounded(value):
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(each) for each in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
