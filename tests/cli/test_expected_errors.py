"""What a person can put right is one message and an exit code, never a traceback."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.exit_codes import Exit
from cli.main import main
from jobs.migrations.upgrade import migrate
from jobs.settings import Settings

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command, in a folder of its own: its exit code and what it wrote to both streams."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAGESIGHT_DATA_DIR", str(tmp_path / "data"))

    def run_(*words: str, **settings: str) -> tuple[int, str, str]:
        for name, value in settings.items():
            monkeypatch.setenv(f"PAGESIGHT_{name.upper()}", value)
        monkeypatch.setattr(sys, "argv", ["pagesight", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        assert isinstance(code, int)
        streams = capsys.readouterr()
        return code, streams.out, streams.err

    return run_


@pytest.mark.parametrize(
    "words", ["keys list", "keys create", "keys revoke key_1", "audit", "api", "worker"]
)
def test_before_the_first_migration_a_command_says_how_to_create_the_tables(
    run: Run, tmp_path: Path, words: str
) -> None:
    code, out, err = run(*words.split())
    assert (code, out) == (Exit.INSTALLATION, "")
    assert err.startswith("pagesight: there is no database in")
    assert "run `pagesight migrate`" in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "data").exists()


def test_a_database_without_tables_is_told_from_one_that_is_missing(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "pagesight.db").touch()
    code, _, err = run("keys", "list")
    assert code == Exit.INSTALLATION
    assert "the database has no tables yet: run `pagesight migrate`" in err


def test_keys_are_listed_once_the_database_is_migrated(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    migrate(Settings(_env_file=None, data_dir=tmp_path / "data"))
    assert run("keys", "list")[0] == Exit.OK
    assert run("audit")[0] == Exit.OK


def test_a_database_that_does_not_answer_is_named_without_its_statement(run: Run) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:9/none"
    code, _, err = run("keys", "list", database_url=url)
    assert code == Exit.INSTALLATION
    assert "PAGESIGHT_DATABASE_URL" in err
    assert "Traceback" not in err
    assert "SELECT" not in err


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("port", "abc", "PAGESIGHT_PORT is 'abc', but must be a valid integer\n"),
        ("port", "70000", "PAGESIGHT_PORT is '70000', but must be less than or equal to 65535"),
        ("device", "tpu", "PAGESIGHT_DEVICE is 'tpu', but must be 'auto', 'cpu' or 'cuda'"),
        ("egress_allow", "example.com", "PAGESIGHT_EGRESS_ALLOW is not valid JSON"),
    ],
)
@pytest.mark.parametrize("words", ["keys list", "models list"])
def test_a_bad_setting_is_named_with_its_value(
    run: Run, words: str, setting: str, value: str, expected: str
) -> None:
    code, _, err = run(*words.split(), **{setting: value})
    assert code == Exit.INSTALLATION
    assert err.startswith(f"pagesight: {expected}")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("tenant", ["a/../b", "a\tb", "", "n" * 65])
def test_a_name_of_a_tenant_that_cannot_be_is_refused_in_a_sentence(
    run: Run, tmp_path: Path, tenant: str
) -> None:
    (tmp_path / "data").mkdir()
    migrate(Settings(_env_file=None, data_dir=tmp_path / "data"))
    code, _, err = run("keys", "create", "--tenant", tenant)
    assert code == Exit.USAGE
    assert err.startswith("pagesight: a tenant is 1 to 64 of")
    assert len(err.splitlines()) == 1


def test_two_bad_settings_are_both_named(run: Run) -> None:
    _, _, err = run("keys", "list", port="abc", lease_s="-1")
    assert "PAGESIGHT_PORT" in err
    assert "PAGESIGHT_LEASE_S" in err


def test_a_fault_of_ours_keeps_its_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("cli.models.listing.show", broken)
    with pytest.raises(ZeroDivisionError):
        run("models", "list")


def test_completion_can_be_shown_for_the_shell(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    code, out, _ = run("--show-completion", "bash")
    assert code == Exit.OK
    assert out.count("complete -o default") == 1
