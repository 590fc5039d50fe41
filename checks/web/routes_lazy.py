"""Routes load their page when somebody goes there."""

from pytest_reconaudit.api import RouterFile, Severity, audit, report

_SOME = 5
_LIGHT = 30_000
_SMALL = 20_000
_HEAVY = 250_000
"""Characters of source."""


@audit(
    pillar=2,
    severity=Severity.LOW,
    impact="Whoever opens the first page downloads and parses these pages as well.",
    fix="""
    Let the route load its page: `lazy(() => import(…))`, with a `<Suspense>` around the routes that
    shows something meanwhile; Vue Router takes `() => import(…)` as it is.
    """,
)
def web_routes_lazy(router: RouterFile) -> None:
    """A router imports no page but the first.

    Why: each statically imported page is in the file that the browser must load before it shows
    anything, for people who may never open that page.
    Decides: looks at files with four or more routes (`<Route>`, route objects of React Router and
    Vue Router) that import two pages or more, or one where others are loaded on demand; one finding
    per application. The innermost component of a route that is no wrapper must not come from a
    static import of a module of pages (`pages/`, `views/`, `features/` …, or a name such as
    `ReportPage`): low; medium when one is behind the login (`ProtectedRoute`, `RequireAuth`,
    `requiresAuth`) and over 250 kB of source are loaded for them alone; a note for fewer than five
    pages with less than 30 kB (20 kB and one package), where no route is lazy, and for scripts that
    a server puts into pages of its own. The pages that people come to first (`/`, what a router,
    the page of `/` or a login page sends them to, a dashboard), login, error and callback pages,
    layouts, guards, routes of development alone and components that make a route of what they are
    given pass, also pages that something else imports at once anyway, pages that load their content
    on demand, routers that are loaded on demand themselves or by what imports them, and
    applications on their user's machine (Electron, Tauri). Where a page weighs over 15 kB, those
    under 5 kB are counted and not named; the heaviest tells the line.
    Blind spots: routers made of files; pages that a barrel hands on.
    """
    if router.eager is None:
        return
    pages = router.eager.pages
    names = ", ".join(one.message for one in pages[:5]) + (" …" if len(pages) > 5 else "")
    total = len(pages) + router.eager.light
    counted = f"{total} page{'' if total == 1 else 's'} statically"
    if router.eager.light:
        counted += f", of which {len(pages)} weigh{'s' * (len(pages) == 1)} something"
    others = len(router.eager.others)
    more = (
        f"; {others} more router{'' if others == 1 else 's'} of the application"
        f" {'does' if others == 1 else 'do'} the same"
        if others
        else ""
    )
    weight = router.eager.weight
    told = weight.told()
    few = len(pages) < _SOME and not router.lazy
    light = few and weight.source < (_SMALL if weight.packages else _LIGHT)
    light = (light and len(weight.packages) < 2) or router.of_server
    heavy = router.eager.guarded and weight.source > _HEAVY
    report(
        at=pages[0].place,
        says=(
            f"the router of {router.routes} routes imports {counted}"
            f"{f' ({told} that nothing else loads at once)' if told else ''}: {names}{more}"
        ),
        severity=Severity.INFO if light else Severity.MEDIUM if heavy else Severity.LOW,
        evidence=pages[0].message,
        fix=router.eager.cure,
        related=[*pages[1:], *router.eager.routes, *router.eager.others],
    )
