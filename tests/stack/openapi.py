"""Checks docs/openapi.json: well-formed OpenAPI 3.1, and true of what a service really answers.

usage: openapi.py FILE BASE_URL TOKEN
"""
import json
import sys

from httpx2 import Client
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

ANSWERS = {"/Users?count=20": "UserList", "/Groups?count=20": "GroupList", "/Structures?count=20": "StructureList",
           "/Habilitations?count=20": "HabilitationList", "/AccessRequests?count=20": "AccessRequestList",
           "/?count=20": "ListResponse", "/Schemas": "ListResponse", "/Users/nobody": "Error"}


def main(file: str, base_url: str, token: str) -> int:
    with open(file, encoding="utf-8") as text:
        description = json.load(text)
    validate(description)
    http = Client(base_url=base_url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    failed = 0
    for path, name in ANSWERS.items():
        answer = http.get(path).json()
        schema = {**description, "$ref": f"#/components/schemas/{name}"}
        empty = not answer.get("Resources", [True])
        faults = [error.message for error in Draft202012Validator(schema).iter_errors(answer)]
        for fault in faults + (["nothing to check"] if empty else []):
            print(f"{path}: {fault[:300]}")
            failed += 1
    print(f"openapi: {len(description['paths'])} paths, {len(ANSWERS)} answers checked, {failed} faults")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
