-- How many people a stage of a school has, and what share of them is what.
create or replace table staffing as
select
    t.*,
    s.county_code,
    s.ownership,
    s.mean_pay,
    s.rotated_permille,
    s.is_ready,
    s.opinion,
    greatest(
        case t.stage when 'special' then 6 when 'primary' then 2 else 6 end,
        t.pupils * 10 // case
            when t.stage = 'special'
            then 40
            when t.stage = 'primary' and s.is_weak
            then whole(s.draws, 3, 185, 225)
            when t.stage = 'primary'
            then whole(s.draws, 3, 134, 172)
            when s.is_weak
            then whole(s.draws, 3, 145, 180)
            else whole(s.draws, 3, 104, 132)
        end
        + 1
    )::bigint as teachers,
    share_of(t.pupils, 3) + 1 as others,
    case when s.is_weak then 860 else whole(s.draws, 2, 940, 1000) end as degree_permille,
    case when s.is_weak then whole(s.draws, 1, 110, 170) else whole(s.draws, 1, 185, 290) end as backbone_permille,
    case when s.is_weak then whole(s.draws, 0, 120, 170) else whole(s.draws, 0, 165, 230) end as pe_arts_permille,
    case when s.is_ready or s.opinion % 3 > 0 then 1000 else 985 end as certified_permille,
    case when s.is_ready or s.opinion % 4 > 0 then 1000 else 960 end as trained_permille
from unit_total as t
join school_year as s on s.county = t.county and s.place = t.place and s.school_year = t.school_year
order by t.county, t.school_year, t.place, t.stage_no
;

create or replace view staff_drawn as
with
    numbered as (select *, unnest(range(teachers + others)) as n from staffing),
    positions as (
        select
            *,
            n < teachers as is_teacher,
            -- Who does not teach is counted from 9000: a number keeps its duty when a school grows.
            case when n < teachers then n else 9000 + n - teachers end as seat
        from numbered
    ),
    terms as (
        select *, 10 + sixteen(bits(concat('seat/', number, stage_no, '/', seat)), 0) % 27 as tenure from positions
    ),
    people as (select *, (school_year + seat % 9000 * 7) // tenure as holder from terms),
    drawn as (
        select
            *,
            bits(concat('person/', number, stage_no, '/', seat, '/', holder)) as a,
            -- Rounded up: even the smallest school has one.
            is_teacher and every(seat, backbone_permille, 999) as is_backbone,
            is_teacher and every(seat, 300, place * 53) as is_eligible,
            is_teacher and every(seat, pe_arts_permille, 999) as teaches_pe_or_arts
        from people
    )
select
    *,
    case
        when not is_teacher
        then null
        when every(seat, degree_permille, place * 19)
        then
            case
                when stage = 'primary' and sixteen(a, 0) < 14000
                then 'associate'
                when sixteen(a, 0) < 62500
                then 'bachelor'
                when sixteen(a, 0) < 65490
                then 'master'
                else 'doctor'
            end
        when stage = 'primary'
        then 'secondary'
        else 'associate'
    end as teacher_degree,
    is_eligible and every(seat * 11 + school_year, rotated_permille, place * 29) as is_rotated
from drawn
;
