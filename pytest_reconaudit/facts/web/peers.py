"""What others ask for as a peer, for lockfiles that do not record who asks (those of Yarn 1).

Two kinds: what is mostly there for others (engines of editors, maps, charts, stores), and what is
used by itself as a rule, but asked for by few that are known.
"""

from __future__ import annotations

import posixpath

from pytest_reconaudit.facts.packages import NpmPackage
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["asked_for_mostly", "names_locked"]

_MOSTLY = frozenset(
    {"@apollo/client", "@apollo/server", "@atlaskit/theme", "@blueprintjs/core",
     "@bufbuild/protobuf", "@dicebear/core", "@effect/platform", "@elastic/datemath",
     "@emotion/react", "@emotion/server", "@emotion/styled", "@fastify/static",
     "@fortawesome/fontawesome-svg-core", "@grpc/grpc-js", "@grpc/proto-loader", "@hapi/hapi",
     "@hookform/resolvers", "@internationalized/date", "@material-ui/core",
     "@modelcontextprotocol/sdk", "@popperjs/core", "@react-google-maps/api", "@react-three/fiber",
     "@reduxjs/toolkit", "@standard-schema/spec", "@stripe/react-stripe-js", "@stripe/stripe-js",
     "@supabase/supabase-js", "@vueuse/core", "ace-builds", "ai", "ajv", "algoliasearch",
     "alpinejs", "amqp-connection-manager", "amqplib", "antd", "apollo-cache",
     "apollo-cache-inmemory", "apollo-client", "apollo-link", "apollo-link-http", "apollo-server",
     "apollo-server-core", "apollo-server-express", "aws-sdk", "babylonjs", "bn.js", "bootstrap",
     "cache-manager", "canvg", "cesium", "chart.js", "chromadb", "codemirror", "consola",
     "cropperjs", "date-fns", "echarts", "effect", "ethers", "express-session", "fabric",
     "fastify", "final-form", "firebase", "firebase-admin", "firebase-functions", "focus-trap",
     "formik", "fp-ts", "framer-motion", "graphql-subscriptions", "graphql-tag", "graphql-tools",
     "graphql-ws", "gsap", "hardhat", "highcharts", "highlight.js", "history", "hls.js", "hono",
     "html2canvas", "i18next", "immer", "immutable", "instantsearch.js", "intl-messageformat",
     "io-ts", "joi", "jotai", "jquery", "kafkajs", "katex", "koa", "konva", "kysely", "langchain",
     "leaflet", "lexical", "lit", "mapbox-gl", "maplibre-gl", "markdown-it", "marked", "mathjax",
     "mermaid", "mobx", "mobx-react", "mobx-react-lite", "mobx-state-tree", "monaco-editor",
     "mongoose", "motion", "mqtt", "msw", "nats", "next-auth", "node-fetch", "ol",
     "onnxruntime-node", "onnxruntime-web", "openai", "pdfjs-dist", "phaser", "pinia", "pino",
     "pixi.js", "plotly.js", "popper.js", "prismjs", "prom-client", "prop-types", "qs", "quasar",
     "query-string", "quill", "react-dnd", "react-dnd-html5-backend", "react-final-form",
     "react-hook-form", "react-i18next", "react-intl", "react-query", "react-redux",
     "react-router", "react-router-dom", "react-test-renderer", "react-transition-group", "recoil",
     "redux", "redux-saga", "redux-thunk", "rehype", "remark", "shaka-player", "shiki",
     "socket.io", "socket.io-client", "solid-js", "sortablejs", "styled-components",
     "styled-system", "subscriptions-transport-ws", "swr", "three", "tinymce", "typebox",
     "typesense", "unified", "use-query-params", "valibot", "vega", "vega-lite", "video.js",
     "viem", "vue-router", "vuetify", "vuex", "wagmi", "web3", "winston", "xstate", "xterm",
     "y-protocols", "yjs", "yup", "zod", "zustand"}
)  # fmt: skip
_FAMILIES = regex(
    r"^(?:prosemirror-|@tiptap/|slate(?:-|$)|@codemirror/|@lezer/|@lexical/|@udecode/|@tensorflow/"
    r"|@mui/(?:material|system|base|styles|lab|x-)|@mantine/(?:core|hooks)|@chakra-ui/|@langchain/"
    r"|@trpc/|@tanstack/|@react-navigation/|@xterm/|@floating-ui/|d3(?:-|$)|@remix-run/|@solana/"
    r"|@ethersproject/|@polkadot/|@react-spring/|@dnd-kit/|@pixi/|@deck\.gl/|@loaders\.gl/|@visx/"
    r"|@nivo/|@uppy/|@ckeditor/|@fullcalendar/|@univerjs/|@hotwired/|@lit/|@huggingface/|y-)"
)
_PICKERS = (
    r"@mui/x-date|@mantine/dates|rc-picker|@rc-component/picker|@univerjs/|material-ui-pickers"
    r"|@material-ui/pickers|@date-io/|chartjs-adapter|@fullcalendar/|react-big-calendar|antd$"
)
_INTEGRATIONS = r"@vueuse/integrations$"
_ASKERS = {
    "moment": regex(
        rf"^(?:{_PICKERS}|@elastic/|react-datetime|react-dates$|tempusdominus|eonasdan|daterangepicker"
        r"|pikaday|@kestra-io/|argo-ui$)"
    ),
    "dayjs": regex(rf"^(?:{_PICKERS})"),
    "luxon": regex(rf"^(?:{_PICKERS})"),
    "lodash": regex(r"^(?:@ladjs/consolidate|consolidate|@kestra-io/|react-jsonschema|@rjsf/)"),
    "axios": regex(rf"^(?:{_INTEGRATIONS}|@jellyfin/|langchain$|@certego/)"),
    "express": regex(r"^(?:routing-controllers|@nestjs/serve-static|inngest$|iron-session)"),
    "ws": regex(r"^(?:graphql-ws|isomorphic-ws|isows|openai|subscriptions-transport-ws)$"),
    "clsx": regex(r"^@univerjs/"),
    "qrcode": regex(_INTEGRATIONS),
    "nprogress": regex(_INTEGRATIONS),
    "fuse.js": regex(_INTEGRATIONS),
    "jwt-decode": regex(_INTEGRATIONS),
    "universal-cookie": regex(_INTEGRATIONS),
    "change-case": regex(_INTEGRATIONS),
    "idb-keyval": regex(rf"^(?:{_INTEGRATIONS}|unstorage$)"),
    "glob": regex(r"^(?:glob-promise|rimraf2)"),
    "favicons": regex(r"^favicons-"),
    "cross-fetch": regex(r"^@metamask/"),
    "lucide-react": regex(r"^fumadocs-"),
    "jsonwebtoken": regex(r"^@langchain/"),
    "cheerio": regex(r"^@langchain/|^langchain$"),
    "clean-css": regex(r"^(?:css-minimizer|terser-webpack|minimizer-webpack)"),
    "chokidar": regex(r"^(?:@angular-devkit|nunjucks|unstorage|@swc/cli)"),
    "yaml": regex(r"^(?:postcss-load-config|vite$|cosmiconfig)"),
    "jiti": regex(r"^(?:eslint|vite|postcss-load-config|@tolgee/)"),
}
_LOCKED = regex(r"^\"?(@?[^@\"\s#][^@\"\s]*)@[^\n]*:$", 8)
"""The head of an entry in a lockfile of Yarn; 8 is ``re.MULTILINE``."""


def names_locked(target: Target, package: NpmPackage) -> frozenset[str]:
    """What the nearest ``yarn.lock`` has installed, by name; empty without one."""
    folder = package.folder
    while True:
        path = posixpath.join(folder, "yarn.lock")
        if target.has(path):
            return target.parse(_names, path)
        if not folder:
            return frozenset()
        folder = posixpath.dirname(folder)


def _names(text: str, path: str) -> frozenset[str]:
    return frozenset(_LOCKED.findall(text))


def asked_for_mostly(name: str, installed: frozenset[str]) -> bool:
    """Whether somebody may ask for a package as a peer.

    :param installed: the names of what is installed with it.
    """
    if name in _MOSTLY or _FAMILIES.search(name) is not None:
        return True
    askers = _ASKERS.get(name)
    return askers is not None and any(askers.search(one) for one in installed)
