#!/usr/bin/env python3
"""Begins an op of the nn dialect, a kernel, a pass or a backend: writes its files, its tests, and its lines in the lists.

    scripts/new.py op|kernel|pass|backend NAME [--dry-run]

The new tests include one that fails. What it prints is the first of what is left to do; the steps printed here are the rest.
Everything is checked before anything is written. scripts/templates has a folder for each kind: recipe.toml, which says what is
written and what is changed where, and the texts.

In the paths and texts, @Name@, @nameCamel@, @name@, @dash-name@, @NAME@, @FLAT@, @words@ and @Words@ are forms of NAME
(PixelShuffle, pixelShuffle, pixel_shuffle, pixel-shuffle, PIXEL_SHUFFLE, PIXELSHUFFLE, pixel shuffle, Pixel shuffle); @RULE@
fills a banner to 80 columns. A recipe may define more: by an option, or as the next number of a series.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

try:
    import tomllib
except ImportError:
    sys.exit("new: expected Python 3.11 or later")

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "scripts" / "templates"
FORMS = {
    "snake": (r"[a-z][a-z0-9]*(_[a-z0-9]+)*", "lower case words joined by '_', such as pixel_shuffle"),
    "camel": (r"([A-Z][a-z0-9]*)+", "capitalized words, such as PixelShuffle"),
}


def fail(message):
    sys.exit(f"new: {message}")


def forms_of(name):
    """All forms of a name given in one of them."""
    words = name.split("_") if name[0].islower() else re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[0-9]+", name)
    words = [word.lower() for word in words]
    camel = "".join(word.capitalize() for word in words) if name[0].islower() else name
    return {"Name": camel, "nameCamel": camel[0].lower() + camel[1:], "name": "_".join(words), "NAME": "_".join(words).upper(),
            "FLAT": "".join(words).upper(), "dash-name": "-".join(words), "words": " ".join(words),
            "Words": " ".join(words).capitalize()}


def fill(text, values):
    """The text with its placeholders replaced."""
    text = re.sub(r"@([\w-]+)@", lambda found: values.get(found[1], found[0]), text)
    return re.sub(r"^(.*)@RULE@(.*)$", lambda found: found[1] + "-" * max(3, 80 - len(found[1] + found[2])) + found[2], text,
                  flags=re.M)


def read_tree(path, purpose):
    if not (ROOT / path).is_file():
        fail(f"expected {path} {purpose}, but there is no such file")
    return (ROOT / path).read_text()


def search(globs, pattern):
    """(path, match) for each place of the tree's files that the pattern fits."""
    for path in sorted(path for one in globs for path in ROOT.glob(one)):
        for found in re.finditer(pattern, path.read_text()):
            yield path.relative_to(ROOT).as_posix(), found


#===-----------------------------------------------------------------------===#
# Recipes
#===-----------------------------------------------------------------------===#


def load_recipe(kind):
    with open(TEMPLATES / kind / "recipe.toml", "rb") as file:
        return tomllib.load(file)


def choices(option):
    """The values of an option: those of its table, or the folders that `folders` finds."""
    if "folders" in option:
        return {path.parent.name: {} for path in sorted(ROOT.glob(option["folders"]))}
    return option["values"]


def values_for(recipe, arguments):
    pattern, form = FORMS[recipe["form"]]
    if not re.fullmatch(pattern, arguments.name):
        fail(f"expected a name of {form}, but got '{arguments.name}'")
    if arguments.name.endswith(recipe["added"]):
        fail(f"expected a name without '{recipe['added']}', which is added, but got '{arguments.name}'")
    values = forms_of(arguments.name)
    for name, option in recipe.get("option", {}).items():
        chosen = getattr(arguments, name)
        values.update({name: chosen, **choices(option)[chosen]})
    for taken in recipe["taken"]:
        for path, _ in search([taken["in"]], fill(taken["pattern"], values)):
            fail(f"expected a new name, but '{arguments.name}' is in {path}")
    for name, series in recipe.get("next", {}).items():
        numbers = [int(found[1]) for _, found in search([series["in"]], series["pattern"])]
        if not numbers:
            fail(f"expected numbers like {series['pattern']} in {series['in']}, but found none")
        values[name] = str(max(numbers) + 1)
    return values


