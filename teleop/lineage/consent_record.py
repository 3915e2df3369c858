"""A consent as an ISO/IEC TS 27560 record in JSON-LD, in the Data Privacy Vocabulary's words. Pure.

A record follows from what the hub stored of the answer, from who answers for the data, and from this file's
version; it is never changed, and those of older versions stay as they are.
Another answer of the same person, a withdrawal too, is another record. Terms: DPV 2 and its guide
"Consent Records and Receipts as per ISO/IEC TS 27560:2023".
"""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from teleop.lineage.canonical import canonical, sha256_of
from teleop.wire.hub_to_cell import Consent

SCHEMA_VERSION = "2"
PROFILE = "https://w3id.org/dpv/schema/dpv-27560#record"
CONTEXT = {
    "armcade": "urn:armcade:",
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "schema": "https://schema.org/",
}
PERSONAL_DATA = (
    "inputs and when they were made",
    "movement of the arm that they caused",
    "pictures of the table and the gripper",
    "puzzle, result and score",
    "pseudonym, times of the turn and of the consent",
)
Document = dict[str, object]
Stated = Annotated[str, Meta(min_length=1, max_length=400)]


class Controller(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who answers for the data, and under which law: the hub's table `[controller]`.

    `processor` and `storage_location` tell where the controller does not keep and process the data itself;
    `legal_basis` and `law` are names of the Data Privacy Vocabulary, like `dpv:Consent` and `eu-gdpr:A6-1-a`.
    """

    name: Stated = "the operator of this place"
    contact: Stated = "the operator of this place"
    processor: Stated = "the controller itself"
    jurisdiction: Stated = "where the controller is"
    law: Stated = "the law on personal data of that jurisdiction"
    legal_basis: Stated = "dpv:Consent"
    storage_duration: Stated = "until consent is withdrawn, or as long as the place's retention rules say"
    storage_location: Stated = "the machines of this place"


UNSTATED = Controller()


def consent_record(
    contributor: str, consent: Consent, agreed: bool = True, controller: Controller = UNSTATED
) -> Document:
    """The record of one answer to one consent text."""
    given = str(np.datetime64(consent.given_utc_ns, "ns")) + "Z"
    return {
        "@context": CONTEXT,
        "@id": f"urn:armcade:consent/{consent.record_id}",
        "@type": "dpv:ConsentRecord",
        "dct:identifier": consent.record_id,
        "dct:conformsTo": PROFILE,
        "dct:created": given,
        "schema:version": SCHEMA_VERSION,
        "dpv:hasDataSubject": {"@id": f"urn:armcade:contributor/{contributor}", "@type": "dpv:DataSubject"},
        "dpv:hasDataController": {
            "@type": "dpv:DataController",
            "schema:name": controller.name,
            "schema:contactPoint": controller.contact,
        },
        "dpv:hasDataProcessor": {"@type": "dpv:DataProcessor", "schema:name": controller.processor},
        "dpv:hasJurisdiction": controller.jurisdiction,
        "dpv:hasApplicableLaw": controller.law,
        "dpv:hasLegalBasis": controller.legal_basis,
        "dpv:hasNotice": {
            "@type": "dpv:ConsentNotice",
            "dct:identifier": consent.text_version,
            "dct:language": consent.language,
            "armcade:sha256": consent.text_sha256,
        },
        "dpv:hasConsentStatus": "dpv:ConsentGiven" if agreed else "dpv:ConsentWithdrawn",
        "dpv:isIndicatedAtTime": given,
        "dpv:isIndicatedBy": "dpv:DataSubject",
        "dpv:hasProcess": _process(controller),
    }


def _process(controller: Controller) -> Document:
    storage = (
        ("dpv:StorageDuration", controller.storage_duration),
        ("dpv:StorageLocation", controller.storage_location),
        ("dpv:StorageDeletion", "on withdrawal, or by the retention rules"),
    )
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": ["dpv:ResearchAndDevelopment", "dpv:ScientificResearch"],
        "dpv:hasProcessing": ["dpv:Record", "dpv:Store", "dpv:Copy", "dpv:Share"],
        "dpv:hasPersonalData": [
            {"@type": "dpv:PersonalData", "dct:description": one} for one in PERSONAL_DATA
        ],
        "dpv:hasRecipient": [{"@type": "dpv:Recipient", "dct:description": "researchers"}],
        "dpv:hasStorageCondition": [{"@type": kind, "dct:description": said} for kind, said in storage],
    }


def record_bytes(
    contributor: str, consent: Consent, agreed: bool = True, controller: Controller = UNSTATED
) -> bytes:
    """The record as the bytes that are kept."""
    return canonical(consent_record(contributor, consent, agreed, controller))


def record_sha256(contributor: str, consent: Consent, agreed: bool = True) -> str:
    """The hash under which the record is kept, and which each episode names."""
    return sha256_of(record_bytes(contributor, consent, agreed))
