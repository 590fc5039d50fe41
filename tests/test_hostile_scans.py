"""Source made to be slow or odd: what scans and the facts on them take grows with its size."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pytest_reconaudit.facts.asynchronous.clients import client_uses
from pytest_reconaudit.facts.query.loop_bodies import given_to
from pytest_reconaudit.facts.query.serialized import serialized_lists
from pytest_reconaudit.readers.code import code_of
from pytest_reconaudit.readers.scanning import scans
from pytest_reconaudit.readers.syntax import read_syntax
from pytest_reconaudit.target import Target

ROWS = "from django.db import models\nfrom rest_framework import serializers\n"
PRISMA = "const prisma = new PrismaClient()\nasync function f() {\n"
WORK = "async (o) => { await prisma.order.findMany({where: {id: 1}}) }"
NEWLINE = "\n"
REDIS = "import Redis from 'ioredis'\nconst redis = new Redis()\n"

SLOW = {
    "serializers": (
        "row_classes",
        "views.py",
        ROWS
        + "class V(ModelViewSet):\n    def list(self, request):\n        return S"
        + "Serializer" * 580,
    ),
    "models": (
        "row_classes",
        "store.py",
        "from sqlalchemy.orm import session\n"
        + f"def f(session):\n    return select(A{'a' * 2_800}!)\n" * 60,
    ),
    "names of rows": (
        "row_classes",
        "rows.py",
        ROWS
        + "class ASerializer(serializers.ModelSerializer):\n"
        + "".join(f"    def get_{n}(self, a{n}):\n        return a{n}.b.c\n" for n in range(5_000)),
    ),
    "adaptors": ("queries", "a.ts", f"{PRISMA}await {'bluebird' * 20_000}.x.map(a, {WORK})\n}}\n"),
    "rounds": ("queries", "a.ts", f"{PRISMA}await x{f'.map(a, {WORK})' * 600}\n}}\n"),
    "constants": ("caches", "a.ts", f"{REDIS}class A {{\n  A_KEY{' ' * 100_000}x\n}}\n"),
    "parameters": (
        "caches",
        "a.ts",
        f"{REDIS}function f({{{','.join(f'a{n}' for n in range(8_000))}}}) {{\n"
        + "redis.get(key);\n" * 3_000
        + "}\n",
    ),
    "kept variables": (
        "blocking_script",
        "a.ts",
        "import {execSync} from 'child_process'\nlet a\nfunction f() {\n"
        + "if(!a){x()}\n" * 60
        + "".join(f"if(a{n}) return\n" for n in range(500))
        + "a = 1;\n"
        + "execSync('x');\n" * 2_000
        + "}\n",
    ),
    "pages": (
        "rendered_pages",
        "views.py",
        "from django.shortcuts import render\ndef f(request):\n    rows = A.objects.all()\n"
        + "    render(request, 'a.html', {'rows': rows})\n" * 4_000,
    ),
    "paths": (
        "blocking_script",
        "a.ts",
        "import fs from 'fs'\nfunction f() {\nfs.readFileSync(join("
        + "import.meta.ABCDEF," * 14
        + "!));\n}\n",
    ),
    "timers": (
        "effects",
        "a.tsx",
        "useEffect(() => { setInterval(f, 5); const x = () => { return 1 } });\n" * 2_500,
    ),
    "handlers": (
        "kept_answers",
        "a.ts",
        "@UseInterceptors(CacheInterceptor)\nclass A { @Get('x') f() {} }\n" * 4_000,
    ),
    "defaults of axios": (
        "untimed_axios",
        "a.ts",
        "import axios from 'axios'\n" + "axios.defaults.a={\n" * 20_000,
    ),
    "clients made of each other": (
        "untimed_axios",
        "a.ts",
        (
            "import x from 'axios'\n"
            "function f() { let a = b.create(); let b = a.create(); a.get('x') }\n"
        ),
    ),
    "blanks behind a colon": (
        "queries",
        "a.rs",
        f"use mongodb;\nasync fn f() {{ a.b().await }}\n/* a:{(' ' * 150 + NEWLINE) * 400}x */\n",
    ),
    "guards": (
        "map_guards",
        "a.rs",
        "async fn f(m: DashMap<u8, u8>) {\n"
        + "let x = m.get(a).unwrap();\nb().await;\n" * 5_000
        + "}\n",
    ),
    "pages of pages": (
        "answer_models",
        "a.py",
        (
            "from fastapi import APIRouter\nrouter = APIRouter()\n"
            f"@router.get('/x', response_model={'Page' * 20_000})\ndef f(db):\n    return db\n"
        ),
    ),
    "texts made of texts": (
        "locust_script",
        "a.py",
        "from locust import HttpUser\na0 = 'x'\n"
        + "".join(f'a{n + 1} = f"{f"{{a{n}}}" * 40}"\n' for n in range(8))
        + "class U(HttpUser):\n    def t(self):\n        self.client.get(f'{a8}')\n",
    ),
    "filters that are kept": (
        "caches",
        "a.ts",
        f"{REDIS}function f({{{','.join(f'a{n}Filter' for n in range(800))}}}) {{\n"
        + "redis.set(key, v);\n" * 3_000
        + "}\n",
    ),
    "conditions before what is kept": (
        "caches",
        "a.ts",
        f"{REDIS}function f(page) {{\n"
        + f"//{'if page ' * 600}\nconst v = g(page);redis.set(key, v);\n" * 60
        + "}\n",
    ),
    "tables of a chain": (
        "queries",
        "a.ts",
        "const supabase = 1\nasync function f() { await supabase" + ".from('x')" * 6_000 + " }\n",
    ),
    "applications of tests": (
        "app_state",
        "a.rs",
        "use actix_web;\nfn f() {\n"
        + "init_service(App::new().app_data(Data::new(x)));\n" * 12_000
        + "}\n",
    ),
    "what hashes": (
        "blocking_python",
        "a.py",
        "import bcrypt\nclass A:\n"
        + "".join(f"    def f{n}(self):\n        self.h{n}.verify(x)\n" for n in range(5_000)),
    ),
    "clients of one function": (
        "made_stores",
        "a.py",
        "import redis\ndef f(a):\n" + "".join(f"    c{n} = redis.Redis()\n" for n in range(8_000)),
    ),
    "what clients are made of": (
        "made_stores",
        "a.ts",
        "import Redis from 'ioredis'\n"
        + "".join(f"const v{n} = [{'w, ' * 600}]\n" for n in range(200))
        + "function f() {\n"
        + f"const c = new Redis({', '.join(f'v{n}' for n in range(200))})\n" * 300
        + "}\n",
    ),
    "types of who asks": (
        "caches",
        "a.py",
        f"import redis\nr = redis.Redis()\ndef f(a: {'R' * 100_000}):\n    r.set(f'a:{{user.id}}', 1)\n",
    ),
}


@pytest.mark.parametrize("name", SLOW)
def test_a_scan_takes_the_time_of_its_text(name: str) -> None:
    scan, path, text = SLOW[name]
    code = code_of(read_syntax(text, path))
    assert scans()[scan].wants(text, path)
    assert code.calls is not None
    begun = time.process_time()
    scans()[scan].read(code)
    assert time.process_time() - begun < 3


def test_blank_lines_before_what_is_sent() -> None:
    begun = time.process_time()
    assert given_to("  ids = request.data['ids']\n" + "\n" * 60_000, "ids") == (
        "request.data['ids']"
    )
    assert time.process_time() - begun < 1


def test_parameters_that_are_no_names() -> None:
    text = (
        ROWS + "class ASerializer(serializers.ModelSerializer):\n"
        "    def get_x(self: F[[int], [a, b]], obj):\n        return obj.a.b\n"
        "    def get_y(self, (a, b)):\n        return a.b.c\n"
        "    def get_z(self, /, obj):\n        return obj.c.d\n"
    )
    found = scans()["row_classes"].read(code_of(read_syntax(text, "a.py")))
    methods = {one.name: [each.names for each in one.reads] for one in found.classes[0].methods}
    assert methods["get_x"] == [("a", "b")]
    assert methods["get_z"] == [("c", "d")]


def test_serializers_that_name_one_anothers_fields(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        ROWS + "class Order(models.Model):\n    owner = models.ForeignKey('Order')\n"
        "class ASerializer(serializers.ModelSerializer):\n"
        "    class Meta:\n        model = Order\n        fields = BSerializer.Meta.fields + ['a']\n"
        "class BSerializer(serializers.ModelSerializer):\n"
        "    class Meta:\n        model = Order\n        fields = ASerializer.Meta.fields + ['b']\n"
        "class V(viewsets.ModelViewSet):\n"
        "    queryset = Order.objects.all()\n    serializer_class = ASerializer\n"
    )
    assert serialized_lists(Target(tmp_path)) == ()


def test_a_function_that_asks_often_and_is_called_often(tmp_path: Path) -> None:
    (tmp_path / "views.py").write_text(
        "import requests\ndef hub(x):\n"
        + "    requests.get(x)\n" * 1_500
        + "".join(f"def c{n}(x):\n    hub(x)\n" for n in range(1_500))
        + "def v(request):\n    c1(request)\n"
    )
    begun = time.process_time()
    (use,) = client_uses(Target(tmp_path))
    assert len(use.faults[0].sites) == 1_500
    assert time.process_time() - begun < 4
