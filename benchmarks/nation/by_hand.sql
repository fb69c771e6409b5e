-- The national standard as an expert writes it for one evening: one script, complete data taken for granted, no
-- reasons, no rows set aside, no other recipe than the default. Parquet files are views of the names that they have;
-- the numbers of the standard are tables: resources, weights, high_degrees, backbones, pe_arts, quotas, regions,
-- retention, formulas. A campus or a teaching point with a parent is a part of the parent.
create temp table sites as
select
    s.school_year,
    s.school_code as site,
    coalesce(p.school_code, s.school_code) as school,
    coalesce(p.county_code, s.county_code) as county,
    coalesce(p.school_kind, s.school_kind) as kind,
    s.is_boarding
from schools as s
left join schools as p on p.school_year = s.school_year and p.school_code = s.parent_code;

create temp table site_pupils as
select school_year, school_code as site, stage, sum(pupils) as pupils, sum(boarders) as boarders
from enrolment
group by all;

create temp table units as
with
    stages as (
        select s.school_year, s.county, s.school, s.kind, p.stage, sum(p.pupils) as pupils
        from site_pupils as p
        inner join sites as s using (school_year, site)
        group by all
    ),

    weighted as (
        select
            t.school_year,
            t.county,
            t.school,
            t.kind,
            t.stage,
            t.pupils,
            w.weight,
            sum(w.weight * t.pupils) over (partition by t.school_year, t.school) as weighted_pupils
        from stages as t
        inner join weights as w on w.school_year = t.school_year and w.kind = t.kind and w.stage = t.stage
    )

select *
from weighted
where stage in ('primary', 'junior') and pupils > 0 and not (kind = 'teaching_point' and pupils < getvariable('point_pupils'));

create temp table teachers as
with
    counted as (
        select
            t.school_year,
            t.school_code as site,
            t.stage,
            count(*) as teachers,
            count(h.degree) as high_degree,
            count(b.backbone_level) as backbone,
            count(a.subject) as pe_arts
        from staff as t
        left join high_degrees as h on h.stage = t.stage and h.degree = t.degree
        left join backbones as b on b.backbone_level = t.backbone_level
        left join pe_arts as a on a.subject = t.subject
        where t.is_full_time_teacher
        group by all
    )

select
    s.school_year,
    s.school,
    c.stage,
    sum(c.high_degree) as high_degree,
    sum(c.backbone) as backbone,
    sum(c.pe_arts) as pe_arts
from counted as c
inner join sites as s using (school_year, site)
group by all;

create temp table school_facilities as
select
    s.school_year,
    s.school,
    sum(f.teaching_area_m2 - f.indoor_sports_area_m2) as teaching_area,
    sum(f.sports_ground_area_m2 + f.indoor_sports_area_m2) as sports_area,
    sum(f.equipment_value_wan * 10000) as equipment,
    sum(f.multimedia_rooms) as multimedia
from facilities as f
inner join sites as s on s.school_year = f.school_year and s.site = f.school_code
group by all;

create temp table unit_indicator as
with
    held as (
        select
            u.school_year,
            u.county,
            u.school,
            u.stage,
            r.indicator_id,
            u.pupils,
            r.scale,
            r.threshold,
            r.floor_ratio,
            r.cv_limit,
            case
                r.indicator_id
                when 'high_degree_teachers_per_100'
                then cast(t.high_degree as decimal(20, 4))
                when 'backbone_teachers_per_100'
                then cast(t.backbone as decimal(20, 4))
                when 'pe_arts_teachers_per_100'
                then cast(t.pe_arts as decimal(20, 4))
                when 'teaching_area_per_pupil'
                then cast(f.teaching_area * u.weight as decimal(26, 8))
                when 'sports_area_per_pupil'
                then cast(f.sports_area * u.weight as decimal(26, 8))
                when 'equipment_value_per_pupil'
                then cast(f.equipment * u.weight as decimal(26, 8))
                when 'multimedia_rooms_per_100'
                then cast(f.multimedia * u.weight as decimal(26, 8))
            end as numerator,
            case
                when r.indicator_id like '%teachers_per_100'
                then cast(u.pupils as decimal(16, 4))
                else cast(u.weighted_pupils as decimal(16, 4))
            end as denominator
        from units as u
        inner join resources as r on r.school_year = u.school_year and r.stage = u.stage
        inner join teachers as t on t.school_year = u.school_year and t.school = u.school and t.stage = u.stage
        inner join school_facilities as f on f.school_year = u.school_year and f.school = u.school
    )

