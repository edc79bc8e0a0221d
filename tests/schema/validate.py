#!/usr/bin/env python3
"""Checks YAML and JSON files against a JSON Schema.

  validate.py SCHEMA good FILE...    all are valid
  validate.py SCHEMA bad FILE...     none is
  validate.py SCHEMA doc FILE...     each fenced yaml block of these documents is valid
"""
import re
import sys

import jsonschema
import yaml


def documents(path, kind):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if kind != "doc":
        return [yaml.safe_load(text)]  # JSON is YAML
    blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    if not blocks:
        sys.exit(f"{path}: no yaml block")
    return [yaml.safe_load(block) for block in blocks]


def main():
    schema_path, kind, *paths = sys.argv[1:]
    with open(schema_path, encoding="utf-8") as file:
        schema = yaml.safe_load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    if not paths:
        sys.exit("no files")
    wrong = 0
    for path in paths:
        for document in documents(path, kind):
            error = next(validator.iter_errors(document), None)
            if (error is None) == (kind == "bad"):
                wrong += 1
                print(f"{path}: {'valid, but should not be' if error is None else error.message}")
    print(f"{len(paths)} files, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
