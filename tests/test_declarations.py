"""ORM declarations: readers, types, Python models and migrations, sqlx's offline data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.facts.db.declarations import Declaration, declarations
from pytest_reconaudit.facts.db.table_makers import declared_files, made_names
from pytest_reconaudit.readers.code import code_of
from pytest_reconaudit.readers.diesel import diesel_types, read_diesel_config
from pytest_reconaudit.readers.made_tables import read_made_tables
from pytest_reconaudit.readers.pg_types import (
    agree,
    catalog_type,
    diesel_type,
    prisma_type,
    sqlalchemy_type,
)
from pytest_reconaudit.readers.prisma import read_prisma
from pytest_reconaudit.readers.scans.models import models
from pytest_reconaudit.readers.sqlx_offline import read_sqlx_offline
from pytest_reconaudit.readers.syntax import read_syntax
from pytest_reconaudit.target import Target

# -- types ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("character varying(255)", "varchar"),
        ("character varying(20)[]", "varchar[]"),
        ("timestamp(3) with time zone", "timestamptz"),
        ("timestamp without time zone", "timestamp"),
        ("time(0) without time zone", "time"),
        ("double precision", "float8"),
        ("numeric(10,2)", "numeric"),
        ("character(36)", "bpchar"),
        ('"char"', "char"),
        ("interval day to second(3)", "interval"),
        ("bit varying(5)", "varbit"),
        ("public.mood", "mood"),
        ('audit."Mood"', "Mood"),
        ('"Mood"', "Mood"),
        ("integer[]", "int4[]"),
    ],
)
def test_catalog_types(text: str, short: str) -> None:
    assert catalog_type(text) == short


@pytest.mark.parametrize(
    ("text", "type_", "nullable"),
    [
        ("Nullable<Timestamptz>", "timestamptz", True),
        ("diesel::sql_types::Nullable<diesel::sql_types::Int8>", "int8", True),
        ("Array<Nullable<Text>>", "text[]", False),
        ("Nullable<Array<Nullable<Uuid>>>", "uuid[]", True),
        ("Range<Timestamptz>", "tstzrange", False),
        ("Mood", "mood", False),
        ("Unheard", "", False),
        ("Nullable<Pair<Int4, Text>>", "", True),
        ("<<<", "", False),
    ],
)
def test_diesel_types(text: str, type_: str, nullable: bool) -> None:
    assert diesel_type(text, {"Mood": "mood"}) == (type_, nullable)


@pytest.mark.parametrize(
    ("declared", "actual", "fits"),
    [
        ("int4", "int4", True),
        ("int4", "int8", False),
        ("text", "bpchar", True),
        ("text", "citext", True),
        ("text[]", "varchar[]", True),
        ("text[]", "text", False),
        ("int4", "money_amount", True),  # a domain
        ("mood", "state", False),
        ("mood", "Mood", True),
        ("mood", "text", False),
        ("", "anything", True),
        ("text[]", "tag_list", True),  # a domain over a list
        ("timestamp", "timestamptz", False),
    ],
)
def test_agreement(declared: str, actual: str, fits: bool) -> None:
    assert agree(declared, actual) is fits


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("sa.DateTime(timezone=True)", "timestamptz"),
        ("DateTime", "timestamp"),
        ("String(20)", "varchar"),
        ("ARRAY(String)", "varchar[]"),
        ("postgresql.JSONB(astext_type=Text())", "jsonb"),
        ("Enum(Color)", ""),
        ("lambda: 3", ""),
    ],
)
def test_sqlalchemy_types(text: str, type_: str) -> None:
    assert sqlalchemy_type(text) == type_


def test_prisma_types() -> None:
    assert prisma_type("String", "Citext", {}) == "citext"
    assert prisma_type("Grade", "", {"Grade": "grade"}) == "grade"
    assert prisma_type("Unsupported", "", {}) == ""


@given(st.text())
def test_types_never_raise(text: str) -> None:
    catalog_type(text)
    diesel_type(text, {})
    sqlalchemy_type(text)
    agree(text, text[::-1])


# -- Diesel --------------------------------------------------------------------------------


def test_structs_that_name_a_type() -> None:
    text = """
    #[derive(QueryId, SqlType)]
    #[diesel(postgres_type(name = "ltree", schema = "ext"))]
    pub struct Ltree;

    #[derive(SqlType)]
    #[postgres(type_name = "mood")]
    #[allow(dead_code)]
    pub(crate) struct OldMood;

    // #[diesel(postgres_type(name = "gone"))] pub struct Gone;
    #[diesel(postgres_type(oid = 1, array_oid = 2))]
    pub struct ByNumber;
    """
    assert [(one.name, one.type) for one in diesel_types(text)] == [
        ("Ltree", "ltree"),
        ("OldMood", "mood"),
    ]


def test_diesel_config() -> None:
    text = """
    [print_schema]
    file = "src/schema.rs"
    schema = "app"
    patch_file = "src/schema.patch"
    filter = { except_tables = ["jobs", 3] }
    [print_schema.second]
    file = "src/other.rs"
    filter = { only_tables = ["x"] }
    [migrations_directory]
    dir = "db/migrations"
    """
    config = read_diesel_config(text, "diesel.toml")
    assert config.migrations == "db/migrations"
    first, second = config.printed
    assert (first.file, first.schema, first.patch, first.but) == (
        "src/schema.rs",
        "app",
        "src/schema.patch",
        ("jobs",),
    )
    assert (second.file, second.only) == ("src/other.rs", ("x",))


@given(st.text())
def test_diesel_readers_never_raise(text: str) -> None:
    read_diesel_config(text, "diesel.toml")
    read_diesel_config(f"[print_schema]\nfile = {text}", "diesel.toml")
    diesel_types(f"#[diesel(postgres_type({text}))] struct A;")


# -- Prisma --------------------------------------------------------------------------------


def test_prisma_fields() -> None:
    text = """datasource db { provider = "postgresql" }
