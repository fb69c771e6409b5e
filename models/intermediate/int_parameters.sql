with
    jurisdictions as (select * from {{ ref('int_jurisdictions') }}),
    parameters as (select * from {{ ref('parameters') }}),

    candidates as (
        select
            jurisdictions.school_year,
            jurisdictions.county_code,
            parameters.parameter_id,
            parameters.stage,
            cast(parameters.value as decimal(18, 6)) as value,
            row_number() over (
                partition by
                    jurisdictions.school_year, jurisdictions.county_code, parameters.parameter_id, parameters.stage
                order by jurisdictions.distance
            ) as preference
        from jurisdictions
        inner join
            parameters
            on jurisdictions.jurisdiction = parameters.jurisdiction
            and {{ is_valid_on('parameters', 'jurisdictions.reference_date') }}
    )

select school_year, county_code, parameter_id, stage, value
from candidates
where preference = 1
