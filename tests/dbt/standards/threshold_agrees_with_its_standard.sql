-- A threshold applies where its standard does, and not before it.
with standards as (select * from {{ ref('standards') }}), thresholds as (select * from {{ ref('thresholds') }})

select thresholds.threshold_id
from thresholds
inner join standards on thresholds.standard_id = standards.standard_id
where
    thresholds.jurisdiction <> standards.jurisdiction
    or (
        standards.valid_from is not null
        and (thresholds.valid_from is null or thresholds.valid_from < standards.valid_from)
    )
    or (standards.valid_to is not null and (thresholds.valid_to is null or thresholds.valid_to > standards.valid_to))
