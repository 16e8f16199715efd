"""Runs the public SCIM conformance tester against a service and prints what it says.

usage: conformance.py BASE_URL TOKEN

Exit 0: no error, no deviation, nothing skipped but what the service says it does not support.
"""
import random
import re
import sys
from collections import Counter
from datetime import datetime, timedelta, timezone
from importlib.metadata import version

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server, filling
from scim2_tester.checkers import patch_add, patch_replace

# What may be said without failing the run.
FINE = {"SUCCESS", "COMPLIANT", "ACCEPTABLE"}
# What the tester takes for faults, with why it is none. A line that no check needs any more is a fault of this
# list.
MEANT = {
    r"^User: .*extension:User'.*structures=None": "an extension that is read only cannot be patched",
    r"^Structure: .*'managers'.*last-manager": "a structure that has managers keeps one",
    r"^(Habilitation|AccessRequest): .*'externalId'": "a record keeps no client's identifiers",
    r'^(Habilitation|AccessRequest): .*"(justification|until)" (is set once|cannot be changed)': "what is asked is said when it is asked",
    r"^Habilitation: .*did not remove attribute 'until'": "without an end of its own it is the role's",
    r"^AccessRequest: object_deletion: The method is not allowed here": "a request is a record and stays",
}


def siret() -> str:
    """A number that nobody has, with its check digit (ISO/IEC 7812-1)."""
    digits = [random.randrange(10) for _ in range(13)]
    total = sum(sum(divmod(digit * (2 - place % 2), 10)) for place, digit in enumerate(digits))
    return "".join(map(str, digits)) + str(-total % 10)


def fill_what_no_schema_tells(http: Client) -> None:
    """The tester writes random texts; some of our attributes take only what exists, or has a check digit."""
    structure = http.get("/Structures?count=1").json()["Resources"][0]["siret"]
    def person(context, model):
        user = context.resource_manager.create_and_register(context.client.get_resource_model("User"))
        return model(value=user.id)

    known = {"siret": lambda model: siret() if model == "Structure" else structure,
             "application": lambda _: "soffi", "role": lambda _: "consultation",
             "until": lambda _: datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=30)}
    random_value = filling.generate_random_value

    def value(context, path, mutability=None, required=None):
        binding = path.resolve()
        if binding and binding.target_field_name == "person":
            return person(context, binding.target_type)
        made = random_value(context, path, mutability, required)
        wanted = known.get(binding.target_field_name) if made is not None and binding else None
        return wanted(binding.target_model.__name__) if wanted else made

    fill = filling.fill_with_random_values

    def fill_request(context, obj, *args, **kwargs):
        fill(context, obj, *args, **kwargs)
        if type(obj).__name__ == "AccessRequest":  # policies demand it; the schema cannot: grants are shown here, too
            obj.justification = obj.justification or "Needed for the tester's work"
        return obj

    filling.fill_with_random_values = fill_request
    for module in (filling, patch_add, patch_replace):
        module.generate_random_value = value


def main(base_url: str, token: str) -> int:
    http = Client(base_url=base_url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    fill_what_no_schema_tells(http)
    results = check_server(SyncSCIMClient(http))
    counts, needed, failed = Counter(), set(), 0
    for result in results:
        said = f"{result.resource_type}: {result.title}: {result.reason}"
        meant = {fault for fault in MEANT if result.status.name == "ERROR" and re.search(fault, said, re.S)}
        needed |= meant
        counts["MEANT" if meant else result.status.name] += 1
        if meant or result.status.name in FINE:
            continue
        print(f"{result.status.name}: {said}")
        # The tester skips what the service does not claim to have.
        failed += not (result.status.name == "SKIPPED" and "not supported by the server" in str(result.reason))
    for fault in MEANT.keys() - needed:
        print(f"no check says this any more: {fault}")
        failed += 1
    print(f"scim2-tester {version('scim2-tester')}: {len(results)} checks: "
          + ", ".join(f"{number} {name.lower()}" for name, number in sorted(counts.items())))
    return 0 if results and not failed else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
