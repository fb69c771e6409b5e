-- Money of schools and counties, and what a county states of itself.
create or replace view clean_school_funding as
with
    totals as (
        select
            county,
            place,
            school_year,
            sum(case stage when 'primary' then pupils when 'junior' then pupils else 0 end)::bigint as compulsory_pupils,
            coalesce(sum(pupils) filter (where stage = 'primary'), 0)::bigint as primary_pupils,
            coalesce(sum(pupils) filter (where stage = 'junior'), 0)::bigint as junior_pupils,
            coalesce(sum(pupils) filter (where stage = 'senior'), 0)::bigint as senior_pupils,
            coalesce(sum(pupils) filter (where stage = 'special'), 0)::bigint as special_pupils,
            sum(boarders)::bigint as boarders,
            sum(disabled_pupils)::bigint as disabled_pupils,
            sum(teachers + others)::bigint as staff,
            any_value(mean_pay) as mean_pay
        from staffing
        group by county, place, school_year
    ),
    drawn as (select y.*, t.* exclude (county, place, school_year, mean_pay), bits(concat('money/', y.number, '/', y.school_year)) as a
        from school_year as y
        join totals as t on t.county = y.county and t.place = y.place and t.school_year = y.school_year
    ),
    budgets as (
        select
            *,
            (
                primary_pupils * 730
                + junior_pupils * 950
                + senior_pupils * 1000
                + special_pupils * 7100
                + disabled_pupils * 7100
                + boarders * 320
                + case when special_pupils = 0 and senior_pupils = 0 then greatest(0, 100 - compulsory_pupils) * 950 else 0 end
            )
            * case when is_weak and chance(a, 0, 300) then whole(a, 1, 900, 990) else whole(a, 1, 1005, 1120) end
            // 1000 as budget
        from drawn
    ),
    spent as (select *, budget * whole(a, 2, 955, 998) // 1000 as spending from budgets)
select
    county as county_no,
    place as school_no,
    school_year::integer as fiscal_year,
    school_code,
    budget::decimal(18, 2) as public_funds_budget_yuan,
    spending::decimal(18, 2) as public_funds_spend_yuan,
    (budget * case when is_weak and chance(a, 3, 300) then whole(a, 3, 30, 49) else whole(a, 3, 52, 80) end // 1000 + 1)::decimal(18, 2)
        as training_spend_yuan,
    (
        staff * mean_pay * (1000 - 35 * (getvariable('running_year') - school_year)) // 1000 * whole(a, 0, 1120, 1210) // 1000
        + spending
    )::decimal(18, 2) as total_spend_yuan
from spent
order by county, school_year, place
;

create or replace view clean_county_finance as
with
    drawn as (
        select
            c.*,
            t.* exclude (county),
            1000
            - 32 * (getvariable('running_year') - t.school_year)
            + whole(bits(concat('finance/', c.county, '/', t.school_year)), 0, 0, 16) as level,
            1000 - 35 * (getvariable('running_year') - t.school_year) as pay_level
        from county as c
        join county_total as t on t.county = c.county
    ),
    stages as (
        select *, unnest(['all', 'primary', 'junior', 'special']) as stage, unnest([0, 1, 2, 3]) as stage_no
        from drawn
    )
select
    county as county_no,
    null::bigint as school_no,
    school_year::integer as fiscal_year,
    county_code,
    stage,
    (
        case stage
            when 'all'
            then (primary_pupils * spending_per_pupil + junior_pupils * spending_per_pupil * 14 // 10 + special_pupils * 50000
                + (pupils - primary_pupils - junior_pupils - special_pupils) * spending_per_pupil * 16 // 10) * 11 // 10
            when 'primary'
            then primary_pupils * spending_per_pupil
            when 'junior'
            then junior_pupils * spending_per_pupil * 14 // 10
            else special_pupils * 50000
        end
        * level
        // 1000
    )::decimal(18, 2) as budget_expenditure_yuan,
    case stage when 'all' then pupils when 'primary' then primary_pupils when 'junior' then junior_pupils else special_pupils end as pupils,
    case when stage = 'all' then mean_pay * pay_level // 1000 end::decimal(18, 2) as teacher_mean_pay_yuan,
    case when stage = 'all' then mean_pay * pay_level // 1000 * civil_servant_permille // 1000 end::decimal(18, 2) as civil_servant_mean_pay_yuan
from stages
order by county, school_year, stage_no
;

-- facts.csv says for each fact what it is: a conclusion by documents, a part of a rate, a figure, or still pending.
create or replace view clean_county_facts as
with
    figures as (
        select
            c.*,
            t.* exclude (county),
            900 + c.opinion as places,
            c.is_ready or c.care % 10 > 1 as keeps_documents,
            8 + t.school_year - getvariable('running_year') + c.care % 9 as years_since,
            (select count(*) from school_year as s where s.county = c.county and s.school_year = t.school_year) as institutions
        from county as c
        join county_total as t on t.county = c.county
    ),
    stated as (
        select
            f.county,
            f.school_year,
            f.county_code,
            l.line,
            l.fact_id,
            case l.figure
                when 'near_primary'
                then f.near_primary - case when f.keeps_documents then 0 else f.near_primary // 90 end
                when 'near_primary_all'
                then f.near_primary
                when 'near_junior'
                then f.near_junior - f.near_junior // 60
                when 'near_junior_all'
                then f.near_junior
                when 'places'
                then f.places * (510 + f.care // 4) // 1000
                when 'places_all'
                then f.places
                when 'migrants'
                then f.migrants_placed
                when 'migrants_all'
                then f.migrants
                when 'disabled'
                then f.disabled + f.special_pupils + 10 - f.care % 4
                when 'disabled_all'
                then f.disabled + f.special_pupils + 10
                when 'institutions'
                then f.institutions
                when 'hundred'
                then 100
                when 'zero'
                then 0
                when 'level'
                then 3 + f.opinion % 2
                when 'gap'
                then 0.05::decimal(24, 6) + (f.care % 9)::decimal(24, 6) / 100
                when 'recognition'
                then 86 + f.opinion % 12
                when 'years'
                then 3 + (f.care % 9) + f.school_year - getvariable('running_year')
            end::decimal(24, 6) as value,
            case
                when l.status = 'documents'
                then case when f.keeps_documents then 'met' else 'not_met' end
                when l.status = 'own'
                then case when f.is_ready then 'met' when f.care % 3 = 0 then 'remediation' else 'not_met' end
                when l.status = 'when_ready'
                then case when f.is_ready or f.care % 3 > 0 then 'met' else 'pending' end
                when l.status = 'years'
                then case when 3 + (f.care % 9) + f.school_year - getvariable('running_year') >= 3 then 'met' else 'not_met' end
                when l.status <> ''
                then l.status
            end as status,
            f.is_ready,
            l.figure
        from figures as f
        cross join fact as l
    )
select
    s.county as county_no,
    null::bigint as school_no,
    s.school_year::integer as school_year,
    s.county_code,
    s.fact_id,
    case when s.status = 'pending' then null else s.value end as value,
    s.status,
    case when s.status = 'remediation' then (s.school_year + 2)::integer end as due_year,
    w.of_evidence as evidence
from stated as s
cross join words as w
order by s.county, s.school_year, s.line
;
