"""A strict reader of offers: what it lets through is all that aiortc's own parser ever sees.

Pure. The offer of an Armcade page is small and regular (RFC 8829): one BUNDLE group, receive-only
video lines, one data-channel line. Anything else is refused with a reason, before any state exists.
"""

import re
from dataclasses import dataclass

MAX_BYTES = 16_384
MAX_LINES = 500
MAX_LINE_BYTES = 1_000
MAX_CANDIDATES = 20
_LINE = re.compile(r"^[a-z]=[\x20-\x7e]+$")
_MEDIA = re.compile(r"^m=(video|application) \d{1,5} (UDP/TLS/RTP/SAVPF|UDP/DTLS/SCTP) ([a-z0-9 -]+)$")
_ATTRIBUTES = {
    "candidate": re.compile(
        r"^[A-Za-z0-9+/:-]{1,64} [12] (udp|tcp) \d{1,10} ([0-9A-Fa-f.:]{2,45}|[0-9a-f-]{36}\.local) \d{1,5}"
        r" typ (host|srflx|prflx|relay)( [a-z0-9-]{1,20} [A-Za-z0-9.:+/-]{1,64}){0,8}$",
        re.IGNORECASE,
    ),
    "extmap": re.compile(r"^\d{1,2}(/[a-z]+)? [\x21-\x7e]{4,200}( [\x21-\x7e]+)?$"),
    "fingerprint": re.compile(r"^sha-(1|224|256|384|512) [0-9A-Fa-f:]{59,200}$"),
    "fmtp": re.compile(r"^\d{1,3} [\x21-\x7e ]{1,300}$"),
    "group": re.compile(r"^BUNDLE( [A-Za-z0-9_-]{1,16}){1,4}$"),
    "ice-pwd": re.compile(r"^[A-Za-z0-9+/]{22,256}$"),
    "ice-ufrag": re.compile(r"^[A-Za-z0-9+/]{4,256}$"),
    "max-message-size": re.compile(r"^\d{1,10}$"),
    "mid": re.compile(r"^[A-Za-z0-9_-]{1,16}$"),
    "rtcp-fb": re.compile(r"^(\d{1,3}|\*) [a-z-]{1,20}( [a-z-]{1,20})?$"),
    "rtcp-mux": re.compile(r"^$"),
    "recvonly": re.compile(r"^$"),
    "rtpmap": re.compile(r"^\d{1,3} [A-Za-z0-9.-]{1,30}/\d{1,6}(/\d)?$"),
    "sctp-port": re.compile(r"^\d{1,5}$"),
    "setup": re.compile(r"^(actpass|active|passive)$"),
}
_FMTP_NUMBERS = ("apt", "max-fr", "max-fs", "maxplaybackrate", "minptime", "stereo", "useinbandfec")
_PROFILE = {"video": "UDP/TLS/RTP/SAVPF", "application": "UDP/DTLS/SCTP"}
_MAX_FINGERPRINTS = 4
_ONCE = ("ice-pwd", "ice-ufrag", "mid", "setup")
_VIDEO_NEEDS = ("rtcp-mux", "recvonly")
_DROPPED_SESSION = ("v=", "o=", "s=", "t=", "c=", "b=")


class OfferRefused(Exception):
    """The offer is not one that a page of ours makes; the text is a counted, one-word reason."""


@dataclass(frozen=True, slots=True)
class _Section:
    kind: str
    heading: str
    attributes: tuple[tuple[str, str], ...]

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


def clean_offer(offer: str, cameras: int) -> str:
    """Returns the offer rebuilt from the attributes we know; raises OfferRefused for any other shape.

    `cameras` is how many video lines the cell can fill. Candidates with mDNS names are left out
    (their owner reaches us first), as is the end-of-candidates mark, for the same reason.
    """
    if len(offer.encode()) > MAX_BYTES:
        raise OfferRefused("too_large")
    lines = [line for line in offer.replace("\r\n", "\n").split("\n") if line]
    if len(lines) > MAX_LINES:
        raise OfferRefused("too_many_lines")
    for line in lines:
        if len(line) > MAX_LINE_BYTES or not _LINE.match(line):
            raise OfferRefused("bad_line")
    session, *media = _sections(lines)
    _check_media(media, cameras)
    _check_bundle(session, media)
    if sum(len(section.values("candidate")) for section in media) > MAX_CANDIDATES:
        raise OfferRefused("too_many_candidates")
    for section in media:
        _check_section(session, section)
    return _rebuilt(session, media)


