"""Bounded number types of every wire: a bound also keeps out NaN and infinity."""

from typing import Annotated

from msgspec import Meta

Metres = Annotated[float, Meta(ge=-2.0, le=2.0)]
MetresPerSecond = Annotated[float, Meta(ge=-5.0, le=5.0)]
Radians = Annotated[float, Meta(ge=-12.6, le=12.6)]
RadiansPerSecond = Annotated[float, Meta(ge=-50.0, le=50.0)]
Fraction = Annotated[float, Meta(ge=0.0, le=1.0)]
SignedFraction = Annotated[float, Meta(ge=-1.0, le=1.0)]
Celsius = Annotated[float, Meta(ge=-60.0, le=300.0)]
Volts = Annotated[float, Meta(ge=0.0, le=100.0)]
Seconds = Annotated[float, Meta(ge=0.0, le=1e7)]
Nanoseconds = Annotated[int, Meta(ge=0, le=2**62)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Epoch = Annotated[int, Meta(ge=0, le=2**53)]
Identifier = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]
Sentence = Annotated[str, Meta(max_length=400)]
