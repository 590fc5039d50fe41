"""nginx configuration: directives, arguments and blocks with lines and columns.

Our own tokenizer (nginx's rules are 40 lines of C) rather than PyPI ``crossplane``, nginx's own
parser (Apache-2.0, 31 kB, about 10 ms to import, last release 2022): its entry point opens the
files and follows every ``include`` itself, where a target's files may be opened in one place
only; its tokens carry lines and no columns; and its argument masks accept the commonest broken
line, ``add_header`` with a third argument that is not ``always``, which nginx itself refuses.

What is known of directives is a table of argument counts for those that every build has. A name
outside the table is a module's and is never judged.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex

__all__ = [
    "Argument",
    "Directive",
    "Misuse",
    "NginxFile",
    "looks_like_nginx",
    "misuse",
    "read_nginx",
    "walk",
]

MAX_DEPTH = 100


class Argument(Struct, frozen=True):
    """One word of a directive, quotes taken off."""

    text: str
    place: Place
    quoted: bool
    leads_line: bool
    """Whether it is the first word of its line."""


class Directive(Struct, frozen=True):
    """``name args;`` or ``name args { block }``."""

    name: str
    args: tuple[Argument, ...]
    place: Place
    block: tuple[Directive, ...] | None = None
    """The directives inside the braces; ``None`` when it ends in ``;``."""
    end: int = 0
    """The line of its ``;`` or closing brace."""

    def text(self) -> str:
        """The directive on one line, without its block."""
        words = [self.name]
        words += [f'"{arg.text}"' if arg.quoted else arg.text for arg in self.args]
        return " ".join(words)


class NginxFile(Struct, frozen=True):
    """A file's top-level directives, and what could not be read."""

    path: str
    directives: tuple[Directive, ...]
    problems: tuple[Problem, ...]

    def all(self) -> Iterator[tuple[Directive, str]]:
        """Every directive with the name of the block it stands in (``""`` at the top)."""
        return walk(self.directives)


def walk(directives: tuple[Directive, ...], inside: str = "") -> Iterator[tuple[Directive, str]]:
    """Every directive of a tree in file order, with the name of its enclosing block."""
    stack = [(directive, inside) for directive in reversed(directives)]
    while stack:
        directive, parent = stack.pop()
        yield directive, parent
        if directive.block:
            stack.extend((child, directive.name) for child in reversed(directive.block))


# -- telling nginx files from others -------------------------------------------------------

_BLOCK_OPENS = regex(
    r"^[ \t]*(?:http|server|events|stream|upstream\s+[\w.-]+|location\s+[^\n{;]{1,200})\s*\{",
    re.MULTILINE,
)
_KNOWN_LINE = regex(
    r"^[ \t]*(?:listen|server_name|proxy_pass|worker_connections|worker_processes|root|try_files"
    r"|fastcgi_pass|default_type|return)\s+[^\n{}]{1,300};",
    re.MULTILINE,
)
_ANY_LINE = regex(r"^[ \t]*[a-z][a-z0-9_]*[ \t]+[^\n;]{1,400};[ \t]*(?:#.*)?$", re.MULTILINE)
_FOLDERS = frozenset({"openresty", "sites-available", "sites-enabled", "conf.d"})


_TYPES = regex(r"^[ \t]*types\s*\{", re.MULTILINE)
"""Apache and the system have a list of the same name: ``text/html  html htm``."""


def looks_like_nginx(path: str, text: str) -> bool:
    """Whether a file is nginx configuration, by its name and what it says.

    ``.conf`` is everybody's suffix (redis, PostgreSQL, Apache): blocks that only nginx has decide,
    and in a folder or file called nginx one line that ends in ``;`` is enough.
    """
    lower = path.lower()
    name = posixpath.basename(lower)
    if name == "mime.types":
        return _TYPES.search(text) is not None
    if not name.endswith((".conf", ".conf.template", ".nginx", ".vhost", ".template")):
        return False
    named = "nginx" in lower
    if name.endswith(".template") and not named:
        return False
    if "<VirtualHost" in text or "<Directory" in text:
        return False
    if named and _ANY_LINE.search(text):
        return True
    if _KNOWN_LINE.search(text) is None:
        return False
    return bool(_BLOCK_OPENS.search(text)) or not _FOLDERS.isdisjoint(lower.split("/")[:-1])


# -- reading -------------------------------------------------------------------------------

