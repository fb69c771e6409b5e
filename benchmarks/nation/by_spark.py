"""The same in PySpark on two processors of this machine, as Spark SQL with exact decimals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from benchmarks.nation.by_hand import handed
from benchmarks.nation.standard import Standard

RAW = ("schools", "enrolment", "staff", "facilities")
TABLES = {
    "resources": "school_year int, stage string, indicator_id string, scale int, threshold decimal(12, 4),"
    " floor_ratio decimal(6, 4), cv_limit decimal(12, 4)",
    "weights": "school_year int, kind string, stage string, weight decimal(6, 4)",
    "high_degrees": "stage string, degree string",
    "backbones": "backbone_level string",
    "pe_arts": "subject string",
}
VIEWS = {
    "sites": """
        select s.school_year, s.school_code as site, coalesce(p.school_code, s.school_code) as school,
            coalesce(p.county_code, s.county_code) as county, coalesce(p.school_kind, s.school_kind) as kind
        from schools s left join schools p on p.school_year = s.school_year and p.school_code = s.parent_code""",
    "stages": """
        select s.school_year, s.county, s.school, s.kind, e.stage, sum(e.pupils) as pupils
        from enrolment e join sites s on s.school_year = e.school_year and s.site = e.school_code
        group by s.school_year, s.county, s.school, s.kind, e.stage""",
    "units": """
        select * from (
            select t.*, w.weight,
                cast(sum(w.weight * t.pupils) over (partition by t.school_year, t.school) as decimal(16, 4))
                    as weighted_pupils
            from stages t
            join weights w on w.school_year = t.school_year and w.kind = t.kind and w.stage = t.stage)
        where stage in ('primary', 'junior') and pupils > 0 and not (kind = 'teaching_point' and pupils < :point)""",
    "teachers": """
        select s.school_year, s.school, t.stage, count(h.degree) as high_degree, count(b.backbone_level) as backbone,
            count(a.subject) as pe_arts
        from staff t
        join sites s on s.school_year = t.school_year and s.site = t.school_code
        left join high_degrees h on h.stage = t.stage and h.degree = t.degree
        left join backbones b on b.backbone_level = t.backbone_level
        left join pe_arts a on a.subject = t.subject
        where t.is_full_time_teacher
        group by s.school_year, s.school, t.stage""",
    "school_facilities": """
        select s.school_year, s.school,
            cast(sum(f.teaching_area_m2 - f.indoor_sports_area_m2) as decimal(18, 4)) as teaching_area,
            cast(sum(f.sports_ground_area_m2 + f.indoor_sports_area_m2) as decimal(18, 4)) as sports_area,
            cast(sum(f.equipment_value_wan * 10000) as decimal(18, 4)) as equipment,
            cast(sum(f.multimedia_rooms) as decimal(18, 4)) as multimedia
        from facilities f join sites s on s.school_year = f.school_year and s.site = f.school_code
        group by s.school_year, s.school""",
    "held": """
        select u.school_year, u.county, u.school, u.stage, u.pupils, r.indicator_id, r.scale, r.threshold,
            r.floor_ratio, r.cv_limit,
            cast(case r.indicator_id
                when 'high_degree_teachers_per_100' then t.high_degree
                when 'backbone_teachers_per_100' then t.backbone
                when 'pe_arts_teachers_per_100' then t.pe_arts
                when 'teaching_area_per_pupil' then f.teaching_area * u.weight
                when 'sports_area_per_pupil' then f.sports_area * u.weight
                when 'equipment_value_per_pupil' then f.equipment * u.weight
                when 'multimedia_rooms_per_100' then f.multimedia * u.weight
            end as decimal(20, 8)) as numerator,
            cast(if(r.indicator_id like '%teachers_per_100', u.pupils, u.weighted_pupils) as decimal(12, 4))
                as denominator
        from units u
        join resources r on r.school_year = u.school_year and r.stage = u.stage
        join teachers t on t.school_year = u.school_year and t.school = u.school and t.stage = u.stage
        join school_facilities f on f.school_year = u.school_year and f.school = u.school""",
    "unit_indicator": """
        select *,
            numerator * cast(scale as decimal(3, 0)) >= threshold * denominator as is_met,
            numerator * cast(scale as decimal(3, 0))
                >= cast(threshold * floor_ratio as decimal(14, 6)) * denominator as is_floor_met,
            cast(numerator * cast(scale as decimal(3, 0)) as double) / cast(denominator as double) as value
        from held""",
    "counted": """
        select school_year, county, school, stage, count_if(is_met) as met_count,
            bool_and(is_met or is_floor_met) as is_rest_at_floor,
            min(if(is_met, null, value / cast(threshold as double))) as lowest_ratio
        from unit_indicator group by school_year, county, school, stage""",
    "unit_verdict": """
        select school_year, county, school, stage, met_count, if(met_count = 6, lowest_ratio, null) as other_ratio,
            case
                when met_count = 7 then 'all_met'
                when met_count = 6 and is_rest_at_floor then 'six_met_other_at_floor'
                when met_count = 6 then 'six_met_other_below_floor'
                when met_count = 5 then 'five_met'
                else 'fewer_than_five'
            end as verdict_class,
            met_count = 7 or met_count = 6 and is_rest_at_floor as is_compliant
        from counted""",
    "means": """
        select school_year, county, stage, indicator_id, sum(pupils) as pupils,
            sum(value * pupils) / sum(pupils) as mean, max(cv_limit) as cv_limit
        from unit_indicator group by school_year, county, stage, indicator_id""",
    "county_difference": """
        select school_year, county, stage, indicator_id, mean, cv, cv <= cv_limit as is_met from (
            select u.school_year, u.county, u.stage, u.indicator_id, max(m.mean) as mean,
                cast(max(m.cv_limit) as double) as cv_limit,
                sqrt(sum(u.pupils / m.pupils * (u.value - m.mean) * (u.value - m.mean))) / max(m.mean) as cv
            from unit_indicator u
            join means m on m.school_year = u.school_year and m.county = u.county and m.stage = u.stage
                and m.indicator_id = u.indicator_id
            where m.mean > 0
            group by u.school_year, u.county, u.stage, u.indicator_id)""",
}
RESULTS = {
    "unit_indicator": "school_year, county, school, stage, indicator_id, is_met, value,"
    " cast(numerator * 100000000 as bigint) as numerator_e8, cast(denominator * 10000 as bigint) as denominator_e4",
    "unit_verdict": "*",
    "county_difference": "*",
}


def compute(raw: Path, results: Path, standard: Standard) -> None:
    """The seven indicators, the verdicts of units and the difference coefficients."""
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "4g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.sql.warehouse.dir", str(results / "spark"))
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    for table in RAW:
        spark.read.parquet(str(raw / f"{table}.parquet")).createOrReplaceTempView(table)
    numbers: dict[str, Sequence[Sequence[Any]]] = handed(standard)
    for name, columns in TABLES.items():
        spark.createDataFrame([tuple(row) for row in numbers[name]], columns).createOrReplaceTempView(name)
    for name, query in VIEWS.items():
        frame = spark.sql(query.replace(":point", str(standard.point_pupils)))
        # Read three times below.
        frame = frame.cache() if name == "unit_indicator" else frame
        frame.createOrReplaceTempView(name)
    for name, chosen in RESULTS.items():
        spark.sql(f"select {chosen} from {name}").write.mode("overwrite").parquet(str(results / f"{name}.parquet"))
    stop(spark)


def stop(spark: SparkSession) -> None:
    """End Spark and wait for its Java process, so that its seconds are counted as ours."""
    gateway = spark.sparkContext._gateway
    spark.stop()
    gateway.shutdown()
    java = gateway.proc
    java.stdin.close()
    java.wait()