datasource pg {
  provider = "postgresql"
  url = "postgres://x"
}
/* model Gone { id Int } */
model Post {
  id      Int     @id
  title   String? @map("head_line") @db.VarChar(80) // what // people read
  tags    String[]
  author  User?   @relation(fields: [id], references: [id])
  point   Unsupported("geometry(Point)")?

  @@map("posts")
  @@schema("blog")
}
model User {
  id Int @id
}
enum Kind {
  A
  @@map("kind")
}
view Totals {
  n Int
}
"""
    schema = read_prisma(text, "s.prisma")
    post = schema.tables[0]
    assert (post.name, post.schema, post.place.line) == ("posts", "blog", 7)
    assert post.columns == ("id", "head_line", "tags", "point")
    title = post.fields[1]
    assert (title.name, title.native, title.optional, title.place.line) == (
        "head_line",
        "VarChar",
        True,
        9,
    )
    assert title.place.column == 3
    assert post.fields[2].list
    assert post.fields[4].type == "Unsupported"
    assert post.fields[4].optional
    assert schema.enums == (("Kind", "kind"),)
    assert schema.tables[-1].view


@given(st.text())
def test_prisma_fields_lie_in_the_file(text: str) -> None:
    source = f"model A {{\n{text}\n}}\n"
    for table in read_prisma(source, "s.prisma").tables:
        for field in table.fields:
            assert 1 <= (field.place.line or 0) <= source.count("\n") + 1


# -- Python --------------------------------------------------------------------------------


def test_what_migrations_make() -> None:
    text = """
TABLE = "ledger"
def upgrade():
    op.create_table("users", sa.Column("id"))
    op.create_table(TABLE)
    op.rename_table("a", "b")
    op.create_table(f"{x}_t")