def insert(path, text, change, new):
    """`text` with `new` at the place that the change names."""
    if "list" in change:
        # Lines that begin alike, behind a first line, in order.
        start = text.find(change["list"])
        lines = re.compile(change["line"] + "\n").match
        if text.count(change["list"]) != 1:
            fail(f"expected '{change['list'].strip()}' once in {path}, but found it {text.count(change['list'])} times")
        at = start + len(change["list"])
        last = None
        while found := lines(text, at):
            if last is None and found[0] > new:
                last = at
            at = found.end()
        at = at if last is None else last
        return text[:at] + new + text[at:]
    if change.get("at_end"):
        return text + new
    anchor = change.get("before") or change["after"]
    # Some anchors end many files: the last one counts.
    if text.count(anchor) != 1 and not (change.get("last") and anchor in text):
        fail(f"expected '{anchor.strip()}' once in {path}, but found it {text.count(anchor)} times")
    at = text.rfind(anchor) + (0 if "before" in change else len(anchor))
    return text[:at] + new + text[at:]


def formatted(files):
    """The C++ texts as clang-format has them, where there is one."""
    program = "/usr/lib/llvm-22/bin/clang-format"
    if not pathlib.Path(program).exists():
        program = shutil.which("clang-format-22") or shutil.which("clang-format")
    if not program:
        print("new: found no clang-format: format the C++ files yourself", file=sys.stderr)
        return files
    result = {}
    for path, text in files.items():
        if path.endswith((".cpp", ".h")):
            done = subprocess.run([program, f"--assume-filename={ROOT / path}"], input=text, capture_output=True, text=True,
                                  check=False)
            if done.returncode:
                fail(f"clang-format of {path}: {done.stderr.strip()}")
            text = done.stdout
        result[path] = text
    return result


def apply_recipe(kind, recipe, values):
    """The new texts of all files, and what was done to each: {path: text}, [(verb, path, what)]."""
    files, listing = {}, []
    for new in recipe["write"]:
        path = fill(new["path"], values)
        if (ROOT / path).exists():
            fail(f"expected to write {path}, but it exists already")
        files[path] = fill((TEMPLATES / kind / new["from"]).read_text(), values)
        listing.append(("write", path, fill(new["what"], values)))
    for change in recipe["change"]:
        change = {key: fill(value, values) if isinstance(value, str) else value for key, value in change.items()}
        path = change["path"]
        text = files.get(path) or read_tree(path, "to change")
        new = change["text"] if "text" in change else fill((TEMPLATES / kind / change["from"]).read_text(), values)
        files[path] = insert(path, text, change, new)
        if ("change", path) not in [entry[:2] for entry in listing]:
            listing.append(("change", path, change["what"]))
    return formatted(files), listing


def print_listing(recipe, listing, values):
    width = max(len(path) for _, path, _ in listing)
    for verb, title in (("write", "Written:"), ("change", "Changed:")):
        print(title)
        for _, path, what in (entry for entry in listing if entry[0] == verb):
            print(f"  {path:{width}}  {what}")
    if recipe.get("generate"):
        print("Brought up to date:")
        for script in recipe["generate"]:
            print(f"  what {script} writes")
    print("Next:")
    for number, step in enumerate(recipe["steps"], 1):
        first, *more = fill(step, values).strip().split("\n")
        print(f"  {number}. {first}")
        for line in more:
            print(f"     {line}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True)
    recipes = {path.parent.name: load_recipe(path.parent.name) for path in sorted(TEMPLATES.glob("*/recipe.toml"))}
    for kind, recipe in recipes.items():
        one = kinds.add_parser(kind, help=recipe["summary"], description=recipe["summary"])
        one.add_argument("name", metavar="NAME", help=FORMS[recipe["form"]][1])
        for name, option in recipe.get("option", {}).items():
            one.add_argument(f"--{name}", choices=list(choices(option)), help=option["help"], default=option.get("default"),
                             required="default" not in option)
        one.add_argument("--dry-run", action="store_true", help="check and print, but write nothing")
    arguments = parser.parse_args()
    recipe = recipes[arguments.kind]
    values = values_for(recipe, arguments)
    files, listing = apply_recipe(arguments.kind, recipe, values)
    if not arguments.dry_run:
        for path, text in files.items():
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(text)
    print_listing(recipe, listing, values)
    if arguments.dry_run:
        return
    sys.stdout.flush()
    for script in recipe.get("generate", []):
        if subprocess.run([ROOT / script], cwd=ROOT, check=False).returncode:
            fail(f"{script} failed (above); the other files are written: run it again before you build")


if __name__ == "__main__":
    main()
