"""Tools of the build among what an image installs for production."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.docker.image_files import image_files
from pytest_reconaudit.facts.docker.images import dockerfiles, images
from pytest_reconaudit.facts.docker.toolchains import is_development_command, is_development_name
from pytest_reconaudit.facts.installs import npm_install
from pytest_reconaudit.facts.packages import NpmPackage
from pytest_reconaudit.facts.web.installed import guessed_programs
from pytest_reconaudit.facts.web.mentions import CONFIGURATION, mentioned
from pytest_reconaudit.facts.web.modules import links
from pytest_reconaudit.model import Note
from pytest_reconaudit.target import Target

__all__ = ["TOOLS", "imported_by_application", "pruned_installs", "runs_application"]


TOOLS = frozenset(
    {"vite", "@vitejs/plugin-react", "@vitejs/plugin-react-swc", "@vitejs/plugin-vue", "webpack",
     "webpack-cli", "webpack-dev-server", "rollup", "parcel", "eslint", "prettier", "typescript",
     "jest", "vitest", "mocha", "cypress", "nodemon", "tailwindcss", "autoprefixer", "postcss",
     "@babel/core", "@babel/cli", "babel-loader", "ts-loader", "css-loader", "style-loader",
     "sass-loader", "react-scripts", "husky", "lint-staged", "@testing-library/react",
     "@testing-library/jest-dom", "@testing-library/user-event", "@playwright/test",
     "storybook", "ts-jest", "stylelint", "@typescript-eslint/parser",
     "@typescript-eslint/eslint-plugin", "eslint-plugin-react", "eslint-config-prettier",
     "concurrently", "vue-tsc", "@vue/cli-service"}
)  # fmt: skip
"""Tools of build, test and style that no server needs at run time."""


def pruned_installs(target: Target) -> Iterator[tuple[str, Note]]:
    """(package.json, install) of final stages that install for production only."""
    for dockerfile in dockerfiles(target):
        if images(target).is_dev_container(dockerfile) or is_development_name(dockerfile.path):
            continue
        final = images(target).final_stage(dockerfile)
        if final is None or is_development_command(dockerfile, final):
            continue
        files = image_files(target, dockerfile)
        for step in files.chain_steps(final):
            asked = npm_install(step.words)
            if asked is None or not asked.production:
                continue
            folder = step.at(asked.folder) if asked.folder else step.folder
            origin = files.origin(final, posixpath.join(folder, "package.json"), step.instruction)
            if origin is not None:
                yield origin, Note(step.place, " ".join(step.text.split())[:100])


def runs_application(package: NpmPackage, name: str) -> bool:
    """Whether the application is started by a tool."""
    starts = " ".join(
        one.command
        for one in package.manifest.scripts
        if one.name.startswith(
            ("start", "serve", "preview", "prod", "postinstall", "prepare", "migrat")
        )
    )
    return any(mentioned(starts, bin) for bin in (name, *guessed_programs(name)))


def imported_by_application(target: Target, package: NpmPackage, name: str) -> bool:
    """Whether code of a package that is no configuration and no test imports a tool."""
    return any(
        link.meant.package == name and not link.specifier.type_only
        for path in target.below(package.folder)
        if not CONFIGURATION.search(path) and not is_test_path(path)
        for link in links(target).get(path, ())
    )
