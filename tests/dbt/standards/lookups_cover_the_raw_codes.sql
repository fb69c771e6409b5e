-- Each code of a raw column has its row in the lookup, and each lookup's code can be written in the raw table.
with
    codes as (select * from {{ ref('raw_codes') }}),

    looked_up as (
        select 'degree' as column_name, degree as code
        from {{ ref('degree_levels') }}
        union all
        select 'backbone_level' as column_name, backbone_level as code
        from {{ ref('backbone_levels') }}
    ),

    staff_codes as (
        select column_name, code from codes where table_name = 'staff' and column_name in ('degree', 'backbone_level')
    ),

    kinds as (select code from codes where table_name = 'schools' and column_name = 'school_kind')

select coalesce(staff_codes.code, looked_up.code) as broken_id
from staff_codes
full outer join looked_up on staff_codes.column_name = looked_up.column_name and staff_codes.code = looked_up.code
where staff_codes.code is null or looked_up.code is null
union all
select weights.school_kind as broken_id
from {{ ref('facility_split_weights') }} as weights
left join kinds on weights.school_kind = kinds.code
where kinds.code is null