# Inside a word only a blank, ``;`` and ``{`` end it; ``${`` opens a variable, not a block. A
# no-break space is no blank to nginx: it becomes part of the word.
_TOKEN = regex(
    r"""(?P<blank>[ \t\r\n]+)
    | (?P<comment>\#[^\n]*)
    | (?P<mark>[{};])
    | "(?P<double>[^"\\]*(?:\\.[^"\\]*)*)"
    | '(?P<single>[^'\\]*(?:\\.[^'\\]*)*)'
    | (?P<word>(?!["'])(?:\\.?|\$\{?|[^ \t\r\n;{\\$])+)
    """,
    re.VERBOSE | re.DOTALL,
)
_LUA = regex(
    r"--|\[\[|\"[^\"\\\n]*(?:\\.[^\"\\\n]*)*\"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'|[{}]", re.DOTALL
)


class _Open(Struct):
    """A block whose closing brace has not come yet."""

    name: str
    args: tuple[Argument, ...]
    place: Place
    children: list[Directive]


def read_nginx(text: str, path: str) -> NginxFile:
    """Tokenize and nest. Never raises: what cannot be read is in ``problems``."""
    problems: list[Problem] = []
    root: list[Directive] = []
    blocks: list[_Open] = []
    words: list[Argument] = []
    position, line, line_start = 0, 1, 0
    fresh_line, glued = True, False
    length = len(text)

    def here() -> Place:
        return Place(path, line, position - line_start + 1)

    while position < length:
        match = _TOKEN.match(text, position)
        if match is None:  # only an opening quote without its end matches nothing
            problems.append(Problem(here(), "a quote opens here and is never closed"))
            words.clear()
            break
        kind = match.lastgroup
        if kind == "blank":
            glued = False
            newlines = match[0].count("\n")
            if newlines:
                line += newlines
                line_start = match.start() + match[0].rindex("\n") + 1
                fresh_line = True
            position = match.end()
            continue
        if kind == "comment":
            position = match.end()
            glued = False
            continue
        place = here()
        if kind == "mark":
            glued = False
            position = match.end()
            mark = match[0]
            if mark == ";":
                if words:
                    (blocks[-1].children if blocks else root).append(_directive(words, line))
                    words.clear()
                else:
                    problems.append(Problem(place, 'unexpected ";": there is no directive'))
            elif mark == "{":
                if not words:
                    problems.append(Problem(place, 'unexpected "{": no directive opens it'))
                    name, at = "", place
                    args: tuple[Argument, ...] = ()
                else:
                    name, args, at = words[0].text, tuple(words[1:]), words[0].place
                    words.clear()
                if name.endswith("_by_lua_block"):
                    end = _end_of_lua(text, position)
                    if end < 0:
                        problems.append(Problem(at, f'"{name}" has no closing "}}"'))
                        position = length
                        break
                    line += text.count("\n", position, end)
                    line_start = max(line_start, text.rfind("\n", 0, end) + 1)
                    position = end
                    done = Directive(name, args, at, (), line)
                    (blocks[-1].children if blocks else root).append(done)
                elif len(blocks) >= MAX_DEPTH:
                    problems.append(Problem(place, f"nested deeper than {MAX_DEPTH} blocks"))
                    words.clear()
                    break
                else:
                    blocks.append(_Open(name, args, at, []))
            else:
                if words:
                    problems.append(
                        Problem(
                            words[0].place,
                            f'"{_short(words[0].text)}" is not ended by ";" before the "}}"',
                        )
                    )
                    words.clear()
                if blocks:
                    closed = blocks.pop()
                    done = Directive(
                        closed.name, closed.args, closed.place, tuple(closed.children), line
                    )
                    (blocks[-1].children if blocks else root).append(done)
                else:
                    problems.append(Problem(place, 'unexpected "}": no block is open'))
            fresh_line = False
            continue
        if glued and not match[0].startswith(")"):  # if ($http_host = "a"): nginx allows it
            problems.append(
                Problem(place, f'"{_short(match[0])}" stands directly after a closing quote')
            )
        value = match[kind] if kind else ""
        words.append(Argument(value, place, kind != "word", fresh_line))
        glued = kind != "word"
        fresh_line = False
        newlines = match[0].count("\n")
        if newlines:
            line += newlines
            line_start = match.start() + match[0].rindex("\n") + 1
        position = match.end()
    if words:
        first = words[0]
        problems.append(
            Problem(first.place, f'"{_short(first.text)}" is not ended by ";" at the end of file')
        )
    while blocks:
        left = blocks.pop()
        if position >= length:
            problems.append(
                Problem(left.place, f'the block "{_short(left.name)}" has no closing "}}"')
            )
        done = Directive(left.name, left.args, left.place, tuple(left.children), line)
        (blocks[-1].children if blocks else root).append(done)
    problems.sort(key=lambda problem: problem.place.key())
    return NginxFile(path, tuple(root), tuple(problems))


def _directive(words: list[Argument], end: int) -> Directive:
    return Directive(words[0].text, tuple(words[1:]), words[0].place, None, end)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:39] + "…"


