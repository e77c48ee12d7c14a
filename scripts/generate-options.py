#!/usr/bin/env python3
"""Writes the tables of options in docs/CommandLine.md, from what the programs list.

    scripts/generate-options.py [--check] PROGRAM...

A table stands between two comments. The first one says which options it has: those of a command, or of several where they
agree, and, after "beyond", without those that another table has:

    <!-- options: run, eval, bench -->
    <!-- options: calibrate beyond quantize -->
    | option | meaning |
    ...
    <!-- end -->

A command is a subcommand of quantir, or qrun. With --check nothing is written, and a table that is out of date fails. An
option that is in no table is an error.
"""

import pathlib
import re
import subprocess
import sys

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs/CommandLine.md"
TABLE = re.compile(r"(<!-- options: (.+?)(?: beyond (.+?))? -->\n).*?(<!-- end -->)", re.DOTALL)


def list_options(programs):
    """Of each command its options, name and help, in order."""
    commands = {}
    for program in programs:
        listed = subprocess.run([program, "--list-options"], check=True, capture_output=True, text=True).stdout
        for line in listed.splitlines():
            command, name, text = line.split("\t")
            commands.setdefault(command, {})[name] = text
    return commands


def fill_tables(page, commands):
    """The page with its tables, and the options that none of them has."""
    shown = {command: set() for command in commands}

    def options_of(names):
        wanted = [name.strip() for name in names.split(",")]
        for name in wanted:
            if name not in commands:
                sys.exit(f"generate-options: expected a command in docs/CommandLine.md, but got '{name}'")
        return wanted

    def fill(match):
        begin, names, others, end = match.groups()
        first, *rest = wanted = options_of(names)
        beyond = {option for other in options_of(others) for option in commands[other].items()} if others else set()
        rows = []
        for option, text in commands[first].items():
            if any(commands[other].get(option) != text for other in rest):
                continue
            for command in wanted:
                shown[command].add(option)
            if (option, text) not in beyond:
                rows.append(f"| `{option.replace(',--', ', --')}` | {text.replace('|', chr(92) + '|')} |\n")
        return f"{begin}| option | meaning |\n| --- | --- |\n{''.join(rows)}{end}"

    filled = TABLE.sub(fill, page)
    missing = [f"{command} {option}" for command, options in commands.items() for option in options
               if option not in shown[command]]
    return filled, missing


def main():
    arguments = sys.argv[1:]
    check = "--check" in arguments
    programs = [argument for argument in arguments if argument != "--check"]
    if not programs:
        sys.exit(__doc__)
    page = PAGE.read_text(encoding="utf-8")
    filled, missing = fill_tables(page, list_options(programs))
    if missing:
        sys.exit("generate-options: no table of docs/CommandLine.md has " + ", ".join(missing))
    if not check:
        PAGE.write_text(filled, encoding="utf-8")
    elif filled != page:
        sys.exit("generate-options: the tables of docs/CommandLine.md are out of date; run scripts/generate-options.py "
                 + " ".join(programs))


if __name__ == "__main__":
    main()
