"""The loops of a file that repeat a database call: which count, and what else they do."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from itertools import islice

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Scope
from pytest_reconaudit.readers.query_call import binding_near
from pytest_reconaudit.readers.query_origin import LENGTH, RETRIES, ROOT, LoopOrigins
from pytest_reconaudit.readers.query_reading import FUNCTION_ADAPTORS, loop_pattern
from pytest_reconaudit.readers.query_records import QueryLoop

__all__ = [
    "ADAPTORS",
    "DELIBERATE",
    "LONG_BODY",
    "LoopReading",
    "folded",
    "root_name",
]

ADAPTORS = {
    "rust": frozenset(
        {"map", "filter_map", "flat_map", "for_each", "then", "try_for_each", "filter", "any",
         "all", "find_map", "fold", "try_fold", "for_each_concurrent", "try_for_each_concurrent",
         "inspect", "position", "map_while", "and_then_stream", "filter_map_ok"}
    ),
    "script": frozenset({"map", "forEach", "flatMap", "filter", "reduce", "some", "every",
                         "reduceRight", "find"}),
    "python": frozenset({"map", "filter"}),
}  # fmt: skip
_POOL_FOR = regex(r"\bPromisePool\b[^;]*\.\s*+for\(\s*+([^()]{1,200}+(?:\([^()]*+\))?)\s*+\)", 16)
"""``PromisePool.withConcurrency(2).for(orders).process(async (order) => …)``."""
_RUST_ITERATES = regex(
    r"\b(?:iter|into_iter|iter_mut|drain|par_iter|into_par_iter|values|keys|into_values|into_keys|values_mut)\s*\(|\bstream::iter\b"
)
_WAITS = frozenset({"sleep", "tick", "recv", "recv_timeout", "try_recv", "notified",
                    "changed", "accept", "delay", "sleep_until", "interval", "backoff", "blpop",
                    "brpop", "sleep_ms", "sleepMs", "wait_for_notification",
                    "next_backoff"})  # fmt: skip
_ERRAND_NAME = regex(
    r"(?:fetch|axios|got|ky|sendMail|(?:send|enqueue|publish|dispatch|upload|download|notify|deliver"
    r"|scrape|crawl)(?:[A-Z]\w*)?)$"
)
_SERVER_ERRAND = regex(
    r"(?:send_[a-z]\w*|sendmail|delay|delay_on_commit|apply_async|send_with_options|urlopen"
    r"|(?:notify|publish|emit|dispatch|enqueue|deliver)(?:_\w+)?|record_event"
    r"|(?:write|remove|delete|save|store|copy|move|upload|download)_(?:file|object|blob|image"
    r"|attachment|media)s?(?:_\w+)?|upload_fileobj|put_object)$"
)
"""What a function is called, in Python and in Rust, that hands something to another system."""
_SERVER_ASKS = regex(
    r"(?:^|[^\w.])(?:requests|httpx|aiohttp|reqwest|boto3|stripe|smtp)(?:\.|::)(?:\w+\.)*$"
)
_ERRAND_RECEIVER = regex(
    r"(?:^|[.\s])(?!(?:db|pg|prisma|sql|mongo|mysql|redis|pool|query|orm)\w*\b)\w*(?:[pP]rovider"
    r"|[a-z]Client|stripe|mailer|[mM]ailService|transporter|[qQ]ueue|[sS]torage|s3|bucket|gmail|slack"
    r"|octokit|openai|producer|publisher|twilio|axios|telegramBot)\??(?:\.\w+){0,3}\s*\??\.$"
)
_ERRAND_GIVEN = regex(
    r"(?:^|[({,\s])(?:\w+\s*:\s*)?(?!(?:db|pg|prisma|sql|mongo|mysql|redis|pool|query|orm)\w*\b)"
    r"(?:\w*[a-z]Client|\w*[eE]mailProvider|provider)\s*(?=[,})]|$)"
)
_ERRAND_CLIENT = regex(f"{_ERRAND_GIVEN.pattern}|(?:^|[({{,\\s])client\\s*(?=[,}})]|$)")
_DATABASE_CLIENT = regex(
    rb"client\s*\.\s*(?:query|execute|\$|sql|unsafe|connect|release|transaction|batch)|PoolClient"
    rb"|ClientSession|\bclient\s*=\s*(?:new\s+)?\w*(?:[pP]risma|[pP]ool|[dD]b)|client\s*:\s*\w*Prisma"
)
_NEXT = regex(r"\.\s*(?:next|try_next)\s*\(")
_NEXT_OF = regex(r"([a-z_]\w*)\s*\.\s*(?:next|try_next)\s*\(")
_MESSAGES = regex(
    r"consumer|subscri|receiver|\brx|_rx\b|listener|deliver|pubsub|messages?\b|msg|socket|events?\b"
)
"""What hands out what comes in: ``consumer.next()``."""
_CONSUMED = regex(
    r"\b(?:into_)?on_message\(|\b(?:p?subscribe|basic_consume|consume|listen\w*)\(|\b(?:Consumer|Receiver\w*|PubSub"
    r"|Subscri\w+|Multipart)\b"
)
_ACKNOWLEDGES = frozenset({"ack", "nack", "commit_message", "store_offset"})
_COUNTED = regex(r"([\w.]+)\.(?:length|size)\b")
DELIBERATE = regex(
    r"\bone[- ]by[- ]one\b|\bone at a time\b|\bn\+1\b|\bperformance\b|\bsequential(?:ly)?\b"
    r"|\bsignals?\b|\bsmall number\b|\bonly a few\b|\brare(?:ly)?\b"
    r"|\bisolat\w+|\bdeadlock|\bby design\b|\bon purpose\b|\bintentional"
    r"|(?:n't|\bnot|\bavoid|\binstead of|\bcannot|\bno|\bwithout)\b[^.\n]{0,40}\b(?:bulk|batch)",
    2,
)
"""What a comment says of a loop that is meant to be one."""
_FEW_BY_NAME = regex(
    r"(?:^|[^a-z])(?:top_\w+|roles?|permissions?|settings?|config\w*|options|kwargs|argv|args|params|locales?"
    r"|languages?|currenc(?:y|ies)|countries|timezones?|plans?|tiers?|types|kinds|statuses|versions?|regions?"
    r"|platforms?|providers?|updaters?|handlers?|plugins?|drivers?|strategies|adapters?|notifiers?|channels?|algorithms?"
    r"|targets?|evaluators?|owners?|admins?(?:\(\))?|administrators?|superusers?|moderators?|maintainers?|staff|orgs?|organi[sz]ations?|tenants?"
    r"|workspaces?|scopes?|tags?|labels?|flags?|features?|emojis?|(?<![a-z]_)hashes|categor(?:y|ies)|esr\w*|majors?|groups?|domains?|phases?|steps?"
    r"|mentions?|mentioned_\w+|env(?:ironment)?s?(?:_ids)?|stages?|columns|fields|metrics|headers|attributes|quotas?|limits?)"
    r"(?:_to_\w+|_from_\w+)?(?:\(\))?(?:\.(?:iter|into_iter|iter_mut|values|keys|items|entries|all|clone|data|as_ref)\(\))*[)\s]*$",
)
"""What has a handful of elements: the things a program is set up with, and what one user has."""
_FEW_WORDS = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_BESIDES = regex(r"(?<=[a-z0-9])_with_(?:[a-z0-9]+_?)+")
"""``users_with_roles`` are users."""
_CHOSEN = regex(r"\.filter\([^\n]*!\s*\(?[\w.]+\.(?:contains\w*|has|includes)\(")
"""Those that are missing elsewhere."""
_ENDS = regex(
    r"\bbreak\b|\breturn\s+(?!(?:Err\b|None\b|null\b|false\b|False\b|undefined\b|c\.|res\.|ctx\.|NextResponse|new\s+\w*Response"
    r"|json\(|\{\s*(?:error|success:\s*false|ok:\s*false)|HttpResponse|JsonResponse|Response|redirect|render))\S"
)
"""What ends a loop with an answer, not with a refusal."""
_ONE_CONNECTION = regex(
    r"\bqueryRunner\b|(?<![\w.])(?:trx|tx|txn|entityManager|transactional\w*Manager|transaction"
    r"|manager)\b(?!\s*[:=(])"
)
"""What a transaction, or the one connection of a runner, is called."""
_OWN_CLIENT = regex(r"(?i)\b\w*pool\w*\b|\.get\(\)\s*\.await|\bconnect\w*\(")
_LAST = regex(r"(?:^|[;{}\n])\s*((?:return|break)\b[^;\n{}]*);?\s*\}?\s*$")
_TYPED = regex(r"\.\s*(?:split|findall|matchAll)\s*\(")
"""What somebody wrote into one field."""
_LONG_HEAD = 4_000
LONG_BODY = 10_000
"""Bytes of a loop's body that are looked through."""


