"""Reads modules of Terraform, and holds what they name against what they declare.

Usage: check_terraform.py DIR...; needs the module hcl2. Terraform itself asks a registry for its
providers, which a closed network does not have.
"""

import pathlib
import re
import sys

import hcl2

# `var.name`, and `type.name` or `data.type.name` of what AWS has.
NAMED = re.compile(r"\b(?:(var)|(data\.)?(aws_\w+))\.(\w+)")


def declared(files):
    """What `files` declare, as others of the module name it."""
    names = set()
    for content in files.values():
        for variable in content.get("variable", []):
            names |= {f"var.{name}" for name in variable}
        for block, prefix in (("resource", ""), ("data", "data.")):
            for resource in content.get(block, []):
                for kind, named in resource.items():
                    names |= {f"{prefix}{kind}.{name}" for name in named}
    return {name.replace('"', "") for name in names}


def named(text):
    """What `text`, without its comments and descriptions, names."""
    code = re.sub(r"(?m)#.*$|^\s*description\s*=.*$", "", text)
    for variable, data, kind, name in NAMED.findall(code):
        yield f"var.{name}" if variable else f"{data}{kind}.{name}"


def problems(directory):
    """What is wrong with the module in `directory`."""
    paths = sorted(directory.glob("*.tf"))
    if not paths:
        yield f"{directory}: no module"
    files = {}
    for path in paths:
        try:
            files[path] = hcl2.loads(path.read_text())
        except Exception as error:  # The parser's own errors are of many kinds.
            yield f"{path}: {error}"
    names, used = declared(files), set()
    for path in files:
        for name in named(path.read_text()):
            used.add(name)
            if name not in names:
                yield f"{path}: nothing declares {name}"
    for name in sorted(names - used):
        if name.startswith("var."):
            yield f"{directory}: nothing uses {name}"


def main(directories):
    found = [it for name in directories for it in problems(pathlib.Path(name))]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
