-- A county's own figure is LOCAL and quotes the words it was taken from; a national one is not LOCAL.
select threshold_id
from {{ ref('thresholds') }}
where
    (jurisdiction <> 'CN') <> (status = 'LOCAL')
    or (status = 'LOCAL' and (evidence is null or evidence not like '%「%」%'))
