-- Counties, their schools and what a school teaches. Everything of a county follows from the seed and its number.
create or replace table county as
with
    drawn as (
        select
            n.range as county,
            bits(concat('county/', n.range)) as a,
            bits(concat('county/', n.range, '/money')) as b,
            bits(concat('county/', n.range, '/people')) as c
        from range(getvariable('counties')) as n
    ),
    provinces as (select list(code order by code) as codes from province)
select
    d.county,
    -- City parts 71 … 89 are used by no county of GB/T 2260.
    concat(
        left(p.codes[1 + d.county % len(p.codes)], 2),
        digits(71 + d.county // len(p.codes) // 99, 2),
        digits(1 + d.county // len(p.codes) % 99, 2)
    ) as county_code,
    whole(d.a, 0, 0, 999) as wealth,
    sixteen(d.a, 1) * 100 < 18 * 65536 as is_ready,
    least(20 + whole(d.a, 2, 0, 55) + whole(d.a, 3, 0, 55), getvariable('most_schools')) as schools,
    whole(d.b, 0, 0, 9999) + 9000 + 6 * whole(d.a, 0, 0, 999) as spending_per_pupil,
    whole(d.b, 1, 88000, 104000) + 30 * whole(d.a, 0, 0, 999) as mean_pay,
    least(whole(d.b, 2, 930, 1015), case when is_ready then 995 else 1015 end) as civil_servant_permille,
    greatest(whole(d.b, 3, 7, 35), case when is_ready then 13 else 7 end) * 10 as rotated_permille,
    whole(d.c, 0, 6, 22) * 10 as migrant_permille,
    whole(d.c, 1, 0, 10) as leaving_permille,
    whole(d.c, 2, 0, 999) as opinion,
    whole(d.c, 3, 0, 999) as care
from drawn as d, provinces as p
order by d.county
;

create or replace table school as
with
    drawn as (
        select
            c.*,
            n.range as place,
            bits(concat('school/', c.county, '/', n.range)) as a,
            bits(concat('school/', c.county, '/', n.range, '/more')) as b
        from county as c, range(c.schools) as n
    ),
    kinds as (
        select
            *,
            case
                when place = 0
                then 'special'
                when place in (1, 2, 7)
                then 'primary'
                when place = 3
                then 'junior'
                when place = 4
                then 'nine_year'
                when place = 5
                then 'complete_secondary'
                when place = 6
                then 'senior'
                when chance(a, 0, 470)
                then 'primary'
                when chance(a, 0, 680)
                then 'teaching_point'
                when chance(a, 0, 860)
                then 'junior'
                when chance(a, 0, 975)
                then 'nine_year'
                when chance(a, 0, 988)
                then 'complete_secondary'
                else 'twelve_year'
            end as school_kind
        from drawn
    ),
    areas as (
        select
            *,
            case
                when school_kind = 'teaching_point'
                then 'rural'
                when place < 4 or chance(a, 1, 270)
                then 'urban'
                when place < 7 or chance(a, 1, 640)
                then 'town'
                else 'rural'
            end as area_kind,
            case
                when place < 8 or school_kind = 'teaching_point' or chance(a, 2, 935)
                then 'public'
                when chance(a, 2, 990)
                then 'private'
                else 'purchased'
            end as ownership,
            -- Places below eight are open for long: others may have them as parents.
            case
                when place < 8 or chance(a, 3, 850)
                then whole(b, 0, 1952, 2010)
                when chance(a, 3, 950)
                then whole(b, 0, 2011, 2016)
                else whole(b, 0, 2017, 2024)
            end as opened_year,
            school_kind = 'teaching_point' and chance(b, 1, 850) as is_small_point,
            not is_ready and chance(b, 2, 20 + (999 - wealth) * 130 // 1000) as is_weak,
            not is_ready and chance(b, 3, 15 + (999 - wealth) * 90 // 1000) as is_crowded
        from kinds
    )
select
    * exclude (a, b),
    concat('0', digits(county, 5), digits(place, 4)) as school_code,
    concat(digits(county, 5), digits(place, 3)) as number,
    bits(concat('school/', county, '/', place, '/parallel')) as draws,
    bits(concat('school/', county, '/', place, '/rooms')) as room_draws,
    -- A small point belongs to the primary school before it.
    case
        when is_small_point
        then
            last_value(
                case when school_kind = 'primary' and opened_year <= 2010 then concat('0', digits(county, 5), digits(place, 4)) end
                ignore nulls
            ) over (partition by county order by place)
    end as parent_code,
    case
        when school_kind = 'special'
        then true
        when school_kind = 'teaching_point'
        then false
        when area_kind = 'urban'
        then false
        when school_kind = 'primary'
        then place % 8 = 3
        else place % 5 in (0, 2, 4)
    end as is_boarding
from areas
order by county, place
;

-- What a school teaches: grades, and how many classes of how many pupils a grade usually has.
create or replace table unit as
with
    stages as (
        select *
        from
            (
                values
                    ('primary', 'primary', 1, 1, 6),
                    ('teaching_point', 'primary', 1, 1, 6),
                    ('nine_year', 'primary', 1, 1, 6),
                    ('nine_year', 'junior', 2, 7, 3),
                    ('junior', 'junior', 2, 7, 3),
                    ('complete_secondary', 'junior', 2, 7, 3),
                    ('complete_secondary', 'senior', 3, 10, 3),
                    ('twelve_year', 'primary', 1, 1, 6),
                    ('twelve_year', 'junior', 2, 7, 3),
                    ('twelve_year', 'senior', 3, 10, 3),
                    ('senior', 'senior', 3, 10, 3),
                    ('special', 'special', 4, 1, 9)
            ) as t(school_kind, stage, stage_no, first_grade, grades)
    ),
    typical as (
        select
            s.county,
            s.place,
            s.school_kind,
            s.area_kind,
            s.is_small_point,
            s.is_crowded,
            s.draws,
            t.stage,
            t.stage_no,
            t.first_grade,
            t.grades,
            case
                when t.stage = 'special' or s.school_kind = 'teaching_point'
                then 1
                when t.stage = 'senior'
                then whole(s.draws, 0, 6, 14)
                when t.stage = 'primary' and s.school_kind <> 'primary'
                then whole(s.draws, 0, 1, 3)
                when t.stage = 'primary' and s.area_kind = 'urban'
                then whole(s.draws, 0, 3, 7)
                when t.stage = 'primary' and s.area_kind = 'town'
                then whole(s.draws, 0, 2, 5)
                when t.stage = 'primary'
                then whole(s.draws, 0, 1, 2)
                when s.school_kind = 'nine_year'
                then whole(s.draws, 1, 2, 4)
                when s.area_kind = 'urban'
                then whole(s.draws, 0, 5, 12)
                when s.area_kind = 'town'
                then whole(s.draws, 0, 4, 9)
                else whole(s.draws, 0, 2, 5)
            end as parallel,
            case
                when t.stage = 'special'
                then whole(s.draws, 2, 7, 12)
                when s.is_small_point
                then whole(s.draws, 2, 3, 6)
                when s.school_kind = 'teaching_point'
                then whole(s.draws, 2, 11, 15)
                when s.is_crowded
                then whole(s.draws, 2, 51, 55)
                when t.stage = 'primary' and s.area_kind = 'rural'
                then whole(s.draws, 2, 15, 40)
                when t.stage = 'primary'
                then whole(s.draws, 2, 34, 42)
                else whole(s.draws, 2, 37, 46)
            end as class_size
        from school as s
        join stages as t on t.school_kind = s.school_kind
    )
select
    *,
    parallel * class_size as intake,
    parallel * class_size * grades as places,
    parallel * grades as usual_classes,
    case
        when is_crowded then 58 when stage = 'primary' then 45 when stage = 'special' then 15 when stage = 'junior' then 50 else 55
    end as class_limit
from typical
order by county, place, stage_no
;

create or replace table school_year as
select s.* exclude (draws, wealth, is_ready), s.wealth, s.is_ready, s.draws, y.range as school_year
from school as s, range(getvariable('first_year'), getvariable('last_year') + 1) as y
where s.opened_year <= y.range
order by s.county, y.range, s.place
;
