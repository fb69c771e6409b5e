"""A written site as the tests see it: its pages, their kinds, and the folder that nothing may leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Site:
    """The folder `report/` of an output folder."""

    folder: Path

    def url(self, page: str) -> str:
        """The address of a file of the report; `page` may end with a hash."""
        path, _, hash_ = page.partition("#")
        return (self.folder / path).as_uri() + (f"#{hash_}" if hash_ else "")

    @property
    def root(self) -> str:
        """What every address that a page asks for has to start with."""
        return self.folder.as_uri() + "/"

    @cached_property
    def pages(self) -> dict[str, list[str]]:
        """The pages of each language, as paths below the folder, largest first."""
        found = {}
        for language in LANGUAGES:
            files = sorted(
                (self.folder / language).rglob("*.html"), key=lambda path: (-path.stat().st_size, path.as_posix())
            )
            found[language] = [path.relative_to(self.folder).as_posix() for path in files]
        return found

    @cached_property
    def every_page(self) -> Sequence[str]:
        """All HTML files of the site, the entrance first."""
        return ["index.html", *self.pages["zh"], *self.pages["en"]]

    def kinds(self, language: str) -> dict[str, list[str]]:
        """The pages of a language by kind (overview, indicator, school, …), the largest of each kind first."""
        kinds: dict[str, list[str]] = defaultdict(list)
        for page in self.pages[language]:
            kinds[kind_of(page)].append(page)
        return dict(kinds)

    def one_of_each(self, language: str) -> list[str]:
        """The largest page of each kind."""
        return [pages[0] for pages in self.kinds(language).values()]

    def schools(self, language: str) -> list[str]:
        """The pages of schools, the largest first."""
        return self.kinds(language)["schools/"]

    def county(self, language: str, name: str) -> str:
        """A page of the only county of the sample."""
        (page,) = [page for page in self.pages[language] if PurePosixPath(page).match(f"{language}/*/{name}.html")]
        return page


def kind_of(page: str) -> str:
    """Pages of one folder below the county's are of one kind; so are pages whose names begin alike up to a `-`."""
    path = PurePosixPath(page)
    below = [part for part in path.parts[1:-1] if not part.isdigit()]
    return "/".join(below) + "/" if below else path.stem.partition("-")[0] + ("-" if "-" in path.stem else "")
