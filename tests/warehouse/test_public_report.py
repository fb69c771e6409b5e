"""A public report gives no small group away: an attacker computes with everything that is published."""

from __future__ import annotations

import json
import math
import shutil
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy
import pytest

from junheng.report import masking
from junheng.report.equations import pins
from junheng.report.facts import Facts
from junheng.report.ledger import Entry, Ledger, ledger_id
from junheng.report.public import PublicFacts
from junheng.report.report_command import ReportOptions, write_parts
from tests.warehouse.published import EVIDENCE, PSEUDONYM, published

SMALLEST = 10
TEACHERS = ("high_degree_teachers_per_100", "backbone_teachers_per_100", "pe_arts_teachers_per_100")
COMPONENTS = ("graduates", "entrants", "transfers_in", "transfers_out", "suspended", "resumed", "deaths")
# The sample, one with few teachers, one on the line, one with holes: a report of every county says the same.
REPORTED = ["500152", "990001", "990006", "990009"]
# Columns that count persons, written down here once more: the rules are not asked.
COUNTS = {
    "marts.dim_school": ("pupils", "compulsory_pupils"),
    "marts.fct_unit_indicator": ("pupils",),
    "marts.fct_funding_per_pupil": ("pupils", "pupils_counted", "boarders"),
    "marts.fct_finance_growth": ("pupils", "previous_pupils"),
    "marts.fct_retention": COMPONENTS,
    "display.shown_school": ("pupils_shown", "compulsory_pupils_shown"),
    "display.shown_unit_indicator": ("pupils_shown",),
    "display.shown_funding": ("pupils_shown", "pupils_counted_shown", "boarders_shown"),
    "display.shown_finance_growth": ("pupils_shown", "previous_pupils_shown"),
    "display.shown_retention": tuple(f"{name}_shown" for name in COMPONENTS),
    "display.shown_county_basic": ("value_shown",),
}


