"""Files reach the browser compressed, are kept there, and are no larger than need be."""

from pytest_reconaudit.api import (
    AssetScope,
    Confidence,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)

_SEVERITIES = {
    "a": Severity.MEDIUM,
    "b": Severity.LOW,
    "c": Severity.LOW,
    "d": Severity.LOW,
    "e": Severity.LOW,
}

_ENDS = {
    "setInterval": "`const timer = setInterval(…); return () => clearInterval(timer);`",
    "WebSocket": "`const socket = new WebSocket(…); return () => socket.close();`",
    "addEventListener": "Give the listener a name, and return `() =>"
    " window.removeEventListener(event, listener)`, for what it was added to, from the effect.",
    "removeEventListener": "Give the listener a name, and hand the same name to both.",
}
"""What starts in an effect → how the effect ends it."""


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    confidence=Confidence.LIKELY,
    impact="Browsers load text such as scripts at about three times its size after gzip.",
    fix="""
    ```
    gzip on;
    gzip_vary on;
    gzip_types text/css application/javascript text/javascript application/json image/svg+xml;
    ```
    """,
    advice={
        "b": (
            "Browsers guess how long to keep files that never change, and then ask again.",
            """
            Give files with a hash in their names `expires 1y`, and the page that names them
            `expires -1`.
            """,
        ),
        "c": (
            "Over a slow line (1.6 Mbit/s) the image alone takes more than a second.",
            "Save it as WebP or AVIF, no wider than it is shown.",
        ),
        "d": (
            "Text appears late, or changes its face when the font arrives.",
            "Pack it with `woff2_compress`, and name the `.woff2` in `@font-face`.",
        ),
        "e": (
            "It goes on after the component is gone, and once more for each time it comes back.",
            "Return a function from the effect that ends it.",
        ),
    },
)
def web_assets_compressed(assets: AssetScope) -> None:
    """A server compresses built files and lets browsers keep them; images and fonts are small.

    Why: scripts and styles shrink to a third by gzip, and a file with a hash in its name never has
    to be asked for twice.
    Decides: an nginx that an image starts in front of the finished files of a bundler, with the
    configuration that Dockerfile and compose put there: (a) no gzip or brotli, or gzip without
    scripts among its types: medium. (b) No file may be kept for a week or longer (`expires`,
    `max-age`, `immutable`): low. In frontend packages, where a style, page or script names them:
    (c) images over 300 kB that are neither WebP nor AVIF, (d) fonts over 100 kB without a WOFF2
    beside them: low; images are a note up to 500 kB, in documents, and where the framework or a
    plugin makes them smaller (`next/image`, Astro). (e) An effect of React that starts a timer, a
    socket or a listener of the window and returns nothing, in a file that ends no such thing, or
    that removes a function made anew, or a Vue component that does so when it is mounted: low; a
    note where what it listens to may go with the component, in the application's root, and in a
    component that only templates of a server render. Fonts of families that no style uses, a CDN
    or a proxy in the repository that compresses, precompressed files (`gzip_static`), snippets that
    are not in the repository, development images and pictures for documents, previews and links
    (`og:image`) pass.
    Blind spots: other servers than nginx; what a load balancer outside of the repository does.
    """
    if assets.unknown:
        skip(SkipReason.UNRESOLVED, assets.unknown)
    for fault in assets.faults:
        report(
            at=fault.place,
            says=fault.says,
            severity=Severity.INFO if fault.note else _SEVERITIES[fault.clause],
            evidence=fault.evidence,
            fix=fault.cure or (_ENDS.get(fault.evidence, "") if fault.clause == "e" else ""),
            related=fault.related,
            clause=fault.clause,
            key=f"{fault.clause} {fault.evidence}",
        )