class LoopReading(LoopOrigins):
    """Records of loops."""

    def _why_so(self, scope: Scope, line_at: int, over: str) -> str:
        """Why a loop is no defect worth naming: see ``QueryLoop.excused``."""
        if DELIBERATE.search(self._comments(line_at, min(scope.end, scope.start + 800))):
            return "comment"
        words = _BESIDES.sub("", _FEW_WORDS.sub("_", over[-200:]).lower())
        root = binding_near(self.code, root_name(over), line_at, max(scope.parent, 0))
        people = (
            words.endswith("drivers")
            and root is not None
            and self._query_within(*root.value) is not None
        )
        if (_FEW_BY_NAME.search(words) and not people) or _CHOSEN.search(over):
            return "few"
        if root is not None and _TYPED.search(self.code.text(root.value)[:1_000]):
            return "few"
        if scope.kind == "loop" and self._stops(scope):
            return "stops"
        return ""

    def _stops(self, scope: Scope) -> bool:
        """Whether a loop ends with the first element that fits."""
        code = self.code
        body = self._body(scope)
        if scope.label == "comprehension":
            return code.text(max(scope.start - 40, 0), scope.start).rstrip().endswith("next(")
        last = _LAST.search(body)
        if last is not None:
            at = scope.start + len(body[: last.start(1)].encode())
            inner = max(
                (one for one in code.scopes[scope.index :] if one.start <= at < one.end),
                key=lambda one: (one.start, one.index),
                default=scope,
            )
            if inner.index == scope.index:
                return True  # no round but the first that is not left early
        for match in islice(_ENDS.finditer(body), 20):
            at = scope.start + len(body[: match.start()].encode())
            breaks = match[0].startswith("break")
            inner = max(
                (one for one in code.scopes[scope.index :] if one.start <= at < one.end),
                key=lambda one: (one.start, one.index),
                default=scope,
            )
            for one in code.around(inner.index):
                if one.index == scope.index:
                    return True
                if one.kind in ("closure", "function", "async") or one.label == "catch":
                    break
                if breaks and (one.kind == "loop" or one.label == "match"):
                    break
        return False

    def _loop(self, scope: Scope) -> int:
        code = self.code
        if scope.kind == "closure":
            if scope.call < 0:
                return -1
            call = code.calls[scope.call]
            head, label, line_at = self._adapted(call, scope), call.name, call.name_at
            variable = code.text(scope.head).strip("|() ")
            if head is None or self._one_transaction(call):
                return -1
        else:
            label = scope.label
            head = scope.head
            if label in ("loop", "do", ""):
                return -1
            keyword = label.encode() if label in ("for", "while") else b"for"
            line_at = code.source.rfind(keyword, 0, head[0] or scope.start)
            if line_at < 0:
                return -1
            variable = loop_pattern(code.text(line_at + len(keyword), head[0]))
        over = code.text(head[0], min(head[1], head[0] + _LONG_HEAD))
        header = code.text(line_at, min(scope.start, line_at + 600))
        if label == "while" and not self._walks(header):
            return -1
        if label == "while" and self._consumes(scope, header):
            return -1
        if self._waits(scope) or self._mends(scope):
            return -1
        if label == "for" and ";" in header and self.language == "script":
            if not LENGTH.search(over) or "+=" in header:
                return -1
            if (counted := _COUNTED.search(over)) is not None:
                over = counted[1]
        origin, table = self._origin(scope, over, head, variable)
        if origin == "none":
            return -1
        given = ("", 0) if origin else self._given(scope, over, head)
        together = self._together(scope, label)
        self.loops.append(
            QueryLoop(
                code.line(line_at),
                label,
                folded(over, 80),
                folded(variable, 60),
                origin,
                together,
                self._spawned(scope),
                table,
                self._errand(scope),
                self._why_so(scope, line_at, over),
                *given,
                queued=self._queued(scope) if together else "",
            )
        )
        return len(self.loops) - 1

    def _queued(self, scope: Scope) -> str:
        """See ``QueryLoop.queued``."""
        body = self._body(scope) if scope.end - scope.start <= LONG_BODY else ""
        if self.language == "script":
            return "connection" if _ONE_CONNECTION.search(body) else ""
        if self.language == "rust" and b"postgres::" in self.code.source:
            return "" if _OWN_CLIENT.search(body) else "pipeline"
        return ""

    def _adapted(self, call: Call, scope: Scope) -> tuple[int, int] | None:
        """What an adaptor with a closure goes over; ``None`` when it is none."""
        code = self.code
        if call.name == "process":
            start, end = call.receiver
            receiver = code.text(start, min(end, start + 2_000))
            pool = _POOL_FOR.search(receiver)
            if pool is None:
                return None
            start += len(receiver[: pool.start(1)].encode())
            return start, start + len(pool[1].encode())
        if call.name in FUNCTION_ADAPTORS and len(call.arguments) >= 2:
            return call.arguments[0]
        if call.name not in ADAPTORS[self.language]:
            return None
        if self.language == "script" and len(call.arguments) >= 2 and self._is_promises(call):
            return call.arguments[0]  # `Bluebird.map(orders, async (order) => …)`
        if self.language == "python":
            return call.arguments[1] if len(call.arguments) >= 2 else None
        if call.receiver[0] == call.receiver[1]:
            return None
        receiver = code.text(call.receiver)
        if self.language == "rust" and not _RUST_ITERATES.search(receiver[-600:]):
            return None
        if self.language == "script" and not (
            scope.is_async or call.name in ("map", "forEach", "flatMap")
        ):
            return None
        return call.receiver

    def _walks(self, header: str) -> bool:
        """Whether a ``while`` goes through elements one by one."""
        if RETRIES.search(header):
            return False
        if self.language == "rust":
            return ("Some(" in header and _NEXT.search(header) is not None) or (
                "<" in header and ".len()" in header
            )
        return "<" in header and LENGTH.search(header) is not None

    def _consumes(self, scope: Scope, header: str) -> bool:
        """Whether a ``while`` of Rust takes messages as they come in, which are no rows."""
        code = self.code
        match = _NEXT_OF.search(header)
        if self.language != "rust" or match is None:
            return False
        binding = binding_near(code, match[1], scope.start, max(scope.parent, 0))
        if binding is not None and self._query_within(*binding.value) is not None:
            return False
        if _MESSAGES.search(match[1]):
            return True
        if binding is not None:
            made = code.text(binding.value[0], min(binding.value[1], binding.value[0] + 400))
            if _CONSUMED.search(f"{binding.type}\n{made}"):
                return True
        for call in islice(code.calls, bisect_left(self.starts, scope.start), None):
            if call.start >= scope.end:
                break
            if call.name in _ACKNOWLEDGES:
                return True
        return False

    def _waits(self, scope: Scope) -> bool:
        """Whether its body sleeps or waits for work: a worker's loop, or one that backs off."""
        code = self.code
        first = bisect_left(self.starts, scope.start)
        for call in islice(code.calls, first, None):
            if call.start >= scope.end:
                return False
            if call.name in _WAITS or (call.name == "select" and call.macro):
                return True
        return False

    def _errand(self, scope: Scope) -> str:
        """What else a round waits for outside of the database, in the way of its work: not where it
        has failed."""
        code = self.code
        queried = self._queried
        if self.language != "script":
            return self._server_errand(scope, queried)
        given = _ERRAND_CLIENT if self._no_database_client else _ERRAND_GIVEN
        first = bisect_left(self.starts, scope.start)
        for call in islice(code.calls, first, None):
            if call.start >= scope.end:
                break
            if not call.awaited or call.index in queried:
                continue
            receiver = code.text(call.receiver[0], call.name_at)[-80:]
            if (
                (_ERRAND_NAME.match(call.name) and "prisma" not in receiver)
                or _ERRAND_RECEIVER.search(receiver)
                or any(given.search(code.text(one)[:400]) for one in call.arguments[:8])
            ) and not self._failed(call.scope, scope):
                return folded(f"{receiver}{call.name}", 60)
        return ""

    def _server_errand(self, scope: Scope, queried: set[int]) -> str:
        code = self.code
        for call in islice(code.calls, bisect_left(self.starts, scope.start), None):
            if call.start >= scope.end:
                break
            if call.index in queried or call.macro:
                continue
            receiver = code.text(max(call.receiver[0], call.name_at - 80), call.name_at)
            handed = _SERVER_ERRAND.match(call.name) or _SERVER_ASKS.search(receiver)
            if handed and not self._failed(call.scope, scope):
                return folded(f"{receiver}{call.name}", 60)
        return ""

    def _mends(self, scope: Scope) -> bool:
        """Whether a loop stands where a failure is dealt with: it seldom runs, and over little."""
        for one in self.code.around(scope.parent):
            if one.kind in ("function", "closure"):
                return False
            if one.label in ("catch", "finally"):
                return True
        return False

    @cached_property
    def _no_database_client(self) -> bool:
        """Whether what is called ``client`` is none of a database."""
        source = self.code.source
        named = b"client" in source or b"Client" in source
        return not named or _DATABASE_CLIENT.search(source) is None

    def _spawned(self, scope: Scope) -> bool:
        return any(
            one.kind in ("closure", "async")
            and one.call >= 0
            and "spawn" in self.code.calls[one.call].name
            for one in self.code.around(scope.index)
        )


def root_name(text: str) -> str:
    """The name that an expression begins with."""
    match = ROOT.match(text)
    return match[1] if match is not None else ""


def folded(text: str, most: int) -> str:
    text = " ".join(text.split()).replace(" .", ".")
    return text if len(text) <= most else f"{text[: most - 1]}…"
