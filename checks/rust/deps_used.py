"""Every dependency is named by the package's code."""

from pytest_reconaudit.api import Confidence, CrateUse, Note, Severity, audit, lines_of, report

KINDS = {
    "heavy": ("a", Severity.MEDIUM, "heavy dependency", "heavy dependencies"),
    "usual": ("b", Severity.LOW, "dependency", "dependencies"),
    "dev": ("c", Severity.LOW, "dependency of tests", "dependencies of tests"),
}

FIX = """Take it out and build all targets of all members once (a plain `cargo check` leaves out
tests, and what `default-members` does not name):

```sh
{}
cargo check --workspace --all-targets
```

Where it is needed without being named, say so on its line: `# needed by …`.
"""
MACHETE = """
In `[dependencies]` of a whole workspace `cargo machete --with-metadata --fix` does it (without
that flag also to crates whose library has another name); read what it took out. It leaves alone
what `ignored = ["NAME"]` below `[package.metadata.cargo-machete]` lists.
"""
ELSEWHERE = "\nA plain check leaves out what is listed for another platform: add `--target …`.\n"
UNBUILT = "The manifest promises what the code does not need; no build script could use it."


@audit(
    pillar=2,
    severity=Severity.LOW,
    impact="The manifest promises what the code does not need; where no other crate needs it, it is"
    " fetched and compiled too.",
    fix=FIX.format("cargo remove -p PACKAGE NAME # --dev, --build for those sections") + MACHETE,
    advice={
        "a": ("It is slow to build, and by Cargo.lock nothing else needs it.", ""),
    },
)
def rust_deps_used(crate_use: CrateUse) -> None:
    """Every dependency of a package is named by its code.

    Why: what nobody uses is still resolved, compiled, and audited with every release.
    Decides: looks for the crate's name in all `.rs` files of the package (tests, examples and build
    script too): at the head of a path, in an import, an attribute, or handed to a macro; variables,
    fields and modules of that name do not count, nor what another crate gives out under it, but for
    derives. A crate that is named nowhere is a finding: (a)
    crates that are slow to build (`aws-sdk-*`, `wasmtime`, `rocksdb` …), when by Cargo.lock no
    other package needs them: medium; (b) others: low; (c) dependencies of tests: low. In a package
    that tests others all is a note. When more than four packages of a workspace have such, (b) and
    (c) are one finding for the workspace. Optional dependencies, those that a feature names,
    `*-sys` crates, allocators, renamed crates and libraries, names in attributes' strings and doc
    tests, crates that the repository's own or known macros expand to (by a path, or by a derive or
    attribute in what they quote, through another crate too, where that macro is called), those that
    the repository writes into manifests of new packages such as this one, and those that
    cargo-machete, cargo-shear or cargo-udeps are told to ignore pass; so does one whose comment
    gives the reason, and one that is named in a string of a build script that writes code itself.
    Of a package without a build script all of `[build-dependencies]` is told along. Manifests that
    `.openapi-generator/FILES` lists are not judged.
    Blind spots: a crate that only a macro of its own name or text put together names; packages
    whose code a build script or a macro makes from a specification (`generate_api!`) are not judged
    on what that code may need, but for generators whose output is known (prost, tonic, tauri …).
    """
    if crate_use.members:
        _workspace(crate_use)
    files = f"none of its {crate_use.files} Rust files"
    if crate_use.files == 1:
        files = "no line of its only Rust file"
    for kind, (clause, severity, one, many) in KINDS.items():
        if not (unused := crate_use.of(kind)):
            continue
        names = ", ".join(
            f"{dependency.name} ({lines_of([dependency.place])})" for dependency in unused[:5]
        )
        more = f" and {len(unused) - 5} more" if len(unused) > 5 else ""
        count = f"{len(unused)} {one if len(unused) == 1 else many}"
        dead = [each for each in unused if each in crate_use.dead]
        gone = crate_use.dead if dead else ()
        script = f" ({lines_of([each.place for each in gone])})"
        script = f"; it has no build script, so nothing can use its [build-dependencies]{script}"
        report(
            at=unused[0].place,
            says=f"{count} of {crate_use.package.manifest.package} named in {files}: {names}{more}"
            + crate_use.other_words(unused)
            + (script if gone else ""),
            severity=Severity.INFO if crate_use.for_tests else severity,
            confidence=Confidence.LIKELY
            if any(dependency.name in crate_use.doubtful for dependency in unused)
            else None,
            evidence=", ".join(dependency.name for dependency in unused),
            related=[
                Note(dependency.place, dependency.name)
                for dependency in dict.fromkeys((*unused, *gone))
            ],
            impact=UNBUILT if len(dead) == len(unused) else "",
            fix=FIX.format(crate_use.removal((*unused, *gone)))
            + (ELSEWHERE if any(one.platform for one in unused) else "")
            + (MACHETE if any(one.section == "dependencies" for one in unused) else ""),
            clause=clause,
            key=kind,
        )


def _workspace(root: CrateUse) -> None:
    """What lies in many packages and is mended at one go."""
    dev = [one for member in root.members for one in member.of("dev")]
    unused = [one for member in root.members for one in (*member.of("usual"), *member.of("dev"))]
    names = ", ".join(f"{one.name} ({one.place.path}:{one.place.line})" for one in unused[:5])
    tests = f", {len(dev)} of them for tests" if dev else ""
    report(
        at=root.place or unused[0].place,
        says=f"{len(unused)} dependencies of {len(root.members)} packages of the workspace named in"
        f" no Rust file of the package that lists them{tests}: {names} and {len(unused) - 5} more",
        severity=Severity.LOW,
        confidence=Confidence.LIKELY if any(member.doubtful for member in root.members) else None,
        evidence="[workspace]",
        related=[Note(one.place, one.name) for one in unused],
        fix=FIX.format(root.removals()) + (MACHETE if len(dev) < len(unused) else ""),
        clause="b",
        key="workspace",
    )