select
    *,
    numerator * scale >= threshold * denominator as is_met,
    numerator * scale >= cast(threshold * floor_ratio as decimal(18, 6)) * denominator as is_floor_met,
    cast(numerator * scale as double) / cast(denominator as double) as value
from held;

create temp table unit_verdict as
with
    counted as (
        select
            school_year,
            county,
            school,
            stage,
            count(*) filter (where is_met) as met_count,
            bool_and(is_met or is_floor_met) as is_rest_at_floor,
            min(value / threshold) filter (where not is_met) as lowest_ratio
        from unit_indicator
        group by all
    )

select
    school_year,
    county,
    school,
    stage,
    met_count,
    case when met_count = 6 then lowest_ratio end as other_ratio,
    case
        when met_count = 7
        then 'all_met'
        when met_count = 6 and is_rest_at_floor
        then 'six_met_other_at_floor'
        when met_count = 6
        then 'six_met_other_below_floor'
        when met_count = 5
        then 'five_met'
        else 'fewer_than_five'
    end as verdict_class,
    met_count = 7 or met_count = 6 and is_rest_at_floor as is_compliant
from counted;

create temp table county_difference as
with
    means as (
        select
            school_year,
            county,
            stage,
            indicator_id,
            sum(pupils) as pupils,
            sum(value * pupils) / sum(pupils) as mean,
            any_value(cv_limit) as cv_limit
        from unit_indicator
        group by all
    ),

    spread as (
        select
            m.school_year,
            m.county,
            m.stage,
            m.indicator_id,
            m.mean,
            m.cv_limit,
            sum(u.pupils / m.pupils * (u.value - m.mean) ** 2) as variance
        from unit_indicator as u
        inner join means as m using (school_year, county, stage, indicator_id)
        group by all
    )

select
    school_year,
    county,
    stage,
    indicator_id,
    mean,
    sqrt(variance) / mean as cv,
    sqrt(variance) / mean <= cv_limit as is_met
from spread
where mean > 0;

create temp table retention_rate as
with
    -- grade 7 three years before the summer of graduation, grade 8 two, grade 9 one
    flows as (
        select
            e.school_year + 10 - e.grade as graduated_in,
            s.county,
            s.school,
            sum(e.entrants) filter (where e.grade = 7) as entrants,
            sum(e.graduates) filter (where e.grade = 9) as graduates,
            sum(e.transfers_in) as transfers_in,
            sum(e.transfers_out) as transfers_out,
            sum(e.suspended) as suspended,
            sum(e.resumed) as resumed,
            sum(e.deaths) as deaths
        from enrolment as e
        inner join sites as s on s.school_year = e.school_year and s.site = e.school_code
        where e.stage = 'junior'
        group by all
    ),

-- a school that opened inside the window, or has become another kind, has no rate of its own
    unchanged as (
        select g.graduated_in, s.county, s.school
        from retention as g
        inner join sites as s on s.site = s.school and s.school_year between g.graduated_in - 3 and g.graduated_in - 1
        group by all
        having count(*) = 3 and count(distinct s.kind) = 1
    ),

    covered as (
        select g.graduated_in, s.county
        from retention as g
        inner join sites as s on s.school_year between g.graduated_in - 3 and g.graduated_in
        group by all
        having count(distinct s.school_year) = 4
    ),

    cohorts as (
        select f.*
        from flows as f
        inner join unchanged as u using (graduated_in, county, school)
        union all
        select
            graduated_in,
            county,
            null as school,
            sum(entrants),
            sum(graduates),
            sum(transfers_in),
            sum(transfers_out),
            sum(suspended),
            sum(resumed),
            sum(deaths)
        from flows
        group by all
    ),

    rated as (
        select
            c.graduated_in,
            c.county,
            c.school,
            f.formula,
            c.graduates
            + f.n_in * c.transfers_in
            + f.n_out * c.transfers_out
            + f.n_suspended * c.suspended
            + f.n_resumed * c.resumed
            + f.n_deaths * c.deaths as numerator,
            c.entrants
            + f.d_in * c.transfers_in
            + f.d_out * c.transfers_out
            + f.d_deaths * c.deaths as denominator,
            r.least
        from cohorts as c
        inner join covered as v using (graduated_in, county)
        inner join retention as r using (graduated_in)
        cross join formulas as f
    )

