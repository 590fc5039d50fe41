"""What a browser loads before anything shows is small."""

from pytest_reconaudit.api import EntrySize, Severity, SkipReason, audit, kilobytes, report, skip

_FIX = """
Load routes on demand, and take heavy libraries out of what every page needs:

```
import Reports from './pages/Reports'                      // before
const Reports = lazy(() => import('./pages/Reports'))      // after
```

`npx vite-bundle-visualizer` (Next.js: `@next/bundle-analyzer`) shows what fills a chunk.
"""


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    impact="Every first visit waits until all of it is loaded, unpacked and parsed.",
    fix=_FIX,
    advice={
        "c": ("One large file is loaded, parsed and cached as a whole.", ""),
        "d": ("The limit that the repository set for itself is exceeded.", ""),
    },
)
def web_entry_small(build_entry: EntrySize) -> None:
    """The entry of the build, with all that it imports statically, stays within its budget.

    Why: on a phone 170 kB of packed scripts take about a second to load and to parse before
    anything can be clicked.
    Decides: measures a finished build: the folder of `--recon-web-build`, else `.next`, `dist`,
    `build` or `out` beside a package.json. What is loaded at once is read from Vite's manifest
    (static `imports` of the entry, styles of all those chunks), from Next.js' build manifests per
    route, or from scripts, modulepreloads and static imports of `index.html`. After gzip level 9:
    (a) scripts over 170 kB, (b) styles over 60 kB, (c) a single chunk over 250 kB; low when it is
    loaded on demand only. (d) Limits of size-limit, bundlesize, bundlewatch or angular.json for
    these files take the place of (a) to (c), counted as those tools count. Chunks for old browsers
    (`nomodule`, `-legacy`), workers, server builds and libraries are left out.
    Blind spots: what a page loads later from elsewhere (fonts, images, scripts of third parties);
    budgets in configurations that are programs.
    """
    for excess in build_entry.excesses:
        counted = "uncompressed" if excess.packed == "none" else f"after {excess.packed}"
        whose = "the repository's own limit" if excess.clause == "d" else "the limit"
        when = " and is loaded on demand" if excess.late else ""
        report(
            at=excess.place,
            says=(
                f"{excess.what}: {kilobytes(excess.size)} {counted}{when}, over {whose} of"
                f" {kilobytes(excess.limit)}"
            ),
            severity=Severity.LOW if excess.late else Severity.MEDIUM,
            evidence=excess.table,
            related=excess.related,
            clause=excess.clause,
            key=f"{excess.clause} {build_entry.id} {excess.late}",
        )
    if build_entry.unmeasured and not build_entry.excesses:
        skip(SkipReason.UNRESOLVED, build_entry.unmeasured)
