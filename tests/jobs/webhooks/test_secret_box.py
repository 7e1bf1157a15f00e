import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from jobs.domain.errors import IllegalTransition
from jobs.ledger import Ledger, open_ledger
from jobs.migrations.upgrade import migrate
from jobs.settings import Settings
from jobs.webhooks.endpoint_store import secret_keys
from jobs.webhooks.key_rotation import forget_old_keys, seal_all, use_new_key
from jobs.webhooks.secret_box import SecretKeyMissing, SecretKeys, is_sealed
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledger_view import callback_endpoint
from tests.support.ledgers import TENANT, at_once

URL = "https://receiver.example/hook"
SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@pytest.fixture
def keys(tmp_path: Path) -> SecretKeys:
    made = SecretKeys(tmp_path / "keys", may_make=True)
    made.make_first(others=False)
    return made


def kept(ledger: Ledger) -> str:
    with ledger.database.read() as connection:
        return str(connection.execute(text("SELECT secrets FROM endpoints")).scalars().all())


def keep_plain(ledger: Ledger, secret: str) -> None:
    """Put a secret in the database as it was kept before secrets were sealed."""
    with ledger.database.write() as connection:
        said = f'[{{"secret": "{secret}", "until": null}}]'
        connection.execute(text("UPDATE endpoints SET secrets = :said"), {"said": said})


@given(secret=st.text(max_size=200), owner=st.text(max_size=40))
def test_what_is_sealed_opens_again_and_shows_nothing(
    tmp_path_factory: pytest.TempPathFactory, secret: str, owner: str
) -> None:
    keys = SecretKeys(tmp_path_factory.mktemp("keys") / "keys", may_make=True)
    keys.make_first(others=False)
    sealed = keys.seal(secret, owner)
    assert keys.open(sealed, owner) == secret
    assert len(secret) < 4 or secret not in sealed
    assert keys.seal(secret, owner) != sealed


def test_a_sealed_secret_that_was_altered_or_moved_to_another_endpoint_does_not_open(
    keys: SecretKeys,
) -> None:
    sealed = keys.seal(SECRET, "we_a")
    with pytest.raises(SecretKeyMissing, match="altered"):
        keys.open(sealed, "we_b")
    for place in range(sealed.rindex(".") + 1, len(sealed) - 2, 7):
        other = "A" if sealed[place] != "A" else "B"
        with pytest.raises(SecretKeyMissing, match="altered"):
            keys.open(sealed[:place] + other + sealed[place + 1 :], "we_a")


def test_the_key_file_is_for_its_owner_alone(tmp_path: Path, keys: SecretKeys) -> None:
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600
    keys.add()
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [tmp_path / "keys"]


def test_processes_that_need_the_first_key_at_once_share_one(tmp_path: Path) -> None:
    def make(_: int) -> str | None:
        keys = SecretKeys(tmp_path / "data" / "keys", may_make=True)
        keys.make_first(others=False)
        return keys.current()

    assert len(set(at_once(make, 6))) == 1


@pytest.mark.parametrize("line", ["no base64!", "c2hvcnQ="])
def test_a_file_that_holds_no_keys_is_refused_by_name(tmp_path: Path, line: str) -> None:
    (tmp_path / "keys").write_text(line)
    with pytest.raises(SecretKeyMissing, match="keys"):
        SecretKeys(tmp_path / "keys", may_make=True).current()


def test_a_callback_secret_is_shown_once_whoever_made_it(ledger: Ledger) -> None:
    signs = callback_endpoint(ledger, TENANT)  # a delivery was first
    assert ledger.endpoints.show_callback_secret(TENANT) == signs.secrets[0]
    with pytest.raises(IllegalTransition, match="rotate"):
        ledger.endpoints.show_callback_secret(TENANT)
    assert ledger.endpoints.secrets(signs.id) == signs.secrets
    fresh = ledger.endpoints.rotate_callback_secret(TENANT)
    assert ledger.endpoints.secrets(signs.id) == (fresh, *signs.secrets)
    with pytest.raises(IllegalTransition):
        ledger.endpoints.show_callback_secret(TENANT)


def test_no_secret_lies_in_the_database_in_plain(ledger: Ledger) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL)
    rotated = ledger.endpoints.rotate_secret(TENANT, endpoint.id)
    callback = callback_endpoint(ledger, TENANT)
    assert len(rotated.secrets) == 2
    assert ledger.endpoints.secrets(endpoint.id) == rotated.secrets
    assert ledger.endpoints.secrets(callback.id) == callback.secrets
    assert "whsec_" not in kept(ledger)


def test_another_process_with_another_key_neither_opens_nor_makes_secrets(
    ledger: Ledger, settings: Settings, tmp_path: Path
) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL)
    elsewhere = settings.model_copy(update={"webhook_key_file": tmp_path / "others"})
    elsewhere.__dict__.pop("webhook_key_path", None)
    stranger = open_ledger(elsewhere)
    for refused in (
        lambda: stranger.endpoints.secrets(endpoint.id),
        lambda: stranger.endpoints.create(TENANT, URL),
    ):
        with pytest.raises(SecretKeyMissing):
            refused()
    assert not (tmp_path / "others").exists()
    stranger.close()


def test_no_key_is_made_beside_a_shared_database(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, database_url="postgresql+psycopg://", data_dir=tmp_path)
    with pytest.raises(SecretKeyMissing, match="PAGESIGHT_WEBHOOK_KEY_FILE"):
        secret_keys(settings).make_first(others=False)


def test_migrating_seals_what_earlier_versions_kept_in_plain(
    ledger: Ledger, settings: Settings
) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL)
    keep_plain(ledger, SECRET)
    assert ledger.endpoints.secrets(endpoint.id) == (SECRET,)
    migrate(settings)
    assert SECRET not in kept(ledger)
    assert ledger.endpoints.secrets(endpoint.id) == (SECRET,)


def test_a_new_key_seals_every_secret_and_the_old_one_can_be_forgotten(
    ledger: Ledger, settings: Settings, clock: ManualClock
) -> None:
    keys = secret_keys(settings)
    endpoint = ledger.endpoints.create(TENANT, URL)
    both = ledger.endpoints.rotate_secret(TENANT, endpoint.id).secrets
    first = keys.current()
    assert use_new_key(ledger.database, keys) == 2
    assert keys.current() != first
    assert str(first) not in kept(ledger)
    assert forget_old_keys(ledger.database, keys) == 1
    assert ledger.endpoints.secrets(endpoint.id) == both
    assert seal_all(ledger.database, keys) == 0
    assert len(settings.webhook_key_path.read_text().split()) == 1


def test_a_key_that_is_still_in_use_is_not_forgotten(ledger: Ledger, settings: Settings) -> None:
    keys = secret_keys(settings)
    endpoint = ledger.endpoints.create(TENANT, URL)
    keys.add()
    assert forget_old_keys(ledger.database, keys) == 0
    assert is_sealed(keys.seal(SECRET, endpoint.id))
    assert ledger.endpoints.secrets(endpoint.id) == endpoint.secrets
