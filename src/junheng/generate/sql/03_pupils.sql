-- Pupils of every grade: a cohort enters, moves up a grade a year, and every movement is in the tables.
create or replace macro spread(intake) as greatest(1, share_of(intake, 40));

create or replace macro intake_of(intake, topic) as
    greatest(2, intake - spread(intake) + whole(bits(topic), 0, 0, 2 * spread(intake)));

create or replace macro moves(pupils, draws, leaving_permille) as struct_pack(
    transfers_in := share_of(pupils, whole(draws, 0, 2, 28)),
    transfers_out := share_of(pupils, whole(draws, 1, 0, 22)),
    suspended := share_of(pupils, whole(draws, 2, 0, 6)),
    resumed := share_of(pupils, whole(draws, 2, 0, 6) // 2),
    deaths := (pupils > 60 and chance(draws, 3, 4))::bigint,
    unrecorded := share_of(pupils, leaving_permille * whole(draws, 3, 0, 10) // 10)
);

create or replace macro net(m) as
    m.transfers_in - m.transfers_out - m.suspended + m.resumed - m.deaths - m.unrecorded;

create or replace table grade_year as
with
    units as (
        select
            y.county,
            y.county_code,
            y.place,
            y.number,
            y.school_code,
            y.school_year,
            y.ownership,
            y.area_kind,
            y.is_boarding,
            y.migrant_permille,
            y.leaving_permille,
            u.stage,
            u.stage_no,
            u.first_grade,
            u.grades,
            u.intake,
            u.class_limit
        from school_year as y
        join unit as u on u.county = y.county and u.place = y.place
    ),
    steps as (select *, unnest(range(grades)) as step from units),
    grades as (
        select
            *,
            first_grade + step as grade,
            concat('pupils/', number, '/', stage_no, '/', school_year - step) as cohort
        from steps
    ),
    entered as (
        select
            *,
            intake_of(intake, cohort) as entrants,
            -- One draw for every year that the cohort has been at school, the running one last.
            list_transform(range(step + 1), lambda i: bits(concat(cohort, '/', i))) as years,
            bits(concat(cohort, '/of')) as draws
        from grades
    ),
    present as (
        select
            *,
            greatest(
                1,
                entrants
                + coalesce(
                    list_sum(list_transform(years[:step], lambda y: net(moves(entrants, y, leaving_permille)))), 0
                )
            )::bigint as pupils,
            moves(entrants, years[step + 1], leaving_permille) as moved
        from entered
    )
select
    county,
    county_code,
    place,
    number,
    school_code,
    school_year,
    ownership,
    area_kind,
    is_boarding,
    stage,
    stage_no,
    grade,
    step,
    pupils,
    class_limit,
    (pupils + class_limit - 1) // class_limit as classes,
    case when step = 0 then pupils end as entrants,
    -- Movements and graduates of the running year are not known yet.
    school_year < getvariable('running_year') as is_over,
    case when step = grades - 1 then greatest(0, pupils + net(moved)) end as graduates,
    moved.transfers_in,
    moved.transfers_out,
    moved.suspended,
    moved.resumed,
    moved.deaths,
    case
        when not is_boarding
        then 0
        when stage = 'primary'
        then least(pupils, 1 + share_of(pupils, whole(draws, 0, 60, 220)))
        else least(pupils, 1 + share_of(pupils, whole(draws, 0, 300, 700)))
    end as boarders,
    case
        when stage in ('special', 'senior')
        then 0
        when area_kind = 'rural'
        then least(pupils, share_of(pupils, migrant_permille // 6))
        else least(pupils, share_of(pupils, migrant_permille + whole(draws, 1, 0, 40)))
    end as migrant_pupils,
    case when stage in ('special', 'senior') then 0 else least(pupils, share_of(pupils, whole(draws, 2, 0, 9))) end as disabled_pupils
from present
;

-- Totals that staff, money and the county's own figures rest on.
create or replace table unit_total as
select
    county,
    place,
    school_year,
    stage,
    stage_no,
    any_value(number) as number,
    any_value(school_code) as school_code,
    sum(pupils)::bigint as pupils,
    sum(classes)::bigint as classes,
    sum(boarders)::bigint as boarders,
    sum(disabled_pupils)::bigint as disabled_pupils,
    sum(migrant_pupils)::bigint as migrant_pupils
from grade_year
group by county, place, school_year, stage, stage_no
order by county, school_year, place, stage_no
;

create or replace table county_total as
select
    county,
    school_year,
    sum(pupils)::bigint as pupils,
    coalesce(sum(pupils) filter (where stage = 'primary'), 0)::bigint as primary_pupils,
    coalesce(sum(pupils) filter (where stage = 'junior'), 0)::bigint as junior_pupils,
    coalesce(sum(pupils) filter (where stage = 'special'), 0)::bigint as special_pupils,
    coalesce(sum(pupils) filter (where stage = 'primary' and is_near), 0)::bigint as near_primary,
    coalesce(sum(pupils) filter (where stage = 'junior' and is_near), 0)::bigint as near_junior,
    coalesce(sum(migrant_pupils), 0)::bigint as migrants,
    coalesce(sum(migrant_pupils) filter (where ownership in ('public', 'purchased')), 0)::bigint as migrants_placed,
    coalesce(sum(disabled_pupils), 0)::bigint as disabled
from (select *, ownership = 'public' and area_kind in ('urban', 'town') and not is_boarding as is_near from grade_year)
group by county, school_year
order by county, school_year
;
