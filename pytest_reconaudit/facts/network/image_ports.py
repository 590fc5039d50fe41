"""The ports that ready-made images listen on without being told to, as their documentation says.

Consoles, metrics and optional protocols are listed too: a port that an image *may* open is no port
that nothing listens on. An image that is not here has unknown ports.
"""

from __future__ import annotations

from functools import cache

from pytest_reconaudit.readers.dockerfile import ImageReference

__all__ = ["DEBUGGER_PORTS", "image_ports", "infrastructure_ports"]

DEBUGGER_PORTS = frozenset({1234, 2345, 5005, 5678, 9229, 9230, 24678, 35729, 40000})
"""Debuggers and live reload: a flag opens them in development."""

_PORTS: dict[str, tuple[int, ...]] = {
    # databases
    "postgres": (5432,), "postgresql": (5432,), "postgis": (5432,), "timescaledb": (5432,),
    "timescaledb-ha": (5432, 8008, 8081), "pgvector": (5432,), "pgautoupgrade": (5432,),
    "citus": (5432,), "pgvecto-rs": (5432,), "pgbouncer": (5432, 6432),
    "mysql": (3306, 33060), "mysql-server": (3306, 33060), "mariadb": (3306,), "percona": (3306,),
    "mongo": (27017, 27018, 27019), "mongodb": (27017,), "mongo-express": (8081,),
    "redis": (6379, 16379, 26379), "valkey": (6379, 16379, 26379), "keydb": (6379,),
    "redis-sentinel": (26379,),
    "redis-stack": (6379, 8001), "redis-stack-server": (6379,), "dragonfly": (6379,),
    "redis-commander": (8081,), "redisinsight": (5540, 8001), "memcached": (11211,),
    "cassandra": (7000, 7001, 7199, 9042, 9160), "scylla": (7000, 7001, 9042, 9160, 9180, 10000),
    "cockroach": (8080, 26257), "clickhouse": (8123, 9000, 9004, 9005, 9009, 9363),
    "clickhouse-server": (8123, 9000, 9004, 9005, 9009, 9181, 9363, 9440),
    "couchdb": (4369, 5984, 9100), "neo4j": (6362, 7473, 7474, 7687, 2004),
    "influxdb": (8086, 8181, 8088, 2003, 8089, 25826, 4242), "questdb": (8812, 9000, 9003, 9009),
    "arangodb": (8529,), "rethinkdb": (8080, 28015, 29015), "surrealdb": (8000,),
    "meilisearch": (7700,), "typesense": (8107, 8108), "qdrant": (6333, 6334, 6335),
    "weaviate": (2112, 6060, 7946, 7947, 8080, 50051), "milvus": (9091, 19530),
    "elasticsearch": (9200, 9300), "opensearch": (9200, 9300, 9600, 9650),
    "opensearch-dashboards": (5601,), "kibana": (5601,), "logstash": (5044, 9600),
    "solr": (8983, 9983), "manticore": (9306, 9308, 9312), "adminer": (8080,),
    "pgadmin4": (80, 443), "phpmyadmin": (80, 443), "etcd": (2379, 2380),
    "zookeeper": (2181, 2888, 3888, 8080), "cp-zookeeper": (2181, 2888, 3888),
    # queues
    "rabbitmq": (1883, 4369, 5552, 5671, 5672, 8883, 15671, 15672, 15674, 15675, 15692, 25672,
                 61613, 61614),
    "nats": (4222, 6222, 8222, 7777), "kafka": (9092, 9093, 9094, 29092, 9101),
    "cp-kafka": (9092, 9093, 29092, 9101), "redpanda": (8081, 8082, 9092, 9644, 33145),
    "activemq": (1883, 5672, 8161, 61613, 61614, 61616), "eclipse-mosquitto": (1883, 8883, 9001),
    "elasticmq-native": (9324, 9325), "elasticmq": (9324, 9325), "pulsar": (6650, 8080),
    "beanstalkd": (11300,), "nsq": (4150, 4151, 4160, 4161, 4170, 4171),
    "rabbitmq-exporter": (9090, 9419), "kafka-ui": (8080,), "akhq": (8080, 28081),
    # web servers and proxies
    "nginx": (80, 443), "nginx-unprivileged": (8080, 8443), "openresty": (80, 443),
    "caddy": (80, 443, 2019), "httpd": (80, 443), "traefik": (80, 443, 8080, 8082),
    "varnish": (80, 8443), "tomcat": (8005, 8009, 8080), "jetty": (8080, 8443),
    "kong": (8000, 8001, 8002, 8003, 8004, 8443, 8444, 8445), "jwilder/nginx-proxy": (80, 443),
    "nginx-proxy": (80, 443), "squid": (3128,), "toxiproxy": (8474,), "whoami": (80, 443),
    # monitoring
    "prometheus": (9090,), "alertmanager": (9093, 9094), "pushgateway": (9091,),
    "node-exporter": (9100,), "blackbox-exporter": (9115,), "cadvisor": (8080,),
    "postgres-exporter": (9187,), "postgres_exporter": (9187,), "redis_exporter": (9121,),
    "nginx-prometheus-exporter": (9113,), "mysqld-exporter": (9104,), "statsd-exporter": (
        8125, 9102, 9125), "kube-state-metrics": (8080, 8081), "elasticsearch-exporter": (9114,),
    "grafana": (3000,), "grafana-oss": (3000,), "grafana-enterprise": (3000,),
    "loki": (3100, 7946, 9095, 9096), "promtail": (80, 9080, 1514),
    "tempo": (3200, 3100, 4317, 4318, 7946, 9095, 9411, 14250, 14268, 80),
    "mimir": (8080, 9009, 9095, 7946), "alloy": (12345, 4317, 4318),
    "agent": (12345, 80), "jaeger": (4317, 4318, 5775, 5778, 6831, 6832, 9411, 14250, 14267,
        14268, 14269,
               16685, 16686, 16687, 8888, 8889, 13133),
    "all-in-one": (4317, 4318, 5775, 5778, 6831, 6832, 9411, 14250, 14267, 14268, 14269, 16685,
        16686,
                   16687),
    "zipkin": (9410, 9411), "opentelemetry-collector": (
        1777, 4317, 4318, 8888, 8889, 9411, 13133, 14250, 14268, 55678, 55679, 55680),
    "opentelemetry-collector-contrib": (
        1777, 4317, 4318, 8888, 8889, 9411, 13133, 14250, 14268, 55678, 55679, 55680),
    "uptime-kuma": (3001,), "portainer-ce": (8000, 9000, 9443), "dozzle": (8080,),
    "vector": (8686, 9598), "fluentd": (5140, 24224), "fluent-bit": (2020, 24224),
    "victoria-metrics": (8428,), "graphite-statsd": (80, 2003, 2004, 2023, 2024, 8080, 8125, 8126),
    # storage, identity, mail
    "minio": (9000, 9001), "localstack": (4566, 4571, *range(4510, 4560), 443),
    "azurite": (10000, 10001, 10002), "fake-gcs-server": (4443,), "registry": (5000, 5001),
    "keycloak": (8080, 8443, 9000, 7800), "vault": (8200, 8201), "consul": (
        8300, 8301, 8302, 8500, 8501, 8502, 8503, 8600), "dex": (5556, 5557, 5558),
    "hydra": (4444, 4445, 5555), "kratos": (4433, 4434), "oauth2-proxy": (4180, 44180),
    "mailhog": (1025, 8025), "mailpit": (1025, 1110, 8025), "inbucket": (1100, 2500, 9000),
    "mailcatcher": (1025, 1080), "maildev": (1025, 1080), "mailslurper": (1025, 1080, 2500, 4436,
                                                                         4437, 8080),
    "smtp4dev": (25, 80, 110, 143), "gotenberg": (3000,), "tika": (9998,), "imgproxy": (8080, 8081),
    # applications that run beside others
    "wordpress": (80,), "ghost": (2368,), "nextcloud": (80,), "n8n": (5678,), "sonarqube": (9000,),
    "jenkins": (8080, 50000), "gitea": (22, 3000), "vaultwarden": (80, 3012), "matomo": (80,),
    "metabase": (3000,), "superset": (8088,), "hasura/graphql-engine": (8080,),
    "graphql-engine": (8080,), "postgrest": (3000, 3001), "swagger-ui": (8080, 80),
    "unleash-server": (4242,), "temporal": (6933, 6934, 6935, 6939, 7233, 7234, 7235, 7239, 8000),
    "auto-setup": (6933, 6934, 6935, 6939, 7233, 7234, 7235, 7239, 8000), "ollama": (11434,),
    "selenium": (4444,), "standalone-chrome": (4444, 5900, 7900), "chrome": (3000, 9222),
    "browserless": (3000,), "wiremock": (8080, 8443), "mockserver": (1080,), "flower": (5555,),
}  # fmt: skip
_UNKNOWN_OWNERS = frozenset({"nginx", "grafana", "agent", "chrome", "all-in-one", "minio"})
"""Names that other people's images borrow with other ports."""
_FORKS: dict[str, tuple[int, ...]] = {
    "bitnami/nginx": (8080, 8443), "bitnamilegacy/nginx": (8080, 8443),
    "bitnami/redis-exporter": (9121,), "nginxinc/nginx-unprivileged": (8080, 8443),
    "bitnami/apache": (8080, 8443), "bitnami/wordpress": (8080, 8443),
    "bitnami/mongodb-exporter": (9216,), "kong/kong-gateway": (
        8000, 8001, 8002, 8003, 8004, 8443, 8444, 8445), "linuxserver/nginx": (80, 443),
}  # fmt: skip
_TRUSTED = frozenset(
    {"", "bitnami", "bitnamilegacy", "grafana", "prom", "minio", "jaegertracing", "nginxinc",
     "nginx", "quay.io/minio", "quay.io/prometheus", "gcr.io/cadvisor", "otel", "hashicorp",
     "timescale", "pgvector", "postgis", "valkey", "redis", "elastic", "opensearchproject",
     "confluentinc", "apache", "dpage", "axllent", "mailhog", "oliver006", "nats", "clickhouse",
     "docker.elastic.co", "docker.elastic.co/elasticsearch", "docker.elastic.co/kibana",
     "docker.elastic.co/logstash", "getmeili", "typesense", "qdrant", "traefik", "caddy",
     "quay.io/keycloak", "localstack", "registry.k8s.io", "library", "percona", "eqalpha",
     "public.ecr.aws/docker/library", "mirror.gcr.io/library", "mirror.gcr.io", "mcr.microsoft.com"}
)  # fmt: skip
"""Who publishes images that listen as the table says."""


