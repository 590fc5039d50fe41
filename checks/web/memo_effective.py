"""Memoised components get what stays the same."""

from pytest_reconaudit.api import Confidence, MemoFile, Note, Severity, audit, report


@audit(
    pillar=2,
    severity=Severity.INFO,
    confidence=Confidence.LIKELY,
    impact="The comparison is paid at every rendering and saves none.",
    fix="""
    Keep what is handed on in the parent, or drop the memo:

    ```tsx
    // before
    <Row item={item} onShow={() => show(item.id)} />
    // after
    const onShow = useCallback((id: string) => show(id), [show]);
    <Row item={item} onShow={onShow} />
    ```
    """,
)
def web_memo_effective(memo_file: MemoFile) -> None:
    """A memo sees at least one use in which its properties can be equal.

    Why: `memo` compares properties by identity; an object, function or element written into the
    tag is another one at each rendering.
    Decides: a component given to `memo()` without a comparison of its own, every use of which
    hands on an object, array, function or element made in the tag, or that is used nowhere.
    Silent where a use cannot be seen (handed on as a value, imported as a whole), and when the
    React Compiler is installed.
    Blind spots: values made anew in the parent before they are handed on.
    """
    if unused := memo_file.unused:
        names = ", ".join(one.name for one in unused[:5]) + (" …" if len(unused) > 5 else "")
        report(
            at=unused[0].place,
            says=f"memoised, but rendered nowhere: {names}",
            related=[Note(one.place, one.name) for one in unused[1:]],
            key="unused",
        )
    for one in memo_file.useless:
        count = f"all {one.uses} uses hand" if one.uses > 1 else "its only use hands"
        report(
            at=one.place,
            says=f"the memo of {one.name} never helps: {count} on what is new at each rendering",
            evidence=one.fresh[0].message,
            related=one.fresh,
            key=one.name,
        )
