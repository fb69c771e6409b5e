"""The same in pandas, everything in memory. DuckDB reads and writes the Parquet files: pandas alone cannot."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from benchmarks.nation.standard import Standard
from benchmarks.nation.whole_numbers import FACILITIES, TEACHERS, resources, weights

UNIT = ["school_year", "county", "school", "stage"]
YEARLY = ["school_year", "school"]
SITE = ["school_year", "school_code"]
# Texts of few values, which pandas groups and compares much faster as categories.
CODED = ("stage", "degree", "backbone_level", "subject")


def compute(raw: Path, results: Path, standard: Standard) -> None:
    """The seven indicators, the verdicts of units and the difference coefficients."""
    sites = sites_of(raw)
    units = units_of(raw, sites, standard)
    joined = units.merge(teachers_of(raw, sites, standard), on=[*YEARLY, "stage"])
    joined = joined.merge(facilities_of(raw, sites), on=YEARLY)
    per_indicator = []
    for indicator in (*TEACHERS, *FACILITIES):
        of_teachers = indicator in TEACHERS
        chosen = joined[[*UNIT, "pupils"]].assign(
            indicator_id=indicator,
            numerator_e8=joined[indicator] * (10**8 if of_teachers else joined["weight_e4"]),
            denominator_e4=joined["pupils"] * 10**4 if of_teachers else joined["weighted_e4"],
        )
        per_indicator.append(chosen)
    indicators = pd.concat(per_indicator).merge(
        pd.DataFrame(resources(standard)), on=["school_year", "stage", "indicator_id"]
    )
    numerator = indicators["numerator_e8"] * indicators["scale"]
    indicators["is_met"] = numerator >= indicators["threshold_e4"] * indicators["denominator_e4"]
    indicators["is_floor_met"] = numerator * 100 >= indicators["floor_e6"] * indicators["denominator_e4"]
    indicators["value"] = numerator / 10**8 / (indicators["denominator_e4"] / 10**4)
    kept = [*UNIT, "indicator_id", "numerator_e8", "denominator_e4", "is_met", "value"]
    write(indicators[kept], results / "unit_indicator.parquet")
    write(verdicts(indicators), results / "unit_verdict.parquet")
    write(differences(indicators), results / "county_difference.parquet")


def read(raw: Path, table: str, columns: str) -> pd.DataFrame:
    """Some columns of a raw table."""
    frame = duckdb.sql(f"select {columns} from read_parquet('{raw / table}.parquet')").df()
    return frame.astype({name: "category" for name in CODED if name in frame})


def write(frame: pd.DataFrame, path: Path) -> None:
    """A frame as a Parquet file; no value of a double is none."""
    duckdb.from_df(frame).write_parquet(str(path))


def sites_of(raw: Path) -> pd.DataFrame:
    """A campus or teaching point with a parent is a part of the parent."""
    schools = read(raw, "schools", "school_year, school_code, parent_code, county_code, school_kind")
    parents = schools[["school_year", "school_code", "county_code", "school_kind"]].set_axis(
        ["school_year", "parent_code", "parent_county", "parent_kind"], axis=1
    )
    parents["parent"] = parents["parent_code"]
    found = schools.merge(parents, on=["school_year", "parent_code"], how="left")
    return found[SITE].assign(
        school=found["parent"].fillna(found["school_code"]),
        county=found["parent_county"].fillna(found["county_code"]),
        kind=found["parent_kind"].fillna(found["school_kind"]),
    )


def units_of(raw: Path, sites: pd.DataFrame, standard: Standard) -> pd.DataFrame:
    """The units of evaluation with their pupils and the weighted pupils of their school."""
    enrolment = read(raw, "enrolment", "school_year, school_code, stage, pupils").astype({"stage": "str"})
    stages = enrolment.merge(sites, on=SITE).groupby([*UNIT, "kind"], as_index=False)["pupils"].sum()
    stages = stages.merge(pd.DataFrame(weights(standard)), on=["school_year", "kind", "stage"])
    stages["weighted_e4"] = stages["weight_e4"] * stages["pupils"]
    stages["weighted_e4"] = stages.groupby(YEARLY)["weighted_e4"].transform("sum")
    is_small_point = (stages["kind"] == "teaching_point") & (stages["pupils"] < standard.point_pupils)
    return stages[stages["stage"].isin(["primary", "junior"]) & (stages["pupils"] > 0) & ~is_small_point]


def teachers_of(raw: Path, sites: pd.DataFrame, standard: Standard) -> pd.DataFrame:
    """Full-time teachers of each stage of a school, counted by what they are."""
    columns = "school_year, school_code, stage, is_full_time_teacher, degree, backbone_level, subject"
    staff = read(raw, "staff", columns)
    staff = staff[staff["is_full_time_teacher"]]
    high = pd.Series(False, index=staff.index)
    for stage in {stage for stage, _ in standard.high_degrees}:
        degrees = [degree for of, degree in standard.high_degrees if of == stage]
        high |= (staff["stage"] == stage) & staff["degree"].isin(degrees)
    counts = (high, staff["backbone_level"].isin(standard.backbones), staff["subject"].isin(standard.pe_arts))
    counted = staff[[*SITE, "stage"]].assign(**dict(zip(TEACHERS, counts, strict=True)))
    by_site = counted.groupby([*SITE, "stage"], observed=True, as_index=False)[TEACHERS].sum().astype({"stage": "str"})
    return by_site.merge(sites, on=SITE).groupby([*YEARLY, "stage"], as_index=False)[TEACHERS].sum()


def facilities_of(raw: Path, sites: pd.DataFrame) -> pd.DataFrame:
    """The facilities of a school over all its sites, in ten-thousandths."""
    decimals = ("teaching_area_m2", "indoor_sports_area_m2", "sports_ground_area_m2", "equipment_value_wan")
    amounts = ", ".join(f"cast({name} * 10000 as bigint) as {name}" for name in decimals)
    found = read(raw, "facilities", f"school_year, school_code, multimedia_rooms, {amounts}").merge(sites, on=SITE)
    teaching, indoor, ground, equipment = (found[name] for name in decimals)
    amounts_e4 = (teaching - indoor, ground + indoor, equipment * 10**4, found["multimedia_rooms"] * 10**4)
    named = found[YEARLY].assign(**dict(zip(FACILITIES, amounts_e4, strict=True)))
    return named.groupby(YEARLY, as_index=False)[FACILITIES].sum()


def verdicts(indicators: pd.DataFrame) -> pd.DataFrame:
    """Six of seven, and the other at its floor."""
    ratio = indicators["value"] / (indicators["threshold_e4"] / 10**4)
    prepared = indicators[[*UNIT, "is_met"]].assign(
        at_floor=indicators["is_met"] | indicators["is_floor_met"], ratio=ratio.where(~indicators["is_met"])
    )
    found = prepared.groupby(UNIT, as_index=False).agg(
        met_count=("is_met", "sum"), is_rest_at_floor=("at_floor", "all"), lowest_ratio=("ratio", "min")
    )
    met, at_floor = found["met_count"], found["is_rest_at_floor"]
    found["verdict_class"] = "fewer_than_five"
    found.loc[met == 5, "verdict_class"] = "five_met"
    found.loc[met == 6, "verdict_class"] = "six_met_other_below_floor"
    found.loc[(met == 6) & at_floor, "verdict_class"] = "six_met_other_at_floor"
    found.loc[met == 7, "verdict_class"] = "all_met"
    found["is_compliant"] = (met == 7) | ((met == 6) & at_floor)
    found["other_ratio"] = found["lowest_ratio"].where(met == 6)
    return found


def differences(indicators: pd.DataFrame) -> pd.DataFrame:
    """The difference coefficient of each indicator and stage of a county, weighted by pupils."""
    keys = ["school_year", "county", "stage", "indicator_id"]
    frame = indicators[[*keys, "pupils", "value", "cv_limit"]].assign(total=indicators["value"] * indicators["pupils"])
    groups = frame.groupby(keys)
    all_pupils = groups["pupils"].transform("sum")
    frame["mean"] = groups["total"].transform("sum") / all_pupils
    frame["variance"] = frame["pupils"] / all_pupils * (frame["value"] - frame["mean"]) ** 2
    found = frame.groupby(keys, as_index=False).agg(
        mean=("mean", "first"), cv_limit=("cv_limit", "first"), variance=("variance", "sum")
    )
    found = found[found["mean"] > 0]
    found["cv"] = found["variance"] ** 0.5 / found["mean"]
    found["is_met"] = found["cv"] <= found["cv_limit"]
    return found
