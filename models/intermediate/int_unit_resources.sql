-- The seven resources of every unit as one numerator and one denominator, so that one rule judges all of them.
-- A shared facility keeps the whole resource, times the weight of the stage, over the weighted pupils.
with
    units as (select * from {{ ref('int_units') }}),
    teachers as (select * from {{ ref('int_unit_teachers') }}),
    facilities as (select * from {{ ref('int_institution_facilities') }}),
    weights as (select * from {{ ref('int_split_weights') }}),

    joined as (
        select
            units.school_year,
            units.county_code,
            units.school_code,
            units.stage,
            units.pupils,
            teachers.high_degree_teachers,
            teachers.backbone_teachers,
            teachers.pe_arts_teachers,
            coalesce(teachers.reason, teachers.degree_reason) as degree_reason,
            coalesce(teachers.reason, teachers.backbone_reason) as backbone_reason,
            coalesce(teachers.reason, teachers.subject_reason) as subject_reason,
            facilities.teaching_area_m2,
            facilities.sports_area_m2,
            facilities.equipment_value_yuan,
            facilities.multimedia_rooms,
            case
                when facilities.is_quarantined
                then 'row_quarantined'
                when facilities.school_code is null or facilities.sites_without_row > 0
                then 'no_facilities'
            end as facility_reason,
            weights.weight,
            weights.weighted_pupils,
            weights.reason as weight_reason
        from units
        left join
            teachers
            on units.school_year = teachers.school_year
            and units.school_code = teachers.school_code
            and units.stage = teachers.stage
        left join
            facilities on units.school_year = facilities.school_year and units.school_code = facilities.school_code
        left join
            weights
            on units.school_year = weights.school_year
            and units.school_code = weights.school_code
            and units.stage = weights.stage
    ),

    resources as (
        {% for indicator, column, reason in [
            ('high_degree_teachers_per_100', 'high_degree_teachers', 'degree_reason'),
            ('backbone_teachers_per_100', 'backbone_teachers', 'backbone_reason'),
            ('pe_arts_teachers_per_100', 'pe_arts_teachers', 'subject_reason'),
        ] %}
            select
                school_year,
                county_code,
                school_code,
                stage,
                '{{ indicator }}' as indicator_id,
                pupils,
                cast({{ column }} as decimal(20, 4)) as resource,
                cast(1 as decimal(6, 4)) as weight,
                cast(pupils as decimal(18, 4)) as weighted_pupils,
                {{ reason }} as reason
            from joined
            union all
        {% endfor %}
        {% for indicator, column in [
            ('teaching_area_per_pupil', 'teaching_area_m2'),
            ('sports_area_per_pupil', 'sports_area_m2'),
            ('equipment_value_per_pupil', 'equipment_value_yuan'),
            ('multimedia_rooms_per_100', 'multimedia_rooms'),
        ] %}
            select
                school_year,
                county_code,
                school_code,
                stage,
                '{{ indicator }}' as indicator_id,
                pupils,
                {{ column }} as resource,
                weight,
                weighted_pupils,
                coalesce(
                    facility_reason, case when {{ column }} is null then 'facility_not_reported' end, weight_reason
                ) as reason
            from joined
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    )

select
    school_year,
    county_code,
    school_code,
    stage,
    indicator_id,
    pupils,
    resource,
    weight,
    cast(case when reason is null then resource * weight end as decimal(26, 8)) as numerator,
    cast(case when reason is null then weighted_pupils end as decimal(16, 4)) as denominator,
    reason
from resources
