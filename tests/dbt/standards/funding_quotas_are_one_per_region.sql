-- East and central-west, each with the rows of the whole country, see one quota a day and no day without one.
with
    expanded as (
        select quotas.quota_item, quotas.stage, quotas.jurisdiction, regions.region, quotas.valid_from, quotas.valid_to
        from {{ ref('funding_quotas') }} as quotas
        inner join
            (
                select 'east' as region
                union all
                select 'central_west' as region
            ) as regions
            on quotas.region in (regions.region, 'all')
    ),

    neighbours as ({{ validity_neighbours('expanded', ['quota_item', 'stage', 'jurisdiction', 'region']) }})

select quota_item, stage, region, valid_from
from neighbours
where
    valid_to <= valid_from
    or (place > 1 and (valid_from is null or previous_valid_to is null or valid_from <> previous_valid_to))
