-- The 14 difference coefficients are those of the seven resource indicators: cv_<id>, for each and no other.
with
    resource as (select 'cv_' || indicator_id as indicator_id from {{ ref('indicators') }} where grp = 'resource'),
    balance as (select indicator_id from {{ ref('indicators') }} where grp = 'balance'),
    expected as (select value from {{ ref('parameters') }} where parameter_id = 'resource_indicator_count')

select coalesce(resource.indicator_id, balance.indicator_id) as broken_id
from resource
full outer join balance on resource.indicator_id = balance.indicator_id
where resource.indicator_id is null or balance.indicator_id is null
union all
select 'resource_indicator_count' as broken_id
from expected
where value <> (select count(*) from resource)
