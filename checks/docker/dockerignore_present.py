"""Build contexts are kept clean."""

from pytest_reconaudit.api import Clutter, IgnoredContext, Note, Place, Severity, audit, report


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="Local modules, build output, history or secrets of whoever builds end up in the image.",
    fix="""
    Commit a `.dockerignore` at the root of the context. Unlike git, Docker matches from the root
    only, so name the folders at any depth:

    ```
    .git
    **/node_modules
    **/target
    **/dist
    **/.env*
    !**/.env.example
    ```
    """,
    advice={
        "b": (
            "Every clone builds without it: what it keeps out lies in their context and images.",
            "Take `.dockerignore` out of `.gitignore`, and commit it.",
        ),
        "c": (
            "",
            (
                "Add what the message names to the patterns, at any depth (`**/NAME`), and look "
                "at what is left with `docker build --no-cache --progress=plain`."
            ),
        ),
    },
)
def docker_dockerignore_present(build_context: IgnoredContext) -> None:
    """What a build does not need stays out of its context.

    Why: `COPY . .` takes everything that lies in the folder at that moment, also what git ignores.
    Decides: for every known build context from which a folder is copied. (a) There is no
    `.dockerignore` (nor `<Dockerfile>.dockerignore`), and a folder is copied in which
    `node_modules`, `target`, `.env` or the repository's `.git` will lie; low when it is just the
    whole context of a program. (b) The `.dockerignore` is git-ignored: low. (c) Its patterns let
    `.env`, `node_modules`, `target` or, in the repository's root, `.git` through (the last two,
    and `.env` in a stage that only builds: low; `.git` in such a stage: a note), or committed
    files over 2 MB that come to more than 100 MB. Patterns are tested, not the disk. Contexts that
    hold nothing but configuration to be copied, remote contexts and dev containers pass. Where
    only stages that do not ship take it, nothing of it is copied on (`COPY --from=`), and no
    `node_modules` lies where the build installs its own: low.
    Blind spots: other clutter than that.
    """
    context = build_context
    at = Place(context.ignore_path)
    if context.rule is not None:
        report(
            at=context.rule.place,
            says=f"git ignores {context.ignore_path}, so it cannot be shared",
            severity=Severity.LOW,
            evidence=context.rule.message,
            clause="b",
            key=context.ignore_path,
        )
    found = [one for one in context.clutter if one.path]
    grave = any(one.arrives or one.spoils for one in found)
    impact = _impact(context, found)
    listed = ", ".join(one.path for one in found[:5])
    if len(found) > 5:
        listed += f" and {len(found) - 5} more"
    if context.unguarded:
        first = found[0].copy if found else context.unguarded[0]
        whole = first.written.strip("\"'") in (".", "./", "/")
        if found or (whole and context.project):
            report(
                at=at,
                says=f"the context {context.title} has no .dockerignore:"
                f" `{first.instruction.written.strip()}` takes"
                f" {listed or 'whatever lies there'} along",
                severity=Severity.MEDIUM if grave else Severity.LOW,
                impact=impact,
                evidence=first.instruction.written,
                related=[
                    *(Note(one.place, one.instruction.written) for one in context.unguarded),
                    *context.builders,
                ],
                clause="a",
            )
    elif found:
        heavy = [one for one in found if one.weighs]
        history = all(one.path == ".git" and not one.ships for one in found)
        light = Severity.INFO if history else Severity.LOW
        report(
            at=at.at(1),
            says=f"the patterns let {listed} through"
            f" ({(heavy or found)[0].why}; Docker matches from the context's root)",
            severity=Severity.MEDIUM if heavy else light,
            impact=impact,
            evidence=(heavy or found)[0].copy.instruction.written,
            related=[(one.copy.place, f"copies {one.path}") for one in found[:8]],
            clause="c",
        )
    if context.bytes:
        largest = ", ".join(f"{path} {size // 1_000_000} MB" for path, size in context.largest)
        report(
            at=at.at(None if context.unguarded else 1),
            says=f"{context.bytes // 1_000_000} MB of committed files go to the builder"
            f" (limit 105): {largest}",
            related=[(context.broad[0].place, "copies the whole context"), *context.builders],
            impact="Every build sends these files to the builder before its first step.",
            clause="c",
            key="size",
        )


def _impact(context: IgnoredContext, found: list[Clutter]) -> str:
    """What comes of it, where it is not that it ends up in the image."""
    if any(one.arrives for one in found) or (not found and context.arrives):
        return ""
    if any(one.spoils for one in found):
        return "Modules that whoever builds has installed take the place of the build's own."
    reads = any(one.path.endswith(".env") for one in found)
    return (
        "Every build sends it to the builder, and a change in it makes the layers behind the copy"
        " run again; it is not copied into the image that ships."
        + (" A build that reads `.env` takes the values of whoever builds." if reads else "")
    )
