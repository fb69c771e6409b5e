with
    thresholds as (select * from {{ ref("thresholds") }}),

    funding_quotas as (select * from {{ ref("funding_quotas") }}),

    parameters as (select * from {{ ref("parameters") }}),

    class_bands as (select * from {{ ref("class_bands") }}),

    evaluation_items as (select * from {{ ref("evaluation_items") }}),

    named as (
        select threshold_id as limit_id, value
        from thresholds
        union all
        select threshold_id || '__floor_ratio' as limit_id, floor_ratio as value
        from thresholds
        where floor_ratio is not null
        union all
        select quota_id as limit_id, value
        from funding_quotas
        where value is not null
        union all
        select
            case
                when count(*) over (partition by parameter_id, stage) = 1
                then parameter_id || '__' || stage
                else parameter_id || '__' || stage || coalesce('__' || cast(valid_from as string), '__')
            end as limit_id,
            value
        from parameters
        where jurisdiction = 'CN'
        union all
        select 'class_band__' || band_id || '__min_pupils' as limit_id, min_pupils as value
        from class_bands
        union all
        select 'item_count__' || grp as limit_id, count(*) as value
        from evaluation_items
        where standard_id = '{{ var("evaluation_standard") }}'
        group by grp
    )

select cast(limit_id as string) as limit_id, cast(value as decimal(14, 5)) as value
from named
