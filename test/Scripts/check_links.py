#!/usr/bin/env python3
"""Checks that what the Markdown pages under ROOT link to or name, within the repository, exists: check_links.py ROOT

A name is what stands in backquotes and begins with a folder of the repository: `lib/Shapes`, `passes/*/Passes.td`. A block
behind the line <!-- shows FILE --> is that file's text.
"""

import pathlib
import re
import subprocess
import sys

LINK = re.compile(r"\]\(([^)\s]+)\)")
NAME = re.compile(r"`((?:include|lib|dialects|passes|runtime|tools|test|docs|scripts|cmake|examples|benchmarks)/[\w./*-]*)`")


SHOWN = re.compile(r"<!-- shows (\S+) -->\n```[\w+]*\n(.*?)```\n", re.S)


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    if (root / ".git").exists():
        listed = subprocess.run(["git", "-C", str(root), "ls-files", "*.md"], capture_output=True, text=True, check=True)
        pages = [root / name for name in listed.stdout.splitlines() if (root / name).exists()]
    else:
        pages = [page for page in root.rglob("*.md") if not page.relative_to(root).parts[0].startswith("build")]
    links = names = broken = 0
    for page in sorted(pages):
        text = page.read_text()
        if text.count("<!-- shows") != len(SHOWN.findall(text)):
            broken += 1
            print(f"{page.relative_to(root)}: expected a block behind each <!-- shows FILE -->")
        for shown in SHOWN.finditer(text):
            if shown[2] != (root / shown[1]).read_text():
                broken += 1
                number = text.count("\n", 0, shown.start()) + 1
                print(f"{page.relative_to(root)}:{number}: expected the text of {shown[1]}")
        for number, line in enumerate(text.splitlines(), 1):
            for target in LINK.findall(line):
                if re.match(r"[a-z]+:|#", target):
                    continue
                links += 1
                if not (page.parent / target.split("#")[0]).exists():
                    broken += 1
                    print(f"{page.relative_to(root)}:{number}: no such file: {target}")
            for name in NAME.findall(line):
                names += 1
                if not any(root.glob(name.rstrip("/"))):
                    broken += 1
                    print(f"{page.relative_to(root)}:{number}: no such file: {name}")
    print(f"{len(pages)} pages, {links} links, {names} names, {broken} broken")
    sys.exit(1 if broken or not links or not names else 0)


if __name__ == "__main__":
    main()
