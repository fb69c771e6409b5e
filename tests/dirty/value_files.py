"""Text files whose structure is good and whose cells are odd: each shows one kind of cell."""

from __future__ import annotations

from pathlib import Path

from tests.dirty.writing import (
    CLASSES,
    FACILITIES,
    FACTS,
    FUNDING,
    SCHOOLS,
    STAFF,
    Row,
    school,
    table,
    write_text,
)


def make(folder: Path) -> None:
    """Write the files."""
    _numbers(folder)
    _units(folder)
    _words(folder)
    _years(folder)
    _codes(folder)
    _characters(folder)


def _classes(path: Path, *rows: Row) -> None:
    write_text(path, table(CLASSES, rows))


def _pupils(path: Path, *cells: str) -> None:
    _classes(path, *(("2024", "0500152001", "小学", "1", f"{n:02}", cell) for n, cell in enumerate(cells, start=1)))


def _numbers(folder: Path) -> None:
    _pupils(folder / "cells_full_width_digits.csv", "４４", "４３", "41")
    _pupils(folder / "cells_negative.csv", "44", "-3", "－4", "(5)")
    _pupils(folder / "cells_too_large.csv", "44", "99999999999999999999")
    _pupils(folder / "cells_not_whole.csv", "44", "43.5", "42.0")
    _pupils(folder / "cells_two_numbers.csv", "44", "43 42", "40-45", "约40", "45人以上", "1e3")
    rows = [
        ("2024", "0500152001", "1,852,958.00", "¥1,825,056.00", "127，023", "28,661,044"),
        ("2024", "0500152002", "12,34", "1,8525,958", "1,23", "12,3456"),
        ("2024", "0500152003", "1852958.005", "1825056.10", "1", "1"),
        ("2024", "0500152004", "1", "1825056.100", "0.30000000000000004", "28661044.999999996"),
    ]
    write_text(folder / "cells_thousands.csv", table(FUNDING, rows[:1]))
    write_text(folder / "cells_wrong_thousands.csv", table(FUNDING, [rows[1], (*rows[0][:2], "1", "2", "3", "4")]))
    write_text(folder / "cells_too_many_decimals.csv", table(FUNDING, rows[2:]))
    facts: list[Row] = [
        ("2024", "500152", "quality_hs_quota_rural_share", "54.81%", "", "", "甲"),
        ("2024", "500152", "charter_and_it_management", "１００％", "达标", "", "乙"),
        ("2024", "500152", "social_recognition", "9.5‰", "", "", "丙"),
        ("2024", "500152", "naea_school_gap", "12%", "", "", "丁"),
    ]
    write_text(folder / "cells_percent.csv", table(FACTS, facts))
    _pupils(folder / "cells_percent_in_a_count.csv", "44", "12%")


def _units(folder: Path) -> None:
    _pupils(folder / "cells_persons.csv", "44人", "43 人", "41名", "40")
    _pupils(folder / "cells_wrong_unit.csv", "44", "43间", "42元")
    rows = [
        ("2024", "0500152001", "185.3万元", "1825056元", "12.7万", "0.3亿元"),
        ("2024", "0500152002", "100", "200", "300", "400"),
    ]
    write_text(folder / "cells_money_with_units.csv", table(FUNDING, rows))
    rows = [
        ("2024", "0500152001", "9734平方米", "902㎡", "0.74455万平方米", "4298000元", "19间"),
        ("2024", "0500152002", "9734 m2", "902 平米", "744.5 m²", "429.8万元", "15"),
        ("2024", "0500152003", "14.6亩", "902", "7445.5", "429.8", "15"),
    ]
    write_text(folder / "cells_areas_with_units.csv", table(FACILITIES, rows))


def _words(folder: Path) -> None:
    staff: dict[str, str] = {
        **dict.fromkeys(STAFF, ""),
        **{"学年": "2024", "学校标识码": "0500152001", "任教学段": "小学", "专任教师": "是", "学历": "本科"},
    }

    def staff_rows(*cells: dict[str, str]) -> list[Row]:
        rows = enumerate(cells, start=1)
        return [tuple((staff | {"教职工编号": f"S{number:03}"} | row).values()) for number, row in rows]

    words = [
        ("是", "否"),
        ("√", "×"),
        ("✓", "✗"),
        ("Y", "N"),
        ("TRUE", "FALSE"),
        ("1", "0"),
        ("对", "不是"),
        ("有", "没有"),
    ]
    rows = staff_rows(*({"专任教师": yes, "在编": no} for yes, no in words))
    write_text(folder / "cells_yes_and_no.csv", table(STAFF, rows))
    rows = staff_rows({}, {"专任教师": "2"}, {"专任教师": "待定"}, {"在编": "是/否"})
    write_text(folder / "cells_neither_yes_nor_no.csv", table(STAFF, rows))
    rows = [
        ("2024", "0500152001", "—", "无", "/", "429.8", "19"),
        ("2024", "0500152002", "－", "——", "N/A", "-", "／"),
        ("2024", "0500152003", "0", "", "　", "未统计", "暂无"),
    ]
    write_text(folder / "cells_not_reported.csv", table(FACILITIES, rows))
    _pupils(folder / "cells_not_reported_but_required.csv", "44", "—", "无", "", "0")
    rows = staff_rows({"骨干级别": "无"}, {"骨干级别": "县级骨干教师"}, {"骨干级别": "—"}, {"骨干级别": "区县级"})
    write_text(folder / "cells_none_is_a_level.csv", table(STAFF, rows))
    rows = staff_rows(
        {"任教学段": "普通小学", "学历": "大专"},
        {"任教学段": "初级中学", "学历": "大学本科"},
        {"任教学段": "高级中学", "学历": "硕士研究生"},
        {"任教学段": "特殊教育", "学历": "博士研究生"},
    )
    write_text(folder / "cells_code_variants.csv", table(STAFF, rows))
    rows = staff_rows({}, {"学历": "研究生"}, {"任教学段": "学前"}, {"学历": "本科/专科"})
    write_text(folder / "cells_unknown_codes.csv", table(STAFF, rows))
    rows = [
        school("0500152001", 办学类型="九年一貫制學校", 举办者性质="公辦", 城乡类型="鄉村"),
        school("0500152002", "臺階小學", 办学类型="小學", 举办者性质="民辦", 城乡类型="鎮區"),
    ]
    write_text(folder / "cells_traditional.csv", table(SCHOOLS, rows))
    rows = [
        school("0500152001", 城乡类型="镇中心区"),
        school("0500152002", 城乡类型="农村"),
        school("0500152003", 城乡类型="乡镇"),
        school("0500152004", 办学类型="幼儿园"),
    ]
    write_text(folder / "cells_area_kinds.csv", table(SCHOOLS, rows))
    grades = ["一年级", "二", "3年级", "四年级", "五年級", "六", "初一", "八年级", "高一", "学前班"]
    stages = ["小学"] * 6 + ["初中"] * 2 + ["高中", "小学"]
    _classes(
        folder / "cells_grade_words.csv",
        *(("2024", "0500152001", stage, grade, "01", "40") for stage, grade in zip(stages, grades, strict=True)),
    )


