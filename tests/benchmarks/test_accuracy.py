import sys

import pytest

from benchmarks import accuracy


@pytest.mark.data
def test_the_table_has_a_row_for_each_reader_with_a_believable_score(data_dir, monkeypatch, capsys):
    command = ["accuracy", "--data", str(data_dir), "--sets", "funsd", "--limit", "2"]
    monkeypatch.setattr(sys, "argv", command)
    accuracy.main()
    conditions, head, *rows = capsys.readouterr().out.splitlines()
    assert "onnxruntime" in conditions
    assert "commit" in conditions
    readers = [row.split()[1] for row in rows]
    assert readers == ["learned+tesseract", "tesseract+tesseract", "pytesseract"]
    f1 = head.split().index("F1")
    learned, _, baseline = (float(row.split()[f1]) for row in rows)
    assert learned > 0.75
    assert learned > baseline > 0.5
