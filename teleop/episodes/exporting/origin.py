"""Where an exported episode comes from, as one flat record. Pure."""

import msgspec

from teleop.episodes.exporting.contract import Facts
from teleop.episodes.exporting.rows import episode_uid

NO_KAPPA = -2.0  # less than any kappa can be


def provenance(facts: Facts, index: int) -> dict[str, object]:
    """Header, verdict, consent, file hash and figures of the episode that is number `index` of its export."""
    header, verdict = facts.header, facts.verdict
    return {
        "episode_uid": episode_uid(header.episode_id),
        "episode_index": index,
        "episode_id": header.episode_id,
        "sha256": facts.sha256,
        "turn_id": header.turn_id,
        "cell_id": header.cell_id,
        "source": header.source,
        "grasp_model": header.grasp_model,
        "software": header.software,
        "cell_config_sha256": header.cell_config_sha256,
        "calibration_sha256": header.calibration_sha256,
        "puzzle_id": header.puzzle_id,
        "puzzle_version": header.puzzle_version,
        "prompt_en": header.prompt.en,
        "prompt_zh": header.prompt.zh,
        "pseudonym": header.pseudonym,
        "consent_record": header.consent.record_id,
        "consent_version": header.consent.text_version,
        "consent_sha256": header.consent.text_sha256,
        "consent_given_utc_ns": header.consent.given_utc_ns,
        "referee_version": verdict.referee_version,
        "solved": verdict.solved,
        "reason": verdict.reason.en,
        "score": verdict.score,
        "stars": verdict.stars,
        "time_s": verdict.time_s,
        "moves": verdict.moves,
        "started_utc_ns": header.started_utc_ns,
        "started_ns": header.started_ns,
        "trimmed_start_s": facts.trimmed_s,
        "weight": facts.weight,
        "labels": ",".join(facts.labels),
        **_said(facts),
        "header_json": msgspec.json.encode(header).decode(),
        **facts.figures,
    }


def _said(facts: Facts) -> dict[str, object]:
    """The task as it is said, and who agreed to the sub-tasks; without a review kappa is -2, borders -1."""
    saved = facts.standing
    return {
        "task": facts.task,
        "language": facts.language,
        "annotation_state": saved.state,
        "annotation_revision": saved.revision,
        "annotation_prompts": saved.prompt_version,
        "annotation_blind": saved.blind,
        "annotation_kappa": NO_KAPPA if saved.kappa is None else saved.kappa,
        "annotation_border_s": -1.0 if saved.border_s is None else saved.border_s,
    }
