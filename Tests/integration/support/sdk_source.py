"""The source package of the Python SDK from PyPI, with the tests that ship in it. It is downloaded, never committed."""

import hashlib
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from support.node import REPOSITORY

NAME = "centrifuge_python-0.7.0"
REQUIREMENT = "centrifuge-python==0.7.0"
SHA256 = "11252b45c3f6b6104cfb07fb0fcfc9d2d62832d2af14715dd16fdc5e9c6e5964"
DOWNLOAD_SECONDS = 300


def unpacked() -> Path:
    """The folder of the source package under .cache, downloaded and unpacked when it is not there yet."""
    cache = REPOSITORY / ".cache" / "python-sdk"
    folder = cache / NAME
    if folder.exists():
        return folder
    archive = cache / f"{NAME}.tar.gz"
    if not archive.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--no-binary", ":all:", "--dest", str(cache), REQUIREMENT]
        subprocess.run(command, check=True, timeout=DOWNLOAD_SECONDS)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != SHA256:
        archive.unlink()
        raise AssertionError(f"{archive.name} has the SHA-256 {digest}, not {SHA256}")
    # Unpacked beside its place and then renamed, so that an interrupted run leaves nothing that looks complete.
    staging = cache / "unpacking"
    shutil.rmtree(staging, ignore_errors=True)
    with tarfile.open(archive) as source:
        # Python before 3.10.12 and 3.11.4 has no filters; the digest says whose archive it is.
        filtered = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        source.extractall(staging, **filtered)
    (staging / NAME).rename(folder)
    return folder
