"""Makes an rpm of a directory that is laid out as a root: make_rpm.py ROOT VERSION MACHINE SUMMARY OUT"""

import os
import sys
from pathlib import Path

from rpm_rs import BuildConfig, CompressionType, FileOptions, PackageBuilder, RpmFormat

# Where Fedora and its kin have what Debian has elsewhere.
PLACES = {
    "lib/systemd/": "usr/lib/systemd/",
    "usr/share/zsh/vendor-completions/": "usr/share/zsh/site-functions/",
}
# As the deb has it: the newest symbol is of glibc 2.34.
REQUIRES = ["libc.so.6(GLIBC_2.34)(64bit)", "libgcc_s.so.1()(64bit)", "ca-certificates"]


def place(path):
    """Where the file is installed."""
    for ours, theirs in PLACES.items():
        if path.startswith(ours):
            return "/" + theirs + path[len(ours):]
    return "/" + path


def main(root, version, machine, summary, out):
    root = Path(root)
    # Any rpm since version 4 reads it.
    config = BuildConfig(
        format=RpmFormat.V4,
        compression=CompressionType.Gzip,
        source_date=int(os.environ["SOURCE_DATE_EPOCH"]),
    )
    package = PackageBuilder("rollcall", version, "Apache-2.0", machine, summary=summary)
    package.using_config(config)
    package.release("1")
    package.description(summary)
    package.build_host("localhost")
    for name in REQUIRES:
        package.requires(name)
    package.recommends("tzdata")
    for path in sorted(it for it in root.rglob("*") if it.is_file()):
        name = str(path.relative_to(root))
        options = FileOptions.new(
            place(name),
            user="root",
            group="root",
            permissions=path.stat().st_mode & 0o777,
            doc=name.startswith("usr/share/doc/"),
        )
        package.with_file(str(path), options)
    package.build().write_file(str(Path(out) / f"rollcall-{version}-1.{machine}.rpm"))


main(*sys.argv[1:])
