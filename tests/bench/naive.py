#!/usr/bin/env python3
"""What a script of an afternoon does: load the map, load the export, subtract.

For comparison of time alone: it knows nothing of conditions, roles, inheritance, groups, names by number, gaps
or mistakes. `naive.py MAP.yaml ASSETS.ndjson` prints how many grants are missing and how many are too many.
"""

import json
import sys

import yaml

INVOKERS = {"roles/run.invoker", "roles/run.servicesInvoker"}


def declared(path):
    with open(path, encoding="utf-8") as file:
        source = yaml.load(file, Loader=yaml.CSafeLoader)
    resources = {name: function["resource"] for name, function in source["functions"].items()}
    return {(resources[name], caller) for caller, names in source["callers"].items() for name in names}


def observed(path):
    grants = set()
    with open(path, encoding="utf-8") as file:
        for line in file:
            asset = json.loads(line)
            if asset["asset_type"] != "run.googleapis.com/Service" or "iam_policy" not in asset:
                continue
            resource = asset["name"].removeprefix("//run.googleapis.com/")
            for binding in asset["iam_policy"].get("bindings", ()):
                if binding["role"] in INVOKERS:
                    grants.update((resource, member) for member in binding["members"])
    return grants


def main():
    edges, grants = declared(sys.argv[1]), observed(sys.argv[2])
    print(f"{len(edges - grants)} missing, {len(grants - edges)} undeclared")


if __name__ == "__main__":
    main()