@pytest.fixture(scope="module", params=["sample", "counties"])
def warehouse(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = request.getfixturevalue(f"built_{request.param}")
    folder = tmp_path_factory.mktemp(request.param)
    return published(built, folder / built.name)


@pytest.fixture(scope="module")
def truth(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    copy = warehouse.parent / "truth" / warehouse.name
    copy.parent.mkdir()
    shutil.copyfile(warehouse, copy)
    with duckdb.connect(str(copy), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def public(warehouse: Path) -> Iterator[PublicFacts]:
    with PublicFacts(warehouse) as facts:
        yield facts


def records(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def secrets(connection: duckdb.DuckDBPyConnection) -> dict[tuple[Any, ...], int]:
    """The numbers of teachers that are few, by unit and indicator."""
    rows = connection.execute(
        "select school_year, school_code, stage, indicator_id, numerator from marts.fct_unit_indicator"
        f" where indicator_id in {TEACHERS} and numerator between 1 and {SMALLEST - 1}"
    ).fetchall()
    return {row[:4]: int(row[4]) for row in rows}


def possible(connection: duckdb.DuckDBPyConnection) -> dict[tuple[Any, ...], set[int] | None]:
    """What an attacker finds: the numbers of teachers that agree with all that is published of a unit and its group.

    None stands for a number that cannot be bounded. A cell that is published has one possible number.
    """
    rows = records(
        connection,
        "select i.*, d.ratio_pct_shown, d.numerator_shown, d.gap_shown, d.value_shown, d.lacking_shown,"
        " v.met_count, v.verdict_class from marts.fct_unit_indicator i"
        " inner join display.shown_unit_indicator d using (school_year, school_code, stage, indicator_id)"
        " inner join marts.fct_unit_verdict v using (school_year, school_code, stage)",
    )
    lacking = {
        (row["school_year"], row["school_code"], row["stage"], row["indicator_id"]): row["gap_to_threshold"]
        for row in records(connection, "select * from marts.fct_remediation")
    }
    units: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        units[row["school_year"], row["school_code"], row["stage"]].append(row)
    bounds: dict[tuple[Any, ...], list[float]] = {}
    for unit, cells in units.items():
        hidden = [cell for cell in cells if cell["is_met"] is None and cell["status"] != "no_data"]
        for cell in cells:
            key = (*unit, cell["indicator_id"])
            if cell["indicator_id"] not in TEACHERS:
                continue
            pupils = cell["pupils"]
            told = {cell["numerator"], cell["resource"]} - {None}
            for column in ("value", "ratio_to_threshold", "gap", "resource_share"):
                if cell[column] is not None and cell["is_met"] is None:
                    told.add(cell[column])
            if pupils and cell["numerator_shown"] not in (None, "*"):
                told.add(float(cell["numerator_shown"]))
            if pupils and cell["value_shown"] not in (None, "*"):
                told.add(round(float(cell["value_shown"]) * pupils / 100))
            if told or key in lacking:
                bounds[key] = [0, 0]
                continue
            if cell not in hidden:
                continue
            bounds[key] = [0, math.inf]
            met = sum(bool(other["is_met"]) for other in cells)
            if cell["met_count"] is None or not pupils:
                continue
            limit = float(cell["threshold"]) * pupils / 100
            unmet = len(hidden) - (cell["met_count"] - met)
            if unmet == 0:
                bounds[key][0] = math.ceil(limit - 1e-9)
            elif unmet == len(hidden):
                bounds[key][1] = math.ceil(limit - 1e-9) - 1
                if len(hidden) == 1 and cell["verdict_class"] == "six_met_other_at_floor":
                    bounds[key][0] = math.ceil(limit * 0.85 - 1e-9)
                if len(hidden) == 1 and cell["verdict_class"] == "six_met_other_below_floor":
                    bounds[key][1] = math.ceil(limit * 0.85 - 1e-9) - 1
    by_group: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_group[row["school_year"], row["county_code"], row["stage"], row["indicator_id"]].append(row)
    means = {
        (row["school_year"], row["county_code"], row["stage"], row["indicator_id"]): row
        for row in records(
            connection,
            "select d.school_year, d.county_code, d.stage, d.indicator_id, mean, mean_shown"
            " from display.shown_county_difference d left join marts.fct_county_difference"
            " using (school_year, county_code, stage, indicator_id)",
        )
    }
    for group, cells in by_group.items():
        mean = means.get(group, {}).get("mean")
        counted = [cell for cell in cells if cell["status"] in ("pass", "fail", None) and cell["pupils"]]
        unknown = [cell for cell in counted if cell["numerator"] is None]
        if mean is None or not unknown or group[3] not in TEACHERS:
            continue
        everyone = sum(cell["pupils"] for cell in counted)
        known = sum(float(cell["numerator"]) for cell in counted if cell["numerator"] is not None)
        # a mean that is not rounded gives the sum itself
        slack = 0.005 * everyone / 100 if f"{mean:.2f}" == means[group]["mean_shown"] and round(mean, 2) == mean else 0
        total = mean * everyone / 100
        keys = [(cell["school_year"], cell["school_code"], cell["stage"], cell["indicator_id"]) for cell in unknown]
        keys = [key for key in keys if key in bounds]
        for _ in range(3):
            for key in keys:
                least = sum(bounds[other][0] for other in keys if other != key)
                most = sum(bounds[other][1] for other in keys if other != key)
                bounds[key][1] = min(bounds[key][1], math.floor(total + slack - known - least + 1e-6))
                if not math.isinf(most):
                    bounds[key][0] = max(bounds[key][0], math.ceil(total - slack - known - most - 1e-6))
    return {
        key: None if math.isinf(most) else set(range(int(least), int(most) + 1))
        for key, (least, most) in bounds.items()
    }


def found_out(truth: duckdb.DuckDBPyConnection, connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """The secrets of which an attacker is left with one possible number, or with none but a published one."""
    left = possible(connection)
    return [key for key in secrets(truth) if key in left and left[key] is not None and len(left[key] or ()) <= 1]


def test_numbers_of_few_teachers_cannot_be_computed(truth: duckdb.DuckDBPyConnection, public: PublicFacts) -> None:
    assert secrets(truth)
    left = possible(public.connection)
    assert set(secrets(truth)) <= set(left)
    assert found_out(truth, public.connection) == []


def test_the_attacker_reads_everything_that_is_not_masked(truth: duckdb.DuckDBPyConnection) -> None:
    assert len(found_out(truth, truth)) == len(secrets(truth))


@pytest.mark.parametrize(
    ("setting", "value"),
    [("smallest_group", 3), ("person_indicators", ["backbone_teachers_per_100"])],
)
def test_with_a_weaker_rule_the_attacker_succeeds(
    truth: duckdb.DuckDBPyConnection, warehouse: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: Any
) -> None:
    monkeypatch.setitem(masking.rules(), setting, value)
    with PublicFacts(warehouse) as facts:
        assert found_out(truth, facts.connection)


def with_one_secret(warehouse: Path, copy: Path) -> tuple[Any, ...]:
    """A copy of a warehouse in which one unit alone of its group has few teachers of a kind; gives its key."""
    shutil.copyfile(warehouse, copy)
    with duckdb.connect(str(copy)) as connection:
        secret = next(iter(sorted(secrets(connection))))
        year, school, stage, indicator = secret
        of_group = f"school_year = {year} and stage = '{stage}' and indicator_id = '{indicator}'"
        of_group += (
            f" and county_code = (select any_value(county_code) from marts.dim_school where school_code = '{school}')"
        )
        others = f"{of_group} and school_code <> '{school}' and numerator is not null"
        connection.execute(f"update marts.fct_unit_indicator set numerator = 10 * {SMALLEST} where {others}")
        connection.execute(
            f"update display.shown_unit_indicator set numerator_shown = '{10 * SMALLEST}'"
            f" where numerator_shown is not null and {others.removesuffix(' and numerator is not null')}"
        )
        connection.execute(
            "update marts.fct_county_difference set mean = (select sum(numerator) * 100.0 / sum(pupils)"
            f" from marts.fct_unit_indicator where {of_group} and status in ('pass', 'fail')) where {of_group}"
        )
        connection.execute(
            "update display.shown_county_difference set mean_shown = (select printf('%.2f', mean)"
            f" from marts.fct_county_difference where {of_group}) where {of_group}"
        )
    return secret


def test_one_hidden_cell_of_a_sum_would_be_found(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without complementary cells the total minus the rest gives it; with them it stays open."""
    copy = tmp_path / warehouse.name
    secret = with_one_secret(warehouse, copy)
    with PublicFacts(copy) as facts:
        left = possible(facts.connection)[secret]
    assert left is None or len(left) > SMALLEST
    monkeypatch.setitem(masking.rules(), "hidden_at_least", 1)
    monkeypatch.setitem(masking.rules(), "others_at_least", 0)
    monkeypatch.setitem(masking.rules(), "telling_classes", [])
    with PublicFacts(copy) as facts:
        left = possible(facts.connection)[secret]
    # the mean that is shown is rounded: in a large county several numbers give it
    assert left is not None
    assert len(left) < SMALLEST


def test_a_hidden_mean_is_hidden_wherever_it_stands(warehouse: Path, public: PublicFacts) -> None:
    rows = records(
        public.connection,
        "select s.mean_shown from display.shown_county_difference d inner join display.shown_indicator_summary s"
        " using (school_year, county_code, stage, indicator_id) where d.mean_shown = '*'",
    )
    assert rows or not warehouse.parent.name.startswith("counties")
    assert [row["mean_shown"] for row in rows] == ["*"] * len(rows)


@pytest.mark.parametrize("table", COUNTS)
def test_no_number_of_few_persons_stands_anywhere(public: PublicFacts, table: str) -> None:
    for column in COUNTS[table]:
        where = (
            "" if table != "display.shown_county_basic" else " and basic in ('pupils', 'staff', 'full_time_teachers')"
        )
        few = f"try_cast({column} as double) between 1 and {SMALLEST - 1}"
        assert records(public.connection, f"select * from {table} where {few}{where}") == [], column


def test_totals_minus_the_rest_leave_several_schools(truth: duckdb.DuckDBPyConnection, public: PublicFacts) -> None:
    """Pupils of units and schools add up to those of the county: never is a single one of them hidden."""
    for table, key in (
        ("marts.fct_unit_indicator", "school_year, county_code, stage"),
        ("marts.dim_school", "school_year, county_code"),
        ("marts.fct_funding_per_pupil", "fiscal_year, county_code, stage"),
    ):
        everything = "select count(distinct school_code) from {0} where ({1}) = (?, ?{2}) and pupils is not null"
        extra = ", ?" if "stage" in key else ""
        sql = everything.format(table, f"row({key})".removeprefix("row"), extra)
        for place in {tuple(row) for row in truth.execute(f"select distinct {key} from {table}").fetchall()}:
            before = truth.execute(sql, list(place)).fetchone()
            after = public.connection.execute(sql, list(place)).fetchone()
            hidden = (before or (0,))[0] - (after or (0,))[0]
            assert hidden == 0 or hidden >= min(3, (before or (0,))[0]), (table, place)


def solvable(matrix: numpy.ndarray) -> list[bool]:
    """Which unknowns the equations give: those whose own axis lies in the space that the equations span."""
    _, sizes, axes = numpy.linalg.svd(matrix, full_matrices=False)
    spanned = axes[sizes > sizes.max(initial=0) * max(matrix.shape) * numpy.finfo(float).eps]
    return [bool(part > 1 - 1e-6) for part in (spanned**2).sum(axis=0)]


def test_components_of_retention_cannot_be_solved(truth: duckdb.DuckDBPyConnection, public: PublicFacts) -> None:
    """All published components, numerators and denominators of a year as linear equations, schools adding up."""
    formulas = {row["formula_id"]: row for row in records(truth, "select * from standards.retention_formulas")}
    years: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in records(public.connection, "select * from marts.fct_retention"):
        years[row["graduated_in"], row["county_code"]].append(row)
    few = {
        (row["graduated_in"], row["county_code"], row["school_code"], name)
        for row in records(truth, "select * from marts.fct_retention")
        for name in COMPONENTS
        if row[name] is not None and 0 < row[name] < SMALLEST
    }
    for year, rows in years.items():
        schools = sorted({str(row["school_code"]) for row in rows})
        place = {(school, name): n for n, (school, name) in enumerate((s, c) for s in schools for c in COMPONENTS)}
        equations: set[tuple[tuple[int, int], ...]] = set()
        for row in rows:
            school = str(row["school_code"])
            equations |= {((place[school, name], 1),) for name in COMPONENTS if row[name] is not None}
            sides = ("numerator", "denominator")
            if row["retention_pct"] is not None:
                assert row["numerator"] is not None
            for side, whole in zip(sides, ("graduates", "entrants"), strict=True):
                if row[side] is not None:
                    used = [(place[school, whole], 1)]
                    for name in COMPONENTS[2:]:
                        share = formulas[row["formula"]].get(f"{side}_{name}") or 0
                        used += [(place[school, name], int(share))] if share else []
                    equations.add(tuple(sorted(used)))
        for name in COMPONENTS:
            if len(schools) > 1:
                signs = [(place[school, name], -1 if school == "None" else 1) for school in schools]
                equations.add(tuple(sorted(signs)))
        matrix = numpy.zeros((len(equations), len(place)))
        for number, equation in enumerate(sorted(equations)):
            for column, factor in equation:
                matrix[number, column] = factor
        told = solvable(matrix)
        for (school, name), column in place.items():
            if (*year, None if school == "None" else school, name) in few:
                assert not told[column], (year, school, name)


def test_equations_that_give_an_unknown_away_are_known() -> None:
    assert solvable(numpy.array([[1, 1, 0, 0], [1, -1, 0, 0], [0, 1, 1, 1]])) == [True, True, False, False]
    assert solvable(numpy.array([[1, 1, 0], [0, 1, 1]])) == [False, False, False]
    assert pins([[1, 0]])
    assert pins([[1, 1], [1, -1]])
    assert not pins([[1, 1]])
    assert not pins([[1, 1, 0], [0, 1, 1]])
    assert pins([[1, 1, 0], [0, 1, 1], [1, 0, 1]])
    assert not pins([])


def test_rows_on_persons_are_left_out_and_their_number_is_kept(public: PublicFacts) -> None:
    rows = records(public.connection, "select table_name, actual, required from quality.failing_row order by all")
    assert rows == [
        {"table_name": "raw.classes", "actual": "*", "required": "*"},
        {"table_name": "raw.classes", "actual": "50", "required": "<= 45"},
    ]
    kept = {
        f"{row['table_schema']}.{row['table_name']}"
        for row in records(public.connection, "from duckdb_tables() select schema_name as table_schema, table_name")
    }
    assert "quality.rule_result" in kept
    assert not kept & {"quality.quarantine_staff", "raw.staff", "raw.enrolment", "hidden.cell"}
    assert not {name for name in kept if name.startswith(("intermediate.", "staging.", "hidden."))}


def test_every_table_of_marts_and_display_is_decided_about(truth: duckdb.DuckDBPyConnection) -> None:
    found = truth.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    rules = masking.rules()
    decided = {rule["table"] for kind in ("hide", "leave_out") for rule in rules[kind]} | set(rules["nothing_to_hide"])
    assert {name for (name,) in found if name.startswith(("marts.", "display."))} == decided - {"raw.county_facts"}


def test_columns_of_the_rules_exist(truth: duckdb.DuckDBPyConnection) -> None:
    for rule in [*masking.rules()["hide"], *masking.rules()["leave_out"]]:
        names = {row[0] for row in truth.execute(f"describe {rule['table']}").fetchall()}
        assert set(rule["on"]) | set(rule.get("columns", ())) <= names, rule["table"]


def test_the_files_of_a_public_report_name_no_person_and_no_hidden_number(warehouse: Path, tmp_path: Path) -> None:
    folders, texts = {}, {}
    of_few = tmp_path / warehouse.name
    shutil.copyfile(warehouse, of_few)
    with duckdb.connect(str(of_few)) as connection:
        connection.execute("delete from display.shown_county_verdict where county_code not in ?", [REPORTED])
    with Facts(of_few) as facts:
        gaps = facts.rows("display.shown_remediation", ["school_code"])
    ledger = Ledger({ledger_id(row): Entry("措施乙", "责任人甲", "2026-08-31") for row in gaps})
    for public, parts in ((True, ("site", "docx", "data")), (False, ("site", "data"))):
        folder = tmp_path / str(public)
        folder.mkdir()
        write_parts(of_few, folder, ReportOptions(tmp_path, parts, "zh", public), ledger)
        folders[public] = folder
        texts[public] = {path: text_of(path) for path in folder.rglob("*")}
    assert [path for path in texts[True] if path.suffix == ".docx"]
    assert not [path for path, text in texts[True].items() if PSEUDONYM in text]
    for written in (EVIDENCE, "责任人甲", "措施乙"):
        assert [path for path, text in texts[False].items() if written in text], written
        assert not [path for path, text in texts[True].items() if written in text], written
    published_rows = json.loads((folders[True] / "data/report.json").read_text(encoding="utf-8"))["tables"]
    private_rows = json.loads((folders[False] / "data/report.json").read_text(encoding="utf-8"))["tables"]
    hidden = [row for row in published_rows["shown_unit_indicator"] if row["standing"] == "withheld"]
    assert hidden
    assert {row["numerator_shown"] for row in hidden if row["indicator_id"] in TEACHERS} <= {"*", None}
    assert not [row for row in private_rows["shown_unit_indicator"] if row["standing"] == "withheld"]
    assert "公开版" in (folders[True] / "README.txt").read_text(encoding="utf-8-sig")
    assert "公开版" not in (folders[False] / "README.txt").read_text(encoding="utf-8-sig")


def text_of(path: Path) -> str:
    if not path.is_file():
        return ""
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as archive:
            return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return path.read_bytes().decode("utf-8", "replace")


def test_without_public_nothing_is_masked(warehouse: Path, truth: duckdb.DuckDBPyConnection) -> None:
    with Facts(warehouse) as facts:
        for table in ("marts.fct_unit_indicator", "display.shown_retention"):
            assert (
                facts.connection.execute(f"from {table} order by all").fetchall()
                == truth.execute(f"from {table} order by all").fetchall()
            )
        assert not facts.is_public


def test_the_masked_copy_goes_with_its_facts(warehouse: Path) -> None:
    with PublicFacts(warehouse) as facts:
        folder = facts.warehouse.parent
        assert folder.is_dir()
    assert not folder.exists()
