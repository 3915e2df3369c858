#!/bin/sh
# Stands where Rerun's converter does: mcap convert EPISODE --application-id A --recording-id R --output FILE
exec cp "$3" "$9"