select
    graduated_in,
    county,
    school,
    formula,
    cast(numerator as bigint) as numerator,
    cast(denominator as bigint) as denominator,
    100 * numerator / denominator as retention_pct,
    numerator * 100 >= least * denominator as is_met
from rated
where denominator > 0 and numerator is not null;

create temp table funding as
with
    by_site as (
        select
            s.school_year as fiscal_year,
            s.county,
            s.school,
            s.kind,
            s.site,
            coalesce(sum(p.pupils) filter (where p.stage = 'primary' and s.kind <> 'special'), 0) as primary_pupils,
            coalesce(sum(p.pupils) filter (where p.stage = 'junior' and s.kind <> 'special'), 0) as junior_pupils,
            coalesce(sum(p.pupils) filter (where s.kind = 'special'), 0) as special_pupils,
            sum(p.pupils) as all_pupils,
            coalesce(
                sum(p.boarders) filter (where p.stage in ('primary', 'junior') and s.kind <> 'special'), 0
            ) as boarders
        from sites as s
        inner join site_pupils as p using (school_year, site)
        where s.kind not in ('senior', 'vocational')
        group by all
    ),

    needed as (
        select
            b.*,
            -- a quota that was not in force is not missed where nobody has it
            if(b.primary_pupils = 0, 0, b.primary_pupils * q.primary_quota)
            + if(b.junior_pupils = 0, 0, b.junior_pupils * q.junior_quota)
            + if(b.special_pupils = 0, 0, b.special_pupils * q.special_quota) as quota,
            case
                when b.primary_pupils + b.junior_pupils = 0 or b.all_pupils >= q.small_school
                then 0
                else
                    (q.small_school - b.all_pupils)
                    * if(b.primary_pupils > 0, q.primary_quota, q.junior_quota)
            end
            + if(b.boarders = 0, 0, b.boarders * q.boarder) as supplements
        from by_site as b
        inner join regions as r on r.province = substr(b.county, 1, 2)
        inner join quotas as q on q.fiscal_year = b.fiscal_year and q.region = r.region
    ),

    by_school as (
        select
            n.fiscal_year,
            n.county,
            n.school,
            n.kind,
            sum(n.primary_pupils + n.junior_pupils + n.special_pupils) as pupils,
            sum(n.all_pupils) as all_pupils,
            if(count(*) = count(n.quota), sum(n.quota), null) as quota,
            if(count(*) = count(n.quota + n.supplements), sum(n.quota + n.supplements), null) as required,
            sum(m.public_funds_budget_yuan) as budget,
            sum(m.public_funds_spend_yuan) as spend,
            sum(m.total_spend_yuan) as total
        from needed as n
        left join school_funding as m on m.fiscal_year = n.fiscal_year and m.school_code = n.site
        group by all
    ),

    measured as (
        select fiscal_year, county, school, kind, 'public_funds_budget' as measure, pupils, quota, required, budget as amount
        from by_school
        union all
        select fiscal_year, county, school, kind, 'public_funds_spend', pupils, null, null, spend
        from by_school
        union all
        select fiscal_year, county, school, kind, 'total_spend', all_pupils, null, null, total
        from by_school
    ),

    summed as (
        select
            fiscal_year,
            county,
            school,
            case when kind = 'special' then 'special' else 'all' end as stage,
            measure,
            amount,
            pupils,
            required
        from measured
        union all
        select fiscal_year, county, null, 'all', measure, sum(amount), sum(pupils), if(count(*) = count(quota), sum(quota), null)
        from measured
        where pupils > 0
        group by fiscal_year, county, measure
        union all
        select fiscal_year, county, null, 'special', measure, sum(amount), sum(pupils), if(count(*) = count(quota), sum(quota), null)
        from measured
        where pupils > 0 and kind = 'special' and measure = 'public_funds_budget'
        group by fiscal_year, county, measure
        union all
        select f.fiscal_year, f.county_code, null, f.stage, 'budget_expenditure', f.budget_expenditure_yuan, f.pupils, null
        from county_finance as f
        inner join (select distinct school_year, county from sites) as c
            on c.school_year = f.fiscal_year and c.county = f.county_code
    )

select
    fiscal_year,
    county,
    school,
    stage,
    measure,
    cast(amount as decimal(18, 2)) as amount,
    cast(pupils as bigint) as pupils,
    cast(required as decimal(18, 2)) as required,
    cast(amount as double) / pupils as per_pupil,
    amount >= required as is_met
from summed
where pupils > 0 and (measure <> 'public_funds_budget' or required is not null);
