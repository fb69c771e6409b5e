-- The nine raw tables, as views on what was drawn.
create or replace view clean_schools as
select
    s.county as county_no,
    s.place as school_no,
    s.school_year::integer as school_year,
    s.school_code,
    concat(w.of_school, k.name_zh, digits(s.county, 5), '-', digits(s.place, 4)) as school_name,
    s.county_code,
    concat(w.of_county, digits(s.county, 5)) as county_name,
    concat(case s.area_kind when 'urban' then w.of_street else w.of_township end, digits(1 + s.place % 19, 2)) as township,
    s.school_kind,
    s.ownership,
    s.area_kind,
    s.parent_code,
    s.opened_year::integer as opened_year,
    s.is_boarding
from school_year as s
join kind_name as k on k.code = s.school_kind
cross join words as w
;

create or replace view clean_enrolment as
select
    county as county_no,
    place as school_no,
    school_year::integer as school_year,
    school_code,
    stage,
    grade::integer as grade,
    pupils,
    entrants,
    case when is_over then graduates end as graduates,
    case when is_over then transfers_in end as transfers_in,
    case when is_over then transfers_out end as transfers_out,
    case when is_over then suspended end as suspended,
    case when is_over then resumed end as resumed,
    case when is_over then deaths end as deaths,
    boarders,
    migrant_pupils,
    disabled_pupils
from grade_year
;

create or replace view clean_classes as
select
    g.county as county_no,
    g.place as school_no,
    g.school_year::integer as school_year,
    g.school_code,
    g.stage,
    g.grade::integer as grade,
    digits(g.n + 1, 2) as class_no,
    -- Nearly even, but for one pupil from the last class to the first.
    g.pupils // g.classes
    + (g.n < g.pupils % g.classes)::bigint
    + case
        when g.classes = 1 or g.pupils % g.classes > 0 or g.pupils = g.classes * g.class_limit then 0 when g.n = 0 then 1 when g.n = g.classes - 1 then -1 else 0
    end as pupils
from (select *, unnest(range(classes)) as n from grade_year) as g
;

create or replace view clean_staff as
select
    d.county as county_no,
    d.place as school_no,
    d.school_year::integer as school_year,
    d.school_code,
    concat('S', d.number, d.stage_no, digits(d.seat, 4), digits(d.holder, 3)) as staff_id,
    d.stage,
    d.is_teacher as is_full_time_teacher,
    d.ownership = 'public' and sixteen(d.a, 1) > 3000 as is_on_post,
    case when d.is_teacher then d.teacher_degree when sixteen(d.a, 0) < 20000 then 'secondary' else 'associate' end as degree,
    case
        when not d.is_backbone
        then case when d.is_teacher and sixteen(d.a, 1) % 9 = 0 then 'school' else 'none' end
        when sixteen(d.a, 1) % 10 < 7
        then 'county'
        when sixteen(d.a, 1) % 10 < 9
        then 'city'
        else 'province'
    end as backbone_level,
    case
        when d.teaches_pe_or_arts
        then b.pe_arts[1 + sixteen(d.a, 2) % len(b.pe_arts)]
        when d.is_teacher
        then b.others[1 + sixteen(d.a, 2) % len(b.others)]
    end as subject,
    d.is_teacher and every(d.seat, d.certified_permille, d.place * 13) as has_certificate,
    case
        when not d.is_teacher
        then null
        when every(d.seat, d.trained_permille, d.place * 17)
        then 360 + (sixteen(d.a, 3) + 12 * d.school_year) % 160
        else 240 + (sixteen(d.a, 3) + 12 * d.school_year) % 100
    end::decimal(18, 4) as training_hours_5y,
    d.is_eligible as is_rotation_eligible,
    d.is_rotated,
    (
        d.mean_pay
        * (1000 - 35 * (getvariable('running_year') - d.school_year))
        // 1000
        * (840 + sixteen(d.a, 3) % 321 + (not d.is_teacher)::bigint * -150)
        // 1000
    )::decimal(18, 2) as annual_pay_yuan
from staff_drawn as d
join subjects as b on b.stage = d.stage
;

