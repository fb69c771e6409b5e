"""Statistics forms, lists with one column for each grade, and files that need a map."""

from __future__ import annotations

from pathlib import Path

from tests.dirty.workbook_files import SHEET
from tests.dirty.writing import CLASSES, Row, table, write_text, write_xlsx

GRADES = ("一年级", "二年级", "三年级", "四年级", "五年级", "六年级")


def make(folder: Path) -> None:
    """Write the files."""
    _forms(folder)
    _maps(folder)


def _forms(folder: Path) -> None:
    rows: list[Row] = [
        ("小学学生数",),
        ("表号：教基3112",),
        (
            "学校（机构）标识码：0500152001",
            None,
            "学校（机构）名称：合成小学",
            None,
            None,
            "2024-2025学年初",
            None,
            "单位：人",
        ),
        (None, "编号", "毕业生数", "招生数", "在校生数", None, None, None, None, None, None),
        (None, None, None, None, "合计", *GRADES),
        ("甲", "乙", 1, 2, 3, 4, 5, 6, 7, 8, 9),
        ("总计", "01", 38, 45, 255, 45, 44, 43, 42, 41, 40),
        ("其中：女", "02", 18, 22, 120, 22, 21, 20, 20, 19, 18),
    ]

    def merge(book: object, sheets: dict[str, object]) -> None:
        sheet = sheets["教基3112"]
        sheet.merge_range("A1:K1", "小学学生数")  # type: ignore[attr-defined]
        sheet.merge_range("E4:K4", "在校生数")  # type: ignore[attr-defined]
        for column, text in (("A", ""), ("B", "编号"), ("C", "毕业生数"), ("D", "招生数")):
            sheet.merge_range(f"{column}4:{column}5", text)  # type: ignore[attr-defined]

    write_xlsx(folder / "form_3112_primary_pupils.xlsx", {"教基3112": rows}, merge)
    header = ("学年", "学校标识码", "学校名称", *GRADES, "合计")
    listed: list[Row] = [
        ("2024", "0500152001", "合成小学", "45", "44", "43", "42", "41", "40", "255"),
        ("2024", "0500152002", "合成二小", "30", "", "0", "28", "27", "26", "111"),
    ]
    write_text(folder / "list_grades_beside_each_other_学生.csv", table(header, listed))
    wrong = [(*listed[0][:-1], "265"), listed[1]]
    write_text(folder / "list_grades_contradict_their_total_学生.csv", table(header, wrong))


def _maps(folder: Path) -> None:
    header = ("学校标识码", "编号", "种类", "建筑面积")
    rooms: list[Row] = [("0500152001", "M01", "音乐", "96.5"), ("0500152001", "A01", "美术", "90")]
    write_text(folder / "map_resolves_headers.csv", table(header, rooms))
    write_text(folder / "map_with_wrong_column_功能室.csv", table(header, rooms))
    old: list[Row] = [CLASSES, (2023, "0500152003", "小学", 2, "01", 39)]
    write_xlsx(folder / "map_skips_a_sheet.xlsx", {"班级": SHEET, "旧": old})
