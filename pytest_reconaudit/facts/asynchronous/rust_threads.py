"""What stands around a call of Rust that blocks, as far as it decides how it goes to a thread."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_reconaudit.facts.asynchronous.crates import Means
from pytest_reconaudit.facts.asynchronous.join_errors import converts
from pytest_reconaudit.facts.asynchronous.remedies import Ends
from pytest_reconaudit.facts.asynchronous.running import in_block, is_service
from pytest_reconaudit.facts.asynchronous.waits import Waiting
from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.arguments import Unclosed, arguments_and_end
from pytest_reconaudit.readers.scans.outline import OutlinedFunction, outline
from pytest_reconaudit.target import Target

__all__ = [
    "ends_of",
    "function_around",
    "heads_around",
    "in_guard_line",
    "kept_behind",
    "whole_block",
]

_LONGEST = 3_000
_LINES = 40
_UP = 200
_TAIL = regex(r"\s*(\?|\.\w+\s*\()")
_TRIED = regex(r"(?:if|while)\s+let\s+(?:Ok|Err)\b|\bmatch\b|\blet\s+_\s*=|\blet\s+Ok\b")
_STATEMENT = 8
"""Lines of a statement that are looked at above and below a call."""
_IF = regex(r"(?:^|[\s)}])if\s")
_CLOSURE = regex(r"(?:[(,=]\s*|\bmove\s*)\|[^|;{}]{0,80}\|")
_OPENS_CLOSURE = regex(r"(?:[(,=]\s*|\bmove\s*)\|[^|;{}]{0,80}\|[^|;{}]{0,60}\{$")
_ROOT = regex(r"[&*\s]*(?:mut\s+)?([a-z_]\w*)\b(?!\s*(?:::|!|\())")
_BLOCK = regex(r"(?:'\w+:\s*)?(?:for|while|loop)\b|(?:unsafe\s*)?\{$|let\s[^=;]{1,80}=\s*\{$")
_HANDLE = regex(r"\blet\s+(?:mut\s+)?(\w+)\s*(?::[^=;]{1,80})?=")
_OPENS = regex(r"\bfs::(?:File|OpenOptions)\b|\bio::copy$|\bimage::")
_TAKES = regex(r"\bio::copy\b|\bZip(?:Writer|Archive)\b|\.decode\(|\b(?:Gz|Zlib|Zstd?)\w*coder\b")


def function_around(target: Target, path: str, line: int) -> OutlinedFunction | None:
    """The innermost function around a line."""
    file = scanned(target, outline).get(path)
    around = [one for one in (file.functions if file else ()) if one.line <= line <= one.end_line]
    return max(around, key=lambda one: one.line, default=None)


def ends_of(target: Target, path: str, one: Waiting, means: Means) -> Ends:
    """What is done with what a function's first call gives; of a function that is not async, where
    async code first calls it."""
    at = one.callers[0].place if one.callers else one.at
    line = at.line or 1
    name = one.name.rpartition("::")[2] if one.callers else ""
    text, column = _from(target, at, name)
    function = function_around(target, at.path, line)
    error = "BlockingError" if means.runtime == "actix" else "JoinError"
    hands_on = function is not None and not in_block(target, at.path, line)
    stands = ""
    if name and not text:
        stands = "call"
    elif _in_guard(target, at, text):
        stands = "guard"
    elif _in_closure(target, at, column):
        stands = "closure"
    elif function is not None and is_service(function):
        stands = "service"
    given, after = _given(text)
    return Ends(
        tail=_tail(after),
        tried=not after.lstrip().startswith(("?", ".")) and _is_tried(target, at),
        converts=hands_on
        and function is not None
        and converts(target, at.path, function.returns, error),
        again=tuple(_used_again(target, at, function, given)) if not name else (),
        borrows=any("&" in each or _ROOT.match(each) is not None for each in given),
        stands=stands,
        kept=kept_behind(target, at.path, function) if function and stands == "service" else "",
        where=str(at) if one.callers else "",
        method=bool(name) and column > 1 and _before(target, at, column).endswith("."),
    )


def kept_behind(target: Target, path: str, function: OutlinedFunction) -> str:
    """How the service behind gets into the future that ``call`` returns, which lives longer than
    the borrow of its object."""
    source = "\n".join(target.lines(path)[function.line - 1 : function.end_line])[:_LONGEST]
    asked = _ASKED.search(source)
    if asked is None or not function.owner:
        return ""
    field = asked[1]
    held = re.search(
        rf"\bstruct\s+{re.escape(function.owner)}\b[^{{;]{{0,200}}\{{[^}}]{{0,1000}}?\b{field}\s*:"
        r"\s*(\w+)[ \t]*[,}\n]",
        target.text(path),
    )
    if held is None:
        return f" Move a clone of `self.{field}` into it."
    if any(name == "self" and "mut" in kind for name, kind in function.parameters):
        return (
            f" It takes a service of its own with it, the one that is ready (`{held[1]}: Clone`):"
            f" `let clone = self.{field}.clone();"
            f" let mut {field} = std::mem::replace(&mut self.{field}, clone);`."
        )
    return (
        f" `{field}: {held[1]}` is held by value, which a future that outlives `&self` cannot take:"
        f" keep it as `Rc<{held[1]}>` (`Rc::new(…)` where the middleware is made), and move a clone"
        " of it in."
    )


_ASKED = regex(r"\bself\s*\.\s*(\w+)\s*\.\s*call\s*\(")


def in_guard_line(text: str) -> bool:
    """Whether a line of Rust ends with the guard of an arm of a ``match``."""
    return "=>" in text and _IF.search(text.partition("=>")[0]) is not None and "if let" not in text


def _before(target: Target, at: Place, column: int) -> str:
    return target.line(at.path, at.line or 1)[: column - 1]


def _from(target: Target, at: Place, name: str) -> tuple[str, int]:
    """The source from a call's name on, and its column; empty where no call of that name begins at
    the line.

    :param name: of what is called; empty where the place's column says it.
    """
    lines = target.lines(at.path)[(at.line or 1) - 1 :][:_LINES]
    column = at.column or 1
    if name:
        found = lines[0].find(f"{name}(") if lines else -1
        if found < 0:
            return "", 1
        column = found + 1
    return "\n".join(lines)[column - 1 :][:_LONGEST], column


def _given(text: str) -> tuple[list[str], str]:
    """What the call that a text begins with is given, and what follows it."""
    begun = text.find("(")
    if begun < 0:
        return [], ""
    try:
        given, end = arguments_and_end(text, begun + 1)
    except Unclosed:
        return [], ""
    return [" ".join(part.split()) for part in given], text[end:]


def _tail(after: str) -> str:
    """What follows a call, as advice repeats it: ``?``, ``.map_err(…)?``, ``.ok()``."""
    found = _TAIL.match(after)
    if found is None:
        return ""
    if found[1] == "?":
        return "?"
    given, rest = _given(after[found.start(1) :])
    name = found[1].rstrip("( \n")
    whole = f"{name}({'…' if given else ''})"
    return f"{whole}?" if rest.lstrip().startswith("?") else whole


def _is_tried(target: Target, at: Place) -> bool:
    """Whether the ``Result`` of a call is looked at where it stands."""
    line = at.line or 1
    above = target.lines(at.path)[max(line - _STATEMENT, 0) : line]
    for index in range(len(above) - 1, -1, -1):
        if index < len(above) - 1 and above[index].rstrip().endswith((";", "{", "}")):
            return False
        if _TRIED.search(above[index]):
            return True
    return False


def _in_guard(target: Target, at: Place, text: str) -> bool:
    """Whether a call stands in the guard of an arm: ``Some(user) if check(&user) => …``."""
    before = target.line(at.path, at.line or 1)
    before = before[: before.find(text.partition("\n")[0])] if text else before
    begins = _IF.search(before) is not None and "if let" not in before
    arm, _, _ = text.partition("{")
    return begins and "=>" in arm.partition(";")[0]


def _in_closure(target: Target, at: Place, column: int) -> bool:
    """Whether a call stands in a closure that is not async."""
    before = _before(target, at, column)
    for found in _CLOSURE.finditer(before):
        rest = before[found.end() :]
        depth = least = 0
        for letter in rest:
            depth += (letter in "([{") - (letter in ")]}")
            least = min(least, depth)
        if least >= 0 and not rest.lstrip().startswith("async"):
            return True
    for head in heads_around(target, at.path, at.line or 1):
        if not head.endswith("{"):
            continue
        if "async" in head:
            return False
        if _OPENS_CLOSURE.search(head[-200:]):
            return True
    return False


def heads_around(target: Target, path: str, line: int) -> Iterator[str]:
    """The lines of a function of Rust that open the blocks around a line, from inside, without the
    blanks around them."""
    lines = target.lines(path)
    if not path.endswith(".rs") or line > len(lines):
        return
    depth = indentation(lines[line - 1])
    closing = False
    for above in lines[line - 2 : max(0, line - _UP) : -1]:
        bare, indent = above.strip(), indentation(above)
        if not bare or indent > depth or (indent == depth and not closing):
            continue
        if bare.startswith("fn ") or " fn " in bare or depth == 0:
            return
        # `)) => {` ends a pattern or a list of arguments that began on a line above.
        closing = bare.startswith((")", "]")) and not bare.startswith("})")
        if not closing and bare.endswith(("{", "(")):
            yield bare
        depth = indent


def _used_again(
    target: Target, at: Place, function: OutlinedFunction | None, given: list[str]
) -> Iterator[str]:
    """The variables that a call is given and that its function uses further below."""
    if function is None:
        return
    line = at.line or 1
    below = "\n".join(target.lines(at.path)[line : function.end_line])[: 10 * _LONGEST]
    for each in given:
        root = _ROOT.match(each)
        if root is not None and root[1] != "self" and re.search(rf"\b{root[1]}\b", below):
            yield root[1]


# -- files ----------------------------------------------------------------------------------------


def whole_block(target: Target, path: str, one: Waiting) -> tuple[int, int, bool] | None:
    """The lines that work on a file which a function opens: (first, last, whether they await
    nothing); ``None`` where it opens none, or does nothing else with it."""
    line = one.at.line or 1
    function = function_around(target, path, line)
    if function is None or _OPENS.search(one.sites[0].message) is None:
        return None
    lines = target.lines(path)
    block = _await_free(lines, line - 1, function.line)
    if block is not None and _TAKES.search("\n".join(lines[block[0] - 1 : block[1]])):
        return (*block, True)
    opened = _handle(lines, line - 1) or _receiver(one)
    if not opened:
        return None
    first, last = line, 0
    for at in range(function.line, function.end_line):
        if _is_use(lines[at], opened):
            last = at + 1
        if _HANDLE.search(lines[at]) and _names(lines[at]) == opened:
            first = min(first, at + 1)
    if last <= first:
        return None
    awaits = any(".await" in each for each in lines[first - 1 : last])
    return first, last, not awaits


def _receiver(one: Waiting) -> str:
    """``file`` of ``file.write_all(&data)``."""
    root = _ROOT.match(one.evidence)
    return root[1] if root is not None and " … ." in one.sites[0].message else ""


def _names(line: str) -> str:
    found = _HANDLE.search(line)
    return found[1] if found is not None else ""


def _handle(lines: list[str], at: int) -> str:
    """What the file is called that the statement of a line opens."""
    for above in range(at, max(-1, at - _STATEMENT), -1):
        if above < at and lines[above].rstrip().endswith((";", "{", "}")):
            return ""
        if name := _names(lines[above]):
            return name
    return ""


_USES = regex(
    r"\b(\w+)\.(?:write\w*|read\w*|flush|sync_\w+|set_len|seek|lines|bytes)\("
    r"|\b(?:io::copy|Buf(?:Reader|Writer)::\w+|Zip\w+::new|from_reader|to_writer\w*|\w+coder::new)"
    r"\(\s*(?:&(?:mut\s+)?)?(\w+)(?:,\s*(?:&(?:mut\s+)?)?(\w+))?"
)


def _is_use(line: str, name: str) -> bool:
    return any(name in (one[1], one[2], one[3]) for one in _USES.finditer(line[:400]))


def _await_free(lines: list[str], at: int, first: int) -> tuple[int, int] | None:
    """The outermost loop or bare block around a line, below that of its function, that awaits
    nothing and that no `return` leaves."""
    found = None
    depth = indentation(lines[at])
    for above in range(at - 1, max(first - 1, at - _UP), -1):
        bare = lines[above].strip()
        indent = indentation(lines[above])
        if not bare or indent >= depth or bare.startswith((")", "//")):
            continue
        depth = indent
        if not bare.endswith("{"):
            continue
        end = next(
            (
                below + 1
                for below in range(at, min(len(lines), at + _UP))
                if lines[below].strip().startswith("}") and indentation(lines[below]) == indent
            ),
            0,
        )
        text = "\n".join(lines[above:end])
        if not end or ".await" in text or "return " in text or "async " in text:
            break
        if _BLOCK.match(bare) is not None:
            found = (above + 1, end)
    return found