operations = [
    migrations.CreateModel(name="Visit", options={"db_table": "visits"}),
    migrations.RenameModel("A", "Basket"),
    migrations.AlterModelTable(name="x", table="xs"),
]
"""
    made = read_made_tables(text, "m.py")
    assert made.tables == ("users", "ledger", "b")
    assert made.models == ("visit", "basket")
    assert made.named == ("visits", "xs")
    assert made.computed is not None
    assert made.computed.line == 7
    assert read_made_tables("def create_table(:", "m.py").problems


@given(st.text())
def test_migrations_never_raise(text: str) -> None:
    read_made_tables(f"create_table({text}", "m.py")
    read_made_tables(text + "\ncreate_table('x')", "m.py")


@given(st.text(max_size=300))
def test_models_never_raise(text: str) -> None:
    for source in (
        f"class A(Base):\n    __tablename__ = {text}\n    x = Column({text})",
        f"class A(models.Model, {text}):\n    x = models.CharField({text})\n",
        f"t = Table('x', m, Column({text}))",
    ):
        found = models(code_of(read_syntax(source, "a.py")))
        for one in found.classes if found else ():
            assert 1 <= one.line <= source.count("\n") + 1


Tree = Callable[[dict[str, str]], Target]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    def lay(files: dict[str, str]) -> Target:
        for path, text in files.items():
            place = tmp_path / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
        return Target(tmp_path)

    return lay


def columns(one: Declaration, table: str) -> dict[str, tuple[str, bool | None]]:
    found = next(held for held in one.tables if held.name == table)
    return {column.name: (column.type, column.nullable) for column in found.columns}


def test_sqlalchemy_models(tree: Tree) -> None:
    target = tree(
        {
            "pyproject.toml": '[project]\nname = "x"\ndependencies = ["psycopg"]\n',
            "app/base.py": """
from sqlalchemy import Column, DateTime, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Stamped:
    created_at = Column(DateTime(timezone=True), nullable=False)
""",
            "app/models.py": """
import sqlalchemy as sa
from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship
from app.base import Base, Stamped
from app.types import Secret

class Crew(Stamped, Base):
    __tablename__ = "crews"
    __table_args__ = {"schema": "fleet"}
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    home = mapped_column("home_port", String(30), nullable=False)
    key = mapped_column(Secret())
    boat_id: Mapped[int] = mapped_column(ForeignKey("boats.id"))
    boat: Mapped["Boat"] = relationship()
    old = sa.Column(sa.BigInteger)

class Officer(Crew):
    rank = sa.Column(sa.SmallInteger)

class Abstract(Base):
    __abstract__ = True
    __tablename__ = "never"
    id = sa.Column(Integer, primary_key=True)

class Computed(Base):
    __tablename__ = PREFIX + "x"
    id = sa.Column(Integer, primary_key=True)
""",
        }
    )
    (one,) = declarations(target)
    assert [table.name for table in one.tables] == ["crews"]
    assert one.tables[0].schema == "fleet"
    assert columns(one, "crews") == {
        "id": ("int4", False),
        "name": ("varchar", True),
        "home_port": ("varchar", False),
        "key": ("", True),
        "boat_id": ("", False),
        "old": ("int8", True),
        "created_at": ("timestamptz", False),
    }


def test_sqlmodel_tables(tree: Tree) -> None:
    target = tree(
        {
            "requirements.txt": "sqlmodel\nasyncpg\n",
            "models.py": """
from sqlmodel import Field, Relationship, SQLModel

class HeroBase(SQLModel):
    name: str = Field(index=True)
    age: int | None = None