def _end_of_lua(text: str, start: int) -> int:
    """The offset after the brace that closes a Lua block, or -1."""
    depth, position, long_strings = 1, start, True
    while match := _LUA.search(text, position):
        found = match[0]
        position = match.end()
        if found == "{":
            depth += 1
        elif found == "}":
            depth -= 1
            if depth == 0:
                return position
        elif found == "--" and not text.startswith("[[", position):
            newline = text.find("\n", position)
            if newline < 0:
                return -1
            position = newline
        elif found in ("[[", "--") and long_strings:
            end = text.find("]]", position)
            long_strings = end >= 0  # none is left: do not look again and again
            position = end + 2 if end >= 0 else position
    return -1


# -- what nginx accepts --------------------------------------------------------------------


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FLAGS = _names("""
    absolute_redirect autoindex autoindex_exact_size autoindex_localtime
    chunked_transfer_encoding daemon etag fastcgi_buffering fastcgi_cache_lock
    fastcgi_intercept_errors fastcgi_keep_conn gunzip gzip gzip_vary http2 http3
    ignore_invalid_headers log_not_found log_subrequest master_process merge_slashes
    msie_padding multi_accept port_in_redirect proxy_buffering proxy_cache_background_update
    proxy_cache_lock proxy_cache_revalidate proxy_ignore_client_abort proxy_intercept_errors
    proxy_pass_request_body proxy_pass_request_headers proxy_request_buffering
    proxy_socket_keepalive proxy_ssl_server_name proxy_ssl_session_reuse proxy_ssl_verify
    real_ip_recursive recursive_error_pages reset_timedout_connection rewrite_log sendfile
    server_name_in_redirect ssl_prefer_server_ciphers ssl_preread ssl_session_tickets
    ssl_stapling ssl_stapling_verify sub_filter_last_modified sub_filter_once tcp_nodelay
    tcp_nopush underscores_in_headers uwsgi_buffering
""")

_ANY = 10_000


def _counts() -> dict[str, tuple[int, int]]:
    """Directive → fewest and most arguments, in every context it may stand in."""
    table = {
        (0, 0): "break events http internal ip_hash least_conn mail stream types",
        (0, 1): "stub_status",
        (0, _ANY): "server",
        (1, 1): """alias auth_basic auth_basic_user_file auth_request charset
            client_body_buffer_size client_body_timeout client_header_buffer_size
            client_header_timeout client_max_body_size default_type deny allow fastcgi_buffer_size
            fastcgi_cache fastcgi_cache_key fastcgi_connect_timeout fastcgi_hide_header
            fastcgi_index fastcgi_pass fastcgi_pass_header fastcgi_read_timeout
            fastcgi_send_timeout fastcgi_split_path_info grpc_pass grpc_read_timeout
            grpc_send_timeout gzip_comp_level gzip_http_version gzip_min_length gzip_static include
            lingering_timeout load_module map_hash_bucket_size map_hash_max_size
            open_file_cache_min_uses open_file_cache_valid pid proxy_buffer_size
            proxy_busy_buffers_size proxy_cache proxy_cache_key proxy_cache_lock_timeout
            proxy_cache_min_uses proxy_connect_timeout proxy_headers_hash_bucket_size
            proxy_headers_hash_max_size proxy_hide_header proxy_http_version
            proxy_max_temp_file_size proxy_method proxy_next_upstream_timeout
            proxy_next_upstream_tries proxy_pass proxy_pass_header proxy_read_timeout
            proxy_send_timeout proxy_set_body proxy_ssl_certificate proxy_ssl_certificate_key
            proxy_ssl_ciphers proxy_ssl_name proxy_ssl_trusted_certificate proxy_store
            proxy_timeout real_ip_header resolver_timeout root satisfy scgi_pass send_timeout
            server_names_hash_bucket_size server_names_hash_max_size server_tokens
            set_real_ip_from ssl_buffer_size ssl_certificate ssl_certificate_key ssl_ciphers
            ssl_client_certificate ssl_crl ssl_dhparam ssl_ecdh_curve ssl_session_ticket_key
            ssl_session_timeout ssl_trusted_certificate ssl_verify_client ssl_verify_depth
            types_hash_bucket_size types_hash_max_size upstream uwsgi_pass uwsgi_read_timeout
            variables_hash_bucket_size variables_hash_max_size worker_connections
            worker_processes worker_rlimit_nofile worker_shutdown_timeout""",
        (1, 2): """expires geo keepalive_timeout location open_file_cache proxy_cookie_domain
            proxy_redirect return ssl_session_cache user zone""",
        (1, 3): "limit_req",
        (1, 4): "client_body_temp_path fastcgi_temp_path proxy_temp_path",
        (1, _ANY): """access_log error_log fastcgi_cache_valid gzip_disable gzip_proxied gzip_types
            if index limit_except listen proxy_cache_bypass proxy_cache_methods
            proxy_cache_use_stale proxy_cache_valid proxy_ignore_headers proxy_next_upstream
            proxy_no_cache proxy_ssl_protocols resolver server_name ssl_protocols
            sub_filter_types valid_referers""",
        (2, 2): """auth_request_set fastcgi_buffers gzip_buffers large_client_header_buffers
            limit_conn limit_conn_zone map output_buffers proxy_buffers proxy_set_header set
            split_clients sub_filter uwsgi_buffers""",
        (2, 3): "add_header add_trailer fastcgi_param rewrite uwsgi_param",
        (2, _ANY): "error_page fastcgi_cache_path log_format proxy_cache_path try_files",
        (3, 4): "limit_req_zone",
    }
    counts = {name: span for span, names in table.items() for name in names.split()}
    counts.update(dict.fromkeys(_FLAGS, (1, 1)))
    return counts


