"""Text files whose headers are odd: other names, units, columns that are missing, extra, double or personal."""

from __future__ import annotations

from pathlib import Path

from tests.dirty.writing import (
    CLASSES,
    FACILITIES,
    FUNDING,
    ROOMS,
    SCHOOLS,
    STAFF,
    THREE,
    Row,
    school,
    table,
    write_text,
    write_xlsx,
)


def make(folder: Path) -> None:
    """Write the files."""
    _names(folder)
    _units(folder)
    _columns(folder)
    _personal(folder)
    _rows(folder)


def _names(folder: Path) -> None:
    odd = ("学 年", "学校（机构）标识码", "学段　", "年　级", "「班号」", "班额\n（人）")
    write_text(folder / "header_odd_spelling.csv", table(odd, THREE))
    traditional = ("學年", "學校標識碼", "學段", "年級", "班號", "班額")
    write_text(folder / "header_traditional.csv", table(traditional, THREE))
    other = ("学年度", "学校代码", "学段", "年级", "班级编号", "学生数")
    write_text(folder / "header_synonyms_班级.csv", table(other, THREE))
    write_text(folder / "header_marks_班级.csv", table([f"*{name}" for name in CLASSES], THREE))


def _units(folder: Path) -> None:
    row = ("2024", "0500152001", "0.9734", "902", "0.74455", "4298000", "19")
    units = ("", "", "（万㎡）", "（平方米）", "（万平方米）", "（元）", "（间）")
    write_text(folder / "header_units.csv", table([a + b for a, b in zip(FACILITIES, units, strict=True)], [row]))
    wan = [name + ("（万元）" if number > 1 else "") for number, name in enumerate(FUNDING)]
    rows = [
        ("2024", "0500152001", "185.2958", "182.5056", "—", "2,866.1044"),
        ("2024", "0500152002", "1", "2", "3", "4元"),
    ]
    write_text(folder / "header_units_wan.csv", table(wan, rows))
    kinds = [name.replace("运动场地面积", "运动场地面积（亩）") for name in FACILITIES]
    write_text(
        folder / "header_unit_mu.csv", table(kinds, [("2024", "0500152001", "9734", "902", "11.2", "429.8", "19")])
    )
    kinds = [name.replace("教学仪器设备值", "教学仪器设备值（台）") for name in FACILITIES]
    kind = ("2024", "0500152001", "9734", "902", "7445.5", "4298", "19")
    write_text(folder / "header_unit_of_another_kind.csv", table(kinds, [kind]))
    # Figures in yuan under a header without a unit: nothing says so, and 4 298 000 万元 is 43 thousand million yuan.
    write_text(
        folder / "header_without_unit.csv", table(FACILITIES, [("2024", "0500152001", "1", "2", "3", "4298000", "1")])
    )


def _columns(folder: Path) -> None:
    write_text(folder / "header_unknown_column.csv", table((*CLASSES, "教室楼层"), [(*row, "三楼") for row in THREE]))
    empty = table((*CLASSES, ""), [(*row, "三楼") for row in THREE])
    write_text(folder / "header_empty_over_data.csv", empty)
    write_text(folder / "header_missing_required.csv", table(CLASSES[:-1], [row[:-1] for row in THREE]))
    fewer = [name for name in SCHOOLS if name not in {"乡镇街道", "主校标识码", "规划建成年份"}]
    rows = [dict(zip(SCHOOLS, school(code), strict=True)) for code in ("0500152001", "0500152002")]
    write_text(folder / "header_missing_optional.csv", table(fewer, [[row[name] for name in fewer] for row in rows]))
    write_text(folder / "header_duplicate_column.csv", table((*CLASSES, "班额（人）"), [(*row, "40") for row in THREE]))
    write_text(
        folder / "header_of_two_tables_数据.csv", table(("学年", "学校标识码", "面积"), [("2024", "0500152001", "96")])
    )
    rooms = [("2024", "0500152001", "M01", "音乐教室", "96.5"), ("2024", "0500152001", "A01", "美术", "")]
    write_text(folder / "header_right_name_wrong_班级.csv", table(ROOMS, rooms))


def _personal(folder: Path) -> None:
    header = ("姓名", *STAFF[:3], "身份证号", *STAFF[3:], "联系电话")
    cells = ["小学", "是", "是", "本科", "县级", "语文", "是", "400", "否", "否", "100000.00"]
    rows = [
        ("张三丰", "2024", "0500152001", "S001", "500223198001011234", *cells, "13800138000"),
        ("李四光", "2024", "0500152001", "S002", "500223198001011245", *cells, "13800138001"),
    ]
    write_text(folder / "header_personal_columns.csv", table(header, rows))
    wrong = table(header, rows).replace("13800138001", "13800138001,王五")
    write_text(folder / "header_personal_and_too_many_cells.csv", wrong)
    # A table without a pseudonym: the names of people must not become one.
    no_id = table(
        ("学年", "学校标识码", "教师姓名", "任教学段", "专任教师"), [("2024", "0500152001", "张三丰", "小学", "是")]
    )
    write_text(folder / "header_name_instead_of_id_教职工.csv", no_id)


def _rows(folder: Path) -> None:
    """What stands below the names: units, numbers of columns, and a record that looks like neither."""
    units = ("单位", "—", "㎡", "万㎡", "㎡", "元", "间")
    row = ("2024", "0500152001", "9734", "0.0902", "7445.5", "4298000", "19")
    write_text(folder / "header_units_in_a_row_below.csv", table(FACILITIES, [units, row]))
    numbered: list[Row] = [
        FACILITIES,
        ("甲", "乙", 1, 2, 3, 4, 5),
        (None, None, "（㎡）", None, None, "（元）", "间"),
        (2024, "0500152001", 9734, 902, 7445.5, 4298000, 19),
    ]

    def merge(_book: object, sheets: dict[str, object]) -> None:
        sheets["办学条件"].merge_range("C3:E3", "（㎡）")  # type: ignore[attr-defined]

    write_xlsx(folder / "header_units_below_column_numbers.xlsx", {"办学条件": numbered}, merge)
    twice = [name.replace("教学仪器设备值", "教学仪器设备值（万元）") for name in FACILITIES]
    write_text(folder / "header_units_in_two_rows_differ.csv", table(twice, [units, row]))
    lone = ("", "", "", "", "甲", "")
    write_text(folder / "header_lone_mark_in_first_record.csv", table(CLASSES, [lone, *THREE]))
    # Nothing says that the second row belongs to the header: only the map does.
    named: list[Row] = [
        ("上报", "上报", "教学", "室内", "操场", "设备", "电教"),
        ("一", "二", "三", "四", "五", "六", "七"),
        (2024, "0500152001", 9734, 902, 7445.5, 429.8, 19),
    ]
    write_xlsx(folder / "map_names_header_rows.xlsx", {"表1": [("某县",), *named]})
    write_xlsx(folder / "map_names_a_row_that_is_not_there.xlsx", {"表1": named})