class Hero(HeroBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team: "Team" = Relationship(back_populates="heroes")

class HeroRead(HeroBase):
    id: int
""",
        }
    )
    (one,) = declarations(target)
    assert columns(one, "hero") == {"id": ("", False), "name": ("", False), "age": ("", True)}


def test_django_models(tree: Tree) -> None:
    target = tree(
        {
            "requirements.txt": "django\npsycopg2\n",
            "manage.py": "",
            "zoo/apps.py": "class ZooConfig(AppConfig):\n    name = 'zoo'\n    label = 'animals'\n",
            "zoo/models/__init__.py": "from .keeper import Keeper\n",
            "zoo/models/keeper.py": """
from django.db import models
from ..base import Stamped

class Keeper(Stamped):
    name = models.CharField(max_length=10, null=True)
    boss = models.ForeignKey("self", on_delete=models.CASCADE, db_column="boss")
    cage = models.OneToOneField("Cage", on_delete=models.CASCADE)
    tools = models.ManyToManyField("Tool")
    extra = OwnField()

class Head(Keeper):
    salary = models.DecimalField(max_digits=5, decimal_places=2)

class Named(models.Model):
    class Meta:
        db_table = "named_things"

class Form(SomethingElse):
    name = 3
""",
            "zoo/base.py": """
from django.db import models

class Stamped(models.Model):
    made = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
""",
        }
    )
    (one,) = declarations(target)
    assert {table.name: table.model for table in one.tables} == {
        "animals_keeper": "animals.keeper",
        "animals_head": "animals.head",
        "named_things": "animals.named",
    }
    assert columns(one, "animals_keeper") == {
        "name": ("varchar", True),
        "boss": ("", False),
        "cage_id": ("", False),
        "made": ("timestamptz", False),
    }
    assert columns(one, "animals_head") == {"salary": ("numeric", False)}


def test_a_base_of_another_module_is_not_taken_for_a_model(tree: Tree) -> None:
    target = tree(
        {
            "requirements.txt": "django\npsycopg2\n",
            "dcim/models.py": "from django.db import models\n\nclass Cabled(models.Model):\n"
            "    end = models.CharField(max_length=1)\n    class Meta:\n        abstract = True\n",
            "dcim/graphql.py": "from django.db import models\nfrom dcim.mixins import Cabled\n\n"
            "class PortType(Cabled):\n    x = models.Q()\n",
        }
    )
    assert declarations(target) == ()


def test_tables_of_every_kind_of_migration(tree: Tree) -> None:
    target = tree(
        {
            "db/migrate/001_a.rb": 'create_table "rails_made" do |t|\nend\n',
            "m/knex.js": "exports.up = k => k.schema.createTable('knex_made', t => {})\n",
            "m/typeorm.ts": "await q.createTable(new Table({ name: 'typeorm_made' }))\n",
            "src/m1.rs": """
                #[derive(Iden)]
                enum CakeShop { Table, Id }
                m.create_table(Table::create().if_not_exists().table(CakeShop::Table).to_owned())
                m.create_table(Table::create().table(Alias::new("by_alias")).to_owned())
            """,
            "do.sql": "DO $$ BEGIN CREATE TABLE IF NOT EXISTS in_block (id int); END $$;",
            "old.sql": "-- CREATE TABLE commented (id int);\nSELECT 1;",
        }
    )
    made = made_names(target)
    assert {"rails_made", "knex_made", "typeorm_made", "cake_shop", "by_alias", "in_block"} <= made
    assert "commented" not in made


def test_a_computed_name_leaves_everything_open(tree: Tree) -> None:
    target = tree(
        {
            "pyproject.toml": '[project]\nname = "x"\ndependencies = ["psycopg"]\n',
            "models.py": "from sqlalchemy import Column, Integer\n\nclass A(Base):\n"
            "    __tablename__ = 'a'\n    id = Column(Integer, primary_key=True)\n",
            "alembic/versions/1.py": "from alembic import op\nop.create_table(prefix + 'a')\n",
        }
    )
    (one,) = declared_files(target)
    assert [table.name for table in one.missing] == ["a"]
    assert "computed name" in one.open


# -- sqlx ----------------------------------------------------------------------------------


NAMED: list[tuple[str, set[tuple[str, str]], set[tuple[str, str]], str]] = [
    (
        """SELECT u.id, extract(epoch from u.made) FROM users u
        JOIN public.teams t ON t.id = u.team_id WHERE u.name IS DISTINCT FROM t.name""",
        {("", "users"), ("public", "teams")},
        {("users", "id"), ("users", "made"), ("users", "team_id"), ("users", "name")}
        | {("teams", "id"), ("teams", "name")},
        "",
    ),
    (
        """WITH a AS (SELECT id FROM x), b (c) AS NOT MATERIALIZED (SELECT 1)
        SELECT a.id FROM a, b, y WHERE y.id = a.id""",
        {("", "x"), ("", "y")},
        {("y", "id")},
        "",
    ),
    (
        """INSERT INTO t (a, b) VALUES ($1, $2)
        ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.b RETURNING a, b""",
        {("", "t")},
        set(),
        "t",
    ),
    (
        "UPDATE t SET a = s.a FROM s WHERE t.id = s.id",
        {("", "t"), ("", "s")},
        {("s", "a"), ("t", "id"), ("s", "id")},
        "",
    ),
    (
        "DELETE FROM t USING s WHERE t.id = s.id",
        {("", "t"), ("", "s")},
        {("t", "id"), ("s", "id")},
        "",
    ),
    (
        "SELECT z.a FROM (SELECT a FROM q) AS z, generate_series(1, 2) g FOR UPDATE",
        {("", "q")},
        set(),
        "",
    ),
    (
        'SELECT "Id" FROM "User" -- FROM comment\n WHERE note = \'from x\'',
        {("", "User")},
        set(),
        "User",
    ),
    (
        "SELECT x.a FROM t x WHERE EXISTS (SELECT 1 FROM s x WHERE x.b = 1)",
        {("", "t"), ("", "s")},
        set(),
        "",
    ),
]


@pytest.mark.parametrize(("query", "tables", "columns", "single"), NAMED)
def test_named_tables(
    query: str, tables: set[tuple[str, str]], columns: set[tuple[str, str]], single: str
) -> None:
    text = json.dumps({"db_name": "PostgreSQL", "query": query, "describe": {}})
    (found,) = read_sqlx_offline(text, "q.json").queries
    assert set(found.named.tables) == tables
    assert set(found.named.columns) == columns
    assert found.named.single == single


def test_described_columns() -> None:
    data = {
        "db_name": "PostgreSQL",
        "query": 'SELECT t.id, count(*) AS n, tags AS "tags!", kind FROM trees t',
        "describe": {
            "columns": [
                {"name": "id", "type_info": "Int8"},
                {"name": "n", "type_info": "Int8"},
                {"name": "tags!", "type_info": "TextArray"},
                {"name": "kind", "type_info": {"Custom": {"name": "kind", "kind": "Simple"}}},
            ],
            "nullable": [False, None, True, "x"],
        },
    }
    (query,) = read_sqlx_offline(json.dumps(data, indent=1), "q.json").queries
    assert query.place.line == 3
    assert [(one.column, one.type, one.nullable) for one in query.columns] == [
        ("id", "int8", False),
        ("tags", "text[]", True),
        ("kind", "kind", None),
    ]


def test_older_offline_data() -> None:
    data = {"db": "PostgreSQL", "abc": {"query": "SELECT 1 FROM a", "describe": {}}}
    found = read_sqlx_offline(json.dumps(data), "sqlx-data.json")
    assert found.server == "PostgreSQL"
    assert found.queries[0].named.tables == (("", "a"),)


@given(st.text())
def test_offline_data_never_raises(text: str) -> None:
    read_sqlx_offline(text, "q.json")
    read_sqlx_offline(json.dumps({"query": text, "describe": {"columns": [text]}}), "q.json")
    read_sqlx_offline(json.dumps({"query": f"SELECT a FROM {text} WHERE {text}"}), "q.json")


def test_a_table_that_sql_renames_has_its_new_name() -> None:
    text = 'op.execute("ALTER TABLE movements RENAME TO postings")\nop.create_table("rates")\n'
    assert read_made_tables(text, "m.py").tables == ("rates", "postings")
    assert read_made_tables(text.split("\n")[0], "m.py").tables == ("postings",)
    assert read_made_tables('op.execute("ALTER TABLE a RENAME COLUMN b TO c")', "m.py").tables == ()
