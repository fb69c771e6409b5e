"""The same in Polars: lazy frames, streaming engine, whole numbers (of ten-thousandths) for verdicts."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks.nation.standard import Standard
from benchmarks.nation.whole_numbers import FACILITIES, TEACHERS, resources, weights

UNIT = ["school_year", "county", "school", "stage"]
YEARLY = ["school_year", "school"]


def compute(raw: Path, results: Path, standard: Standard) -> None:
    """The seven indicators, the verdicts of units and the difference coefficients."""
    sites = sites_of(raw)
    units = units_of(raw, sites, standard)
    teachers = teachers_of(raw, sites, standard)
    facilities = facilities_of(raw, sites)
    joined = units.join(teachers, on=[*YEARLY, "stage"]).join(facilities, on=YEARLY).collect(engine="streaming").lazy()
    limits = pl.LazyFrame(resources(standard))
    per_indicator = []
    for indicator in (*TEACHERS, *FACILITIES):
        of_teachers = indicator in TEACHERS
        resource = pl.col(indicator) * (10**8 if of_teachers else pl.col("weight_e4"))
        divided = pl.col("pupils") * 10**4 if of_teachers else pl.col("weighted_e4")
        chosen = joined.select(
            *UNIT,
            "pupils",
            resource.alias("numerator_e8"),
            divided.alias("denominator_e4"),
            indicator_id=pl.lit(indicator),
        )
        per_indicator.append(chosen)
    numerator = pl.col("numerator_e8") * pl.col("scale")
    indicators = (
        pl.concat(per_indicator)
        .join(limits, on=["school_year", "stage", "indicator_id"])
        .with_columns(
            (numerator >= pl.col("threshold_e4") * pl.col("denominator_e4")).alias("is_met"),
            (numerator * 100 >= pl.col("floor_e6") * pl.col("denominator_e4")).alias("is_floor_met"),
            (numerator / 10**8 / (pl.col("denominator_e4") / 10**4)).alias("value"),
        )
        .collect(engine="streaming")
    )
    kept = [*UNIT, "indicator_id", "numerator_e8", "denominator_e4", "is_met", "value"]
    indicators.select(kept).write_parquet(results / "unit_indicator.parquet")
    verdicts(indicators.lazy()).sink_parquet(results / "unit_verdict.parquet")
    differences(indicators.lazy()).sink_parquet(results / "county_difference.parquet")


def sites_of(raw: Path) -> pl.LazyFrame:
    """A campus or teaching point with a parent is a part of the parent."""
    schools = pl.scan_parquet(raw / "schools.parquet")
    parents = schools.select(
        "school_year",
        pl.col("school_code").alias("parent_code"),
        pl.col("school_code").alias("parent"),
        pl.col("county_code").alias("parent_county"),
        pl.col("school_kind").alias("parent_kind"),
    )
    return schools.join(parents, on=["school_year", "parent_code"], how="left").select(
        "school_year",
        "school_code",
        pl.coalesce("parent", "school_code").alias("school"),
        pl.coalesce("parent_county", "county_code").alias("county"),
        pl.coalesce("parent_kind", "school_kind").alias("kind"),
    )


def units_of(raw: Path, sites: pl.LazyFrame, standard: Standard) -> pl.LazyFrame:
    """The units of evaluation with their pupils and the weighted pupils of their school."""
    stages = (
        pl.scan_parquet(raw / "enrolment.parquet")
        .group_by("school_year", "school_code", "stage")
        .agg(pl.col("pupils").sum())
        .join(sites, on=["school_year", "school_code"])
        .group_by(*UNIT, "kind")
        .agg(pl.col("pupils").sum())
        .join(pl.LazyFrame(weights(standard)), on=["school_year", "kind", "stage"])
    )
    totals = stages.group_by(YEARLY).agg((pl.col("weight_e4") * pl.col("pupils")).sum().alias("weighted_e4"))
    is_small_point = (pl.col("kind") == "teaching_point") & (pl.col("pupils") < standard.point_pupils)
    is_compulsory = pl.col("stage").is_in(["primary", "junior"])
    return stages.join(totals, on=YEARLY).filter(is_compulsory & (pl.col("pupils") > 0) & ~is_small_point)


def teachers_of(raw: Path, sites: pl.LazyFrame, standard: Standard) -> pl.LazyFrame:
    """Full-time teachers of each stage of a school, counted by what they are."""
    high = pl.lit(False)
    for stage, degree in standard.high_degrees:
        high = high | ((pl.col("stage") == stage) & (pl.col("degree") == degree))
    counts = [
        high.sum().cast(pl.Int64).alias("high_degree_teachers_per_100"),
        pl.col("backbone_level").is_in(standard.backbones).sum().cast(pl.Int64).alias("backbone_teachers_per_100"),
        pl.col("subject").is_in(standard.pe_arts).sum().cast(pl.Int64).alias("pe_arts_teachers_per_100"),
    ]
    return (
        pl.scan_parquet(raw / "staff.parquet")
        .filter("is_full_time_teacher")
        .group_by("school_year", "school_code", "stage")
        .agg(counts)
        .join(sites, on=["school_year", "school_code"])
        .group_by(*YEARLY, "stage")
        .agg(pl.col(TEACHERS).sum())
    )


def facilities_of(raw: Path, sites: pl.LazyFrame) -> pl.LazyFrame:
    """The facilities of a school over all its sites, in ten-thousandths."""
    teaching, indoor, ground, equipment = (
        (pl.col(name) * 10**4).cast(pl.Int64)
        for name in ("teaching_area_m2", "indoor_sports_area_m2", "sports_ground_area_m2", "equipment_value_wan")
    )
    amounts = (teaching - indoor, ground + indoor, equipment * 10**4, pl.col("multimedia_rooms") * 10**4)
    return (
        pl.scan_parquet(raw / "facilities.parquet")
        .join(sites, on=["school_year", "school_code"])
        .group_by(YEARLY)
        .agg(amount.sum().alias(name) for name, amount in zip(FACILITIES, amounts, strict=True))
    )


def verdicts(indicators: pl.LazyFrame) -> pl.LazyFrame:
    """Six of seven, and the other at its floor."""
    ratio = pl.col("value") / (pl.col("threshold_e4") / 10**4)
    met, at_floor = pl.col("met_count"), pl.col("is_rest_at_floor")
    verdict = (
        pl.when(met == 7)
        .then(pl.lit("all_met"))
        .when((met == 6) & at_floor)
        .then(pl.lit("six_met_other_at_floor"))
        .when(met == 6)
        .then(pl.lit("six_met_other_below_floor"))
        .when(met == 5)
        .then(pl.lit("five_met"))
        .otherwise(pl.lit("fewer_than_five"))
    )
    return (
        indicators.group_by(UNIT)
        .agg(
            pl.col("is_met").sum().alias("met_count"),
            (pl.col("is_met") | pl.col("is_floor_met")).all().alias("is_rest_at_floor"),
            ratio.filter(~pl.col("is_met")).min().alias("lowest_ratio"),
        )
        .with_columns(
            verdict.alias("verdict_class"),
            ((met == 7) | ((met == 6) & at_floor)).alias("is_compliant"),
            pl.when(met == 6).then(pl.col("lowest_ratio")).alias("other_ratio"),
        )
    )


def differences(indicators: pl.LazyFrame) -> pl.LazyFrame:
    """The difference coefficient of each indicator and stage of a county, weighted by pupils."""
    keys = ["school_year", "county", "stage", "indicator_id"]
    pupils, value = pl.col("pupils"), pl.col("value")
    means = indicators.group_by(keys).agg(
        pupils.sum().alias("all_pupils"), ((value * pupils).sum() / pupils.sum()).alias("mean")
    )
    variance = (pupils / pl.col("all_pupils") * (value - pl.col("mean")) ** 2).sum()
    return (
        indicators.join(means, on=keys)
        .group_by(keys)
        .agg(variance.alias("variance"), pl.col("mean").first(), pl.col("cv_limit").first())
        .filter(pl.col("mean") > 0)
        .with_columns((pl.col("variance").sqrt() / pl.col("mean")).alias("cv"))
        .with_columns((pl.col("cv") <= pl.col("cv_limit")).alias("is_met"))
    )
