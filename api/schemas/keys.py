"""The schemas of API keys."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, PositiveFloat, StringConstraints

from api.schemas import examples
from api.schemas.jobs import Line, Model
from jobs.security.api_keys import Scope

KeyName = Annotated[Line, StringConstraints(min_length=1, max_length=100)]


class NewKey(Model):
    """An API key to create, for the tenant of the key that creates it."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_KEY]})

    name: KeyName = Field(description="A name for people.")
    scopes: list[Scope] = Field(min_length=1, max_length=4)
    expires_days: PositiveFloat | None = Field(
        None, le=36500, description="Days until it expires; never without."
    )


class KeyOut(Model):
    """An API key without its secret."""

    id: str
    prefix: str = Field(description="The key begins with `ps_` and this.")
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    rate_per_s: float | None = Field(description="Its own limit of requests a second.")


class KeyWithSecret(KeyOut):
    """An API key with its text, which is shown this once."""

    secret: str = Field(description="`ps_...`; the whole key.")


class KeyList(Model):
    """All keys of the tenant; `current` is the id of the one that asked."""

    keys: list[KeyOut]
    current: str
