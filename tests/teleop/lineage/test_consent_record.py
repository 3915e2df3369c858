"""A consent record is JSON-LD that says who, to what, when; the same answer has one hash."""

from typing import Any

import msgspec

from teleop.lineage.canonical import sha256_of
from teleop.lineage.consent_record import Controller, consent_record, record_bytes, record_sha256
from teleop.wire.hub_to_cell import Consent

GIVEN = Consent("c-1", "recording-1", "a" * 64, "zh", 1_700_000_000_123_456_789)


def test_it_holds_the_fields_of_27560() -> None:
    record: dict[str, Any] = consent_record("ann", GIVEN)
    assert record["dct:identifier"] == "c-1"
    assert record["dct:created"] == "2023-11-14T22:13:20.123456789Z"
    assert record["dct:conformsTo"].endswith("dpv-27560#record")
    assert record["dpv:hasDataSubject"]["@id"] == "urn:armcade:contributor/ann"
    assert record["dpv:hasNotice"]["armcade:sha256"] == "a" * 64
    assert record["dpv:hasConsentStatus"] == "dpv:ConsentGiven"
    for field in (
        "hasDataController", "hasDataProcessor", "hasJurisdiction", "hasApplicableLaw", "hasLegalBasis",
        "hasProcess", "isIndicatedAtTime",
    ):  # fmt: skip
        assert record[f"dpv:{field}"], field
    kinds = {one["@type"] for one in record["dpv:hasProcess"]["dpv:hasStorageCondition"]}
    assert kinds == {"dpv:StorageDuration", "dpv:StorageLocation", "dpv:StorageDeletion"}
    for field in ("hasPurpose", "hasProcessing", "hasPersonalData", "hasRecipient", "hasStorageCondition"):
        assert record["dpv:hasProcess"][f"dpv:{field}"]
    used = {key.split(":")[0] for key in record if ":" in key}
    assert used <= set(record["@context"])


def test_another_answer_is_another_record() -> None:
    assert record_sha256("ann", GIVEN) == sha256_of(record_bytes("ann", GIVEN))
    others = {
        record_sha256("bo", GIVEN),
        record_sha256("ann", GIVEN, agreed=False),
        record_sha256("ann", msgspec.structs.replace(GIVEN, given_utc_ns=1)),
    }
    assert len(others | {record_sha256("ann", GIVEN)}) == 4
    assert consent_record("ann", GIVEN, agreed=False)["dpv:hasConsentStatus"] == "dpv:ConsentWithdrawn"


def test_it_names_who_answers_for_the_data() -> None:
    place = Controller(
        "Lab", "lab@example.org", "Host", "DE", "eu-gdpr", "eu-gdpr:A6-1-a", "one year", "Berlin"
    )
    text = record_bytes("ann", GIVEN, controller=place).decode()
    assert all(f'"{said}"' in text for said in msgspec.structs.astuple(place))
    assert record_bytes("ann", GIVEN) != text.encode()
