-- One row per institution × stage of 2024: its pupils and their weight, its teachers, and the facilities of the whole
-- institution. The tables are the raw files, every column text.
with
    site as (select school_code, coalesce(parent_code, school_code) as unit from schools where school_year = '2024'),
    pupils as (
        select unit, stage, sum(cast(pupils as bigint)) as pupils
        from enrolment
        join site using (school_code)
        where school_year = '2024'
        group by all
    ),
    kind as (select school_code as unit, school_kind from schools where school_year = '2024'),
    facility as (
        select
            unit,
            sum(cast(teaching_area_m2 as decimal(18, 4)) - cast(indoor_sports_area_m2 as decimal(18, 4))) as area,
            sum(
                cast(sports_ground_area_m2 as decimal(18, 4)) + cast(indoor_sports_area_m2 as decimal(18, 4))
            ) as sports,
            sum(cast(equipment_value_wan as decimal(18, 4))) * 10000 as equipment,
            sum(cast(multimedia_rooms as bigint)) as media
        from facilities
        join site using (school_code)
        where school_year = '2024'
        group by unit
    ),
    teacher as (
        select
            unit,
            stage,
            count(*) filter (
                degree in ('bachelor', 'master', 'doctor') or (stage = 'primary' and degree = 'associate')
            ) as degree,
            count(*) filter (backbone_level in ('county', 'city', 'province', 'national')) as backbone,
            count(*) filter (subject in ('体育与健康', '音乐', '美术')) as arts
        from staff
        join site using (school_code)
        where school_year = '2024' and is_full_time_teacher = 'true'
        group by all
    )
select
    pupils.unit,
    pupils.stage,
    pupils.pupils,
    degree,
    backbone,
    arts,
    area,
    sports,
    equipment,
    media,
    case
        when school_kind = 'nine_year' and pupils.stage = 'junior'
        then 11
        when school_kind = 'complete_secondary' and pupils.stage = 'senior'
        then 12
        else 10
    end as weight
from pupils
join kind using (unit)
join facility using (unit)
join teacher using (unit, stage)
where pupils.stage <> 'special'
