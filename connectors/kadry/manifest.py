"""Where the system is, how to ask it, and which of its fields is which of ours."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self

from pydantic import Field, model_validator

from connectors.addressed import Addressed
from connectors.manifests import checked, require_fields

STAFF_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "external_id": "id",
        "organization_code": "school_id",
        "last_name": "last_name",
        "first_name": "first_name",
        "middle_name": "middle_name",
        "previous_last_name": "previous_last_name",
        "birth_date": "birth_date",
        "snils": "snils",
        "position": "position",
        "subject": "subject",
        "employment_type": "employment",
        "hire_date": "hired",
        "dismissal_date": "dismissed",
        "teaching_experience": "teaching_experience",
    }
)
PAIR_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "external_id": "id",
        "organization_code": "school_id",
        "mentor_full_name": "mentor.full_name",
        "mentor_birth_date": "mentor.birth_date",
        "mentor_snils": "mentor.snils",
        "mentor_organization": "mentor.workplace",
        "mentee_full_name": "mentee.full_name",
        "mentee_birth_date": "mentee.birth_date",
        "mentee_snils": "mentee.snils",
        "mentoring_form": "form",
        "program": "programme",
        "joined_at": "started",
        "left_at": "ended",
    }
)
_REQUIRED = frozenset({"external_id", "organization_code"})


class Manifest(Addressed):
    """How one installation is read; an empty path is not asked.

    Without `token_path` the secret is itself the token. A field map names, for each of our
    fields, the field of the answer, with dots for what lies inside another.
    """

    name: str = "АИС «Кадры в образовании»"
    token_path: str = ""
    schools_path: str = "schools"
    staff_path: str = "staff"
    pairs_path: str = "pairs"
    counts_path: str = "counts"
    page_parameter: str = "page"
    size_parameter: str = "per_page"
    since_parameter: str = "updated_since"
    page_size: int = Field(default=1000, ge=1, le=10_000)
    items_key: str = "items"
    total_key: str = "total"
    clock_key: str = "server_time"
    staff_fields: Mapping[str, str] = Field(default_factory=lambda: STAFF_FIELDS)
    pair_fields: Mapping[str, str] = Field(default_factory=lambda: PAIR_FIELDS)
    overlap_s: float = Field(default=300, ge=0)

    @model_validator(mode="after")
    def _has_fields(self) -> Self:
        """Refuse a map of fields that could only fail later and less clearly."""
        for key in ("staff_fields", "pair_fields"):
            try:
                require_fields(getattr(self, key), _REQUIRED)
            except ValueError as error:
                raise ValueError(f"{key}: {error}") from None
        return self


def read_manifest(values: Mapping[str, object]) -> Manifest:
    """Make a manifest of settings; raises SourceConfigError that names keys and no values."""
    return checked(Manifest, values)
