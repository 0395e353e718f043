"""The receipt of an erasure: kept elsewhere, it proves later that this store gave it, and nothing about the person."""

import json

import pytest

from convdata.__main__ import main
from convdata.erasure import erase, receipt_of
from convdata.errors import NotAllowed, NotFound
from convdata.receipt_checks import check_receipt, read_receipt
from tests.story import HOUR, NOON, admin, customer, key, message, opened, tell


def given(store, name="v-1"):
    tell(store, message(name), customer(name, first_name="Zuleika", email="zuleika@example.org"))
    receipt = erase(store, key(store, name), by=admin("Bob"), now=NOON + HOUR)
    return json.loads(json.dumps(receipt.as_json()))


def test_a_receipt_is_good_and_says_nothing_of_the_person(store):
    said = given(store)
    assert "sealed by this store" in check_receipt(store, said)
    assert not any(trace in json.dumps(said).lower() for trace in ("zuleika", "v-1", key(store)))
    assert receipt_of(store, said["reference"]).as_json() == said


def test_any_change_of_a_receipt_is_found(store):
    said = given(store)
    for name, value in said.items():
        other = {**value, "messages": 7} if isinstance(value, dict) else f"{value}0"
        with pytest.raises(NotAllowed, match="not given by this store"):
            check_receipt(store, said | {name: other})
    with pytest.raises(NotAllowed):
        check_receipt(store, {name: value for name, value in said.items() if name != "channel"})
    assert check_receipt(store, said)


def test_a_receipt_of_another_store_is_none_of_ours(store, tmp_path):
    other = opened(f"duckdb:///{tmp_path / 'other.duckdb'}")
    said = given(other)
    other.close()
    with pytest.raises(NotAllowed, match="not given by this store"):
        check_receipt(store, said)


def test_a_receipt_whose_record_is_gone_or_changed_is_not_good(store):
    said = given(store)
    given(store, "v-2")
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            f"update activity set actor = 'Mallory' where position('{said['reference']}' in details) > 0"
        )
    with pytest.raises(NotAllowed, match="something else"):
        check_receipt(store, said)
    with store.engine.begin() as connection:
        connection.exec_driver_sql(f"delete from activity where position('{said['reference']}' in details) > 0")
    with pytest.raises(NotAllowed, match="is missing"):
        check_receipt(store, said)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"record": "x", "reference": "", "seal": ""}', "[" * 100_000]
)
def test_what_is_no_receipt_is_said_to_be_none(text):
    with pytest.raises(NotAllowed, match="no receipt"):
        read_receipt(text)


@pytest.mark.parametrize("reference", ["", "a", "%", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_reference_has_no_receipt(store, reference):
    given(store)
    with pytest.raises(NotFound):
        receipt_of(store, reference)


def test_the_command_line_checks_the_records_and_a_receipt(store_url, tmp_path, monkeypatch, capsys):
    store = opened(store_url)
    said = given(store)
    store.close()
    monkeypatch.setenv("MISHEARD_STORE", store_url)
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(said))
    assert main(["check", "--receipt", str(file)]) == 0
    out = capsys.readouterr().out
    assert "The receipt is good" in out
    end = out.partition("given to --end later: ")[2].split()[0]
    assert main(["check", "--end", end, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["records"] == {"intact": True, "records": 1, "erased": 0, "end": end, "breaks": []}
    for wrong in (["--end", "1:00"], ["--end", f"9{end}"]):
        assert main(["check", *wrong]) == 2
        assert "changed behind Misheard's back" in capsys.readouterr().err
    file.write_text(json.dumps(said | {"erased_by": "Mallory"}))
    assert main(["check", "--receipt", str(file)]) == 2
    assert "not given by this store" in capsys.readouterr().err
    assert main(["check", "--receipt", str(tmp_path / "none.json")]) == 2
    store = opened(store_url)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("delete from activity")
    store.close()
    assert main(["check"]) == 2
    assert "Record 1 was taken out" in capsys.readouterr().err
