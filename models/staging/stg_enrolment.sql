with raw as (select * from {{ ref('enrolment') }})

select
    cast(school_year as int) as school_year,
    {{ clean_text('school_code') }} as school_code,
    {{ clean_text('stage') }} as stage,
    cast(grade as int) as grade,
    cast(pupils as bigint) as pupils,
    cast(entrants as bigint) as entrants,
    cast(graduates as bigint) as graduates,
    cast(transfers_in as bigint) as transfers_in,
    cast(transfers_out as bigint) as transfers_out,
    cast(suspended as bigint) as suspended,
    cast(resumed as bigint) as resumed,
    cast(deaths as bigint) as deaths,
    cast(boarders as bigint) as boarders,
    cast(migrant_pupils as bigint) as migrant_pupils,
    cast(disabled_pupils as bigint) as disabled_pupils
from raw
