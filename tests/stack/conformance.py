"""Runs the public SCIM conformance tester against a service and prints what it says.

usage: conformance.py BASE_URL TOKEN

Exit 0: no error, no deviation, nothing skipped but what the service says it does not support.
"""
import sys
from collections import Counter
from importlib.metadata import version

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

# Our own types are advertised and read like these, but take no random values: a SIRET has a check digit, a
# role stands in the catalogue. tests/scim writes to them.
TYPES = ["User", "Group"]
# What may be said without failing the run.
FINE = {"SUCCESS", "COMPLIANT", "ACCEPTABLE"}


def main(base_url: str, token: str) -> int:
    http = Client(base_url=base_url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    results = check_server(SyncSCIMClient(http), resource_types=TYPES)
    counts = Counter(result.status.name for result in results)
    failed = 0
    for result in results:
        if result.status.name in FINE:
            continue
        print(f"{result.status.name}: {result.title}: {result.reason}")
        # The tester skips what the service does not claim to have.
        failed += not (result.status.name == "SKIPPED" and "not supported by the server" in str(result.reason))
    print(f"scim2-tester {version('scim2-tester')}: {len(results)} checks: "
          + ", ".join(f"{number} {name.lower()}" for name, number in sorted(counts.items())))
    return 0 if results and not failed else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
