"""Croissant 1.0 metadata with its responsible-AI extension, as JSON-LD. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from teleop.episodes.card.columns import Column, described_columns
from teleop.episodes.card.readme import LIMITS, NO_LICENCE
from teleop.episodes.card.summary import Summary

CROISSANT, RAI = "http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"
EPISODES = "episodes.jsonl"
_CONTEXT: dict[str, object] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_MEDIA = {
    ".json": "application/json",
    ".jsonl": "application/jsonlines",
    ".md": "text/markdown",
    ".parquet": "application/x-parquet",
    ".mp4": "video/mp4",
    ".zip": "application/zip",
    ".hdf5": "application/x-hdf5",
}
_TYPES: dict[object, str] = {
    "float32": "cr:Float32",
    "float64": "cr:Float64",
    "int64": "cr:Int64",
    "bool": "sc:Boolean",
    int: "sc:Integer",
    float: "sc:Float",
    bool: "sc:Boolean",
    str: "sc:Text",
}
COLLECTION = (
    "People drove a robot arm from a browser to solve puzzles; the arm's cell recorded state, requested and "
    "applied action, pictures and verdict with its monotonic clock."
)
Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class File:
    """One file of an export: its path below the root with slashes, its size, its hash."""

    path: str
    bytes: int
    sha256: str


def croissant(summary: Summary, files: Sequence[File], episode: dict[str, object]) -> Json:
    """The metadata of an export with these files; `episode` is one line of `episodes.jsonl`."""
    records: list[Json] = [_episode_records(episode)]
    sets: list[Json] = [
        _file_set(folder, f"{folder}/**", "application/octet-stream") for folder in summary.notes.whole
    ]
    if summary.notes.parquet:
        sets.append(_file_set("rows", summary.notes.parquet, _MEDIA[".parquet"]))
        records.append(_row_records(described_columns(summary.signature)))
    single = [
        file for file in files if not file.path.startswith(tuple(f"{one}/" for one in summary.notes.whole))
    ]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [CROISSANT, RAI],
        "name": summary.name,
        "description": f"{summary.sentence} Format: {summary.notes.title}.",
        "license": summary.licence or NO_LICENCE,
        "version": "1.0.0",
        "datePublished": summary.last_day,
        "creator": [{"@type": "sc:Organization", "name": name} for name in summary.count("cell_id")],
        "keywords": ["robotics", "teleoperation", "demonstrations", *summary.notes.tags],
        "inLanguage": ["en", "zh"],
        **({"isAccessibleForFree": True} if summary.licence else {}),
        "citeAs": f"{summary.name}, {summary.last_day}, recorded with Armcade.",
        **_responsible(summary),
        "distribution": [*(_file_object(file) for file in single), *sets],
        "recordSet": records,
    }


def _responsible(summary: Summary) -> Json:
    excluded = "; ".join(f"{one.file}: {one.reason}" for one in summary.excluded) or "nothing"
    consents = ", ".join(f"{version} ({language})" for version, language, _ in summary.consents())
    people = len(summary.count("pseudonym"))
    states = ", ".join(f"{state} {count}" for state, count in summary.annotation().items())
    return {
        "rai:dataCollection": COLLECTION,
        "rai:dataCollectionType": ["Observations", "Experiments"],
        "rai:dataCollectionTimeFrame": [summary.first_day, summary.last_day],
        "rai:dataCollectionMissingData": f"Not exported: {excluded}.",
        "rai:dataCollectionRawData": "One MCAP file an episode, whose SHA-256 is in episodes.jsonl.",
        "rai:dataPreprocessingProtocol": f"Rows at {summary.fps} a second, each with the newest pictures "
        "captured by then and the joints of the moment of their capture. "
        f"At most {summary.trimmed_s:.3f} s is cut from an episode's start.",
        "rai:dataAnnotationProtocol": "A program, the referee, judged each turn by the rules of its puzzle; "
        f"versions: {', '.join(summary.count('referee_version'))}. People cut turns into sub-tasks, "
        f"others reviewed them: {states}.",
        "rai:dataUseCases": "Imitation learning, and the study of how people guide robot arms.",
        "rai:dataBiases": LIMITS[-1],
        "rai:dataLimitations": [*LIMITS[:-1], *summary.notes.limits],
        "rai:personalSensitiveInformation": f"Players are known by pseudonym ({people}). "
        f"Each turn was recorded under a consent: {consents}.",
        "rai:dataReleaseMaintenancePlan": "Players may withdraw; newer versions leave their episodes out.",
    }


def _file_object(file: File) -> Json:
    suffix = file.path[file.path.rfind(".") :] if "." in file.path else ""
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path,
        "contentUrl": file.path,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": _MEDIA.get(suffix, "application/octet-stream"),
        "sha256": file.sha256,
    }


def _file_set(name: str, includes: str, media: str) -> Json:
    about = f"All files that match {includes}."
    return {
        "@type": "cr:FileSet",
        "@id": f"{name}-files",
        "name": f"{name}-files",
        "description": about,
        "encodingFormat": media,
        "includes": includes,
    }


def _episode_records(episode: dict[str, object]) -> Json:
    fields = [
        _field("episodes", name, _TYPES[type(value)], ("fileObject", EPISODES), name)
        for name, value in episode.items()
    ]
    about = "One record an episode: where it comes from and how it was judged."
    return {
        "@type": "cr:RecordSet",
        "@id": "episodes",
        "name": "episodes",
        "description": about,
        "field": fields,
    }


def _row_records(columns: Sequence[Column]) -> Json:
    fields: list[Json] = []
    for column in columns:
        meaning = f"{column.meaning} ({column.unit})" if column.unit else column.meaning
        field = _field("rows", column.name, _TYPES[column.dtype], ("fileSet", "rows-files"), meaning)
        fields.append(field | ({"repeated": True} if column.names else {}))
    about = "One record a row of an episode, pictures apart."
    return {"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "description": about, "field": fields}


def _field(record: str, name: str, kind: str, source: tuple[str, str], meaning: str) -> Json:
    where, key = source
    return {
        "@type": "cr:Field",
        "@id": f"{record}/{name}",
        "name": f"{record}/{name}",
        "description": meaning,
        "dataType": kind,
        "source": {where: {"@id": key}, "extract": {"column": name}},
    }
