"""Heavy images and fonts of frontends: which of them a browser gets as they lie there."""

import json
from pathlib import Path

import pytest

from pytest_reconaudit.facts.web.delivery import asset_scopes
from pytest_reconaudit.target import Target


def faults(root: Path, files: dict[str, str], heavy: dict[str, int]) -> list[tuple[str, str, bool]]:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name, size in heavy.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x89" * size)
    return [
        (fault.clause, fault.place.path, fault.note)
        for scope in asset_scopes(Target(root))
        for fault in scope.faults
    ]


def package(*names: str) -> str:
    return json.dumps(
        {
            "name": "gallery",
            "private": True,
            "scripts": {"build": "vite build"},
            "dependencies": dict.fromkeys(("react", "react-dom", *names), "^1.0.0"),
            "devDependencies": {"vite": "^5.0.0"},
        }
    )


def test_a_heavy_image_that_a_page_names(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        {
            "package.json": package(),
            "index.html": "<script type=module src=/src/main.tsx></script>",
            "src/main.tsx": 'export const hero = <img src="/hero.png" />;\n',
        },
        {"public/hero.png": 600_000, "public/unused.png": 900_000, "public/small.png": 10_000},
    )
    assert found == [("c", "public/hero.png", False)]


def test_an_image_of_a_module_that_nothing_loads_reaches_no_browser(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        {
            "package.json": package(),
            "index.html": '<script type="module" src="/src/main.tsx"></script>',
            "src/main.tsx": 'export const hero = <img src="/hero.png" />;\n',
            "src/Old.tsx": 'import quay from "./quay.png";\nexport default <img src={quay} />;\n',
        },
        {"public/hero.png": 600_000, "src/quay.png": 900_000},
    )
    assert found == [("c", "public/hero.png", False)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('<meta property="og:image" content="https://quay.example/berth.png">', []),
        ('<meta name="twitter:image" content="https://quay.example/berth.png">', []),
        ('export const metadata = { openGraph: { images: ["/berth.png"] } };', []),
        ('export default () => createMetaTags({ image: "/berth.png" });', []),
        (
            '<meta property="og:image" content="/a.png"><img src="/berth.png">',
            [("c", "public/berth.png", False)],
        ),
        (
            'const metadata = { title: "Quay" };\nexport default () => <img src="/berth.png" />;',
            [("c", "public/berth.png", False)],
        ),
    ],
)
def test_the_picture_of_a_link_stays_as_it_is(
    tmp_path: Path, line: str, found: list[tuple[str, str, bool]]
) -> None:
    files = {
        "package.json": package(),
        "index.html": "<script type=module src=/src/main.tsx></script>",
        "src/main.tsx": f"{line}\n",
    }
    assert faults(tmp_path, files, {"public/berth.png": 600_000}) == found


def test_what_has_an_address_keeps_it(tmp_path: Path) -> None:
    files = {
        "package.json": package(),
        "index.html": "<script type=module src=/src/main.tsx></script>",
        "src/main.tsx": (
            'import tide from "./tide.png";\n'
            'export const all = [tide, `${origin}/scenes/quay.png`, "/scenes/mole.jpg"];\n'
        ),
    }
    heavy = {"public/scenes/quay.png": 600_000, "src/tide.png": 700_000}
    faults(tmp_path, files, heavy)
    cures = [fault.cure for scope in asset_scopes(Target(tmp_path)) for fault in scope.faults]
    (cure,) = cures
    assert cure == (
        "Save them as WebP or AVIF, no wider than they are shown. quay.png has an address that"
        " something else may have kept, such as stored content or a mail: leave the old file in its"
        " place, or make it smaller under the same name."
    )
    (tmp_path / "public/scenes/quay.png").unlink()
    cures = [fault.cure for scope in asset_scopes(Target(tmp_path)) for fault in scope.faults]
    assert cures == [""]


@pytest.mark.parametrize(
    ("line", "size", "found"),
    [
        ('export const hero = <img src="/hero.png" />;', 400_000, [("c", "public/hero.png", True)]),
        ('// background-image: url("/hero.png");', 600_000, []),
    ],
)
def test_an_image_that_weighs_little_or_stands_in_a_remark(
    tmp_path: Path, line: str, size: int, found: list[tuple[str, str, bool]]
) -> None:
    page = '<script type=module src="/src/main.tsx"></script>'
    files = {"package.json": package(), "index.html": page, "src/main.tsx": f"{line}\n"}
    assert faults(tmp_path, files, {"public/hero.png": size}) == found


