"""What the parts of the report are written with."""


def table(headers, rows):
    """A Markdown table whose columns also line up on a terminal."""
    cells = [headers, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headers))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def connections_text(number):
    return "1 connection" if number == 1 else f"{number:,} connections"