def _sections(lines: list[str]) -> list[_Section]:
    groups: list[list[str]] = [["session"]]
    for line in lines:
        if line.startswith("m="):
            groups.append([line])
        else:
            groups[-1].append(line)
    return [_section(group[0], group[1:]) for group in groups]


def _section(heading: str, lines: list[str]) -> _Section:
    media = _MEDIA.match(heading)
    if heading != "session" and media is None:
        raise OfferRefused("bad_media_line")
    kept = [found for line in lines if (found := _attribute(line)) is not None]
    return _Section("session" if media is None else media.group(1), heading, tuple(kept))


def _attribute(line: str) -> tuple[str, str] | None:
    if not line.startswith("a="):
        if not line.startswith(_DROPPED_SESSION):
            raise OfferRefused("bad_line")
        return None
    name, _, value = line[2:].partition(":")
    if name in ("sendrecv", "sendonly"):
        raise OfferRefused("sends_media")
    shape = _ATTRIBUTES.get(name)
    if shape is None:
        return None
    if not shape.match(value):
        raise OfferRefused("bad_attribute")
    if name == "candidate" and ".local " in value:
        return None
    return name, value


def _check_media(media: list[_Section], cameras: int) -> None:
    kinds = [section.kind for section in media]
    if not 1 <= len(media) <= cameras + 1 or kinds.count("video") > cameras:
        raise OfferRefused("wrong_media_lines")
    if kinds.count("application") != 1:
        raise OfferRefused("no_data_channel")


def _check_bundle(session: _Section, media: list[_Section]) -> None:
    groups = session.values("group")
    mids = [mid for section in media for mid in section.values("mid")]
    if len(groups) != 1 or len(set(mids)) != len(media) or groups[0].split()[1:] != mids:
        raise OfferRefused("not_bundled")


def _check_section(session: _Section, section: _Section) -> None:
    for name in _ONCE:
        if len(section.values(name) or session.values(name)) != 1:
            raise OfferRefused("bad_transport")
    if not 1 <= len(section.values("fingerprint") or session.values("fingerprint")) <= _MAX_FINGERPRINTS:
        raise OfferRefused("bad_transport")
    if not section.heading.split(" ")[2] == _PROFILE[section.kind]:
        raise OfferRefused("bad_media_line")
    if section.kind == "application":
        if not section.heading.endswith(" webrtc-datachannel") or len(section.values("sctp-port")) != 1:
            raise OfferRefused("no_data_channel")
        return
    if any(len(section.values(name)) != 1 for name in _VIDEO_NEEDS):
        raise OfferRefused("bad_video_line")
    _check_codecs(section)


def _check_codecs(section: _Section) -> None:
    payloads = section.heading.split(" ")[3:]
    if len(payloads) > 60 or not all(payload.isdigit() and int(payload) < 128 for payload in payloads):
        raise OfferRefused("bad_media_line")
    mapped = [value.split(" ")[0] for value in section.values("rtpmap")]
    if len(set(mapped)) != len(mapped) or set(mapped) != set(payloads):
        raise OfferRefused("bad_codecs")
    for value in section.values("fmtp"):
        payload, _, parameters = value.partition(" ")
        if payload not in mapped or not all(_number_ok(part) for part in parameters.split(";")):
            raise OfferRefused("bad_codecs")
    for value in section.values("rtcp-fb"):
        if value.split(" ")[0] not in (*mapped, "*"):
            raise OfferRefused("bad_codecs")


def _number_ok(parameter: str) -> bool:
    name, found, value = parameter.partition("=")
    return not (found and name in _FMTP_NUMBERS) or (value.isdigit() and len(value) < 10)


def _rebuilt(session: _Section, media: list[_Section]) -> str:
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"]
    for section in (session, *media):
        if section.kind != "session":
            lines += [section.heading, "c=IN IP4 0.0.0.0"]
        lines += [f"a={name}:{value}" if value else f"a={name}" for name, value in section.attributes]
    return "\r\n".join(lines) + "\r\n"
