"""The hub's log: one JSON object a line on stderr, or colours when people watch."""

import logging
import sys

import structlog


def configure_logs(level: str, people_watch: bool) -> None:
    """Sets up structlog for the whole process."""
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer() if people_watch else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            *(() if people_watch else (structlog.processors.dict_tracebacks,)),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