_COUNTS = _counts()
_BLOCKS = _names("events geo http if limit_except location map split_clients stream types upstream")
_EITHER = frozenset({"server", "mail"})
_ENTRIES = frozenset({"charset_map", "geo", "map", "match", "split_clients", "types"})
"""Blocks that hold pairs of words, not directives."""
_MODIFIERS = frozenset({"=", "~", "~*", "^~"})
_HEADERS = frozenset({"add_header", "add_trailer"})
_UNFILLED = regex(r"\$\{[A-Z_]|\{\{|\{%|<%|@@|%%|^__\w+__$")
"""A place that a template engine fills: it may become no word, or many."""
_HEADS = frozenset({"include", "index", "listen", "location", "return", "root"})


class Misuse(Struct, frozen=True):
    """What is wrong with a directive, at the word to blame."""

    place: Place
    message: str
    refused: bool = True
    """nginx does not start with it; otherwise it starts and reads something else."""


def misuse(directive: Directive, inside: str) -> Misuse | None:
    """What nginx would refuse, or silently misread, in one directive.

    :param inside: the enclosing block's name. Entries of ``map``, ``types`` and the like are
        never judged, nor is a directive that the table does not know.
    """
    if inside in _ENTRIES:
        return None
    name, args = directive.name, directive.args
    if any(not arg.quoted and _UNFILLED.search(arg.text) for arg in args):
        return None
    span = _COUNTS.get(name)
    swallowed = _swallowed(directive)
    if swallowed is not None:
        fits = span is None or span[0] <= len(args) <= span[1]
        block = directive.block is not None and name not in _BLOCKS
        return Misuse(swallowed.place, swallowed.message, refused=block or not fits)
    if span is None:
        return None
    least, most = span
    if name in _BLOCKS and directive.block is None:
        return Misuse(directive.place, f'"{name}" has no opening "{{"')
    if name not in _BLOCKS and name not in _EITHER and directive.block is not None:
        return Misuse(directive.place, f'"{name}" opens a block but must end in ";"')
    if not least <= len(args) <= most:
        return Misuse(directive.place, f'"{name}" has {_number(len(args))}; {_takes(span)}')
    if name in _HEADERS and len(args) == 3 and args[2].text != "always":
        return Misuse(
            args[2].place,
            f'the third argument of "{name}" is {_short(args[2].text)!r}, and nginx accepts only'
            ' "always" there',
        )
    if name in _FLAGS and args[0].text.lower() not in ("on", "off"):
        return Misuse(args[0].place, f'"{name}" is {_short(args[0].text)!r}, not "on" or "off"')
    if name == "location" and len(args) == 2 and args[0].text not in _MODIFIERS:
        return Misuse(args[0].place, f'"location" has no modifier {_short(args[0].text)!r}')
    return None


def _swallowed(directive: Directive) -> Problem | None:
    """A word that opens a line and is a directive's name: the line before lacks its ``;``."""
    before = directive.args[:1]
    for arg in directive.args[1:]:
        known = arg.text in _COUNTS and ("_" in arg.text or arg.text in _HEADS)
        if known and arg.leads_line and not arg.quoted and directive.name != "log_format":
            return Problem(
                before[-1].place,
                f'no ";" ends "{_short(directive.name)}": "{arg.text}" of the next line becomes'
                " its argument",
            )
        before = (arg,)
    return None


def _number(count: int) -> str:
    return f"{count} argument{'' if count == 1 else 's'}"


def _takes(span: tuple[int, int]) -> str:
    least, most = span
    if least == most:
        return "it takes none" if most == 0 else f"it takes {most}"
    if most == _ANY:
        return f"it takes {least} or more"
    return f"it takes {least} to {most}"