create or replace view facility_need as
select
    s.county,
    s.place,
    sum(u.places * case u.stage when 'primary' then 450 when 'junior' then 580 when 'special' then 2000 else 650 end)::bigint as teaching,
    sum(u.places * case u.stage when 'primary' then 750 when 'special' then 3000 else 1020 end)::bigint as sports,
    sum(u.places * case u.stage when 'primary' then 2000 when 'special' then 20000 else 2500 end)::bigint as equipment,
    sum(u.places * case u.stage when 'primary' then 23 when 'special' then 60 else 24 end)::bigint as multimedia,
    sum(u.places)::bigint as places,
    sum(u.usual_classes)::bigint as classes
from school as s
join unit as u on u.county = s.county and u.place = s.place
group by s.county, s.place
;

create or replace view clean_facilities as
with
    drawn as (
        select
            y.*,
            n.* exclude (county, place),
            bits(concat('facilities/', y.number)) as a,
            bits(concat('facilities/', y.number, '/', y.school_year)) as b,
            case when y.area_kind = 'rural' then 500 when y.area_kind = 'town' then 260 else 90 end as spare
        from school_year as y
        join facility_need as n on n.county = y.county and n.place = y.place
    ),
    sized as (
        select
            *,
            -- Per thousand of the usual need.
            case when is_weak and chance(a, 0, 600) then whole(a, 0, 640, 1060) else 1060 + whole(a, 0, 0, 250 + spare) end as teaching_factor,
            case when is_weak and chance(a, 1, 600) then whole(a, 1, 450, 1060) else 1060 + whole(a, 1, 0, 300 + 2 * spare) end as sports_factor,
            case when is_weak and chance(a, 2, 500) then whole(a, 2, 700, 1060) else 1090 + whole(a, 2, 0, 500 + spare) end as equipment_factor,
            case when is_weak and chance(a, 3, 500) then whole(a, 3, 600, 1060) else 1070 + whole(a, 3, 0, 350 + spare) end as multimedia_factor,
            -- Outside the towns a sports ground has its size however few the pupils are.
            case when area_kind = 'rural' and not is_weak then 100 * whole(room_draws, 1, 0, 2400) when area_kind = 'town' then 100 * whole(room_draws, 1, 0, 1200) else 0 end as ground,
            case when places > 400 then places * whole(room_draws, 0, 0, 60) else 0 end as indoor
        from drawn
    )
select
    county as county_no,
    place as school_no,
    school_year::integer as school_year,
    school_code,
    ((teaching * teaching_factor // 1000 + indoor)::decimal(18, 0) / 100)::decimal(18, 4) as teaching_area_m2,
    (indoor::decimal(18, 0) / 100)::decimal(18, 4) as indoor_sports_area_m2,
    (greatest(sports * sports_factor // 1000 + ground - indoor, 0)::decimal(18, 0) / 100)::decimal(18, 4) as sports_ground_area_m2,
    (
        (
            equipment
            * equipment_factor
            // 1000
            * (1000 - 18 * (getvariable('running_year') - school_year) + whole(b, 0, 0, 9))
            // 100000
        )::decimal(18, 0)
        / 100
    )::decimal(18, 4) as equipment_value_wan,
    greatest(1, (multimedia * multimedia_factor // 1000 + 999) // 1000)::bigint as multimedia_rooms
from sized
;

create or replace view clean_rooms as
with
    wanted as (
        select
            y.*,
            k.room_kind,
            k.letter,
            case
                when y.school_kind = 'teaching_point'
                then (n.places > 30)::bigint
                else greatest(1, (n.classes + 11) // 12 - (y.is_weak and n.classes > 12)::bigint + (y.is_ready)::bigint)
            end as rooms,
            case when y.opened_year >= 2017 or y.is_ready then k.standard_m2 else 66 end as least_m2
        from school_year as y
        join facility_need as n on n.county = y.county and n.place = y.place
        cross join (values ('music', 'M', 96), ('art', 'A', 90)) as k(room_kind, letter, standard_m2)
        where y.school_kind not in ('senior', 'special')
    )
select
    w.county as county_no,
    w.place as school_no,
    w.school_year::integer as school_year,
    w.school_code,
    concat(w.letter, digits(w.n + 1, 2)) as room_id,
    w.room_kind,
    case
        when w.school_kind = 'teaching_point'
        then 30 + sixteen(w.room_draws, 2) % 16
        else w.least_m2 + sixteen(bits(concat('room/', w.number, w.letter, w.n)), 0) % 45
    end::decimal(18, 4) as area_m2
from (select *, unnest(range(rooms)) as n from wanted) as w
;
