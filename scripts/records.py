"""What the scripts that generate files from TableGen share: the records, and writing or comparing what follows from them."""

import difflib
import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def fail(message):
    sys.exit(f"{pathlib.Path(sys.argv[0]).stem}: {message}")


def load_records(*definitions):
    """All records of these files, included one after the other, by name, as llvm-tblgen's JSON has them."""
    tblgen = pathlib.Path("/usr/lib/llvm-22/bin/llvm-tblgen")
    if not tblgen.exists():
        found = shutil.which("llvm-tblgen-22") or shutil.which("llvm-tblgen")
        if not found:
            fail("expected llvm-tblgen of LLVM 22, but found none")
        tblgen = pathlib.Path(os.path.realpath(found))
    includes = tblgen.parent.parent / "include"
    done = subprocess.run([tblgen, "--dump-json", f"-I{ROOT / 'include'}", f"-I{includes}", "-"],
                          input="".join(f'include "{path}"\n' for path in definitions).encode(), stdout=subprocess.PIPE, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    return json.loads(done.stdout)


def camel(name):
    """`transpose_b` as ODS makes accessors of it: TransposeB."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def write_or_check(files, check):
    """Writes the texts, by path; with `check` shows instead how the committed files differ from them, and fails if they do."""
    stale = False
    for name, text in files.items():
        path = ROOT / name
        old = path.read_text() if path.exists() else ""
        if old == text:
            continue
        if check:
            stale = True
            sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), text.splitlines(True), name, "as defined"))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if stale:
        fail(f"these files are out of date; run scripts/{pathlib.Path(sys.argv[0]).name}")
