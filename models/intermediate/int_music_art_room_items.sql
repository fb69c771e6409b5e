-- Item 3: one music and one art room for so many classes. Rooms that qualify for certain can prove that the need is
-- met,
-- rooms that may qualify can only keep it open: in between there is no data, with the fact that is missing as reason.
with
    schools as (select * from {{ ref('int_judged_schools') }}),
    classes as (select * from {{ ref('int_compulsory_classes') }}),
    sites as (select * from {{ ref('int_sites') }}),
    rooms as (select * from {{ ref('stg_rooms') }}),
    parameters as (select * from {{ ref('int_parameters') }}),
    thresholds as (select * from {{ ref('int_national_thresholds') }}),
    exemptions as (select * from {{ ref('exemptions') }}),
    quarantined as ({{ quarantined_schools(['classes', 'rooms']) }}),

    kinds as (
        select
            school_year,
            county_code,
            indicator_id,
            operator,
            threshold,
            case indicator_id when 'music_room_ratio' then 'music' else 'art' end as room_kind
        from thresholds
        where indicator_id in ('music_room_ratio', 'art_room_ratio') and case_id = 'ordinary'
    ),

    definitions as (
        select
            school_year,
            county_code,
            max(case when parameter_id = 'classes_per_room' then value end) as classes_per_room,
            max(case when parameter_id = 'music_room_area' then value end) as music_room_area,
            max(case when parameter_id = 'art_room_area' then value end) as art_room_area
        from parameters
        group by school_year, county_code
    ),

    school_classes as (
        select
            school_year,
            school_code,
            count(*) as classes,
            case when count(*) = count(pupils) then max(pupils) end as largest_class
        from classes
        group by school_year, school_code
    ),

    placed_rooms as (
        select sites.school_year, sites.county_code, sites.school_code, rooms.room_kind, rooms.area_m2
        from rooms
        inner join sites on rooms.school_year = sites.school_year and rooms.school_code = sites.site_code
    ),

    -- A county that lists rooms of a kind lists all of them: a school without one has none. One that lists none at all
    -- has not reported.
    reporting_counties as (
        select school_year, county_code, room_kind, count(*) as rooms
        from placed_rooms
        group by school_year, county_code, room_kind
    ),

    needs as (
        select
            schools.school_year,
            schools.county_code,
            schools.school_code,
            schools.area_kind,
            schools.opened_year,
            schools.exclusion,
            coalesce(schools.gap, case when quarantined.school_code is not null then 'row_quarantined' end) as gap,
            kinds.indicator_id,
            kinds.room_kind,
            kinds.operator,
            kinds.threshold,
            case
                kinds.room_kind when 'music' then definitions.music_room_area else definitions.art_room_area
            end as min_area,
            school_classes.classes,
            school_classes.largest_class,
            {{ ceiling_of_quotient('school_classes.classes', 'definitions.classes_per_room') }} as rooms_needed,
            reporting_counties.rooms is not null as is_reported
        from schools
        left join kinds on schools.school_year = kinds.school_year and schools.county_code = kinds.county_code
        left join
            definitions
            on schools.school_year = definitions.school_year
            and schools.county_code = definitions.county_code
        left join
            school_classes
            on schools.school_year = school_classes.school_year
            and schools.school_code = school_classes.school_code
        left join
            reporting_counties
            on schools.school_year = reporting_counties.school_year
            and schools.county_code = reporting_counties.county_code
            and kinds.room_kind = reporting_counties.room_kind
        left join
            quarantined
            on schools.school_year = quarantined.school_year
            and schools.school_code = quarantined.school_code
        where not schools.is_special_school
    ),

    -- true: the exemption holds; false: it does not; NULL: a fact that it names is not reported.
    claims as (
        select
            needs.school_year,
            needs.school_code,
            needs.indicator_id,
            exemptions.effect,
            exemptions.case_id,
            (exemptions.opened_year_max is null or needs.opened_year <= exemptions.opened_year_max)
            and (exemptions.area_kind is null or needs.area_kind = exemptions.area_kind)
            and (
                exemptions.largest_class_below is null or needs.largest_class < exemptions.largest_class_below
            ) as is_exempt
        from needs
        inner join exemptions on needs.indicator_id = exemptions.indicator_id
    ),

    exempted as (
        select
            school_year,
            school_code,
            indicator_id,
            max(case when effect = 'area_waived' and is_exempt then case_id end) as waiver_case,
            max(case when effect = 'area_waived' and is_exempt is null then 1 else 0 end) as waiver_unknown,
            max(case when effect = 'area_of_ordinary_classroom' and is_exempt then case_id end) as ordinary_case,
            max(
                case when effect = 'area_of_ordinary_classroom' and is_exempt is null then 1 else 0 end
            ) as ordinary_unknown
        from claims
        group by school_year, school_code, indicator_id
    ),

    counted as (
        select
            needs.school_year,
            needs.school_code,
            needs.indicator_id,
            count(placed_rooms.school_code) as all_rooms,
            count(*) filter (where placed_rooms.area_m2 >= needs.min_area) as full_rooms,
            count(*) filter (
                where placed_rooms.school_code is not null and placed_rooms.area_m2 is null
            ) as unmeasured_rooms
        from needs
        left join
            placed_rooms
            on needs.school_year = placed_rooms.school_year
            and needs.school_code = placed_rooms.school_code
            and needs.room_kind = placed_rooms.room_kind
        group by needs.school_year, needs.school_code, needs.indicator_id
    ),

    bounds as (
        select
            needs.school_year,
            needs.county_code,
            needs.school_code,
            needs.indicator_id,
            needs.operator,
            needs.threshold,
            needs.min_area,
            needs.classes,
            cast(needs.rooms_needed as decimal(19, 2)) as rooms_needed,
            needs.is_reported,
            needs.exclusion,
            needs.gap,
            coalesce(exempted.waiver_case, exempted.ordinary_case, 'ordinary') as case_id,
            coalesce(exempted.waiver_unknown, 0) = 1 as is_waiver_unknown,
            exempted.ordinary_case is not null or coalesce(exempted.ordinary_unknown, 0) = 1 as is_ordinary_possible,
            counted.full_rooms + counted.unmeasured_rooms as rooms_if_measured,
            case
                when exempted.waiver_case is not null then counted.all_rooms else counted.full_rooms
            end as certain_rooms,
            case
                when
                    exempted.waiver_case is not null
                    or exempted.waiver_unknown = 1
                    or exempted.ordinary_case is not null
                    or exempted.ordinary_unknown = 1
                then counted.all_rooms
                else counted.full_rooms + counted.unmeasured_rooms
            end as possible_rooms
        from needs
        inner join
            counted
            on needs.school_year = counted.school_year
            and needs.school_code = counted.school_code
            and needs.indicator_id = counted.indicator_id
        left join
            exempted
            on needs.school_year = exempted.school_year
            and needs.school_code = exempted.school_code
            and needs.indicator_id = exempted.indicator_id
    ),

    judged as (
        select
            *,
            {{ satisfies('certain_rooms', 'operator', 'threshold * rooms_needed') }} as is_met_for_certain,
            {{ satisfies('possible_rooms', 'operator', 'threshold * rooms_needed') }} as is_met_at_best,
            {{ satisfies('rooms_if_measured', 'operator', 'threshold * rooms_needed') }} as is_met_if_measured
        from bounds
    )

select
    school_year,
    county_code,
    school_code,
    'all' as stage,
    indicator_id,
    cast(certain_rooms as decimal(20, 4)) as numerator,
    cast(rooms_needed as decimal(19, 2)) as denominator,
    {{ quotient('certain_rooms', 'rooms_needed') }} as value,
    threshold,
    case_id,
    is_met_for_certain as is_met,
    cast({{ shortfall('(threshold * rooms_needed - certain_rooms)') }} as decimal(20, 4)) as shortfall,
    exclusion,
    case
        when gap is not null
        then gap
        when classes is null
        then 'no_classes'
        when min_area is null or rooms_needed is null
        then 'no_threshold'
        when not is_reported
        then 'no_rooms'
        when is_met_for_certain or not is_met_at_best
        then cast(null as string)
        when is_waiver_unknown
        then 'opened_year_not_reported'
        when is_ordinary_possible and not is_met_if_measured
        then 'ordinary_classroom_area_unknown'
        else 'room_area_not_reported'
    end as gap
from judged
