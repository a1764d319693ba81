"""What a server says at /metrics, as values; and the table of docs/metrics.md, which is made of it.

    python3 tests/support/metrics.py http://127.0.0.1:8081/metrics      # prints the table
"""

import dataclasses
import re
import sys
import urllib.request

SAMPLE = re.compile(r'(\w+)(?:\{(.*)\})? (\S+)')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclasses.dataclass
class Family:
    """One metric: samples maps the labels, sorted, and for histograms the suffix, to the value."""

    name: str
    help: str
    type: str = ""
    samples: dict = dataclasses.field(default_factory=dict)

    def labels(self):
        """Each label's values, in the order in which they come; `le` is a histogram's own."""
        seen = {}
        for labels in self.samples:
            for name, value in labels:
                if name not in ("le", "suffix"):
                    seen.setdefault(name, {})[value] = True
        return {name: list(values) for name, values in seen.items()}


def parse(text):
    """Families by name; a line of any other form is an error."""
    families, family = {}, None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, name, words = line.split(" ", 3)
            assert name not in families, f"{name} comes twice"
            family = families[name] = Family(name, words)
        elif line.startswith("# TYPE "):
            _, _, name, family.type = line.split(" ")
            assert name == family.name
        else:
            name, labels, value = SAMPLE.fullmatch(line).groups()
            assert name.startswith(family.name), line
            key = LABEL.findall(labels or "")
            if name != family.name:
                key.append(("suffix", name.removeprefix(family.name)))
            key = tuple(sorted(key))
            assert key not in family.samples, line
            family.samples[key] = float(value)
    return families


def value(families, name, **labels):
    """One sample's value."""
    return families[name].samples[tuple(sorted(labels.items()))]


def table(families):
    """The metrics as a Markdown table. Values of build_info are of one build, and left out."""
    lines = ["| metric | type | labels | meaning |", "|---|---|---|---|"]
    for family in families.values():
        named = {name: values if not family.name.endswith("_info") else [] for name, values in family.labels().items()}
        labels = "; ".join(f"`{name}`" + (": " + ", ".join(values) if values else "") for name, values in named.items())
        lines.append(f"| `{family.name}` | {family.type} | {labels} | {family.help} |".replace("|  |", "| |"))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    with urllib.request.urlopen(sys.argv[1]) as answer:
        sys.stdout.write(table(parse(answer.read().decode())))
