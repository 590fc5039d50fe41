"""Packages that another package loads by name when it needs them, without asking for them.

A query builder requires the driver of the database that its configuration names, a mailer the
engine of a template's ending. The one who installs both lists both and imports one. Lockfiles tell
of it only where the loader declares optional peers, which many do not; the tables hold what the
documents of the loaders say is to be installed beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from pytest_reconaudit.patterns import regex

__all__ = ["is_loaded_lazily", "is_named_like_driver", "loads_drivers"]

_SQL = ("pg", "pg-native", "pg-query-stream", "pg-cursor", "mysql", "mysql2", "mariadb", "sqlite3",
        "@vscode/sqlite3", "better-sqlite3", "tedious", "mssql", "oracledb")  # fmt: skip
_ENGINES = ("ejs", "pug", "jade", "hbs", "handlebars", "express-handlebars", "nunjucks", "mustache",
            "mustache-express", "liquidjs", "liquid", "eta", "twig", "swig", "swig-templates",
            "haml", "hamljs", "haml-coffee", "dot", "dust", "dustjs-linkedin", "eco", "ect",
            "jqtpl", "atpl", "bracket-template", "marko", "mjml", "plates", "ractive",
            "razor-tmpl", "squirrelly", "teacup", "tinyliquid", "toffee", "underscore", "vash",
            "velocityjs", "walrus", "whiskers", "art-template", "htmling", "just")  # fmt: skip
_STORES = ("ioredis", "redis", "memjs", "lru-cache", "@upstash/redis", "@vercel/kv", "mongodb")
_LOADS: dict[tuple[str, ...], tuple[str, ...]] = {
    # Databases, by the dialect of the configuration.
    ("knex", "objection", "bookshelf", "@mikro-orm/knex", "nestjs-knex"): _SQL,
    ("typeorm", "@nestjs/typeorm", "typeorm-extension"): (
        *_SQL, *_STORES, "@sap/hana-client", "hdb-pool", "sql.js", "@google-cloud/spanner",
        "typeorm-aurora-data-api-driver", "data-api-client"),
    ("sequelize", "sequelize-typescript", "@sequelize/core", "@nestjs/sequelize"): (
        *_SQL, "pg-hstore", "snowflake-sdk", "ibm_db", "odbc"),
    ("@mikro-orm/core", "@mikro-orm/nestjs"): (*_SQL, "libsql", "mongodb", "kysely"),
    ("drizzle-orm", "drizzle-kit"): (
        *_SQL, "postgres", "@libsql/client", "@neondatabase/serverless", "@planetscale/database",
        "@vercel/postgres", "@electric-sql/pglite", "sql.js", "ws"),
    ("kysely-codegen", "kysely-ctl", "node-pg-migrate", "db-migrate", "postgraphile"): (
        *_SQL, "@libsql/client"),
    ("db0", "unstorage", "nitropack", "nuxt", "@nuxthub/core", "@nuxt/content"): (
        *_SQL, *_STORES, "postgres", "@libsql/client", "@electric-sql/pglite", "idb-keyval"),
    ("waterline", "caminte", "jugglingdb", "orm"): (*_SQL, "mongodb", "redis"),
    ("mssql", "tedious"): ("msnodesqlv8", "@azure/identity"),
    ("mongodb", "mongoose", "@nestjs/mongoose", "typeorm"): (
        "aws4", "kerberos", "snappy", "socks", "gcp-metadata", "mongodb-client-encryption",
        "@mongodb-js/zstd", "bson-ext", "saslprep"),
    ("cache-manager", "@nestjs/cache-manager", "keyv", "cacheable"): (*_STORES, "keyv"),
    # Pages and mails, by the ending of a template.
    ("consolidate", "@ladjs/consolidate", "koa-views", "@ladjs/koa-views", "@koa/ejs",
     "@fastify/view", "point-of-view", "email-templates", "nodemailer-express-handlebars",
     "@nestjs-modules/mailer", "@nestjs/platform-fastify", "hapi", "@hapi/vision"): _ENGINES,
    ("email-templates", "@nestjs-modules/mailer"): (
        "preview-email", "juice", "html-to-text", "@css-inline/css-inline", "inline-css",
        "juice-resources-promise"),
    ("nodemailer",): ("socks", "aws-crt"),
    # Servers and their parts.
    ("@nestjs/microservices",): (
        "kafkajs", "nats", "mqtt", "amqplib", "amqp-connection-manager", "@grpc/grpc-js",
        "@grpc/proto-loader", "ioredis"),
    ("@golevelup/nestjs-rabbitmq", "amqp-connection-manager", "rascal"): ("amqplib",),
    ("@nestjs/swagger", "@nestjs/serve-static", "@nestjs/platform-fastify"): (
        "@fastify/static", "@fastify/swagger", "swagger-ui-express"),
    ("@nestjs/platform-fastify",): ("@fastify/view", "fastify"),
    ("@nestjs/passport",): ("passport",), ("@nestjs/axios",): ("axios",),
    ("@nestjs/cache-manager",): ("cache-manager",),
    ("@nestjs/platform-express",): ("express", "multer"),
    ("@nestjs/bull", "@nestjs/bullmq"): ("bull", "bullmq"),
    ("@nestjs/platform-socket.io",): ("socket.io",), ("@nestjs/platform-ws",): ("ws",),
    ("@nestjs/graphql", "@nestjs/apollo", "@nestjs/mercurius"): (
        "@apollo/server", "@apollo/gateway", "@apollo/subgraph", "@as-integrations/fastify",
        "@as-integrations/express4", "@as-integrations/express5", "apollo-server-core",
        "apollo-server-express", "apollo-server-fastify", "mercurius", "graphql-ws", "ts-morph",
        "subscriptions-transport-ws", "graphql-subscriptions", "graphql-tools"),
    ("routing-controllers",): (
        "express", "body-parser", "multer", "cookie", "cors", "koa", "koa-router", "@koa/router",
        "koa-bodyparser", "koa-multer", "@koa/multer", "kcors"),
    ("moleculer",): (
        "nats", "ioredis", "redlock", "mqtt", "amqplib", "kafkajs", "avsc", "thrift", "protobufjs",
        "notepack.io", "msgpack5", "cbor-x", "lru-cache", "rhea-promise", "etcd3", "bunyan",
        "pino", "winston", "log4js", "jaeger-client", "node-nats-streaming", "event-loop-stats"),
    ("socket.io", "engine.io", "ws"): ("eiows", "bufferutil", "utf-8-validate"),
    ("bunyan",): ("dtrace-provider", "mv", "safe-json-stringify", "moment"),
    ("dd-trace", "elastic-apm-node"): ("import-in-the-middle", "require-in-the-middle"),
    ("discord.js", "@discordjs/voice", "eris", "prism-media"): (
        "zlib-sync", "erlpack", "@discordjs/opus", "opusscript", "node-opus", "sodium",
        "sodium-native", "libsodium-wrappers", "tweetnacl", "ffmpeg-static", "@noble/ciphers",
        "@stablelib/xchacha20poly1305"),
    ("ssh2", "ssh2-sftp-client"): ("cpu-features",),
    ("langchain", "@langchain/community", "@langchain/classic"): (
        "pdf-parse", "mammoth", "cheerio", "d3-dsv", "epub2", "officeparser", "srt-parser-2",
        "jsdom", "hnswlib-node", "faiss-node", "html-to-text", "@mozilla/readability", "ignore",
        "youtubei.js", "youtube-transcript", "puppeteer", "playwright", "pg", "chromadb",
        "word-extractor"),
    ("jspdf",): ("html2canvas", "dompurify", "canvg"),
    # Browsers and tests.
    ("puppeteer-extra", "puppeteer-cluster", "playwright-extra", "codeceptjs", "@vitest/browser"): (
        "puppeteer", "puppeteer-core", "playwright", "playwright-core", "webdriverio"),
    ("selenium-webdriver", "nightwatch", "protractor", "@wdio/cli"): (
        "chromedriver", "geckodriver", "selenium-server", "edgedriver", "iedriver"),
    ("jest",): ("node-notifier",), ("ts-jest", "eslint-plugin-jest"): ("jest",),
    # Tools.
    ("@lezer/generator",): ("@lezer/lr", "@lezer/common"),
    ("@graphql-codegen/cli", "@graphql-codegen/client-preset",
     "@graphql-codegen/typed-document-node", "@graphql-codegen/typescript-operations"): (
        "@graphql-typed-document-node/core", "graphql-tag", "tslib"),
    ("@bufbuild/protoc-gen-es", "@bufbuild/buf", "@connectrpc/protoc-gen-connect-es"): (
        "@bufbuild/protobuf", "@connectrpc/connect"),
    ("ts-proto", "protoc-gen-ts", "grpc-tools", "grpc_tools_node_protoc_ts"): (
        "google-protobuf", "protobufjs", "long", "@grpc/grpc-js", "@bufbuild/protobuf"),
    ("orval",): ("axios", "@tanstack/react-query", "zod"),
    ("react-email",): ("@react-email/preview-server", "@react-email/ui"),
    ("@react-email/components", "@react-email/render"): ("react-email",),
    ("image-minimizer-webpack-plugin", "vite-plugin-svgo", "@svgr/webpack"): ("svgo",),
    ("image-minimizer-webpack-plugin", "vite-plugin-imagemin"): ("imagemin",),
    ("@craco/craco", "react-app-rewired"): ("react-scripts",),
    ("favicons-webpack-plugin",): ("favicons",),
    ("@remix-run/dev", "@react-router/dev"): ("isbot",),
    ("react-pdf",): ("pdfjs-dist",), ("@nuxt/webpack", "nuxt"): ("webpack",),
}  # fmt: skip
_PREFIXES = {
    "@keyv/": ("keyv", "cacheable", "cache-manager"), "keyv-": ("keyv",),
    "loopback-connector-": ("loopback", "loopback-datasource-juggler", "@loopback/repository"),
    "db-migrate-": ("db-migrate",), "@log4js-node/": ("log4js",), "seneca-": ("seneca",),
    "hexo-": ("hexo",), "hubot-": ("hubot",), "homebridge-": ("homebridge",),
    "gulp-": ("gulp-load-plugins",), "@wdio/": ("@wdio/cli", "webdriverio"),
    "wdio-": ("@wdio/cli", "webdriverio"), "@stryker-mutator/": ("@stryker-mutator/core",),
    "@nightwatch/": ("nightwatch",), "testcafe-": ("testcafe",), "imagemin-": ("imagemin",),
}  # fmt: skip
"""What is loaded by a short name: ``mysql`` for ``loopback-connector-mysql``."""


_OF_SCOPES = {
    "import-in-the-middle": ("@opentelemetry/", "@sentry/"),
    "require-in-the-middle": ("@opentelemetry/", "@sentry/"),
}
"""What every package of a scope may ask for where it is bundled."""


def _pairs() -> Iterator[tuple[str, frozenset[str]]]:
    loaders: dict[str, set[str]] = {}
    for some, names in _LOADS.items():
        for name in names:
            loaders.setdefault(name, set()).update(some)
    for name, known in loaders.items():
        yield name, frozenset(known - {name})


_LOADERS = dict(_pairs())
_NOBODY: frozenset[str] = frozenset()


_OVER_DATABASES = frozenset(
    {"ueberdb2", "keyv", "knex", "sequelize", "typeorm", "unstorage", "cache-manager", "cacheable",
     "objection", "bookshelf", "@mikro-orm/core", "@mikro-orm/knex", "drizzle-orm", "kysely", "db0",
     "waterline", "caminte", "jugglingdb", "loopback-datasource-juggler", "@loopback/repository",
     "@sequelize/core", "sequelize-typescript", "@nestjs/typeorm", "@nestjs/sequelize", "levelup",
     "abstract-level", "level", "connect-session-knex", "rate-limiter-flexible", "agenda",
     "@nestjs/cache-manager", "orm", "db-migrate", "node-pg-migrate"}
)  # fmt: skip
"""What stands over databases, and loads the driver of the one that is configured."""
_DRIVER = regex(
    r"(?:^|[-_/@.])(?:\w{0,20}(?:sql|sqlite3?|postgres|mongo|redis|couch|level|rocks|lmdb)\w{0,20}"
    r"|\w{0,20}db\d?|kv|pg|drivers?|odbc|cassandra|elasticsearch|opensearch|memcached?|dialect)"
    r"(?:$|[-_/.])"
)


def loads_drivers(beside: Set[str]) -> bool:
    """Whether one of some packages stands over databases and loads their drivers by itself."""
    return not _OVER_DATABASES.isdisjoint(beside)


def is_named_like_driver(name: str) -> bool:
    return _DRIVER.search(name) is not None


def is_loaded_lazily(name: str, beside: Set[str]) -> bool:
    """Whether one of the packages beside a dependency loads it by itself."""
    return (
        not _LOADERS.get(name, _NOBODY).isdisjoint(beside)
        or any(
            name.startswith(prefix) and not beside.isdisjoint(loaders)
            for prefix, loaders in _PREFIXES.items()
        )
        or any(one.startswith(_OF_SCOPES.get(name, ())) for one in beside)
    )