def _years(folder: Path) -> None:
    spans = [
        "2024-2025学年",
        "2024—2025学年",
        "2024/2025",
        "2024学年",
        "2024年",
        "２０２４～２０２５学年度",
        "2024-25学年",
        "二〇二四",
        "2024-2025学年第一学期",
    ]
    _classes(
        folder / "cells_years_spans.csv",
        *((span, "0500152001", "小学", "1", f"{n:02}", "40") for n, span in enumerate(spans, start=1)),
    )
    wrong = ["2024-2026学年", "2025-2024学年", "24", "2024.5", "2024-2025学年第二学期", "2025年春季", "3024"]
    _classes(
        folder / "cells_years_wrong.csv",
        *((span, "0500152001", "小学", "1", f"{n:02}", "40") for n, span in enumerate(wrong, start=1)),
    )
    dates = ["2024-09-01", "2024/9/1", "2024年9月1日", "2025-03-01", "2024-09", "20240901"]
    _classes(
        folder / "cells_years_dates.csv",
        *((day, "0500152001", "小学", "1", f"{n:02}", "40") for n, day in enumerate(dates, start=1)),
    )
    # 45536 is how Excel stores 1 September 2024.
    _classes(folder / "cells_years_serial.csv", ("45536", "0500152001", "小学", "1", "01", "40"))
    rows = [
        school("0500152001", 规划建成年份="1998年"),
        school("0500152002", 规划建成年份="1998-09-01"),
        school("0500152003", 规划建成年份="1998年9月"),
        school("0500152004", 规划建成年份="36039"),
        school("0500152005", 规划建成年份="98"),
        school("0500152006", 规划建成年份="不详"),
    ]
    write_text(folder / "cells_opened_years.csv", table(SCHOOLS, rows))


def _codes(folder: Path) -> None:
    codes = ["5.00152E+08", "500152001.0", '="0500152001"', "'0500152001", "0500 152001", "０５００１５２００１"]
    _classes(
        folder / "cells_codes_damaged.csv",
        *(("2024", code, "小学", "1", f"{n:02}", "40") for n, code in enumerate(codes, start=1)),
    )
    # The 18 digits are those of an identity number: no staff number, and shown nowhere.
    ids = ["S001", "500223198001011234", "张三"]
    row = ["小学", "是", "是", "本科", "无", "语文", "是", "400", "否", "否", "100000"]
    rows = [("2024", "0500152001", staff_id, *row) for staff_id in ids]
    write_text(folder / "cells_staff_id_is_personal.csv", table(STAFF, rows))


def _characters(folder: Path) -> None:
    zero, nbsp = "\u200b", "\u00a0"
    _classes(
        folder / "cells_zero_width.csv",
        ("2024", f"0500152001{zero}", f"小{zero}学", "1", "01", "44"),
        ("2024", "\ufeff0500152001", "小学", "1", "02", f"{zero}43"),
        ("2024", "0500152002", "初中", "7", "01", "48\u200e"),
    )
    _classes(
        folder / "cells_stray_spaces.csv",
        ("2024", f"0500152001{nbsp}", " 小学", "1", "01", "44\u3000"),
        ("2024 ", "0500152001", "小 学", "1", "02\t", "43"),
        ("2024", "0500152002", f"初{nbsp}中", "7", "01", "4 8"),
    )
    write_text(
        folder / "cells_names_kept.csv",
        table(
            SCHOOLS,
            [
                school("0500152001", "=合成小学"),
                school("0500152002", "+86小学"),
                school("0500152003", "No. 3 Primary School (East)"),
                school("0500152004", "第一小学（分校）"),
                school("0500152005", "1,2小学"),
                school("0500152006", "无量小学"),
                school("0500152007", "2024"),
            ],
        ),
    )