@pytest.mark.parametrize("name", ["vite-imagetools", "vite-plugin-image-optimizer"])
def test_a_heavy_image_is_a_note_where_the_build_makes_it_smaller(
    tmp_path: Path, name: str
) -> None:
    found = faults(
        tmp_path,
        {
            "package.json": package(name),
            "index.html": "<script type=module src=/src/main.tsx></script>",
            "src/main.tsx": 'export const hero = <img src="/hero.png" />;\n',
        },
        {"public/hero.png": 600_000},
    )
    assert found == [("c", "public/hero.png", True)]


@pytest.mark.parametrize(
    ("line", "served"),
    [
        ('const font = localFont({ src: "./fonts/Serif.ttf" });', True),
        ('const font = fetch(new URL("./fonts/Serif.ttf", import.meta.url));', False),
    ],
)
def test_a_heavy_font_that_a_browser_gets(tmp_path: Path, line: str, served: bool) -> None:
    found = faults(
        tmp_path,
        {
            "package.json": package(),
            "index.html": "<script type=module src=/src/main.tsx></script>",
            "src/main.tsx": f"{line}\n",
        },
        {"src/fonts/Serif.ttf": 200_000},
    )
    assert found == ([("d", "src/fonts/Serif.ttf", False)] if served else [])


FACE = "@font-face { font-family: '{}'; src: url('/fonts/{}.ttf') format('truetype'); }\n"


def test_a_font_of_a_family_that_no_style_uses_is_never_asked_for(tmp_path: Path) -> None:
    faces = "".join(
        FACE.replace("{}", one, 1).replace("{}", one) for one in ("Quay", "Quay Narrow")
    )
    found = faults(
        tmp_path,
        {
            "package.json": package(),
            "index.html": "<script type=module src=/src/main.tsx></script>",
            "src/main.tsx": "import './faces.css'\nimport './main.css'\n",
            "src/faces.css": faces,
            "src/main.css": "body { font-family: 'Quay', sans-serif; }\n",
        },
        {"public/fonts/Quay.ttf": 200_000, "public/fonts/Quay Narrow.ttf": 200_000},
    )
    assert found == [("d", "public/fonts/Quay.ttf", False)]


CONF = """\
server {
  listen 8080;
  location / { root /srv/quay; try_files $uri /index.html; }
}
"""
IMAGE = """\
FROM node:22-slim AS build
WORKDIR /app
COPY . .
RUN npm install && npm run build

FROM nginx:1.27-alpine
COPY nginx.conf /etc/nginx/conf.d/default.conf
COPY --from=build /app/dist /srv/quay
"""


@pytest.mark.parametrize(
    ("tool", "config", "said"),
    [
        ("vite", {}, "location /assets/ { root /srv/quay; expires 1y; }"),
        ("vite", {"vite.config.ts": 'build: { assetsDir: "x" }'}, 'location ~ "[.-]([0-9a-f]{8,}'),
        ("react-scripts", {}, "location /static/ {"),
        ("webpack", {"webpack.config.js": 'filename: "[name].[contenthash].js"'}, 'location ~ "['),
        ("webpack", {"webpack.config.js": 'filename: "main.js"'}, "write a hash into the names"),
    ],
)
def test_the_locations_are_those_that_the_build_writes(
    tmp_path: Path, tool: str, config: dict[str, str], said: str
) -> None:
    manifest = {
        "name": "quay",
        "scripts": {"build": f"{tool} build"},
        "dependencies": {"react": "^18.0.0", "react-dom": "^18.0.0", tool: "^5.0.0"},
    }
    files = {
        "package.json": json.dumps(manifest),
        "index.html": "<script type=module src=/src/main.tsx></script>",
        "src/main.tsx": "export const hero = 1;\n",
        "nginx.conf": CONF,
        "Dockerfile": IMAGE,
        **config,
    }
    faults(tmp_path, files, {})
    cures = [
        fault.cure
        for scope in asset_scopes(Target(tmp_path))
        for fault in scope.faults
        if fault.clause == "b"
    ]
    assert len(cures) == 1
    assert said in cures[0]
    assert ("hash into the names" in cures[0]) is ("hash into" in said)
