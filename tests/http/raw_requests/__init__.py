"""The corpus: raw requests by class, each with a name and the verdict it must get."""

from raw_requests import chunks, fields, framing, pipelines, request_lines, sizes, targets

MODULES = (request_lines, targets, fields, framing, chunks, sizes, pipelines)
CORPUS = {f"{module.__name__.rpartition('.')[2]}: {case.name}": case for module in MODULES for case in module.CASES}
if len(CORPUS) != sum(len(module.CASES) for module in MODULES):
    raise AssertionError("two cases have one name")
