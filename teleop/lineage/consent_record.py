"""A consent as an ISO/IEC TS 27560 record in JSON-LD, in the Data Privacy Vocabulary's words. Pure.

A record follows from what the hub stored of the answer and from this file's version; it is never changed.
Another answer of the same person, a withdrawal too, is another record. Terms: DPV 2 and its guide
"Consent Records and Receipts as per ISO/IEC TS 27560:2023".
"""

import numpy as np

from teleop.lineage.canonical import canonical, sha256_of
from teleop.wire.hub_to_cell import Consent

SCHEMA_VERSION = "1"
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


def consent_record(contributor: str, consent: Consent, agreed: bool = True) -> Document:
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
        "dpv:hasDataController": {"@type": "dpv:DataController", "schema:name": "the operator of this place"},
        "dpv:hasNotice": {
            "@type": "dpv:ConsentNotice",
            "dct:identifier": consent.text_version,
            "dct:language": consent.language,
            "armcade:sha256": consent.text_sha256,
        },
        "dpv:hasConsentStatus": "dpv:ConsentGiven" if agreed else "dpv:ConsentWithdrawn",
        "dpv:isIndicatedAtTime": given,
        "dpv:isIndicatedBy": "dpv:DataSubject",
        "dpv:hasProcess": {
            "@type": "dpv:Process",
            "dpv:hasPurpose": ["dpv:ResearchAndDevelopment", "dpv:ScientificResearch"],
            "dpv:hasProcessing": ["dpv:Record", "dpv:Store", "dpv:Copy", "dpv:Share"],
            "dpv:hasPersonalData": [
                {"@type": "dpv:PersonalData", "dct:description": one} for one in PERSONAL_DATA
            ],
            "dpv:hasRecipient": [{"@type": "dpv:Recipient", "dct:description": "researchers"}],
            "dpv:hasStorageCondition": [
                {
                    "@type": "dpv:StorageDeletion",
                    "dct:description": "on withdrawal, or by the retention rules",
                }
            ],
        },
    }


def record_bytes(contributor: str, consent: Consent, agreed: bool = True) -> bytes:
    """The record as the bytes that are kept."""
    return canonical(consent_record(contributor, consent, agreed))


def record_sha256(contributor: str, consent: Consent, agreed: bool = True) -> str:
    """The hash under which the record is kept, and which each episode names."""
    return sha256_of(record_bytes(contributor, consent, agreed))