def image_ports(image: ImageReference | None) -> tuple[int, ...] | None:
    """All ports that a ready-made image may listen on by itself; ``None`` when not known."""
    if image is None:
        return None
    name = image.name.lower().removeprefix("docker.io/").removeprefix("index.docker.io/")
    known = _FORKS.get(name) or _PORTS.get(name)
    if known is not None:
        return known
    owner, _, short = name.rpartition("/")
    if short in _UNKNOWN_OWNERS and owner not in _TRUSTED:
        return None
    return _PORTS.get(short)


@cache
def infrastructure_ports() -> frozenset[int]:
    """Ports that belong to one database, queue or monitoring server by custom: people run these
    on their machine without the repository's help."""
    found = {port for ports in _PORTS.values() for port in ports}
    return frozenset(found - _COMMON)


_COMMON = frozenset(
    {22, 25, 80, 110, 143, 443, 1000, 2000, 2001, 3000, 3001, 3012, 4000, 4200, 4433, 4434, 4444,
     4445, 5000, 5001, 5173, 5555, 7000, 7001, 8000, 8001, 8002, 8003, 8004, 8005, 8008, 8009, 8080,
     8081, 8082, 8085, 8088, 8090, 8443, 8444, 8445, 8888, 8889, 9000, 9001, 9003, 9090, 9091,
     10000}
)  # fmt: skip
"""Numbers that applications of any kind use."""
