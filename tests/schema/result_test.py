"""share/schema/result.json accepts every golden result, describes each of their keys, and refuses wrong ones.

The golden results are what to_json() writes: unit_report compares them byte by byte.
"""
import copy
import glob
import json
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    sys.exit(77)


def closed(schema):
    """The schema with every object's keys limited to those it describes."""
    if isinstance(schema, list):
        return [closed(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    out = {k: closed(v) for k, v in schema.items()}
    if schema.get("type") == "object":
        out["additionalProperties"] = False
    return out


def change(result, path, value):
    out = copy.deepcopy(result)
    at = out
    for key in path[:-1]:
        at = at[key]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return out


WRONG = [
    (["schema"], "memmap/result/2"),
    (["schema"], None),
    (["e820", "kexec"], None),
    (["e820", "table", 0, "start"], 0),
    (["e820", "table", 0, "start"], "0x00"),
    (["e820", "table", 0, "end"], "1000"),
    (["e820", "table", 0, "type"], "RAM"),
    (["memblock", "memory", 0, "base"], "0x10000000000000000"),
    (["memblock", "memory", 0, "nid"], -2),
    (["memblock", "bottom_up"], 0),
    (["nodes", 0, "zones", 0, "zone"], "HighMem"),
    (["nodes", 0, "zones", 0, "managed_pages"], -1),
    (["nodes", 0, "zones", 1, "free", 0, "blocks", 0], [1]),
    (["page_tables", "levels"], 3),
    (["page_tables", "mappings", 0, "flags"], "XW"),
    (["page_tables", "mappings", 0, "page_size"], 8192),
    (["fixmap", 0, "name"], 514),
    (["fixmap", 0, "flags"], "XW"),
    (["totals", "mem_total_kib"], "1 kB"),
    (["events", 0, "severity"], "error"),
]


def main(root):
    schema = json.load(open(f"{root}/share/schema/result.json", encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator, exact = Draft202012Validator(schema), Draft202012Validator(closed(schema))
    files = sorted(glob.glob(f"{root}/tests/golden/report/*/result.json"))
    failures = [] if files else ["no golden results"]
    for name in files:
        result = json.load(open(name, encoding="utf-8"))
        failures += [f"{name}: {e.json_path}: {e.message}" for e in exact.iter_errors(result)]
    full = json.load(open(f"{root}/tests/golden/report/two_nodes/result.json", encoding="utf-8"))
    for path, value in WRONG:
        if validator.is_valid(change(full, path, value)):
            failures.append(f"accepted: {path} = {value!r}")
    print("\n".join(failures) or f"{len(files)} results, {len(WRONG)} wrong ones: ok")
    return 1 if failures else 0


sys.exit(main(sys.argv[1]))
